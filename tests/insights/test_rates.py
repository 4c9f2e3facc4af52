from __future__ import annotations

import pytest

from voc.insights import rate_ratio


@pytest.mark.parametrize(
    ("counts", "exposures", "value", "low", "high"),
    [
        # Clopper and Pearson for 81 in 263 is 0.2527 to 0.3676: odds 0.3381 to 0.5812.
        ((81, 182), (1.0, 1.0), 0.4451, 0.3381, 0.5812),
        ((81, 182), (1.0, 2.0), 0.8901, 0.6763, 1.1624),
        ((0, 10), (1.0, 1.0), 0.0, 0.0, 0.4455),  # 1 - 0.025 ** 0.1 = 0.3085
    ],
)
def test_a_rate_ratio_has_the_exact_interval(
    counts: tuple[int, int],
    exposures: tuple[float, float],
    value: float,
    low: float,
    high: float,
) -> None:
    found = rate_ratio(counts, exposures)
    assert found is not None
    assert found.value == pytest.approx(value, abs=1e-4)
    assert found.low == pytest.approx(low, abs=1e-3)
    assert found.high == pytest.approx(high, abs=1e-3)


def test_a_voice_after_none_has_no_upper_bound() -> None:
    found = rate_ratio((5, 0), (100, 100))
    assert found is not None
    assert found.value is None
    assert found.high is None
    assert found.low == pytest.approx(0.9167, abs=1e-3)  # 0.025 ** 0.2 = 0.4782
    assert found.p == pytest.approx(2 * 0.5**5)


@pytest.mark.parametrize(
    ("counts", "exposures"), [((0, 0), (1, 1)), ((3, 1), (0, 1)), ((3, 1), (1, 0))]
)
def test_nothing_is_compared_with_nothing(
    counts: tuple[int, int], exposures: tuple[float, float]
) -> None:
    assert rate_ratio(counts, exposures) is None
