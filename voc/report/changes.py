"""What the negative share was, and what it is."""

from __future__ import annotations

from datetime import date
from typing import Final

from voc.insights import Proportion, compare_weeks, difference, proportion, week_of_day
from voc.insights.weeks import WEEK_DAYS, Week
from voc.records import POLARITIES
from voc.report.figures import ShareChange
from voc.report.issue_cards import Span
from voc.report.periods import DayCounts

_NEGATIVE: Final = POLARITIES.index("negative")


def week_change(days: DayCounts, span: Span | None) -> ShareChange | None:
    """Returns the negative share of the last full week against that of the week before."""
    if span is None:
        return None
    negative: dict[Week, int] = {}
    judged: dict[Week, int] = {}
    for ordinal, counts in days.items():
        week = week_of_day(date.fromordinal(ordinal))
        negative[week] = negative.get(week, 0) + counts[_NEGATIVE]
        judged[week] = judged.get(week, 0) + sum(counts[: len(POLARITIES)])
    found = compare_weeks(negative, judged, first_day=span.first_day, last_day=span.last_day)
    if found is None:
        return None
    return _share_change(
        found.week.first_day, found.week.last_day, WEEK_DAYS, found.now, found.before
    )


def recent_change(days: DayCounts, span: Span | None) -> ShareChange | None:
    """Returns the negative share of the recent window against that of all days before it."""
    if span is None or span.first_day >= span.recent_from:
        return None
    sums = {True: [0, 0], False: [0, 0]}
    for ordinal, counts in days.items():
        if span.first_day.toordinal() <= ordinal <= span.last_day.toordinal():
            period = sums[ordinal >= span.recent_from.toordinal()]
            period[0] += counts[_NEGATIVE]
            period[1] += sum(counts[: len(POLARITIES)])
    return _share_change(
        span.recent_from,
        span.last_day,
        (span.recent_from - span.first_day).days,
        proportion(*sums[True]),
        proportion(*sums[False]),
    )


def _share_change(
    first_day: date, last_day: date, days_before: int, now: Proportion, before: Proportion
) -> ShareChange | None:
    change = difference(now, before)
    if change is None:
        return None
    return ShareChange(
        first_day=first_day.isoformat(),
        last_day=last_day.isoformat(),
        days=(last_day - first_day).days + 1,
        days_before=days_before,
        now=now,
        before=before,
        change=change,
        is_clear=change.is_clear,
    )
