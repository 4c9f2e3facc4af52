"""Rules by sets of bits: the same answer as looking at one after another."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from voc.workorders.matching import Between, Conditions, Facts, Failed, RuleIndex, holds, matches

RATINGS: tuple[tuple[()] | float, ...] = ((), 0.0, 0.2, 0.25, 0.4, 0.5, 0.7, 1.0)
ENDS = (None, 0.0, 0.25, 0.5, 1.0)
STORES = ("城东店", "城东二店", "城西(a)店", "城西?店", "")
WANTED = ("城东*", "*二店", "城西(a)店", "城西?店", "*", "城*店")


@pytest.mark.parametrize(
    ("value", "pattern", "held"),
    [
        ("城东店", "城东店", True),
        ("城东店", "城东", False),
        ("城东店", "城*", True),
        ("城东店", "*店", True),
        ("城东店", "城*东*店", True),
        ("城西店", "城?店", False),
        ("a.c", "a.c", True),
        ("abc", "a.c*", False),
        ("两\n行", "两*", True),
    ],
)
def test_only_the_star_is_special(value: str, pattern: str, held: bool) -> None:
    assert matches(value, pattern) is held


def test_no_rules_hold_nothing() -> None:
    assert RuleIndex([]).first({"store": ["城东店"]}) is None


@pytest.mark.parametrize("seed", range(20))
def test_the_same_as_one_after_another(seed: int) -> None:
    chance = random.Random(seed)
    rules: list[tuple[str, Conditions]] = [
        (
            str(number),
            {
                "store": _some(chance, WANTED, most=2),
                "aspect": _some(chance, ("power", "service"), most=1),
                "reason": _some(chance, ("安全", "限时", "媒体"), most=2),
                "rating": _between(chance),
            },
        )
        for number in range(40)
    ]
    index = RuleIndex(rules)
    for _ in range(200):
        facts: Facts = {
            "store": _some(chance, STORES, most=1),
            "aspect": _some(chance, ("power", "service", "price"), most=2),
            "reason": _some(chance, ("安全", "限时", "媒体"), most=3),
            "rating": chance.choice(RATINGS),
        }
        holding = [place for place, (_, when) in enumerate(rules) if _holds(when, facts)]
        assert index.first(facts) == (holding[0] if holding else None)
        assert index.every(facts) == holding
        failed = [one.rule for one in index.failed(facts)]
        assert failed == [str(place) for place in range(40) if place not in holding]


def test_why_a_number_does_not_fit_is_told_in_words() -> None:
    index = RuleIndex(
        [("好评", {"rating": Between(0.8, 1)}), ("差评", {"rating": Between(0, 0.4)})]
    )
    assert list(index.failed({"rating": 0.6})) == [
        Failed("好评", "rating", ("≥ 0.8", "≤ 1"), ("0.6",)),
        Failed("差评", "rating", ("≥ 0", "≤ 0.4"), ("0.6",)),
    ]
    assert [one.found for one in index.failed({"rating": ()})] == [(), ()]


def _between(chance: random.Random) -> Between | tuple[()]:
    low, high = chance.choice(ENDS), chance.choice(ENDS)
    if low is None and high is None:
        return ()
    return Between(low, high) if low is None or high is None or low <= high else Between(high, low)


def _some(chance: random.Random, values: Sequence[str], *, most: int) -> tuple[str, ...]:
    return tuple(chance.sample(values, chance.randint(0, most)))


def _holds(when: Conditions, facts: Facts) -> bool:
    return all(not allowed or holds(allowed, facts[name]) for name, allowed in when.items())


def test_rules_left_out_are_not_tried() -> None:
    index = RuleIndex([("a", {"store": ["x"]}), ("b", {}), ("c", {"store": ["x"]})])
    facts = {"store": ["x"]}
    assert index.every(facts) == [0, 1, 2]
    assert index.every(facts, without={"a", "c", "unknown"}) == [1]
    assert index.first(facts, without={"a"}) == 1
