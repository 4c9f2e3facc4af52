from __future__ import annotations

import pytest

from voc.errors import UsageError
from voc.insights import difference, proportion, wilson


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [
        (0, 0, 0.0, 1.0),
        (0, 10, 0.0, 0.2775),
        (8, 10, 0.4902, 0.9433),
        (10, 10, 0.7225, 1.0),
        (81, 263, 0.2553, 0.3662),  # the worked example of Newcombe (1998)
        (1, 100_000, 0.0000018, 0.0000566),
    ],
)
def test_wilson_gives_the_interval_known_from_tables(
    count: int, total: int, low: float, high: float
) -> None:
    digits = 7 if total > 1000 else 4
    assert tuple(round(bound, digits) for bound in wilson(count, total)) == (low, high)


@pytest.mark.parametrize(("count", "total"), [(-1, 3), (4, 3)])
def test_an_impossible_share_is_refused(count: int, total: int) -> None:
    with pytest.raises(UsageError, match=f"{count} in {total}"):
        wilson(count, total)


def test_a_proportion_of_nothing_is_unknown_and_not_zero() -> None:
    assert proportion(0, 0).share is None
    assert proportion(1, 4).share == 0.25


@pytest.mark.parametrize(
    ("one", "other", "value", "low", "high", "clear"),
    [
        ((56, 70), (48, 80), 0.2, 0.0524, 0.3339, True),  # Newcombe (1998), table II, method 10
        ((9, 10), (3, 10), 0.6, 0.1705, 0.8090, True),
        ((6, 7), (2, 7), 0.5714, 0.0582, 0.8062, True),
        ((5, 56), (0, 29), 0.0893, -0.0381, 0.1926, False),
        ((10, 10), (0, 10), 1.0, 0.6075, 1.0, True),
    ],
)
def test_the_difference_of_two_shares_is_newcombes(
    one: tuple[int, int],
    other: tuple[int, int],
    value: float,
    low: float,
    high: float,
    clear: bool,
) -> None:
    found = difference(proportion(*one), proportion(*other))
    assert found is not None
    assert [round(x, 4) for x in (found.value, found.low, found.high)] == [value, low, high]
    assert found.is_clear is clear


def test_nothing_differs_from_nothing() -> None:
    assert difference(proportion(0, 0), proportion(1, 2)) is None
