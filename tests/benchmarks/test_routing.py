"""The benchmark of routing compares two that do the same."""

from __future__ import annotations

import random

from tests.benchmarks.routing import INDUSTRIES, indexed, issues, looped, rules
from voc.config import load_industry
from voc.workorders.routing import DEFAULT_RULE


def test_both_candidates_name_the_same_rules() -> None:
    industries = {name: load_industry(name) for name in INDUSTRIES}
    chance = random.Random(1)
    made = rules(300, industries, chance)
    asked = issues(400, industries, chance)
    one, other = indexed(made, industries), looped(made, industries)
    names = [one(*item) for item in asked]
    assert names == [other(*item) for item in asked]
    assert 0.1 < names.count(DEFAULT_RULE) / len(names) < 0.9
