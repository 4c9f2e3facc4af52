"""What no aspect hears is placed by its theme: with the aspect of most, or as its own problem."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from voc.config import Industry
from voc.issues import placed_by_theme
from voc.issues.grouping import GroupKey, group_voices, urgent_once
from voc.records import UNHEARD, Mention, told_of

NOW = datetime(2026, 5, 20, tzinfo=UTC)
THEMES = {
    "tp_1": "没给餐具",
    "tp_2": "打电话（不通等）",
    "tp_3": "石锅拌饭（说好等）",
    "tp_4": "送餐（多方面）",
    "tp_5": "太差",
}
INDUSTRY = Industry.model_validate(
    {
        "id": "diner",
        "name": "餐馆",
        "aspects": [
            {"id": "taste", "name": "味道", "group_by": ["store"]},
            {"id": "price", "name": "价格"},
        ],
    }
)


def complaint(
    name: str,
    aspect_id: str = UNHEARD,
    topic: str | None = "tp_1",
    *,
    score: float = 0.9,
    **values: Any,
) -> Mention:
    return Mention(name, "diner", aspect_id, "negative", score, NOW, topic_id=topic, **values)


def placed(*complaints: Mention) -> list[tuple[str, str]]:
    return [(one.feedback_id, one.aspect_id) for one in placed_by_theme(complaints, THEMES)]


def test_a_theme_of_which_two_thirds_speak_of_one_aspect_is_of_that() -> None:
    heard = [complaint("a", "taste"), complaint("b", "taste")]
    assert placed(*heard, complaint("c")) == [("a", "taste"), ("b", "taste"), ("c", "taste")]
    assert placed(*heard, complaint("c"), complaint("d"))[2:] == [("c", UNHEARD), ("d", UNHEARD)]


def test_a_voice_that_complains_of_the_aspect_anyway_does_so_once() -> None:
    heard = [complaint("a", "taste"), complaint("b", "taste")]
    assert placed(*heard, complaint("a")) == [("a", "taste"), ("b", "taste")]


def test_doubtful_voices_do_not_say_what_a_theme_is_of() -> None:
    heard = [complaint(name, "taste", is_doubtful=True) for name in "abcd"]
    assert placed(*heard, complaint("e"))[-1] == ("e", UNHEARD)


@pytest.mark.parametrize(
    ("topic", "is_kept"),
    [
        pytest.param("tp_1", True, id="a problem"),
        pytest.param("tp_2", True, id="a subject and what is wrong with it"),
        pytest.param("tp_3", False, id="a subject and something else"),
        pytest.param("tp_4", False, id="a subject alone"),
        pytest.param("tp_5", False, id="a verdict alone"),
        pytest.param("tp_9", False, id="no theme of the store"),
        pytest.param(None, False, id="no theme"),
    ],
)
def test_what_names_no_trouble_makes_no_problem_of_its_own(
    topic: str | None, is_kept: bool
) -> None:
    assert placed(complaint("a", topic=topic)) == ([("a", UNHEARD)] if is_kept else [])


def test_what_is_told_of_a_subject() -> None:
    assert told_of("打电话（不通、占线等）") == told_of("打电话（不通等）") == "不通"
    assert told_of("送餐（多方面）") == told_of("没给餐具") == told_of("送餐（其他2）") == ""


def test_one_theme_is_one_problem_in_all_stores() -> None:
    voices = [complaint(name, store=store) for name, store in (("a", "东店"), ("b", "西店"))]
    groups = group_voices(voices, industries={"diner": INDUSTRY}, min_score=0.3)
    assert {key: len(each) for key, each in groups.items()} == {
        GroupKey("diner", None, None, None, "tp_1"): 2
    }
    lost = [complaint("c", topic=None, urgency="critical")]
    assert group_voices(lost, industries={"diner": INDUSTRY}, min_score=0.3) == {}


def test_those_that_name_no_store_join_what_others_of_their_theme_say_of_an_aspect() -> None:
    voices = [complaint("a"), complaint("b", "taste")]
    [group] = group_voices(voices, industries={"diner": INDUSTRY}, min_score=0.3).values()
    assert [voice.feedback_id for voice in group] == ["a", "b"]


def test_the_urgency_of_a_voice_stays_with_an_aspect_that_hears_it() -> None:
    voices = [
        complaint("a", "taste", score=0.4, urgency="high"),
        complaint("a", score=0.9, urgency="high"),
    ]
    assert [voice.urgency for voice in urgent_once(voices)] == ["high", "normal"]
