"""Summaries of calls."""

from __future__ import annotations

from typing import Any

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


@pytest.mark.parametrize(
    ("said", "reason", "last"),
    [
        pytest.param(["你好 在吗 你好", "地址能改吗"], "地址能改吗", None, id="greetings"),
        pytest.param(["我要转人工 我要转人工", "[数字x]", "催单"], "催单", None, id="no person"),
        pytest.param(["是的", "要退货", "好的"], "要退货", None, id="nods"),
        pytest.param(["在么这款有货没"], "在么这款有货没", None, id="a greeting before a question"),
        pytest.param(["好的手机不会买到坏的吧"], "好的手机不会买到坏的吧", None, id="no nod"),
        pytest.param(
            ["咨询订单号:[订单x]    商品ID:[数字x]", "怎么退款", "没有了，谢谢"],
            "怎么退款",
            "没有了，谢谢",
            id="a card of the window",
        ),
        pytest.param(["京东快递(移动端) 你好", "到哪了"], "到哪了", None, id="the window's name"),
        pytest.param(
            ["; 我[数字x]号充值，今天都[数字x]号了，还没到账"],
            "我×号充值，今天都×号了，还没到账",
            None,
            id="figures that were taken out",
        ),
    ],
)
def test_why_the_customer_came_and_what_he_said_last(
    said: list[str], reason: str | None, last: str | None
) -> None:
    turns = [Turn("customer", text) for text in said]
    found = summarise_call(turns, [None] * len(turns))
    assert (found.reason, found.last) == (reason, last)


def test_turns_that_overlap_leave_no_silence() -> None:
    turns = [
        Turn("agent", "您好", 0, 10),
        Turn("customer", "喂", 2, 3),
        Turn("agent", "请", 11, 12),
    ]
    assert summarise_call(turns, [None] * 3).silence_s == 0


def _heard(*turns: tuple[str, str, float | None, float | None]) -> list[Turn]:
    sides = {"客服": "agent", "客户": "customer"}
    return [Turn(sides[who], text, start, end) for who, text, start, end in turns]


@pytest.mark.parametrize(
    ("turns", "silence", "hold"),
    [
        pytest.param(
            [("客服", "请您稍等一下", 0.0, None), ("客服", "查到了", 62.0, None)],
            60.0,
            60.0,
            id="a hold",
        ),
        pytest.param(
            [("客服", "您好", 0.0, None), ("客户", "喂", 9.0, None), ("客服", "请讲", 16.0, None)],
            None,
            None,
            id="no pause that is sure",
        ),
        pytest.param(
            [("客户", "我的卡被锁了" * 20, 0.0, None), ("客服", "好的", 45.0, None)],
            None,
            None,
            id="many words take their time",
        ),
        pytest.param(
            [
                ("客服", "您好", 0.0, 1.0),
                ("客户", "喂" * 60, 2.0, None),
                ("客服", "好", 23.0, 24.0),
            ],
            0.0,
            0.0,
            id="one turn without an end is no silence",
        ),
        pytest.param(
            [("客服", "您好", 0.0, 1.0), ("客户", "喂", None, None), ("客服", "好", 60.0, 61.0)],
            None,
            None,
            id="a turn without any second may fill the time",
        ),
    ],
)
def test_silence_where_ends_are_missing(
    turns: list[Any], silence: float | None, hold: float | None
) -> None:
    found = summarise_call(_heard(*turns), [None] * len(turns))
    assert (found.silence_s, found.hold_s) == (silence, hold)


def test_what_was_written_is_not_silent_between_its_messages() -> None:
    turns = _heard(("客服", "请稍等", 0.0, None), ("客户", "好", 600.0, None))
    assert summarise_call(turns, [None, None], is_spoken=False).silence_s is None


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
        (["断网了", "请尽快处理，谢谢"], "unknown"),
        (["断网了", "早点修就好了"], "unknown"),
        (["断网了", "东西好了我自然会续费，现在这样的网速谁受得了，换了谁家都一样的"], "unknown"),
        (["断网了", "好的，谢谢，麻烦了"], "resolved"),
        (["再见", "好的"], "unknown"),
        ([], "unknown"),
    ],
)
def test_outcome(said: list[str], expected: str) -> None:
    assert outcome_of(said) == expected


@pytest.mark.parametrize(
    ("said", "answers", "expected"),
    [
        # Who thanks for a promise has nothing in hand yet.
        (["断网了", "好的，谢谢"], ["我们会尽快给您回复"], "pending"),
        (["断网了", "好的，谢谢"], ["已经帮您处理好了"], "resolved"),
        (["断网了", "谢谢"], ["这边帮您反馈一下，请保持电话畅通"], "pending"),
        (["断网了", "明白了"], ["预计三天内处理"], "pending"),
        (["断网了", "没有了，谢谢"], ["稍后联系您", "请问还有其他可以帮您吗"], "pending"),
        (["断网了", "没有了，谢谢"], ["重启一下路由器", "请问还有其他可以帮您吗"], "resolved"),
        (["怎么退货", "好的，谢谢"], ["请您尽快寄回"], "resolved"),
        # He says what was done, or that it was not.
        (["断网了", "谢谢，已经修好了"], ["我们会尽快处理"], "resolved"),
        (["断网了", "还是没解决"], ["我们会尽快处理"], "unresolved"),
        (["断网了", "都打了三次电话了还没人来！"], ["我给您登记一下"], "unresolved"),
        # Of what is neither, a promise tells; one with a condition, or of long ago, does not.
        (["断网了"], ["已为您登记，工作人员会与您联系"], "pending"),
        (["断网三天没人修，我要投诉", "好的"], ["工作人员今天会与您联系"], "pending"),
        (
            ["断网三天没人修，我要投诉", "好的"],
            ["如果还有问题，请拨打热线，我们会处理"],
            "unresolved",
        ),
        (["断网三天没人修，我要投诉", "再见"], ["工作人员今天会与您联系"], "unresolved"),
        (["断网了", "好的，谢谢"], ["马上给您安排师傅上门"], "pending"),
        (["坏了", "谢谢啊"], ["已经申请了换货，二十四小时之内会有快递上门取件"], "pending"),
        (["断网了"], ["请私信提供号码，我们会尽快核实"], "unknown"),
        (["断网了"], ["还有其他问题，我们会继续解决"], "unknown"),
        (["断网了"], ["我们会尽快处理", "请重启", "请再试一次"], "unknown"),
        (["断网了"], ["我们会尽快处理", "已经为您恢复"], "unknown"),
    ],
)
def test_a_promise_settles_nothing(said: list[str], answers: list[str], expected: str) -> None:
    assert outcome_of(said, answers) == expected


def test_a_call_that_ends_in_a_promise_is_pending() -> None:
    turns = (*CALL[:4], Turn("agent", "我们会尽快给您回复"), Turn("customer", "好的，谢谢"))
    assert summarise_call(turns, [None] * 6).outcome == "pending"
