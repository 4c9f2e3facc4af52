"""Planted rises over a background of real daily volumes, and the rules that look for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tests.benchmarks.topic_rows import complaint_days, complaints
from voc.issues.alerts import episodes
from voc.issues.emergence import Series, scan

Floats = npt.NDArray[np.float64]

SIZES: Final = (2, 5, 10, 20, 50)
"""Voices a week before the rise."""

RISES: Final = (1.5, 2.0, 3.0, 5.0)
SERIES: Final = 20
STREAMS: Final = 200
LASTS_DAYS: Final = 28
"""How long a rise lasts; found later, it is not found."""

LEARN_DAYS: Final = 126
"""Days before the first one on which alarms and rises count."""

LEAST: Final = 3
"""Voices of a week below which the plain rule says nothing."""

WEEK: Final = 7
_DENSE: Final = 4
_FEWEST_A_WEEK, _MOST_A_WEEK = 0.5, 50.0

Alarms = list[tuple[int, int]]
"""Streams and the days on which an alarm begins."""


@dataclass(frozen=True, slots=True)
class Planted:
    """Counts by day: `STREAMS` of background, then the planted ones, each with its first day."""

    counts: Floats
    starts: tuple[int, ...]
    streams: int
    weekday: int

    @property
    def days(self) -> int:
        return int(self.counts.shape[1])


def daily_volumes(data: Path) -> tuple[Floats, int]:
    """Returns the real complaints a day, where they are dense, and the weekday of the first."""
    days = complaint_days(complaints(data))
    counts = np.bincount([day - min(days) for day in days]).astype(float)
    monthly = np.convolve(counts, np.ones(28), "full")[: len(counts)]
    dense = np.flatnonzero(monthly >= _DENSE * 28)
    first, last = int(dense[0]), int(dense[-1]) - 27
    # Ordinal 1 was a Monday.
    return counts[first : last + 1], (min(days) + first - 1) % WEEK


def plant(
    volumes: Floats,
    weekday: int,
    *,
    size: float,
    rise: float,
    seed: int,
    alpha: float,
    streams: int = STREAMS,
    series: int = SERIES,
) -> Planted:
    """Makes counts that follow the volumes: shares of them, over-dispersed by `alpha`.

    The background's streams have 0.5 to 50 voices a week, evenly by logarithm; the planted ones
    `size`, and `rise` times as many for `LASTS_DAYS` from a day of their own on.
    """
    draw = np.random.default_rng(seed)
    shape = volumes / volumes.mean()
    rates = np.exp(draw.uniform(np.log(_FEWEST_A_WEEK), np.log(_MOST_A_WEEK), streams))
    others = _drawn(draw, rates[:, None] / WEEK * shape, alpha)
    last = len(volumes) - LASTS_DAYS
    starts = np.sort(draw.choice(np.arange(LEARN_DAYS, last + 1), series, replace=False))
    level = np.ones((series, len(volumes)))
    for row, start in enumerate(starts):
        level[row, start : start + LASTS_DAYS] = rise
    risen = _drawn(draw, size / WEEK * shape * level, alpha)
    return Planted(np.vstack([others, risen]), tuple(int(day) for day in starts), streams, weekday)


def _drawn(draw: np.random.Generator, mean: Floats, alpha: float) -> Floats:
    if alpha == 0:
        return draw.poisson(mean).astype(float)
    rate = np.where(mean > 0, draw.gamma(1 / alpha, alpha, mean.shape) * mean, 0.0)
    return draw.poisson(rate).astype(float)


def ours(planted: Planted) -> Alarms:
    """Alarms by `voc.issues.emergence`; the exposure is all feedback there is."""
    counts = planted.counts
    fed = np.broadcast_to(counts.sum(axis=0), counts.shape)
    size = len(counts)
    found = scan(Series(counts, fed, np.full(size, -1), np.zeros(size, dtype=np.int64)))
    return [(one.stream, one.begin) for one in episodes(found)]


def plain_weekly(planted: Planted) -> Alarms:
    """This calendar week over last week > 2, seen when the week ends."""
    first = (WEEK - planted.weekday) % WEEK
    whole = (planted.days - first) // WEEK
    part = planted.counts[:, first : first + whole * WEEK]
    return weekly_rule(part.reshape(len(part), whole, WEEK).sum(axis=2), first)


def weekly_rule(weekly: Floats, first: int) -> Alarms:
    """Reads counts of weeks, the first of which begins on the day `first`."""
    risen = (weekly[:, 1:] > 2 * weekly[:, :-1]) & (weekly[:, 1:] >= LEAST)
    streams, weeks = np.nonzero(risen & ~_before(risen))
    return [
        (int(stream), first + (int(week) + 2) * WEEK - 1)
        for stream, week in zip(streams, weeks, strict=True)
    ]


def plain_daily(planted: Planted) -> Alarms:
    """The last seven days over the seven before > 2, looked at every day.

    An alarm begins where none of the seven days before raised one.
    """
    sums = np.concatenate(
        [np.zeros((len(planted.counts), 1)), np.cumsum(planted.counts, axis=1)], axis=1
    )
    week = sums[:, WEEK:] - sums[:, :-WEEK]
    risen = (week[:, WEEK:] > 2 * week[:, :-WEEK]) & (week[:, WEEK:] >= LEAST)
    recent = _before(risen)
    for _ in range(WEEK - 1):
        recent = recent | _before(recent)
    streams, days = np.nonzero(risen & ~recent)
    return [
        (int(stream), int(day) + 2 * WEEK - 1) for stream, day in zip(streams, days, strict=True)
    ]


def _before(flags: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    found = np.zeros_like(flags)
    found[:, 1:] = flags[:, :-1]
    return found


def judged(planted: Planted, alarms: Alarms) -> dict[str, Any]:
    """Returns the delays in days of the rises that were found, and how often none was there.

    A rise found on its first day has a delay of one: the day has passed.
    """
    delays = []
    for row, start in enumerate(planted.starts):
        own = [day for stream, day in alarms if stream == planted.streams + row]
        hits = [day for day in own if start <= day < start + LASTS_DAYS]
        delays += [min(hits) - start + 1] if hits else []
    false = sum(stream < planted.streams and day >= LEARN_DAYS for stream, day in alarms)
    return {
        "delays": delays,
        "series": len(planted.starts),
        "false": false,
        "stream_months": planted.streams * (planted.days - LEARN_DAYS) / 30,
    }


def figures(found: Sequence[dict[str, Any]]) -> dict[str, float | None]:
    """Returns recall, precision, false alarms a month at 200 streams, and delays in days."""
    delays = [day for one in found for day in one["delays"]]
    false = sum(one["false"] for one in found)
    return {
        "recall": round(len(delays) / sum(one["series"] for one in found), 3),
        "precision": round(len(delays) / max(1, len(delays) + false), 3),
        "false_a_month": round(STREAMS * false / sum(one["stream_months"] for one in found), 2),
        "median_delay": float(np.median(delays)) if delays else None,
        "mean_delay": round(float(np.mean(delays)), 2) if delays else None,
    }
