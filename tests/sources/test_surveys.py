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
        ({}, []),
    ],
)
def test_answer_flags(sheet: dict[str, Any], expected: list[str]) -> None:
    assert answer_flags(sheet).get("survey_flags", []) == expected


def test_flags_stand_beside_the_answer(tmp_path: Path) -> None:
    path = tmp_path / "nps.csv"
    path.write_text("nps,csat,快吗,贵吗,意见\n5,5,5,5,还行\n9,4,3,5,不错\n")
    source = FileSource(path, zone=ZoneInfo("Asia/Shanghai"), max_chars=100)
    (page,) = source.read(None)
    one, other = page.feedback
    assert (one.nps, one.csat, one.channel) == (5, 5, "survey")
    assert one.extra["survey_flags"] == ["straight_line"]
    assert "survey_flags" not in other.extra
