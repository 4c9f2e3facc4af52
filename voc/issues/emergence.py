"""Emergence: which streams of voices have more of them than their past and all feedback explain.

A stream is counted by day beside its exposure, all feedback of its scope. What is expected of a
window is the stream's own share of exposure in the days before it (Farrington et al., JRSS A 159,
1996; Noufaily et al., Statistics in Medicine 32, 2013), so that days, weeks and campaigns that
bring more of everything are no rise. Every window of 1 to 14 days that ends today is tested, the
scan statistic of Kulldorff (Communications in Statistics 26, 1997) in time alone: short ones find
great rises at once, long ones small rises soon. Counts are negative binomial: over-dispersion of
the stream (`voc.issues.dispersion`), and what the baseline leaves unknown of its rate by a gamma
prior, which also serves streams without a history. Days on which something already emerged are
left out of later baselines.

As in the surveillance of infections (Höhle and Paul, Computational Statistics & Data Analysis 52,
2008) what is governed is how often nothing raises an alarm: `false_alarms_a_month` over all
streams, divided evenly by kind of stream and by stream (Bonferroni). The false discovery rate of
Benjamini and Hochberg (JRSS B 57, 1995) would let one lasting emergence pay for false alarms day
after day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from voc.config.sections import AlertSettings
from voc.issues.dispersion import SPREAD, WEEK_DAYS, Floats, estimates, of_windows, pooled, shrunk

LONGEST_WINDOW: Final = 14
LEAST_VOICES: Final = 3
"""Voices of a window below which nothing emerges, whatever the test says."""

FEWEST_DAYS: Final = 21
"""Days of baseline below which nothing can be compared."""

CALM_P: Final = 0.05
CALM_DAYS: Final = 7
MONTH_DAYS: Final = 30

_ALARMS_PER_P: Final = 4.0
"""Alarms that begin, by stream and day, for each unit of p; from simulation, see the tests."""

FEWEST_SHARERS: Final = 50
"""Streams that the false alarms are shared by at least: fewer streams raise fewer of them."""

_LOOSE_P: Final = 0.0001
_WEIGHT: Final = 0.5
_WEIGHT_BELOW: Final = 2.0

Flags = npt.NDArray[np.bool_]

USUAL: Final = AlertSettings()


@dataclass(frozen=True, slots=True)
class Series:
    """Counts of streams by day.

    Attributes:
        counts: Voices, `(streams, days)`.
        exposure: All feedback of each stream's scope, of the same shape.
        parents: For each stream the place of the wider one whose share is expected of it as long
            as nothing is known of its own; -1 for the widest.
        kinds: A number for each stream; those of one kind share one part of the false alarms.
    """

    counts: Floats
    exposure: Floats
    parents: npt.NDArray[np.int64]
    kinds: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Scan:
    """What stands out, by stream and day; arrays of `(streams, days)`.

    Attributes:
        p: The least p-value of the windows that end that day, 1 where nothing can be compared.
        window_days: That window's length.
        week_p: The p-value of the last seven days.
        cut: The p-value below which a stream emerges, `(streams,)`.
        baseline: Voices of the baseline.
        baseline_exposure: Exposure of the baseline.
        rate: Voices expected a unit of exposure.
        daily_alpha: Over-dispersion of single days.
        weekly_alpha: Over-dispersion of weeks.
        settled: For each stream the last day that a person has settled, -1 where none is: no
            window that ends later reaches back to it. `(streams,)`.
    """

    p: Floats
    window_days: npt.NDArray[np.int64]
    week_p: Floats
    cut: Floats
    baseline: Floats
    baseline_exposure: Floats
    rate: Floats
    daily_alpha: Floats
    weekly_alpha: Floats
    settled: npt.NDArray[np.int64]

    @property
    def hot(self) -> Flags:
        """Where a stream stands out enough to raise an alarm."""
        return self.p < self.cut[:, None]

    @property
    def warm(self) -> Flags:
        """Where an alarm that is raised already lasts."""
        return self.hot | (self.week_p < CALM_P)


def scan(
    series: Series,
    settings: AlertSettings = USUAL,
    settled: npt.NDArray[np.int64] | None = None,
) -> Scan:
    """Tests all windows of all days; nothing after a day is looked at for it.

    Args:
        series: What is counted.
        settings: The section `alerts`: the baseline lies before the longest window, and the false
            alarms are those of all streams together.
        settled: For each stream the last day that a person has settled, -1 where none is; by
            default none is in any.
    """
    unsettled = np.full(len(series.counts), -1, dtype=np.int64)
    settled = unsettled if settled is None else settled
    cut = cuts(series.kinds, settings.false_alarms_a_month)
    baseline_days = settings.baseline_days
    clean = np.ones(series.counts.shape, dtype=bool)
    first = _tested(series, clean, baseline_days, unsettled, alone=False)
    risen = _covered(first.p < _LOOSE_P, first.window_days)
    second = _tested(series, ~risen, baseline_days, settled, alone=True)
    return Scan(
        second.p, second.window_days, second.week_p, cut, second.past.counts,
        second.past.exposure, second.past.rate, second.daily, second.weekly, settled,
    )  # fmt: skip


def cuts(kinds: npt.NDArray[np.int64], false_alarms_a_month: float) -> Floats:
    """Returns the p-value below which each stream raises an alarm."""
    sizes = np.bincount(kinds, minlength=1)
    shares = np.maximum(FEWEST_SHARERS, np.count_nonzero(sizes) * sizes[kinds])
    found: Floats = false_alarms_a_month / (MONTH_DAYS * _ALARMS_PER_P * shares)
    return found


@dataclass(frozen=True, slots=True)
class _Past:
    counts: Floats
    exposure: Floats
    days: Floats
    rate: Floats
    weight: Floats
    usable: Flags


@dataclass(frozen=True, slots=True)
class _Tests:
    p: Floats
    window_days: npt.NDArray[np.int64]
    week_p: Floats
    past: _Past
    daily: Floats
    weekly: Floats


def _tested(
    series: Series,
    usable: Flags,
    baseline_days: int,
    settled: npt.NDArray[np.int64],
    *,
    alone: bool,
) -> _Tests:
    past = _past(series, usable, baseline_days)
    daily = _alpha(series, past, baseline_days, 1, alone=alone)
    weekly = _alpha(series, past, baseline_days, WEEK_DAYS, alone=alone)
    shape = series.counts.shape
    p, week_p = np.ones(shape), np.ones(shape)
    best = np.ones(shape, dtype=np.int64)
    counts, exposure = _summed(series.counts), _summed(series.exposure)
    unknown = 1 / past.weight + of_windows(daily, weekly, np.maximum(past.days, 1))
    known = past.days >= FEWEST_DAYS
    for window in range(1, LONGEST_WINDOW + 1):
        found = _window_p(
            _last(counts, window),
            past.rate * _last(exposure, window),
            of_windows(daily, weekly, window) + unknown,
            known & ~_reaches_back(settled, shape[1], window),
        )
        better = found < p
        p, best = np.where(better, found, p), np.where(better, window, best)
        if window == WEEK_DAYS:
            week_p = found
    return _Tests(p, best, week_p, past, daily, weekly)


def _reaches_back(settled: npt.NDArray[np.int64], days: int, window: int) -> Flags:
    """Returns which windows, by stream and last day, hold days on both sides of a settlement."""
    ends = np.arange(days)
    begins = np.maximum(0, ends + 1 - window)
    found: Flags = (begins <= settled[:, None]) & (settled[:, None] < ends)
    return found


def _window_p(counts: Floats, expected: Floats, alpha: Floats, known: Flags) -> Floats:
    """Returns the chance of so many voices or more, 1 where there are too few to ask."""
    from scipy.special import betainc

    p = np.ones(counts.shape)
    asked = known & (counts >= LEAST_VOICES) & (counts > expected) & (expected > 0)
    size = 1 / np.maximum(alpha[asked], 1e-9)
    p[asked] = betainc(counts[asked], size, expected[asked] / (expected[asked] + size))
    return p


def _past(series: Series, usable: Flags, baseline_days: int) -> _Past:
    """Returns what each day's baseline says of the rate of each stream."""
    observed = np.cumsum(series.exposure.sum(axis=0) > 0) > 0
    everything = _between(_summed(series.exposure), baseline_days)
    kept = _between(_summed(np.where(usable, series.exposure, 0.0)), baseline_days)
    # What has risen for most of its past has become the way it is.
    whole = 2 * kept < everything
    chosen = usable
    counts = _between(_summed(np.where(chosen, series.counts, 0.0)), baseline_days)
    counts = np.where(whole, _between(_summed(series.counts), baseline_days), counts)
    exposure = np.where(whole, everything, kept)
    days = np.broadcast_to(
        _between(_summed(observed[None].astype(float)), baseline_days), counts.shape
    )
    rate, weight = _rates(series.parents, counts, exposure)
    return _Past(counts, exposure, days, rate, weight, usable)


