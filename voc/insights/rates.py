"""How many times more often something is said than before, for the same amount of feedback."""

from __future__ import annotations

from dataclasses import dataclass

from voc.issues.trends import rate_change


@dataclass(frozen=True, slots=True)
class RateRatio:
    """The rate of a recent period over that of an earlier one, with the exact 95 % interval.

    `value` and `high` are `None` where the earlier period has no voice, so that the ratio has no
    upper bound.
    """

    value: float | None
    low: float
    high: float | None
    p: float


def rate_ratio(counts: tuple[int, int], exposures: tuple[float, float]) -> RateRatio | None:
    """Compares two Poisson counts by their exposure.

    The interval and the p-value are those of `voc.issues.rate_change`, on which the trends of
    issues rest, for counts that are not over-dispersed.

    Args:
        counts: Voices of the recent and of the earlier period.
        exposures: All feedback of the two periods.

    Returns:
        The ratio, or `None` where there are no voices or a period has no exposure.
    """
    change = rate_change(counts, exposures)
    return RateRatio(change.ratio, change.low, change.high, change.p) if change else None
