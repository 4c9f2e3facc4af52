"""Who is the agent, and who the customer."""

from __future__ import annotations

import pytest

from voc.text.roles import agent_score, find_roles, role_of_turns

OFFER = "您好，很高兴为您服务，工号8001，请问有什么可以帮您？"


@pytest.mark.parametrize(
    "text",
    [
        OFFER,
        "请问还有其他可以帮到您的吗",
        "非常抱歉给您带来不便",
        "建议您提供一下订单号",
        "祝您生活愉快",
    ],
)
def test_what_agents_say(text: str) -> None:
    assert agent_score(text) > 0


@pytest.mark.parametrize(
    "text", ["我要投诉你们", "怎么还没到账", "凭什么扣我的钱", "帮我查一下", "你们到底管不管"]
)
def test_what_customers_say(text: str) -> None:
    assert agent_score(text) < 0


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        ([("1", OFFER), ("2", "我要投诉")], {"1": "agent", "2": "customer"}),
        ([("1", "我的卡怎么被冻结了"), ("2", "请您提供证件")], {"1": "customer", "2": "agent"}),
        (
            [("1", "请您稍等，为您转接"), ("2", "我要退款"), ("3", "很高兴为您服务")],
            {"1": "agent", "2": "customer", "3": "agent"},
        ),
        ([("1", OFFER), ("1", OFFER)], {}),
        ([], {}),
    ],
)
def test_speakers(turns: list[tuple[str, str]], expected: dict[str, str]) -> None:
    assert find_roles(turns).roles == expected


def test_speakers_who_sound_alike_are_not_told_apart() -> None:
    assert find_roles([("1", "喂"), ("2", "喂"), ("1", "听得见吗")]).roles == {}


def test_a_turn_without_a_cue_answers_a_question() -> None:
    found = role_of_turns([OFFER, "卡丢了", "请问您的卡尾号是多少？", "八八六六"])
    assert found == ["agent", "customer", "agent", "customer"]


def test_no_turns() -> None:
    assert role_of_turns([]) == []
