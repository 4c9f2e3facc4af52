"""How many times more often something is said than before, for the same amount of feedback."""

from __future__ import annotations

from dataclasses import dataclass

from voc.issues.trends import rate_ratio_p


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

    Given their sum, the recent count is binomial; the exact interval of C. J. Clopper and E. S.
    Pearson (Biometrika 26, 1934, 404–413) for its share is turned into one for the ratio, and the
    p-value is that of `voc.issues.rate_ratio_p`, on which the trends of issues rest.

    Args:
        counts: Voices of the recent and of the earlier period.
        exposures: All feedback of the two periods.

    Returns:
        The ratio, or `None` where there are no voices or a period has no exposure.
    """
    recent, earlier = counts
    total = recent + earlier
    if total == 0 or min(exposures) <= 0:
        return None
    scale = exposures[1] / exposures[0]
    low, high = _clopper_pearson(recent, total)
    return RateRatio(
        value=scale * recent / earlier if earlier else None,
        low=scale * low / (1 - low),
        high=scale * high / (1 - high) if high < 1 else None,
        p=rate_ratio_p(counts, exposures),
    )


def _clopper_pearson(count: int, total: int) -> tuple[float, float]:
    from scipy.stats import beta

    low = float(beta.ppf(0.025, count, total - count + 1)) if count else 0.0
    high = float(beta.ppf(0.975, count + 1, total - count)) if count < total else 1.0
    return low, high
