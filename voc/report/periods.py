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

DayCounts = Mapping[int, Sequence[int]]
"""By day (`date.toordinal`): negative, neutral, positive and unjudged feedback."""


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
        return f"{start.year % 100:02d}年1月" if start.month == 1 else f"{start.month}月"
    return f"{start.year % 100:02d}Q{(start.month + 2) // 3}"
