"""`voc calls`, as users type it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

Voc = Callable[..., Any]

CALL = "\n".join(
    (
        "客服：您好，请问有什么可以帮您？",
        "客户：我家宽带断了三天，一直没人来修！",
        "客服：请问地址是？",
        "客户：算了。",
    )
)


def test_calls_that_wait_for_their_tags_are_told(voc: Voc, tmp_path: Path) -> None:
    (tmp_path / "1.txt").write_text(CALL, encoding="utf-8")
    voc("ingest", "1.txt", "--channel", "hotline")
    before = voc("calls")
    assert "1 feedbacks are not tagged by " in before.err
    assert "voc run" in before.err
    voc("run")
    after = voc("calls")
    assert (after.err, "会话 1 通" in after.out) == ("", True)


def test_a_store_without_conversations_says_so(voc: Voc, tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("评论\n很好吃\n", encoding="utf-8")
    voc("ingest", "r.csv")
    voc("run")
    assert "None of the feedback is a conversation" in voc("calls").err


def test_an_outcome_is_called_as_in_the_report(voc: Voc, tmp_path: Path) -> None:
    lines = ("客户：请问营业时间？", "客服：九点到六点。", "客户：周末呢？", "客服：一样。")
    (tmp_path / "1.txt").write_text("\n".join(lines), encoding="utf-8")
    voc("ingest", "1.txt", "--channel", "hotline")
    voc("run")
    assert "看不出" in voc("calls").out
