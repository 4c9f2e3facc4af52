"""Trends: does a problem get more attention than the growth of all feedback explains?

The counts of two periods are compared by the conditional exact test of Przyborowski and Wilenski
(Homogeneity of results in testing samples from Poisson series, Biometrika 31, 1940, 313–323): given
their sum, the recent count of two Poisson processes with equal rates is binomial with the recent
share of the exposure; where counts vary more than that, both are made smaller accordingly.
Twice the smaller tail is the p-value, so that it is below 0.05 exactly where the 95 % interval of
Clopper and Pearson leaves out 1. Exposure is the number of all feedbacks of the industry (of the
product and store, where their volume is known), so that a campaign that doubles all feedback is no
rise, nor is a store that gets more of it; without volumes it is days. A share that grows while
voices a day become fewer is no rise either, and of a window with hardly any feedback nothing is
said; a store with hardly any is compared with all stores. Near-copies should be removed before.

Of forty issues that are steady two would rise or fall by chance at 0.05: those of an industry are
tested together, so that at most a tenth of what is called rising or falling is so by chance (Y.
Benjamini and Y. Hochberg, Journal of the Royal Statistical Society B 57, 1995, 289–300). Each is
shown with its own p-value and interval.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from itertools import accumulate
from typing import Final, TypeVar

from voc.issues.episodes import DAY_S
from voc.issues.grouping import GroupKey, StandingOut
from voc.records import Trend

Volumes = Mapping[tuple[str, str | None, str | None], Mapping[date, int]]
"""All feedbacks a day by (industry, product, store); `None` is all products, or all stores."""

Tested = TypeVar("Tested")

ALPHA: Final = 0.05
FALSE_SHARE: Final = 0.1
"""Of changes that are told of many issues at most so many are chance."""
BASELINE_WINDOWS: Final = 4
LEAST_RISING: Final = 3
"""Voices of the last window below which nothing is called rising, whatever the test says."""

LEAST_FEEDBACK: Final = 20
"""Feedback of the last window below which its shares tell nothing."""

_SHARE_DIGITS: Final = 9

_Daily = tuple[list[int], list[int]]
"""Days in order, and the sums of all before each and, at the end, of all."""


class Exposure:
    """How much feedback there was at all, from day to day.

    Days are those of the zone of `as_of`, as proleptic ordinals (`date.toordinal`), both ends of a
    period included.
    """

    def __init__(
        self,
        volumes: Volumes | None,
        *,
        data_starts: Mapping[str, int],
        standing_out: StandingOut | None = None,
    ) -> None:
        """
        Args:
            volumes: All feedbacks a day, or `None` where only time can be counted.
            data_starts: The first day of each industry's data, which days are counted from.
            standing_out: The stores whose feedback is none of what the others of a chain share.
        """
        self._volumes = volumes
        self._standing_out = standing_out or {}
        self._data_starts = data_starts
        self._sums: dict[tuple[str, str | None, str | None], _Daily | None] = {}

    def scope(self, key: GroupKey, first: int, last: int) -> GroupKey:
        """Returns the group as its voices are to be compared, by the days `first` to `last`.

        It keeps its store where that has `LEAST_FEEDBACK` in these days: with its product where
        both together have, else alone. One with less tells nothing by itself, and its voices are
        compared with all stores. A product is kept however little was said of it (see `tells`).
        """
        if key.store is not None:
            for place in (key, key._replace(product=None)):
                if _sum(self._of(place), first, last) >= LEAST_FEEDBACK:
                    return place
        return key._replace(store=None)

    def between(self, key: GroupKey, first: int, last: int) -> float:
        """Returns the exposure of a group in the days `first` to `last`."""
        daily = self._daily(key)
        if daily is None:
            return float(self.days(key, first, last))
        is_chain = key.product is None and key.store is None and key.topic_id is None
        apart = self._standing_out.get((key.industry, key.aspect_id or ""), ()) if is_chain else ()
        without = sum(_sum(self._of(key._replace(store=name)), first, last) for name in apart)
        return float(_sum(daily, first, last) - without)

    def days(self, key: GroupKey, first: int, last: int) -> int:
        """Returns the days from `first` to `last` of which there may be data."""
        return max(0, last - max(first, self._data_starts.get(key.industry, first)) + 1)

    def tells(self, key: GroupKey, first: int, last: int) -> bool:
        """Says whether there is enough in the days `first` to `last` to compare them."""
        return self._daily(key) is None or self.between(key, first, last) >= LEAST_FEEDBACK

    def _daily(self, key: GroupKey) -> _Daily | None:
        wider = key._replace(store=None)
        return self._of(key) or self._of(wider) or self._of(wider._replace(product=None))

    def _of(self, key: GroupKey) -> _Daily | None:
        """Returns the volume of just the product and store of a group, where it is known."""
        name = (key.industry, key.product, key.store)
        if name not in self._sums:
            volume = self._volumes.get(name) if self._volumes else None
            self._sums[name] = _summed(volume) if volume else None
        return self._sums[name]


def _summed(volume: Mapping[date, int]) -> _Daily:
    days = sorted(volume)
    return [day.toordinal() for day in days], [0, *accumulate(volume[day] for day in days)]


def _sum(daily: _Daily | None, first: int, last: int) -> int:
    if daily is None:
        return 0
    days, sums = daily
    return sums[bisect_right(days, last)] - sums[bisect_left(days, first)]


def day_of(moment: datetime, as_of: datetime) -> int:
    """Returns the day of `moment` as an ordinal, in the zone of `as_of` at its present offset."""
    offset = as_of.utcoffset()
    shift_s = offset.total_seconds() if offset else 0.0
    return date(1970, 1, 1).toordinal() + int((moment.timestamp() + shift_s) // DAY_S)


@dataclass(frozen=True, slots=True)
class RateChange:
    """The rate of a recent period over that of an earlier one, with the 95 % interval.

    `ratio` and `high` are `None` where the earlier period has no voice, so that the ratio has no
    upper bound.
    """

    ratio: float | None
    low: float
    high: float | None
    p: float


@dataclass(frozen=True, slots=True)
class TrendTest:
    """What became of an issue's voices.

    `change` is `None` where nothing can be compared; `is_silent` is whether no new voice would join
    the issue.
    """

    trend: Trend
    p: float
    change: RateChange | None
    is_silent: bool = False


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
    overdispersion: float = 0.0,
) -> TrendTest:
    """Compares a group's last window with the four windows before it.

    The earlier period reaches back to the issue's first voice at least. Voices after `today` (a
    clock that runs ahead) are not counted here. An issue that has fallen silent is compared by its
    own voices: what its group says since is too little to be the issue's.

    Args:
        voice_days: Days of all voices of the group, sorted ordinals.
        key: The group.
        opened: The day of the issue's first voice.
        last_heard: The day of its last one.
        exposure: All feedback.
        window_days: Length of the last window.
        quiet_days: Days of silence after which an issue falls, whatever the test says.
        today: The last day of the last window.
        overdispersion: By how much counts of a window vary beyond chance (see `rate_change`).

    Returns:
        `falling` where several voices have fallen silent, `new` where the issue began within the
        last window, nobody of its group spoke in those before, as far as that can be compared, and
        there may be data of as many days before it, else `rising` (with three
        voices in it at least, and no fewer a day than before) or `falling` where the two-sided
        p-value is `ALPHA` at most, else `steady`; with the p-value, 1.0 where nothing can be
        compared.
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
    compared = exposure.scope(key, recent, today)
    exposures = (
        exposure.between(compared, recent, today),
        exposure.between(compared, earlier, recent - 1),
    )
    is_told = exposure.tells(compared, recent, today)
    change = rate_change(counts, exposures, overdispersion) if is_told else None
    p = change.p if change else 1.0
    if silent:
        return TrendTest("falling" if sum(counts) > 1 else "steady", p, change, is_silent=True)
    days = (exposure.days(key, recent, today), exposure.days(key, earlier, recent - 1))
    is_first = change is None or not counts[1]
    if opened >= recent and is_first and days[1] >= window_days:
        return TrendTest("new", p, change)
    return TrendTest(_label(counts, exposures, days, p), p, change)


