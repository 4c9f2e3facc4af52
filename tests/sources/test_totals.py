"""Totals below a table are rejects, and nobody's words are."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from voc.records import Feedback
from voc.sources.base import Reject
from voc.sources.files import FileSource

HEADER = "序号,时间,评价内容,评分,门店\n1,2026-10-01,很好,5,一店\n2,2026-10-02,太差,1,二店\n"


def read(folder: Path, text: str) -> tuple[list[Feedback], list[Reject]]:
    path = folder / "reviews.csv"
    path.write_text(text, encoding="utf-8")
    pages = list(FileSource(path, zone=ZoneInfo("Asia/Shanghai"), max_chars=100).read(None))
    return (
        [item for page in pages for item in page.feedback],
        [item for page in pages for item in page.rejects],
    )


@pytest.mark.parametrize(
    "row",
    [
        "合计,,,3.0,", "总计,,2,3.0,", "小计：,,2条,,", "合 计,,合计,3,", "共计,,-,,",
        ",合计,,3.0,", "本页合计,,,6,", "本页小计：,,,6,", "汇总,,2条,3.0,", "累计,,,6,",
        "合计数,,,6,", "Total,,,3.0,", "Grand Total,,,3.0,", "平均值,,,1.5,", "平均分：,,1.5,,",
    ],
)  # fmt: skip
def test_a_total_is_a_reject_with_a_reason(tmp_path: Path, row: str) -> None:
    voices, rejects = read(tmp_path, f"{HEADER}{row}\n")
    assert [item.text for item in voices] == ["很好", "太差"]
    assert [(item.place, item.reason) for item in rejects] == [
        ("reviews.csv:4", "is a total of other rows, and no row of its own")
    ]


@pytest.mark.parametrize(
    "row",
    [
        "3,2026-10-03,合计花了三百块,1,", "合计,2026-10-03,一共等了三天,1,", "3,2026-10-03,合计,1,",
        "3,2026-10-03,总计,1,", "3,2026-10-03,,1,合计", ",,合计,,",
    ],
)  # fmt: skip
def test_words_of_a_customer_are_none(tmp_path: Path, row: str) -> None:
    voices, rejects = read(tmp_path, f"{HEADER}{row}\n")
    assert len(voices) == 3
    assert rejects == []
