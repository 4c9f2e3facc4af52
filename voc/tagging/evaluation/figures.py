"""A figure with its interval, by resampling the rows it was counted on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

RESAMPLES: Final = 1000
_CELLS_AT_ONCE: Final = 1_000_000  # of resamples times rows: 8 MB a copy

Counts = NDArray[np.float64]
Measure = Callable[[Counts, int], Counts]
"""From (n_resamples, n_counts) sums over n rows to (n_resamples,) values."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95 % bootstrap interval (percentiles over resampled rows) and n rows."""

    value: float
    low: float
    high: float
    n: int

    def as_dict(self) -> dict[str, float]:
        return {
            "value": round(self.value, 4),
            "low": round(self.low, 4),
            "high": round(self.high, 4),
            "n": self.n,
        }


def bootstrapped(counts: Counts, measure: Measure, seed: int) -> Figure:
    """Measures (n_rows, n_counts) counts summed over all rows and over resampled rows."""
    n = len(counts)
    random = np.random.default_rng(seed)
    left = RESAMPLES if n > 1 else 1
    sums = []
    while left:
        drawn = min(left, max(1, _CELLS_AT_ONCE // n))
        sums.append(_times_drawn(random, drawn, n) @ counts)
        left -= drawn
    value = float(measure(counts.sum(axis=0)[None, :], n)[0])
    low, high = np.percentile(measure(np.concatenate(sums), n), [2.5, 97.5])
    return Figure(value, float(low), float(high), n)


def _times_drawn(random: np.random.Generator, resamples: int, n: int) -> Counts:
    """Returns how often each row is drawn, as (resamples, n)."""
    times = np.empty((resamples, n))
    for row in times:
        row[:] = np.bincount(random.integers(0, n, size=n), minlength=n)
    return times


def share(sums: Counts, n: int) -> Counts:
    """Returns the share of rows that the first count is 1 for."""
    return np.asarray(sums[:, 0] / n)


def micro_f1(sums: Counts, _n: int) -> Counts:
    """Returns F1 of (hits, found, gold) counts; 0 where nothing is gold and nothing found."""
    return np.asarray(2 * sums[:, 0] / np.maximum(sums[:, 1] + sums[:, 2], 1e-12))


def macro_f1(sums: Counts, _n: int) -> Counts:
    """Returns F1 averaged over the labels that have gold rows; 0 where none has.

    A resample may lack every row of a rare label; it is averaged over the labels it has, for a
    score of 0 for the others would push the interval below the value.

    Args:
        sums: (n_resamples, 3 * n_labels): hits of each label, then its gold, then its found.
    """
    hits, gold, found = np.moveaxis(sums.reshape(len(sums), 3, -1), 1, 0)
    scores = np.where(gold > 0, 2 * hits / np.maximum(gold + found, 1e-12), 0.0)
    return np.asarray(scores.sum(axis=1) / np.maximum((gold > 0).sum(axis=1), 1))
