from __future__ import annotations

import pytest

from voc.insights import ScoreSums, score_driver, sums_of


def test_the_driver_is_the_difference_of_means_with_welchs_interval() -> None:
    complaining = [1.0, 2.0, 3.0]  # mean 2, variance 1
    others = [3.0, 5.0, 5.0, 3.0]  # mean 4, variance 4/3
    found = score_driver(sums_of(complaining), sums_of(complaining + others))
    assert (found.n, found.n_other) == (3, 4)
    assert (found.mean, found.mean_other) == (2.0, 4.0)
    assert found.difference == pytest.approx(-2.0)
    # error² = 1/3 + 1/3; degrees = (2/3)² / ((1/9)/2 + (1/9)/3) = 4.8; t(4.8) = 2.6026
    assert found.low == pytest.approx(-2 - 2.6026 * 0.816497, abs=2e-3)
    assert found.high == pytest.approx(-2 + 2.6026 * 0.816497, abs=2e-3)
    assert found.drag == pytest.approx(22 / 7 - 4)
    assert not found.is_enough


@pytest.mark.parametrize(("n", "n_other", "enough"), [(20, 20, True), (19, 300, False)])
def test_twenty_scores_on_either_side_are_enough(n: int, n_other: int, enough: bool) -> None:
    complaining = [1.0 + index % 2 for index in range(n)]
    others = [4.0 + index % 2 for index in range(n_other)]
    found = score_driver(sums_of(complaining), sums_of(complaining + others))
    assert found.is_enough is enough


@pytest.mark.parametrize("complaining", [[], [2.0]])
def test_too_few_scores_have_no_interval(complaining: list[float]) -> None:
    found = score_driver(sums_of(complaining), sums_of([*complaining, 5.0, 4.0]))
    assert found.low is None
    assert found.high is None
    assert found.mean == (2.0 if complaining else None)
    assert found.drag == (pytest.approx(11 / 3 - 4.5) if complaining else None)


def test_no_scores_at_all() -> None:
    assert score_driver(ScoreSums(), ScoreSums()).difference is None


def test_scores_without_spread_differ_for_sure() -> None:
    found = score_driver(sums_of([1.0, 1.0]), sums_of([1.0, 1.0, 5.0, 5.0]))
    assert (found.low, found.high) == (-4.0, -4.0)
