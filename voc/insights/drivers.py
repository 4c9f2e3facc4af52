"""What drives a score: how it differs where an aspect is complained of."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from voc.insights.scores import t_quantile

ENOUGH: Final = 20
"""Fewest scores on either side for a difference to be called one."""


@dataclass(slots=True)
class ScoreSums:
    """Sums of scores, enough for mean and variance, that grow one score at a time."""

    n: int = 0
    total: float = 0.0
    squares: float = 0.0

    def add(self, score: float) -> None:
        self.n += 1
        self.total += score
        self.squares += score * score

    def without(self, part: ScoreSums) -> ScoreSums:
        """Returns the sums of what is here and not in `part`."""
        return ScoreSums(self.n - part.n, self.total - part.total, self.squares - part.squares)

    @property
    def mean(self) -> float | None:
        return self.total / self.n if self.n else None

    @property
    def variance(self) -> float | None:
        """The unbiased variance, `None` of fewer than two scores."""
        if self.n < 2:
            return None
        return max(0.0, (self.squares - self.total * self.total / self.n) / (self.n - 1))


@dataclass(frozen=True, slots=True)
class ScoreDriver:
    """A score where an aspect is complained of, and where it is not.

    Attributes:
        n: Scores that come with the complaint.
        n_other: The other scores.
        mean: Mean of the former, `None` where there are none.
        mean_other: Mean of the latter, `None` where there are none.
        difference: `mean - mean_other`.
        low: Lower end of its 95 % interval, `None` with fewer than two scores on either side.
        high: Upper end of it.
        drag: How much lower the mean of all scores is than `mean_other`. An association, not a
            promise of what mending the aspect would bring.
        is_enough: Whether both sides have at least `ENOUGH` scores.
    """

    n: int
    n_other: int
    mean: float | None
    mean_other: float | None
    difference: float | None
    low: float | None
    high: float | None
    drag: float | None
    is_enough: bool


def sums_of(scores: Iterable[float]) -> ScoreSums:
    """Returns the sums of `scores`."""
    sums = ScoreSums()
    for score in scores:
        sums.add(score)
    return sums


def score_driver(complaining: ScoreSums, everyone: ScoreSums) -> ScoreDriver:
    """Compares the scores that come with a complaint with all the others.

    The interval is that of B. L. Welch, The generalization of "Student's" problem when several
    different population variances are involved, Biometrika 34 (1947), 28–35.

    Args:
        complaining: Scores of those who complain of the aspect.
        everyone: All scores, those included.
    """
    others = everyone.without(complaining)
    mean, mean_other = complaining.mean, others.mean
    gap = mean - mean_other if mean is not None and mean_other is not None else None
    half = _welch_half(complaining, others)
    return ScoreDriver(
        n=complaining.n,
        n_other=others.n,
        mean=mean,
        mean_other=mean_other,
        difference=gap,
        low=gap - half if gap is not None and half is not None else None,
        high=gap + half if gap is not None and half is not None else None,
        drag=gap * complaining.n / everyone.n if gap is not None else None,
        is_enough=min(complaining.n, others.n) >= ENOUGH,
    )


def _welch_half(one: ScoreSums, other: ScoreSums) -> float | None:
    if one.variance is None or other.variance is None:
        return None
    parts = one.variance / one.n, other.variance / other.n
    error = sum(parts)
    if error == 0:
        return 0.0
    degrees = error**2 / (parts[0] ** 2 / (one.n - 1) + parts[1] ** 2 / (other.n - 1))
    return t_quantile(degrees) * math.sqrt(error)
