"""Which complaints are one problem."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from voc.config import Industry
from voc.issues.grouping import (
    GroupKey,
    commonest_aspect,
    group_rules,
    group_voices,
    merged,
    negativity_by_group,
)
from voc.issues.severity import Negativity
from voc.records import Mention, Span


@pytest.mark.parametrize(
    ("aspect_id", "key"),
    [
        ("power", ("X5", None)),
        ("service", (None, "城东店")),
        ("price", (None, None)),
        ("brakes", ("X5", "城东店")),
        ("custom.1", ("X5", "城东店")),
    ],
)
def test_the_taxonomy_says_what_must_be_equal(
    aspect_id: str,
    key: tuple[str | None, str | None],
    mention: Callable[..., Mention],
    industries: Mapping[str, Industry],
) -> None:
    voice = mention("a", 0, aspect_id=aspect_id, product="X5", store="城东店")
    groups = group_voices([voice], rules=group_rules(industries), min_score=0.5)
    assert groups == {GroupKey("cars", aspect_id, *key): [voice]}


@pytest.mark.parametrize(
    ("values", "counts"),
    [
        ({}, True),
        ({"score": 0.5}, True),
        ({"score": 0.49}, False),
        ({"sentiment": "positive"}, False),
        ({"sentiment": "neutral"}, False),
    ],
)
def test_what_counts_as_a_voice(
    values: dict[str, object],
    counts: bool,
    mention: Callable[..., Mention],
    industries: Mapping[str, Industry],
) -> None:
    groups = group_voices([mention("a", 0, **values)], rules=group_rules(industries), min_score=0.5)
    assert bool(groups) is counts


def test_two_mentions_in_one_feedback_are_one_voice_in_either_order(
    mention: Callable[..., Mention], industries: Mapping[str, Industry]
) -> None:
    one = mention("a", 1, urgency="high", opinions=("变速箱 顿挫",), text="顿挫")
    other = mention("a", 0, urgency="critical", opinions=("油门 迟钝",), score=0.7)
    both = group_voices([one, other], rules=group_rules(industries), min_score=0.5)
    assert both == group_voices([other, one], rules=group_rules(industries), min_score=0.5)
    [[voice]] = both.values()
    assert voice.occurred_at == other.occurred_at
    assert (voice.urgency, voice.score) == ("critical", 0.9)
    assert voice.opinions == ("变速箱 顿挫", "油门 迟钝")
    assert voice.evidence == (Span(0, 2, "顿挫"),)


def _keys(groups: Mapping[GroupKey, list[Mention]]) -> list[tuple[str | None, list[str]]]:
    return [(key.topic_id, [voice.feedback_id for voice in found]) for key, found in groups.items()]


def test_voices_that_name_no_place_are_grouped_by_topic(
    mention: Callable[..., Mention], industries: Mapping[str, Industry]
) -> None:
    voices = [
        mention("a", 0, product=None, store=None, topic_id="noise"),
        mention("b", 0, product=None, store=None, topic_id="lift"),
        mention("c", 0, product=None, store=None, topic_id="noise"),
        mention("d", 0, product=None, store=None),
        mention("e", 0, product=None, store=None, urgency="critical"),
        mention("f", 0, product="X5", store=None, topic_id="noise"),
    ]
    groups = group_voices(voices, rules=group_rules(industries), min_score=0.5)
    assert sorted(_keys(groups), key=str) == [
        ("lift", ["b"]),
        ("noise", ["a", "c"]),
        (None, ["e"]),
        (None, ["f"]),
    ]


def test_one_theme_is_one_problem_whatever_aspects_it_is_heard_as(
    mention: Callable[..., Mention], industries: Mapping[str, Industry]
) -> None:
    place: dict[str, Any] = {"product": None, "store": None, "topic_id": "noise"}
    voices = [
        mention("a", 0, score=0.5, **place),
        mention("a", 0, score=0.8, aspect_id="service", **place),
        mention("b", 0, **place),
        mention("c", 0, aspect_id="service", **place),
        mention("d", 0, aspect_id="price", **place),
    ]
    groups = group_voices(voices, rules=group_rules(industries), min_score=0.3)
    assert groups == group_voices(voices[::-1], rules=group_rules(industries), min_score=0.3)
    theme = groups[GroupKey("cars", None, None, None, "noise")]
    assert [voice.feedback_id for voice in theme] == ["a", "b", "c"]
    assert [voice.aspect_id for voice in theme] == ["service", "power", "service"]
    assert commonest_aspect(theme) == "service"
    assert commonest_aspect(theme[:2]) == "power"
    # All complaints of an aspect that is told apart by no place are one problem.
    assert len(groups[GroupKey("cars", "price", None, None)]) == 1


def test_without_any_topic_voices_that_name_no_place_are_one_group(
    mention: Callable[..., Mention], industries: Mapping[str, Industry]
) -> None:
    voices = [mention(name, 0, product=None, store=None) for name in "ab"]
    groups = group_voices(voices, rules=group_rules(industries), min_score=0.5)
    assert _keys(groups) == [(None, ["a", "b"])]


def test_an_emergency_belongs_to_the_surest_aspect_of_its_voice(
    mention: Callable[..., Mention], industries: Mapping[str, Industry]
) -> None:
    wire = mention("a", 0, aspect_id="brakes", urgency="critical", score=0.9)
    dear = mention("a", 0, aspect_id="price", urgency="critical", score=0.6)
    groups = group_voices([dear, wire], rules=group_rules(industries), min_score=0.5)
    found = {key.aspect_id: voices[0].urgency for key, voices in groups.items()}
    assert found == {"brakes": "critical", "price": "normal"}


def test_polarities_add_up_to_those_of_a_group(industries: Mapping[str, Industry]) -> None:
    found = negativity_by_group(
        {
            ("cars", "power", "X5", "A店"): (2, 5),
            ("cars", "power", "X5", None): (1, 1),
            ("cars", "power", None, "A店"): (7, 7),
            ("cars", "brakes", "X5", "A店"): (3, 4),
            ("cars", "price", "X5", None): (2, 9),
        },
        group_rules(industries),
    )
    assert found == {
        GroupKey("cars", "power", "X5", None): Negativity(3, 6),
        GroupKey("cars", "power", None, None): Negativity(7, 7),
        GroupKey("cars", "brakes", "X5", "A店"): Negativity(3, 4),
        GroupKey("cars", "price", None, None): Negativity(2, 9),
    }


def test_a_voice_of_two_aspects_begins_with_what_its_topic_was_heard_in(
    mention: Callable[..., Mention],
) -> None:
    early, late, last = Span(0, 2, "很吵"), Span(3, 5, "太吵"), Span(6, 8, "还吵")
    one = replace(mention("a", 0), evidence=(late, early))
    other = replace(mention("a", 0, aspect_id="service"), evidence=(last,))
    assert merged(one, other).evidence == merged(other, one).evidence == (late, last, early)
