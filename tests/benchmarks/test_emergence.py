"""The gates of planted emergence, small and seeded, and what they are measured by."""

from __future__ import annotations

import numpy as np

from tests.benchmarks.emergence_rows import (
    Planted,
    figures,
    judged,
    ours,
    plain_daily,
    plain_weekly,
    plant,
)

VOLUMES = 11 * np.tile([1.2, 1.15, 1.1, 1.05, 1.0, 0.75, 0.75], 36)


def test_planted_rises_are_found_soon_and_little_else() -> None:
    made = plant(VOLUMES, 0, size=10, rise=3.0, seed=1, alpha=0.1, streams=100)
    own, plain = (figures([judged(made, finder(made))]) for finder in (ours, plain_weekly))
    assert own["recall"] is not None
    assert own["recall"] >= 0.9
    assert own["false_a_month"] is not None
    assert own["false_a_month"] <= 1
    assert plain["false_a_month"] is not None
    assert own["false_a_month"] <= plain["false_a_month"] / 5
    assert own["mean_delay"] is not None
    assert plain["mean_delay"] is not None
    assert own["mean_delay"] <= plain["mean_delay"]


def test_the_plain_rules_read_weeks_and_days() -> None:
    counts = np.zeros((2, 35))
    counts[0, :14] = 1  # two weeks of seven, then one of fifteen
    counts[0, 14:21] = [1, 2, 2, 2, 2, 3, 3]
    counts[1, 20] = 2  # too few to say anything
    made = Planted(counts, (), 2, weekday=0)
    assert plain_weekly(made) == [(0, 20)]
    assert plain_daily(made) == [(0, 20)]
    # With a Sunday first, the weeks lie otherwise: 1 and 6 times 1, then 14.
    assert plain_weekly(Planted(counts, (), 2, weekday=6)) == []


def test_delays_count_the_day_of_the_rise_and_false_alarms_the_background() -> None:
    made = Planted(np.zeros((3, 200)), (150,), 2, weekday=0)
    told = judged(made, [(2, 149), (2, 152), (2, 160), (0, 130), (1, 100)])
    assert told["delays"] == [3]
    assert told["false"] == 1
    assert figures([told]) == {
        "recall": 1.0,
        "precision": 0.5,
        "false_a_month": round(200 / (2 * 74 / 30), 2),
        "median_delay": 3.0,
        "mean_delay": 3.0,
    }