def _rates(
    parents: npt.NDArray[np.int64], counts: Floats, exposure: Floats
) -> tuple[Floats, Floats]:
    """Returns the mean of each rate after its baseline, and how many voices it is worth."""
    widest = parents < 0
    total = np.maximum(exposure[widest].sum(axis=0), 1e-9)
    typical = np.maximum(counts[widest].sum(axis=0), _WEIGHT) / total
    prior = np.broadcast_to(typical, counts.shape).copy()
    weight = np.where(widest, _WEIGHT, _WEIGHT_BELOW)[:, None]
    rate = (_WEIGHT + counts) / (_WEIGHT / prior + exposure)
    prior[~widest] = rate[parents[~widest]]
    return (weight + counts) / (weight / prior + exposure), weight + counts


def _alpha(series: Series, past: _Past, baseline_days: int, block: int, *, alone: bool) -> Floats:
    """Returns the over-dispersion of sums over `block` days; that of the pool unless `alone`."""
    usable = _last(_summed((~past.usable).astype(float)), block) == 0
    usable[:, : block - 1] = False
    counts = np.where(usable, _last(_summed(series.counts), block), 0.0)
    exposure = np.where(usable, _last(_summed(series.exposure), block), 0.0)

    def sums(values: Floats) -> Floats:
        return _between(_summed(values), baseline_days - block + 1)

    crossed, fed = sums(counts * exposure), sums(exposure**2)
    rate = sums(counts) / np.maximum(sums(exposure), 1e-9)
    squares = sums(counts**2) - 2 * rate * crossed + rate**2 * fed
    alpha, precision = estimates(
        squares / block, rate * sums(exposure) / block, rate**2 * fed / block,
        sums((exposure > 0).astype(float)) / block,
    )  # fmt: skip
    pool = pooled(alpha, precision)
    if not alone:
        return np.broadcast_to(pool, alpha.shape)
    return shrunk(alpha, precision, pool, spread=SPREAD + pool)


