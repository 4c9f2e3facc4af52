"""Working time: hours, weekdays, holidays and make-up days, from a file the user can edit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Final, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from voc.config import bundled, load_model
from voc.errors import UsageError, nearest
from voc.records import ClockKind

Weekday = Literal["周一", "周二", "周三", "周四", "周五", "周六", "周日"]
Clock = ClockKind

WEEKDAYS: Final[tuple[Weekday, ...]] = get_args(Weekday)
_SHIFT: Final = re.compile(r"^([01]?\d|2[0-4]):([0-5]\d)-([01]?\d|2[0-4]):([0-5]\d)$")


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{name!r} is no time zone; write one as Asia/Shanghai") from None
    return name


def _readable_shift(text: str) -> str:
    begin, end = _minutes(text)
    if not begin < end <= 24 * 60:
        raise ValueError(f"{text!r} must end after it begins and by 24:00; write 09:00-18:00")
    return text


def _minutes(shift: str) -> tuple[int, int]:
    """Returns begin and end of `09:00-18:00` in minutes since midnight."""
    parts = _SHIFT.match(shift)
    if parts is None:
        raise ValueError(f"{shift!r} is no stretch of time; write 09:00-18:00")
    first_hour, first_minute, last_hour, last_minute = (int(part) for part in parts.groups())
    return first_hour * 60 + first_minute, last_hour * 60 + last_minute


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Holiday(_Part):
    name: str = Field(description="Name as people read it.")
    first: date = Field(description="Its first day.")
    last: date = Field(description="Its last day.")

    @model_validator(mode="after")
    def _first_is_first(self) -> Holiday:
        if not timedelta(0) <= self.last - self.first <= timedelta(days=60):
            raise ValueError(
                f"{self.name} runs from {self.first} to {self.last}; last must be the same day or"
                " later, 60 days at most"
            )
        return self

    def days(self) -> Iterator[date]:
        for number in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=number)


class Schedule(_Part):
    """Holidays and make-up days of one year."""

    year: int = Field(ge=1900, le=2999, description="The year.")
    source: str = Field(default="", description="Who announced it, and when.")
    holidays: tuple[Holiday, ...] = Field(default=(), description="Days off.")
    workdays: tuple[date, ...] = Field(default=(), description="Weekend days that are worked.")

    @model_validator(mode="after")
    def _days_are_plausible(self) -> Schedule:
        off = {day for holiday in self.holidays for day in holiday.days()}
        for day in self.workdays:
            if day in off:
                raise ValueError(f"{day} is both a holiday and a working day; keep one")
        for day in sorted({*off, *self.workdays}):
            if day.year != self.year:
                raise ValueError(f"{day} does not lie in {self.year}; move it to its own year")
        return self


class WorkingCalendar(_Part):
    """When work is done. Years without a schedule follow the weekdays alone."""

    name: str = Field(default="", description="Name as people read it.")
    timezone: Annotated[str, AfterValidator(_known_zone)] = Field(
        default="Asia/Shanghai", description="Zone of the hours."
    )
    hours: tuple[Annotated[str, AfterValidator(_readable_shift)], ...] = Field(
        min_length=1, description="Stretches of a working day, as 09:00-12:00, in order."
    )
    weekdays: tuple[Weekday, ...] = Field(min_length=1, description="Days usually worked.")
    schedules: tuple[Schedule, ...] = Field(default=(), description="Holidays by year.")

    @model_validator(mode="after")
    def _parts_agree(self) -> WorkingCalendar:
        shifts = [_minutes(text) for text in self.hours]
        if any(later[0] < earlier[1] for earlier, later in pairwise(shifts)):
            raise ValueError("hours overlap or are out of order; write morning before afternoon")
        years = [schedule.year for schedule in self.schedules]
        if len(set(years)) < len(years):
            raise ValueError("a year has two schedules; put its days into one")
        return self

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def years(self) -> tuple[int, ...]:
        """The years whose holidays are known."""
        return tuple(sorted(schedule.year for schedule in self.schedules))

    @property
    def hours_per_day(self) -> float:
        """Working hours of a full day."""
        return sum(end - begin for begin, end in map(_minutes, self.hours)) / 60

    def is_working_day(self, day: date) -> bool:
        if day in self._days.off:
            return False
        return day in self._days.extra or day.weekday() in self._days.weekdays

    def shifts(self, day: date) -> list[tuple[datetime, datetime]]:
        """Returns the stretches worked on that day, as times in UTC."""
        if not self.is_working_day(day):
            return []
        midnight = datetime(day.year, day.month, day.day, tzinfo=self.zone)
        return [
            (
                (midnight + timedelta(minutes=begin)).astimezone(UTC),
                (midnight + timedelta(minutes=end)).astimezone(UTC),
            )
            for begin, end in self._days.minutes
        ]

    @cached_property
    def _days(self) -> _Days:
        return _Days(
            off=frozenset(
                day for plan in self.schedules for rest in plan.holidays for day in rest.days()
            ),
            extra=frozenset(day for plan in self.schedules for day in plan.workdays),
            weekdays=frozenset(WEEKDAYS.index(day) for day in self.weekdays),
            minutes=tuple(_minutes(text) for text in self.hours),
        )


@dataclass(frozen=True, slots=True)
class _Days:
    """A calendar's days and hours, ready to look up."""

    off: frozenset[date]
    extra: frozenset[date]
    weekdays: frozenset[int]
    minutes: tuple[tuple[int, int], ...]


