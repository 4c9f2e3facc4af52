"""Summaries of calls."""

from __future__ import annotations

import pytest

from voc.insights import outcome_of, summarise_call
from voc.records import Polarity, Turn

CALL = (
    Turn("agent", "您好，请问有什么可以帮您", 0.0, 3.0),
    Turn("customer", "喂", 3.5, 4.0),
    Turn("customer", "我的卡被锁了，取不出钱", 4.0, 8.0),
    Turn("agent", "请稍等，帮您查询", 8.5, 10.0),
    Turn("agent", "已经为您解锁", 40.0, 44.0),
    Turn("customer", "好了，谢谢", 50.0, 52.0),
)
MOODS: list[Polarity | None] = [None, None, "negative", None, None, "positive"]


def test_a_call_with_seconds() -> None:
    found = summarise_call(CALL, MOODS)
    assert (found.turns, found.customer_turns, found.seconds) == (6, 3, 52.0)
    assert (found.silence_s, found.hold_s, found.longest_silence_s) == (36.0, 30.0, 30.0)
    assert (found.start, found.worst, found.end) == ("negative", "negative", "positive")
    assert (found.reason, found.reason_turn) == ("我的卡被锁了，取不出钱", 2)
    assert found.outcome == "resolved"


def test_a_chat_without_seconds_or_verdicts() -> None:
    turns = [Turn("customer", "在吗"), Turn("agent", "在的")]
    found = summarise_call(turns, [None, None])
    assert (found.seconds, found.silence_s, found.hold_s) == (None, None, None)
    assert (found.start, found.worst, found.end) == (None, None, None)
    assert (found.reason, found.outcome) == (None, "unknown")


def test_turns_that_overlap_leave_no_silence() -> None:
    turns = [
        Turn("agent", "您好", 0, 10),
        Turn("customer", "喂", 2, 3),
        Turn("agent", "请", 11, 12),
    ]
    assert summarise_call(turns, [None] * 3).silence_s == 0


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (["收到了，谢谢"], "resolved"),
        (["还是不行", "谢谢，可以了"], "resolved"),
        (["谢谢", "还是没有解决"], "unresolved"),
        (["没解决，我要投诉", "嗯"], "unresolved"),
        (["还没到账，谢谢"], "unresolved"),
        (["我的卡丢了"], "unknown"),
        (["请帮我查一下，谢谢"], "unknown"),
        (["我的卡丢了", "谢谢，那要等多久？"], "unknown"),
        (["我的卡丢了", "谢谢", "请问还要等多久"], "unknown"),
        (["我的卡丢了", "办好了，谢谢", "再见"], "resolved"),
        (["再见", "好的"], "unknown"),
        ([], "unknown"),
    ],
)
def test_outcome(said: list[str], expected: str) -> None:
    assert outcome_of(said) == expected
