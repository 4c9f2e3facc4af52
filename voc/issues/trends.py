"""Trends: does a problem get more attention than the growth of all feedback explains?

The counts of two periods are compared by the conditional exact test of Przyborowski and Wilenski
(Homogeneity of results in testing samples from Poisson series, Biometrika 31, 1940, 313–323): given
their sum, the recent count of two Poisson processes with equal rates is binomial with the recent
share of the exposure.
Twice the smaller tail is the p-value, so that it is below 0.05 exactly where the 95 % interval of
Clopper and Pearson leaves out 1. Exposure is the number of all feedbacks of the industry (of the
product, where its volume is known), so that a campaign that doubles all feedback is no rise;
without volumes it is days. The test takes voices as independent: near-copies should be removed
before.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import accumulate
from typing import Final

from voc.issues.episodes import DAY_S
from voc.issues.grouping import GroupKey
from voc.records import Trend

Volumes = Mapping[tuple[str, str | None], Mapping[date, int]]
"""All feedbacks a day by (industry, product); the product `None` is the whole industry."""

ALPHA: Final = 0.05
BASELINE_WINDOWS: Final = 4
LEAST_RISING: Final = 3
"""Voices of the last window below which nothing is called rising, whatever the test says."""

_SHARE_DIGITS: Final = 9


class Exposure:
    """How much feedback there was at all, from day to day.

    Days are those of the zone of `as_of`, as proleptic ordinals (`date.toordinal`), both ends of a
    period included.
    """

    def __init__(self, volumes: Volumes | None, *, data_starts: Mapping[str, int]) -> None:
        """
        Args:
            volumes: All feedbacks a day, or `None` where only time can be counted.
            data_starts: The first day of each industry's data, which days are counted from.
        """
        self._volumes = volumes
        self._data_starts = data_starts
        self._sums: dict[tuple[str, str | None], tuple[list[int], list[int]]] = {}

    def between(self, key: GroupKey, first: int, last: int) -> float:
        """Returns the exposure of a group in the days `first` to `last`."""
        daily = self._daily(key)
        if daily is None:
            return float(max(0, last - max(first, self._data_starts.get(key.industry, first)) + 1))
        days, sums = daily
        return float(sums[bisect_right(days, last)] - sums[bisect_left(days, first)])

    def _daily(self, key: GroupKey) -> tuple[list[int], list[int]] | None:
        if self._volumes is None:
            return None
        for name in ((key.industry, key.product), (key.industry, None)):
            if name in self._sums:
                return self._sums[name]
            if self._volumes.get(name):
                days = sorted(self._volumes[name])
                sums = [0, *accumulate(self._volumes[name][day] for day in days)]
                self._sums[name] = ([day.toordinal() for day in days], sums)
                return self._sums[name]
        return None


def day_of(moment: datetime, as_of: datetime) -> int:
    """Returns the day of `moment` as an ordinal, in the zone of `as_of` at its present offset."""
    offset = as_of.utcoffset()
    shift_s = offset.total_seconds() if offset else 0.0
    return date(1970, 1, 1).toordinal() + int((moment.timestamp() + shift_s) // DAY_S)


def trend_of(
    voice_days: Sequence[int],
    *,
    key: GroupKey,
    opened: int,
    last_heard: int,
    exposure: Exposure,
    window_days: int,
    quiet_days: int,
    today: int,
) -> tuple[Trend, float]:
    """Compares a group's last window with the four windows before it.

    The earlier period reaches back to the issue's first voice at least. Voices after `today` (a
    clock that runs ahead) are not counted here. An issue that has fallen silent is compared by its
    own voices: what its group says since is another issue's.

    Args:
        voice_days: Days of all voices of the group, sorted ordinals.
        key: The group.
        opened: The day of the issue's first voice.
        last_heard: The day of its last one.
        exposure: All feedback.
        window_days: Length of the last window.
        quiet_days: Days of silence after which an issue falls, whatever the test says.
        today: The last day of the last window.

    Returns:
        `falling` where the voices have fallen silent, `new` where the issue began within the last
        window, else `rising` (with three voices in it at least) or `falling` where the two-sided
        p-value is below 0.05, else `steady`; and the p-value, 1.0 where nothing can be compared.
    """
    silent = last_heard < today - quiet_days
    if silent:
        begin, end = bisect_left(voice_days, opened), bisect_right(voice_days, last_heard)
        voice_days = voice_days[begin:end]
    recent = today - window_days + 1
    earlier = min(opened, recent - BASELINE_WINDOWS * window_days)
    last = bisect_right(voice_days, today)
    split = bisect_left(voice_days, recent)
    counts = (max(0, last - split), split - bisect_left(voice_days, earlier))
    exposures = (
        exposure.between(key, recent, today),
        exposure.between(key, earlier, recent - 1),
    )
    p = rate_ratio_p(counts, exposures)
    if silent:
        return "falling", p
    return "new" if opened >= recent else _label(counts, exposures, p), p


def _label(counts: tuple[int, int], exposures: tuple[float, float], p: float) -> Trend:
    if p >= ALPHA:
        return "steady"
    if counts[0] * exposures[1] < counts[1] * exposures[0]:
        return "falling"
    return "rising" if counts[0] >= LEAST_RISING else "steady"


def rate_ratio_p(counts: tuple[int, int], exposures: tuple[float, float]) -> float:
    """Tests whether two Poisson counts have the same rate; two-sided and exact.

    Twice the smaller tail, which agrees with the interval of `voc.insights.rate_ratio`.

    Args:
        counts: Voices of the recent and of the earlier period.
        exposures: All feedback, or days, of the two periods.

    Returns:
        The p-value, 1.0 where one period has no exposure or there are no voices.
    """
    total = sum(counts)
    if total == 0 or min(exposures) <= 0:
        return 1.0
    share = round(exposures[0] / sum(exposures), _SHARE_DIGITS)
    return _binomial_p(counts[0], total, min(max(share, 1e-9), 1 - 1e-9))


@lru_cache(maxsize=65_536)
def _binomial_p(count: int, total: int, share: float) -> float:
    from scipy.stats import binom

    tail = min(binom.cdf(count, total, share), binom.sf(count - 1, total, share))
    return round(min(1.0, 2 * float(tail)), 6)
