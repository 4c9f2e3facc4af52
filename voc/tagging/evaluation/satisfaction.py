"""Figures of predicted satisfaction: does it rank conversations as people do, and how far off."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from voc.errors import UsageError
from voc.records import Satisfaction, satisfaction_level
from voc.tagging.evaluation.figures import RESAMPLES, Figure

Numbers = NDArray[np.float64]

SCALE: Final = (-2.0, 2.0)
_LEAST_ROWS: Final = 3


def marked_satisfaction(row: Mapping[str, Any]) -> float | None:
    """Returns how satisfied people judged the customer of a row with `turns` to be.

    It stands as `satisfaction`, or as `S` in `quality`; `None` where it does not.

    Raises:
        UsageError: It is no number from -2 to 2.
    """
    quality = row.get("quality")
    value = row.get("satisfaction", quality.get("S") if isinstance(quality, Mapping) else None)
    if value is None or row.get("turns") is None:
        return None
    lowest, highest = SCALE
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UsageError(f"The satisfaction {value!r} is no number; give one from -2 to 2.")
    if not lowest <= value <= highest:
        raise UsageError(f"The satisfaction {value!r} is off the scale; give one from -2 to 2.")
    return float(value)


def satisfaction_figures(
    gold: Sequence[float], found: Sequence[Satisfaction], *, seed: int = 0
) -> dict[str, Figure]:
    """Compares predictions with what people judged.

    Args:
        gold: What people judged, -2 to 2.
        found: What was predicted for the same conversations.
        seed: Seed of the bootstrap.

    Returns:
        `spearman` and `pearson` correlation, `mean_absolute_error`, `within_interval`, the share
        of rows whose judgement lies from `low` to `high`, and precision and recall of the level
        low: of what is predicted low, how much people judged low, and the other way.

    Raises:
        UsageError: There are fewer than three rows.
    """
    if len(gold) < _LEAST_ROWS:
        raise UsageError(
            f"{len(gold)} conversations with a satisfaction say nothing;"
            f" give {_LEAST_ROWS} or more."
        )
    judged = np.array(gold, dtype=float)
    scores = np.array([each.score for each in found])
    inside = np.array(
        [each.low <= value <= each.high for each, value in zip(found, gold, strict=True)]
    )
    is_low = [
        np.array([satisfaction_level(each) == "low" for each in side]) for side in (judged, scores)
    ]
    columns = np.stack([judged, scores, inside, *is_low], axis=1).astype(float)
    measures: dict[str, Callable[[Numbers], float]] = {
        "spearman": lambda rows: correlation(ranks(rows[:, 0]), ranks(rows[:, 1])),
        "pearson": lambda rows: correlation(rows[:, 0], rows[:, 1]),
        "mean_absolute_error": lambda rows: float(np.abs(rows[:, 0] - rows[:, 1]).mean()),
        "within_interval": lambda rows: float(rows[:, 2].mean()),
        "low_precision": lambda rows: _share(rows[:, 3], rows[:, 4]),
        "low_recall": lambda rows: _share(rows[:, 4], rows[:, 3]),
    }
    return {name: _resampled(columns, measure, seed) for name, measure in measures.items()}


def _resampled(rows: Numbers, measure: Callable[[Numbers], float], seed: int) -> Figure:
    random = np.random.default_rng(seed)
    n = len(rows)
    values = [measure(rows[random.integers(0, n, size=n)]) for _ in range(RESAMPLES)]
    low, high = np.percentile(values, [2.5, 97.5])
    return Figure(measure(rows), float(low), float(high), n)


def _share(of: Numbers, among: Numbers) -> float:
    """Returns how much of `among`, ones and zeros, is in `of`; 0 where there is nothing."""
    return float(of @ among / max(among.sum(), 1.0))


def ranks(values: Numbers) -> Numbers:
    """Returns the rank of each value from 1, ties sharing the mean of theirs."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2)[places])


def correlation(one: Numbers, other: Numbers) -> float:
    """Returns Pearson's correlation; 0 where one of both never varies."""
    one, other = one - one.mean(), other - other.mean()
    size = float(np.sqrt((one @ one) * (other @ other)))
    return float(one @ other) / size if size > 0 else 0.0