def load_calendar(name: str = "cn", *, folder: Path | None = None) -> WorkingCalendar:
    """Loads a working calendar by its name, or by its path ending in `.yaml`.

    Args:
        name: A bundled calendar such as `cn`, or a path, relative to `folder`.
        folder: The folder of the routing file that names it.

    Raises:
        UsageError: There is no such calendar; the message lists the bundled ones.
        ConfigError: The file is wrong; with the lines.
    """
    if name.endswith((".yaml", ".yml")):
        return load_model((folder or Path()) / name, WorkingCalendar)
    files = {path.stem: path for path in sorted(bundled("configs/calendars").glob("*.yaml"))}
    if name not in files:
        raise UsageError(
            f"There is no calendar {name!r}; there are {', '.join(files)}.{nearest(name, files)}"
            " A file of your own is named by its path, as calendars/ours.yaml."
        )
    return load_model(files[name], WorkingCalendar)


def add_working_hours(start: datetime, hours: float, calendar: WorkingCalendar) -> datetime:
    """Returns the moment at which that many working hours have passed since `start`.

    Time outside working hours does not count; eight hours begun at nine end at six the same day.

    Args:
        start: A moment with an offset.
        hours: Working hours, 0 or more; with 0 the moment itself is returned.
        calendar: When work is done.

    Returns:
        The moment, in the calendar's zone.
    """
    left, moment = timedelta(hours=hours), start.astimezone(UTC)
    day = start.astimezone(calendar.zone).date()
    while left > timedelta(0):
        for begin, end in calendar.shifts(day):
            begin = max(begin, moment)
            if begin + left <= end:
                return (begin + left).astimezone(calendar.zone)
            left -= max(timedelta(0), end - begin)
        day += timedelta(days=1)
    return start.astimezone(calendar.zone)


def working_hours_between(start: datetime, end: datetime, calendar: WorkingCalendar) -> float:
    """Returns the working hours from `start` to `end`; negative where `end` is earlier."""
    if end < start:
        return -working_hours_between(end, start, calendar)
    first, last = start.astimezone(UTC), end.astimezone(UTC)
    day, worked = start.astimezone(calendar.zone).date(), timedelta(0)
    final = end.astimezone(calendar.zone).date()
    while day <= final:
        for begin, finish in calendar.shifts(day):
            worked += max(timedelta(0), min(finish, last) - max(begin, first))
        day += timedelta(days=1)
    return worked / timedelta(hours=1)


def due_at(start: datetime, hours: float, *, clock: Clock, calendar: WorkingCalendar) -> datetime:
    """Returns the end of a service-level time, on the working clock or around the clock."""
    if clock == "calendar":
        return start.astimezone(calendar.zone) + timedelta(hours=hours)
    return add_working_hours(start, hours, calendar)
