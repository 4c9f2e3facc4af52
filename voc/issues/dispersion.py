"""Over-dispersion: by how much counts of voices vary more than chance alone explains.

Counts are taken as negative binomial with variance `m + alpha * m**2` about a mean `m`; `alpha` is
found by moments. One stream alone tells little of its own `alpha`, so each estimate is drawn to
that of the pool by its precision (empirical Bayes). The pool's is a trimmed mean over
streams, which the few in which something emerges do not move.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

WEEK_DAYS: Final = 7
_TRIMMED: Final = 0.1
SPREAD: Final = 0.1
"""By how much streams are taken to differ in `alpha`, and a pool of few from 0."""


def estimates(
    squares: Floats, expected: Floats, expected_squares: Floats, blocks: Floats
) -> tuple[Floats, Floats]:
    """Returns `alpha` of each stream by moments, and its precision; arrays of one shape.

    Args:
        squares: Sums over blocks of time of `(count - mean)**2`.
        expected: Sums of the mean.
        expected_squares: Sums of its square.
        blocks: How many independent blocks there are; one is spent on the mean.
    """
    room = np.maximum(blocks, 1)
    told = (blocks >= 3) & (expected > 0)
    square = np.where(told, expected_squares, 1.0)
    alpha = (squares * room / np.maximum(room - 1, 1) - expected) / square
    overlap = np.maximum(expected_squares, 0) / np.maximum(2 * square + expected, 1e-12)
    return np.where(told, alpha, 0.0), np.where(told, overlap * square, 0.0)


def pooled(alpha: Floats, precision: Floats) -> Floats:
    """Returns the trimmed, weighted mean of `(streams, ...)` over the streams, at least 0.

    A tenth of the weight is left out at either end; 0 where no stream tells.
    """
    order = np.argsort(alpha, axis=0)
    ranked = np.take_along_axis(alpha, order, axis=0)
    ends = np.cumsum(np.take_along_axis(precision, order, axis=0), axis=0)
    whole = ends[-1]
    inside = np.clip(ends, _TRIMMED * whole, (1 - _TRIMMED) * whole)
    weights = np.diff(inside, axis=0, prepend=_TRIMMED * whole[None])
    total = np.maximum(weights.sum(axis=0), 1e-12)
    return np.where(whole > 0, np.maximum((weights * ranked).sum(axis=0) / total, 0.0), 0.0)


def shrunk(
    alpha: Floats, precision: Floats, pool: Floats | float, *, spread: Floats | float
) -> Floats:
    """Returns each stream's `alpha` drawn to the pool's, and no less than that.

    One that seems to vary less than the others may do so by chance, and would raise false alarms.

    Args:
        alpha: Estimates of `(streams, ...)`.
        precision: The inverse of their variance.
        pool: The `alpha` of the pool.
        spread: The standard deviation that true values are taken to have about it.
    """
    weight = spread**2 * precision / (1 + spread**2 * precision)
    return np.asarray(pool + np.maximum(0.0, weight * (alpha - pool)))


def of_windows(daily: Any, weekly: Any, window_days: Any) -> Any:
    """Returns `alpha` of sums over a window, from those of single days and of weeks.

    Days that vary alone even each other out; what lasts for a week does not within it.
    """
    by_week = weekly * np.minimum(1.0, WEEK_DAYS / window_days)
    return np.maximum(daily / window_days, by_week)
