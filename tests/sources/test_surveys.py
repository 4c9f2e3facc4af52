"""Answers all alike, and too fast."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from voc.sources.files import FileSource
from voc.sources.surveys import answer_flags


def _sheet(scores: list[Any], **others: Any) -> dict[str, Any]:
    return {f"第{number}题": score for number, score in enumerate(scores, 1)} | others


@pytest.mark.parametrize(
    ("sheet", "expected"),
    [
        (_sheet([5, 5, 5, 5]), ["straight_line"]),
        (_sheet(["5", "5", "5", "5"], 答题时长="3秒"), ["straight_line", "speeder"]),
        (_sheet([5, 4, 5, 3], 答题时长=2), ["speeder"]),
        (_sheet([5, 4, 5, 3], 答题时长="1分2秒"), []),
        (_sheet([5, 4, 5, 3], 答题时长="1:20"), []),
        (_sheet([5, 4, 5, 3], 答题时长="很快"), []),
        (_sheet([5, 5, 5]), []),
        (_sheet([5, 5, 5, None]), []),
        (_sheet([5, 5, 5], 序号=5), []),
        (_sheet(["非常满意"] * 4), ["straight_line"]),
        (_sheet(["A.非常满意", "非常同意", "非常容易", "非常可能"]), ["straight_line"]),
        (_sheet(["非常满意"] * 4 + [10]), ["straight_line"]),
        (_sheet(["非常满意"] * 4 + ["(跳过)", -3, "-3"]), ["straight_line"]),
        (_sheet(["非常满意", "满意", "一般", "满意"], 所用时间="3秒"), ["speeder"]),
        (_sheet(["非常满意", "满意", "一般", "满意"], **{"用时（秒）": 3}), ["speeder"]),
        (_sheet(["非常满意", "满意", "一般", "满意"], **{"持续时间（秒）": 3}), ["speeder"]),
        (_sheet(["非常满意", "满意", "一般", "满意"], **{"Time Taken (minutes)": 3}), []),
        (_sheet(["非常满意", "满意", "一般", "满意"], 答题时长="0:00:03"), ["speeder"]),
        (_sheet(["非常满意", "满意", "一般", "满意"], 答题时长="1 小时 2 分"), []),
        (_sheet(["非常满意", "满意", "一般", "满意"], 填写时间="2026-10-01 09:00"), []),
        (_sheet(["非常满意", "非常满意", "非常满意", "一般"]), []),
        (_sheet(["非常满意", "非常满意", "非常满意", "非常不满意"]), []),
        (_sheet(["非常满意"] * 3, 意见="在网上买的"), []),
        (_sheet(["非常不满意", "非常困难", "0分", 1, "非常不可能"]), ["straight_line"]),
        (_sheet(["非常不满意", "非常困难", "0分", 2]), []),
        (_sheet([0, 0, 1, 1]), []),
        (_sheet(["五星", "★★★★★", 5, "5/5"]), ["straight_line"]),
        (_sheet(["五星", "★★★★☆", 5, "5/5"]), []),
        (_sheet(["不适用", "没用过", "满意(4)", "满意(4)"]), []),
        ({"Q5_1": 3, "Q5_2": 3, "Q5_3": 3, "Q5_4": 3}, ["straight_line"]),
        ({"3、喜欢:价格": 0, "3、喜欢:质量": 0, "3、喜欢:物流": 0, "3、喜欢:包装": 0}, []),
        ({"3(A.价格)": 0, "3(B.质量)": 1, "3(C.物流)": 0, "3(D.包装)": 0, "满意": 1}, []),
        (_sheet(["女", "30岁以下", "北京", "网上"]), []),
        ({}, []),
    ],
)
def test_answer_flags(sheet: dict[str, Any], expected: list[str]) -> None:
    assert answer_flags(sheet).get("survey_flags", []) == expected


def test_open_answers_are_on_no_scale() -> None:
    sheet = _sheet(["很好"] * 3, 意见="很好")
    assert answer_flags(sheet)["survey_flags"] == ["straight_line"]
    assert answer_flags(sheet, besides=("意见",)) == {}


def test_skipped_scores_are_no_scores(tmp_path: Path) -> None:
    path = tmp_path / "nps.csv"
    path.write_text(
        "nps,csat,rating,意见\n9,满意,5,不错\n-3,(跳过),-3,(跳过)\n(空),-3,(空),-3\n",
        encoding="utf-8",
    )
    source = FileSource(path, zone=ZoneInfo("Asia/Shanghai"), max_chars=100)
    (page,) = source.read(None)
    first, *others = page.feedback
    assert (first.nps, first.csat, first.rating, first.text) == (9, 4, 5, "不错")
    for each in others:
        assert (each.nps, each.csat, each.rating, each.text) == (None, None, None, "")
        assert not [name for name in each.extra if name.startswith("unreadable")]


def test_flags_stand_beside_the_answer(tmp_path: Path) -> None:
    path = tmp_path / "nps.csv"
    path.write_text("nps,csat,快吗,贵吗,意见\n5,5,5,5,还行\n9,4,3,5,不错\n")
    source = FileSource(path, zone=ZoneInfo("Asia/Shanghai"), max_chars=100)
    (page,) = source.read(None)
    one, other = page.feedback
    assert (one.nps, one.csat, one.channel) == (5, 5, "survey")
    assert one.extra["survey_flags"] == ["straight_line"]
    assert "survey_flags" not in other.extra
