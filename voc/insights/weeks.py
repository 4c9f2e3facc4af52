"""ISO weeks in the reader's time zone, and the last full week against the one before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from voc.insights.proportions import Difference, Proportion, difference, proportion

WEEK_DAYS: Final = 7


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """An ISO 8601 week: Monday to Sunday, belonging to the year that holds its Thursday."""

    year: int
    number: int

    @property
    def first_day(self) -> date:
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        return date.fromisocalendar(self.year, self.number, WEEK_DAYS)

    @property
    def before(self) -> Week:
        """The week before this one."""
        return week_of_day(self.first_day - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class WeekComparison:
    """What a share was in the last full week and in the one before.

    `change` is `None` where one of the weeks holds nothing to compare.
    """

    week: Week
    now: Proportion
    before: Proportion
    change: Difference | None


def week_of_day(day: date) -> Week:
    """Returns the week that a day belongs to."""
    year, number, _ = day.isocalendar()
    return Week(year, number)


def week_of(moment: datetime, zone: ZoneInfo) -> Week:
    """Returns the week of a moment, by the calendar of `zone`."""
    return week_of_day(moment.astimezone(zone).date())


def weeks_between(first_day: date, last_day: date) -> Iterator[Week]:
    """Yields the weeks that hold a day from `first_day` to `last_day`, both included."""
    monday = week_of_day(first_day).first_day
    while monday <= last_day:
        yield week_of_day(monday)
        monday += timedelta(days=WEEK_DAYS)


def full_weeks(first_day: date, last_day: date) -> list[Week]:
    """Returns the weeks of which every day lies from `first_day` to `last_day`, in order."""
    return [
        week
        for week in weeks_between(first_day, last_day)
        if first_day <= week.first_day and week.last_day <= last_day
    ]


def compare_weeks(
    counts: Mapping[Week, int], totals: Mapping[Week, int], *, first_day: date, last_day: date
) -> WeekComparison | None:
    """Compares the last full week with the one before, as shares of all feedback of the week.

    Being shares, they are not moved by a week that brings more feedback of every kind.

    Args:
        counts: Voices of the kind in question, by week; at most the total.
        totals: All feedback that could have been of that kind, by week.
        first_day: First day that the data covers.
        last_day: Last day that the data covers.

    Returns:
        The comparison, or `None` where fewer than two full weeks are covered.
    """
    full = full_weeks(first_day, last_day)
    if len(full) < 2:
        return None
    week = full[-1]
    now = proportion(counts.get(week, 0), totals.get(week, 0))
    before = proportion(counts.get(week.before, 0), totals.get(week.before, 0))
    return WeekComparison(week, now, before, difference(now, before))
