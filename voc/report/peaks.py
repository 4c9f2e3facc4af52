"""Themes that were spoken of much in a short time: the hot issues of a long period.

Every window of `WINDOW_DAYS` days that begins with a voice of the theme is tested against what the
volume of feedback in it would bring (a scan statistic: J. Naus, The distribution of the size of the
maximum cluster of points on a line, JASA 60, 1965, 532–538). The p-value of a window is the
binomial tail, corrected by Bonferroni for all windows of all themes.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import accumulate
from typing import Final

from voc.insights import rate_ratio
from voc.records import Topic
from voc.report.issue_cards import Span
from voc.report.tally import RowTally, TopicVoices
from voc.report.theme_figures import ThemePeak

WINDOW_DAYS: Final = 28
MOST_PEAKS: Final = 8
FEWEST_VOICES: Final = 8
LEAST_NEGATIVE: Final = 0.3
_ALPHA: Final = 0.01
_FEWEST_WINDOWS: Final = 3

Peak = tuple[float, int, int]
"""The p-value of a window, its first day as a proleptic ordinal, and the voices in it."""


class _Daily:
    """Counts a day, summed over any days."""

    def __init__(self, counts: Mapping[int, int]) -> None:
        self.days = sorted(counts)
        self._sums = [0, *accumulate(counts[day] for day in self.days)]

    def between(self, first: int, last: int) -> int:
        begin, end = bisect_left(self.days, first), bisect_right(self.days, last)
        return self._sums[end] - self._sums[begin]


def theme_peaks(
    rows: RowTally, topics: Sequence[Topic], span: Span | None
) -> tuple[ThemePeak, ...]:
    """Returns negative themes with many voices in a short time, most voices beyond chance first.

    The window being the highest of many, its ratio is somewhat too high; the page says so.
    Where the span is shorter than three windows nothing stands out, and none is returned.
    """
    if span is None or (span.last_day - span.first_day).days < _FEWEST_WINDOWS * WINDOW_DAYS:
        return ()
    first, last = span.first_day.toordinal(), span.last_day.toordinal()
    fed = _Daily({day: sum(counts) for day, counts in rows.days.items()})
    told = {}
    for topic in topics:
        voices = rows.topics.get(topic.topic_id)
        if voices and voices.count >= FEWEST_VOICES and _complains(voices):
            told[topic.topic_id] = topic, _Daily(voices.days)
    tests = sum(len(daily.days) for _, daily in told.values())
    found = []
    for topic, daily in told.values():
        peak = _highest(daily, fed, first, last)
        if peak and peak[0] * tests < _ALPHA:
            found.append(_figures(topic, daily, fed, peak, (first, last)))
    found.sort(key=lambda one: (-(one.count - one.expected), one.topic_id))
    return tuple(found[:MOST_PEAKS])


def _complains(voices: TopicVoices) -> bool:
    return (voices.polarity.share or 0.0) >= LEAST_NEGATIVE


def _highest(daily: _Daily, fed: _Daily, first: int, last: int) -> Peak | None:
    """Returns the window that chance explains least."""
    from scipy.stats import binom

    total, whole = daily.between(first, last), fed.between(first, last)
    starts = [day for day in daily.days if first <= day <= last]
    counts = [daily.between(day, _end(day, last)) for day in starts]
    shares = [fed.between(day, _end(day, last)) / whole for day in starts]
    tails = binom.sf([count - 1 for count in counts], total, shares)
    windows = zip((float(tail) for tail in tails), starts, counts, strict=True)
    return min((one for one in windows if one[2] >= FEWEST_VOICES), default=None)


def _end(day: int, last: int) -> int:
    return min(day + WINDOW_DAYS - 1, last)


def _figures(
    topic: Topic, daily: _Daily, fed: _Daily, peak: Peak, whole: tuple[int, int]
) -> ThemePeak:
    _, begins, count = peak
    ends = _end(begins, whole[1])
    total, exposure = daily.between(*whole), fed.between(begins, ends)
    rest = fed.between(*whole) - exposure
    last_voice = max(day for day in daily.days if day <= ends)
    return ThemePeak(
        topic_id=topic.topic_id,
        topic=topic.topic,
        first_day=date.fromordinal(begins).isoformat(),
        last_day=date.fromordinal(last_voice).isoformat(),
        count=count,
        total=total,
        expected=total * exposure / (exposure + rest),
        ratio=rate_ratio((count, total - count), (exposure, rest)),
    )
