"""Shares of counts with their uncertainty."""

from __future__ import annotations

import math
from dataclasses import dataclass

from voc.issues.shares import wilson


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
