"""Feedback by week, month or quarter, whichever a reader can take in at a glance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from voc.insights import proportion, week_of_day
from voc.report.figures import Bucket, BucketUnit, Volume

MOST_WEEKS: Final = 26
MOST_MONTHS: Final = 36
MOST_BUCKETS: Final = 40
STRAY_GAP_DAYS: Final = 7
STRAY_SHARE: Final = 0.005

DayCounts = Mapping[int, Sequence[int]]
"""By day (`date.toordinal`): negative, neutral, positive and unjudged feedback."""


def core_ends(days: DayCounts) -> tuple[date, date] | None:
    """Returns the first and the last day of the feedback, without strays at either end.

    A few voices with a wrong year must not stretch every chart and empty every recent window.
    Those before a gap of at least `STRAY_GAP_DAYS` days without any feedback are left out while
    they are no more than `STRAY_SHARE` of all; likewise those after one.
    """
    ordered = sorted(days)
    if not ordered:
        return None
    counts = [sum(days[day]) for day in ordered]
    first = _strays(ordered, counts)
    mirrored = [-day for day in reversed(ordered)]
    last = len(ordered) - 1 - _strays(mirrored, counts[::-1])
    return date.fromordinal(ordered[first]), date.fromordinal(ordered[last])


def _strays(ordered: Sequence[int], counts: Sequence[int]) -> int:
    """Returns how many days at the beginning are strays."""
    allowed = STRAY_SHARE * sum(counts)
    passed, cut = 0, 0
    for place in range(len(ordered) - 1):
        passed += counts[place]
        if passed > allowed:
            break
        if ordered[place + 1] - ordered[place] > STRAY_GAP_DAYS:
            cut = place + 1
    return cut


def volume_of(days: DayCounts, first_day: date | None, last_day: date | None) -> Volume:
    """Returns feedback over the days from `first_day` to `last_day`, both included.

    Weeks are ISO weeks. Up to 26 weeks stand as weeks, up to 36 months as months, longer periods
    as quarters, of which the last 40 are kept.
    """
    if first_day is None or last_day is None:
        return Volume("week", ())
    unit = _unit(first_day, last_day)
    starts = list(_starts(first_day, last_day, unit))
    kept = starts[-MOST_BUCKETS:]
    sums = {start: [0, 0, 0, 0] for start in starts}
    for ordinal, counts in days.items():
        day = date.fromordinal(ordinal)
        if first_day <= day <= last_day:
            bucket = sums[_start(day, unit)]
            for place, count in enumerate(counts):
                bucket[place] += count
    earlier = sum(sum(sums[start]) for start in starts[: -len(kept)])
    return Volume(
        unit,
        tuple(_bucket(start, sums[start], unit, first_day, last_day) for start in kept),
        earlier,
    )


def _unit(first_day: date, last_day: date) -> BucketUnit:
    if (last_day - _start(first_day, "week")).days < 7 * MOST_WEEKS:
        return "week"
    months = 12 * (last_day.year - first_day.year) + last_day.month - first_day.month + 1
    return "month" if months <= MOST_MONTHS else "quarter"


def _start(day: date, unit: BucketUnit) -> date:
    if unit == "week":
        return week_of_day(day).first_day
    if unit == "month":
        return day.replace(day=1)
    return day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)


def _next(start: date, unit: BucketUnit) -> date:
    return _start(start + timedelta(days={"week": 7, "month": 31, "quarter": 93}[unit]), unit)


def _starts(first_day: date, last_day: date, unit: BucketUnit) -> Iterator[date]:
    start = _start(first_day, unit)
    while start <= last_day:
        yield start
        start = _next(start, unit)


def _bucket(
    start: date, counts: Sequence[int], unit: BucketUnit, first_day: date, last_day: date
) -> Bucket:
    negative, neutral, positive, unjudged = counts
    end = _next(start, unit) - timedelta(days=1)
    return Bucket(
        label=_label(start, unit),
        first_day=start.isoformat(),
        last_day=end.isoformat(),
        negative=negative,
        neutral=neutral,
        positive=positive,
        unjudged=unjudged,
        negative_share=proportion(negative, negative + neutral + positive),
        is_full=first_day <= start and end <= last_day,
    )


def _label(start: date, unit: BucketUnit) -> str:
    if unit == "week":
        return f"{start.month}/{start.day}"
    if unit == "month":
        return f"{start.year}年" if start.month == 1 else f"{start.month}月"
    return f"{start.year % 100:02d}Q{(start.month + 2) // 3}"
