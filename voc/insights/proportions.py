"""Shares of counts with their uncertainty."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from voc.errors import UsageError

Z95: Final = 1.959963984540054
"""The 97.5 % point of the standard normal distribution."""


@dataclass(frozen=True, slots=True)
class Proportion:
    """A share with its 95 % interval, all in [0, 1]; `share` is `None` where there is nothing."""

    count: int
    total: int
    share: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """The difference of two shares with its 95 % interval, all in [-1, 1]."""

    value: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


def wilson(count: int, total: int, *, z: float = Z95) -> tuple[float, float]:
    """Returns the score interval of a share.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference,
    JASA 22 (1927), 209–212.

    Args:
        count: Successes, at most `total`.
        total: Trials; with none, nothing is known and the interval is (0, 1).
        z: Quantile of the normal distribution, 1.96 for 95 %.

    Raises:
        UsageError: `count` is negative or over `total`.
    """
    if not 0 <= count <= total:
        raise UsageError(
            f"A share of {count} in {total} is impossible; give a count from 0 to the total."
        )
    if total == 0:
        return 0.0, 1.0
    share = count / total
    denominator = 1 + z * z / total
    centre = (share + z * z / (2 * total)) / denominator
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total)) / denominator
    low = 0.0 if count == 0 else max(0.0, centre - half)
    high = 1.0 if count == total else min(1.0, centre + half)
    return low, high


def proportion(count: int, total: int) -> Proportion:
    """Returns a share with its 95 % interval by `wilson`, whose errors it raises."""
    low, high = wilson(count, total)
    return Proportion(count, total, count / total if total else None, low, high)


def difference(one: Proportion, other: Proportion) -> Difference | None:
    """Returns `one - other` with its interval, or `None` where one of them holds nothing.

    Source: method 10 of R. G. Newcombe, Interval estimation for the difference between independent
    proportions, Statistics in Medicine 17 (1998), 873–890.
    """
    if one.share is None or other.share is None:
        return None
    value = one.share - other.share
    below = math.hypot(one.share - one.low, other.high - other.share)
    above = math.hypot(one.high - one.share, other.share - other.low)
    return Difference(value, max(-1.0, value - below), min(1.0, value + above))