def told_at_once(tests: Mapping[Tested, TrendTest]) -> dict[Tested, TrendTest]:
    """Returns the tests of many issues, those whose change may be chance among so many as steady.

    What has fallen silent is no matter of chance, nor what is new.
    """
    bound = largest_p(
        test.p for test in tests.values() if test.change is not None and not test.is_silent
    )
    return {
        name: replace(test, trend="steady")
        if test.trend in ("rising", "falling") and not test.is_silent and test.p > bound
        else test
        for name, test in tests.items()
    }


def largest_p(tested: Iterable[float]) -> float:
    """Returns the largest of the p-values that tell a change where so many are tested at once.

    Of one it is `ALPHA`; where none tells any, less than all of them.
    """
    ranked = sorted(tested)
    told = [
        p for rank, p in enumerate(ranked, 1) if p <= min(ALPHA, FALSE_SHARE * rank / len(ranked))
    ]
    return told[-1] if told else -1.0


def _label(
    counts: tuple[int, int], exposures: tuple[float, float], days: tuple[int, int], p: float
) -> Trend:
    if p > ALPHA:
        return "steady"
    if _is_less(counts, exposures):
        return "falling"
    return "rising" if counts[0] >= LEAST_RISING and not _is_less(counts, days) else "steady"


def _is_less(counts: tuple[int, int], of: tuple[float, float]) -> bool:
    """Says whether the recent rate is below the earlier one."""
    return counts[0] * of[1] < counts[1] * of[0]


