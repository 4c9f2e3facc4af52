"""The verdicts on planted orders, small and seeded, and what they are measured by."""

from __future__ import annotations

import numpy as np
import pytest

from tests.benchmarks.effect_rows import CASES, Case, effects, figures, plant

VOLUMES = 11 * np.tile([1.2, 1.15, 1.1, 1.05, 1.0, 0.75, 0.75], 36)


def told(name: str, *, with_control: bool = True) -> dict[str, float]:
    case: Case = next(case for case in CASES if case.name == name)
    made = plant(VOLUMES, case, size=20, seed=5, alpha=0.1)
    return figures(effects(made, with_control=with_control))


@pytest.mark.parametrize(
    ("name", "verdict", "least", "most"),
    [
        ("no change", "effective", 0.0, 0.08),
        ("half of it everywhere", "effective", 0.0, 0.08),
        ("drop to 0.3", "effective", 0.9, 1.0),
        ("drop to 0.5", "not_effective", 0.0, 0.1),
    ],
)
def test_verdicts_are_right(name: str, verdict: str, least: float, most: float) -> None:
    assert least <= told(name)[verdict] <= most


def test_without_a_control_a_quiet_season_is_a_success() -> None:
    assert told("half of it everywhere", with_control=False)["effective"] > 0.5
