"""`voc quality`, as users type it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

Voc = Callable[..., Any]


def test_voices_that_contradict_their_scores_are_listed(voc: Voc, tmp_path: Path) -> None:
    sheets = ("10,垃圾服务，骗子公司，退款拖了一个月不给！", "10,员工很热情，非常满意", "8,还行")
    lines = ("您有多大可能推荐我们（0-10）,意见和建议", *sheets)
    (tmp_path / "nps.csv").write_text("\n".join(lines), encoding="utf-8")
    voc("ingest", "nps.csv", "--channel", "survey")
    voc("run")
    shown = voc("quality", "--show", "contradiction").out
    assert "分数与文字矛盾 1 条" in shown
    assert "骗子公司" in shown


def test_a_list_cut_short_says_so(voc: Voc, tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("评论\n。。。\n！！！\n，，，\n", encoding="utf-8")
    voc("ingest", "r.csv")
    voc("run")
    assert "没有内容 3 条，列出前 2 条" in voc("quality", "--show", "empty", "--limit", "2").out
    assert "列出前" not in voc("quality", "--show", "empty").out


def test_what_is_dated_in_the_future_is_listed(voc: Voc, tmp_path: Path) -> None:
    lines = ("评价内容,评价时间", "味道太咸了,2026-05-01", "东西太少了,2090-01-01")
    (tmp_path / "r.csv").write_text("\n".join(lines), encoding="utf-8")
    voc("ingest", "r.csv", "--industry", "snack")
    voc("run")
    shown = voc("quality", "--show", "future").out
    assert "日期在未来 1 条" in shown
    assert "东西太少了" in shown
    assert "味道太咸了" not in shown