def rate_change(
    counts: tuple[int, int], exposures: tuple[float, float], overdispersion: float = 0.0
) -> RateChange | None:
    """Compares two counts by their exposure: the ratio of their rates, its interval and p-value.

    Given their sum, the recent count of two Poisson processes is binomial; the exact interval of
    C. J. Clopper and E. S. Pearson (Biometrika 26, 1934, 404-413) for its share is turned into one
    for the ratio. Over-dispersed counts with variance `m + overdispersion * m**2` say as much as
    fewer that are not: both are divided by how much more the recent one varies than chance has it.

    Args:
        counts: Voices of the recent and of the earlier period.
        exposures: All feedback, or days, of the two periods.
        overdispersion: `alpha` of counts as long as the recent period, 0 for Poisson counts.

    Returns:
        `None` where there are no voices or a period has no exposure.
    """
    total = sum(counts)
    if total == 0 or min(exposures) <= 0:
        return None
    share = round(exposures[0] / sum(exposures), _SHARE_DIGITS)
    share = min(max(share, 1e-9), 1 - 1e-9)
    inflation = round(1 + overdispersion * share * total, _SHARE_DIGITS)
    recent, whole = counts[0] / inflation, total / inflation
    low, high = _share_interval(recent, whole)
    scale = exposures[1] / exposures[0]
    return RateChange(
        ratio=scale * counts[0] / counts[1] if counts[1] else None,
        low=scale * low / (1 - low),
        high=scale * high / (1 - high) if high < 1 else None,
        p=_share_p(recent, whole, share),
    )


def rate_ratio_p(counts: tuple[int, int], exposures: tuple[float, float]) -> float:
    """Tests whether two Poisson counts have the same rate; two-sided and exact.

    Twice the smaller tail, which agrees with the interval of `rate_change`.

    Returns:
        The p-value, 1.0 where one period has no exposure or there are no voices.
    """
    change = rate_change(counts, exposures)
    return change.p if change else 1.0


@lru_cache(maxsize=65_536)
def _share_p(count: float, total: float, share: float) -> float:
    """Returns twice the smaller binomial tail, of counts that need not be whole."""
    from scipy.special import betainc

    above = betainc(count, total - count + 1, share) if count > 0 else 1.0
    below = betainc(total - count, count + 1, 1 - share) if count < total else 1.0
    return round(min(1.0, 2 * float(min(above, below))), 6)


@lru_cache(maxsize=65_536)
def _share_interval(count: float, total: float) -> tuple[float, float]:
    from scipy.special import betaincinv

    low = float(betaincinv(count, total - count + 1, 0.025)) if count > 0 else 0.0
    high = float(betaincinv(count + 1, total - count, 0.975)) if count < total else 1.0
    return low, high
