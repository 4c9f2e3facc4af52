"""How much the voices of issues vary from week to week beyond chance, before their last window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import numpy as np

from voc.issues.dispersion import SPREAD, WEEK_DAYS, Floats, estimates, pooled, shrunk
from voc.issues.grouping import GroupKey
from voc.issues.trends import Exposure, day_of
from voc.records import Mention

WEEKS: Final = 12
"""Weeks before the last window that are looked at."""


def overdispersion_of(
    groups: Mapping[GroupKey, Sequence[Mention]],
    *,
    exposure: Exposure,
    window_days: int,
    as_of: Mapping[str, datetime],
) -> dict[GroupKey, float]:
    """Returns `alpha` of each group's counts of a window, for `voc.issues.trends.rate_change`.

    The weeks before the last window are looked at, so that a rise in it makes nothing look
    ordinary; each group's estimate is drawn to that of its industry (`voc.issues.dispersion`).
    """
    found: dict[GroupKey, float] = {}
    for industry in sorted({key.industry for key in groups}):
        keys = [key for key in groups if key.industry == industry]
        moment = as_of[industry]
        end = day_of(moment, moment) - window_days
        counts = np.array([_weekly(groups[key], moment, end) for key in keys], dtype=np.float64)
        scopes = [exposure.scope(key, end + 1, end + window_days) for key in keys]
        fed = np.array([_exposures(scope, exposure, end) for scope in scopes])
        told = overdispersion_by_weeks(counts, fed, window_days=window_days)
        found |= {key: float(one) for key, one in zip(keys, told, strict=True)}
    return found


def overdispersion_by_weeks(counts: Floats, fed: Floats, *, window_days: int) -> Floats:
    """Returns `alpha` of counts of a window, told by those of weeks, each drawn to that of all.

    Args:
        counts: Voices, `(groups, weeks)`.
        fed: All feedback of the same weeks, of the same shape.
        window_days: Length of the window.
    """
    rate = counts.sum(axis=1, keepdims=True) / np.maximum(fed.sum(axis=1, keepdims=True), 1e-9)
    expected = rate * fed
    alpha, precision = estimates(
        ((counts - expected) ** 2 * (fed > 0)).sum(axis=1),
        expected.sum(axis=1),
        (expected**2).sum(axis=1),
        (fed > 0).sum(axis=1).astype(float),
    )
    # Few voices tell little of how they vary: their pool is drawn to plain chance.
    known = float(precision.sum()) * SPREAD**2
    pool = float(pooled(alpha, precision)) * known / (1 + known)
    told = shrunk(alpha, precision, pool, spread=SPREAD) * min(1.0, WEEK_DAYS / window_days)
    return np.round(told, 9)


def _weekly(voices: Sequence[Mention], as_of: datetime, end: int) -> list[int]:
    """Returns the voices of the weeks before and with the day `end`, the last first."""
    counts = [0] * WEEKS
    for voice in reversed(voices):
        week = (end - day_of(voice.occurred_at, as_of)) // WEEK_DAYS
        if week >= WEEKS:
            break
        if week >= 0:
            counts[week] += 1
    return counts


def _exposures(key: GroupKey, exposure: Exposure, end: int) -> list[float]:
    return [
        exposure.between(key, end - WEEK_DAYS * (week + 1) + 1, end - WEEK_DAYS * week)
        for week in range(WEEKS)
    ]
