"""Which clauses tell what their voice is about."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.topics.conftest import ClauseMaker
from voc.config.industries import Industry
from voc.topics import Clause, telling

STORY = (
    "去年三月签的合同",
    "销售员姓李",
    "路灯不亮",
    "物业来过两次",
    "请有关部门处理",
    "希望增设路灯",
)


@pytest.fixture
def story(make: ClauseMaker) -> list[Clause]:
    """One voice that tells a story, complains in the middle of it and asks for something."""
    said = [replace(one, feedback_id="f0", start=9 * at) for at, one in enumerate(make(*STORY))]
    return [replace(one, opinions=("路灯不亮",)) if "不亮" in one.text else one for one in said]


def test_of_a_long_voice_only_what_it_judges_or_asks_for_counts(
    story: list[Clause], automotive: Industry
) -> None:
    assert [one.text for one in telling(story, automotive)] == ["路灯不亮", "希望增设路灯"]


def test_no_voice_is_lost(story: list[Clause], automotive: Industry) -> None:
    told = [replace(one, opinions=()) for one in story if one.text not in {STORY[2], STORY[5]}]
    assert len(told) > 3
    assert telling(told, automotive) == told
    assert telling([], automotive) == []


def test_a_short_voice_counts_whole(story: list[Clause], automotive: Industry) -> None:
    assert telling(story[1:4], automotive) == story[1:4]


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        ("请修好门口路灯", True),
        ("申请过路灯维修", False),
        ("什么时候修好路灯", True),
        ("请尽快处理", False),
    ],
)
def test_what_asks_names_what_it_asks_for(
    story: list[Clause], automotive: Industry, text: str, tells: bool
) -> None:
    asked = replace(story[0], text=text)
    assert (asked in telling([*story[1:], asked], automotive)) is tells
