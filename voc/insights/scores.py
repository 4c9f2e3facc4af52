"""Scores that customers give: NPS, CSAT, CES and star ratings, each with a 95 % interval."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from voc.errors import UsageError
from voc.insights.proportions import Proportion, proportion
from voc.issues.shares import Z95

NPS_SCALE: Final = range(0, 11)
CSAT_SCALE: Final = range(1, 6)
CES_SCALE: Final = range(1, 8)


@dataclass(frozen=True, slots=True)
class Nps:
    """Net promoter score in points from -100 to 100; `None` where nobody answered."""

    value: float | None
    low: float
    high: float
    n: int
    promoters: int
    passives: int
    detractors: int


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean with its 95 % interval; bounds are `None` where fewer than two values are known."""

    value: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Csat:
    """Satisfaction of 1 to 5: the share of 4 and 5, and the mean."""

    satisfied: Proportion
    mean: Mean


@dataclass(frozen=True, slots=True)
class Ces:
    """Customer effort of 1 to 7, 7 being easiest: the share of 5 to 7, and the mean."""

    easy: Proportion
    mean: Mean


def nps(scores: Iterable[int]) -> Nps:
    """Returns the net promoter score of answers from 0 to 10; see `nps_of_counts`."""
    return nps_of_counts(Counter(scores))


def nps_of_counts(counts: Mapping[int, int]) -> Nps:
    """Returns the share of 9 and 10 less the share of 0 to 6, in points.

    The interval is the adjusted Wald interval of a difference of paired proportions, which holds
    its level for few answers too: D. G. Bonett and R. M. Price, Adjusted Wald confidence interval
    for a difference of binomial proportions based on paired data, Journal of Educational and
    Behavioral Statistics 37 (2012), 479–488.

    Args:
        counts: How often each answer was given.

    Raises:
        UsageError: An answer lies outside 0 to 10.
    """
    _check(counts, NPS_SCALE, "NPS")
    n = sum(counts.values())
    promoters = sum(count for score, count in counts.items() if score >= 9)
    detractors = sum(count for score, count in counts.items() if score <= 6)
    passives = n - promoters - detractors
    if n == 0:
        return Nps(None, -100.0, 100.0, 0, 0, 0, 0)
    up, down = (promoters + 1) / (n + 2), (detractors + 1) / (n + 2)
    half = Z95 * math.sqrt((up + down - (up - down) ** 2) / (n + 2))
    return Nps(
        value=100 * (promoters - detractors) / n,
        low=100 * max(-1.0, up - down - half),
        high=100 * min(1.0, up - down + half),
        n=n,
        promoters=promoters,
        passives=passives,
        detractors=detractors,
    )


def csat(scores: Iterable[int]) -> Csat:
    """Returns the satisfaction of answers from 1 to 5; see `csat_of_counts`."""
    return csat_of_counts(Counter(scores))


def csat_of_counts(counts: Mapping[int, int]) -> Csat:
    """Returns the share of 4 and 5 (by `proportion`) and the mean (by `mean_of_counts`).

    Raises:
        UsageError: An answer lies outside 1 to 5.
    """
    _check(counts, CSAT_SCALE, "CSAT")
    satisfied = sum(count for score, count in counts.items() if score >= 4)
    return Csat(proportion(satisfied, sum(counts.values())), mean_of_counts(counts))


def ces(scores: Iterable[int]) -> Ces:
    """Returns the customer effort of answers from 1 to 7; see `ces_of_counts`."""
    return ces_of_counts(Counter(scores))


def ces_of_counts(counts: Mapping[int, int]) -> Ces:
    """Returns the share of 5 to 7, 7 being easiest, and the mean (by `mean_of_counts`).

    Raises:
        UsageError: An answer lies outside 1 to 7.
    """
    _check(counts, CES_SCALE, "CES")
    easy = sum(count for score, count in counts.items() if score >= 5)
    return Ces(proportion(easy, sum(counts.values())), mean_of_counts(counts))


def mean_of_counts(counts: Mapping[int, int] | Mapping[float, int]) -> Mean:
    """Returns the mean of values, given how often each stands, with Student's t interval.

    One value alone, and values that are all the same, tell nothing of how far others may lie.
    """
    n = sum(counts.values())
    if n == 0:
        return Mean(None, None, None, 0)
    mean = sum(value * count for value, count in counts.items()) / n
    if n in counts.values():
        return Mean(mean, None, None, n)
    squares = sum(count * (value - mean) ** 2 for value, count in counts.items())
    half = t_quantile(n - 1) * math.sqrt(squares / (n - 1) / n)
    return Mean(mean, mean - half, mean + half, n)


def t_quantile(degrees: float) -> float:
    """Returns the 97.5 % point of Student's t distribution."""
    from scipy.stats import t

    return float(t.ppf(0.975, degrees))


def _check(counts: Mapping[int, int], scale: range, name: str) -> None:
    wrong = [score for score in counts if score not in scale]
    if wrong:
        raise UsageError(
            f"{name} answers go from {scale[0]} to {scale[-1]}, but one is {wrong[0]!r}; "
            "leave such rows out or map the right column."
        )