def _covered(hot: Flags, window_days: npt.NDArray[np.int64]) -> Flags:
    """Returns the days that lie in a window which stands out."""
    days = hot.shape[1]
    change = np.zeros((hot.shape[0], days + 1))
    streams, ends = np.nonzero(hot)
    begins = np.maximum(0, ends + 1 - window_days[streams, ends])
    np.add.at(change, (streams, begins), 1)
    np.add.at(change, (streams, ends + 1), -1)
    found: Flags = np.cumsum(change, axis=1)[:, :days] > 0
    return found


def _summed(values: Any) -> Floats:
    """Returns `(streams, days + 1)` sums of all days before each."""
    return np.concatenate([np.zeros((values.shape[0], 1)), np.cumsum(values, axis=1)], axis=1)


def _last(sums: Floats, window: int) -> Floats:
    """Returns the sums over the `window` days that end on each day."""
    begin = np.maximum(0, np.arange(1, sums.shape[1]) - window)
    return sums[:, 1:] - sums[:, begin]


def _between(sums: Floats, baseline_days: int) -> Floats:
    """Returns the sums over the baseline of each day, which ends before its longest window."""
    days = np.arange(sums.shape[1] - 1)
    end = np.maximum(0, days + 1 - LONGEST_WINDOW)
    return sums[:, end] - sums[:, np.maximum(0, end - baseline_days)]
