from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from voc.errors import UsageError
from voc.insights import ces, csat, mean_of_counts, nps, nps_of_counts


@pytest.mark.parametrize(
    ("scores", "value", "parts"),
    [
        ([10, 9, 8, 7, 6, 0], 0.0, (2, 2, 2)),
        ([10] * 7 + [8] * 2 + [3], 60.0, (7, 2, 1)),
        ([7, 8], 0.0, (0, 2, 0)),
        ([0], -100.0, (0, 0, 1)),
        ([9, 9, 9], 100.0, (3, 0, 0)),
    ],
)
def test_nps_counts_nines_and_tens_less_zeros_to_sixes(
    scores: list[int], value: float, parts: tuple[int, int, int]
) -> None:
    found = nps(scores)
    assert found.value == pytest.approx(value)
    assert (found.promoters, found.passives, found.detractors) == parts
    assert found.n == len(scores)
    assert -100 <= found.low < found.high <= 100


def test_the_nps_interval_is_that_of_bonett_and_price() -> None:
    # 50 answers: 25 promoters, 15 detractors; (26 - 16) / 52 and its spread, worked by hand.
    found = nps_of_counts({10: 25, 8: 10, 3: 15})
    centre = 10 / 52
    half = 1.959964 * math.sqrt((42 / 52 - centre**2) / 52)
    assert found.value == 20.0
    assert found.low == pytest.approx(100 * (centre - half), abs=1e-3)  # -4.62
    assert found.high == pytest.approx(100 * (centre + half), abs=1e-3)  # 43.08
    assert (round(found.low, 1), round(found.high, 1)) == (-4.6, 43.1)


def test_nobody_answered() -> None:
    assert nps([]).value is None
    assert (nps([]).low, nps([]).high) == (-100, 100)
    assert csat([]).satisfied.share is None
    assert csat([]).mean.value is None


@pytest.mark.parametrize(
    ("function", "scores", "wrong"), [(nps, [9, 11], 11), (csat, [0], 0), (ces, [8], 8)]
)
def test_an_answer_off_the_scale_is_refused(
    function: Callable[[list[int]], object], scores: list[int], wrong: int
) -> None:
    with pytest.raises(UsageError, match=f"one is {wrong}"):
        function(scores)


def test_csat_is_the_share_of_fours_and_fives() -> None:
    found = csat([5, 4, 4, 3, 1])
    assert (found.satisfied.count, found.satisfied.total) == (3, 5)
    assert found.mean.value == pytest.approx(3.4)


def test_ces_is_the_share_of_fives_to_sevens() -> None:
    found = ces([7, 5, 4, 1])
    assert found.easy.share == 0.5
    assert found.mean.value == pytest.approx(4.25)


@pytest.mark.parametrize(
    ("counts", "mean", "half"),
    [
        ({1: 1, 2: 1, 3: 1}, 2.0, 4.302653 * 1 / math.sqrt(3)),  # t(2) = 4.302653, s = 1
        ({4: 2, 2: 2}, 3.0, 3.182446 * math.sqrt(4 / 3) / 2),  # t(3) = 3.182446
        ({5: 10, 4: 0, 3: 10}, 4.0, 2.093024 / math.sqrt(19)),  # t(19) = 2.093024
    ],
)
def test_the_interval_of_a_mean_is_students(
    counts: dict[int, int], mean: float, half: float
) -> None:
    found = mean_of_counts(counts)
    assert found.value == pytest.approx(mean)
    assert found.low == pytest.approx(mean - half, abs=1e-4)
    assert found.high == pytest.approx(mean + half, abs=1e-4)


@pytest.mark.parametrize("counts", [{4.5: 1}, {1: 5}, {1: 5, 2: 0}])
def test_values_that_are_all_the_same_have_a_mean_and_no_interval(
    counts: dict[float, int],
) -> None:
    found = mean_of_counts(counts)
    assert (found.value, found.low, found.high) == (min(counts), None, None)
    assert found.n == sum(counts.values())
