"""Working time around nights, lunch, weekends, holidays and make-up days."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.errors import ConfigError, UsageError
from voc.workorders.calendar import (
    WorkingCalendar,
    add_working_hours,
    due_at,
    load_calendar,
    working_hours_between,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
CN = load_calendar("cn")


def at(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        pytest.param("2026-03-02 09:00", 1, "2026-03-02 10:00", id="in the morning"),
        pytest.param("2026-03-02 11:00", 2, "2026-03-02 14:00", id="over lunch"),
        pytest.param("2026-03-02 12:30", 1, "2026-03-02 14:00", id="begun at lunch"),
        pytest.param("2026-03-02 09:00", 8, "2026-03-02 18:00", id="a full day ends the same day"),
        pytest.param("2026-03-02 17:00", 2, "2026-03-03 10:00", id="over the night"),
        pytest.param("2026-03-02 03:00", 1, "2026-03-02 10:00", id="before work"),
        pytest.param("2026-03-06 17:00", 2, "2026-03-09 10:00", id="over a weekend"),
        pytest.param("2026-03-07 11:00", 1, "2026-03-09 10:00", id="on a Saturday"),
        pytest.param("2026-03-02 10:00", 0, "2026-03-02 10:00", id="nothing"),
        pytest.param("2026-03-07 10:00", 0, "2026-03-07 10:00", id="nothing on a Saturday"),
        pytest.param("2026-03-02 09:00", 0.25, "2026-03-02 09:15", id="a quarter"),
        pytest.param("2026-02-13 17:00", 2, "2026-02-14 10:00", id="a Saturday made up"),
        pytest.param("2026-02-14 17:00", 2, "2026-02-24 10:00", id="over the Spring Festival"),
        pytest.param("2026-02-27 17:00", 9, "2026-02-28 18:00", id="a Saturday made up after it"),
        pytest.param("2026-09-19 12:00", 1, "2026-09-20 10:00", id="a Sunday made up"),
        pytest.param("2025-09-30 17:00", 2, "2025-10-09 10:00", id="the eight days of 2025"),
        pytest.param("2025-12-31 17:00", 2, "2026-01-04 10:00", id="over the New Year"),
        pytest.param("2026-03-02 10:00", 104, "2026-03-19 10:00", id="thirteen working days"),
        pytest.param("2030-10-01 10:00", 1, "2030-10-01 11:00", id="a year not listed"),
    ],
)
def test_adding_hours(start: str, hours: float, due: str) -> None:
    assert add_working_hours(at(start), hours, CN) == at(due)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-03-02 09:00", "2026-03-02 18:00", 8),
        ("2026-03-02 11:30", "2026-03-02 13:30", 1),
        ("2026-03-06 17:00", "2026-03-09 10:00", 2),
        ("2026-03-07 09:00", "2026-03-08 18:00", 0),
        ("2026-02-14 09:00", "2026-02-24 18:00", 16),
        ("2026-03-03 10:00", "2026-03-02 10:00", -8),
        ("2026-03-02 10:00", "2026-03-02 10:00", 0),
    ],
)
def test_hours_between(start: str, end: str, hours: float) -> None:
    assert working_hours_between(at(start), at(end), CN) == hours


def test_the_callers_zone_does_not_matter() -> None:
    berlin = at("2026-03-02 17:00").astimezone(ZoneInfo("Europe/Berlin"))
    due = add_working_hours(berlin, 2, CN)
    assert due == at("2026-03-03 10:00")
    assert due.utcoffset() == timedelta(hours=8)


def test_summer_time_counts_real_hours() -> None:
    """On 2026-03-29 the clock in Berlin leaps from 2 to 3."""
    berlin = ZoneInfo("Europe/Berlin")
    nights = WorkingCalendar(timezone="Europe/Berlin", hours=("00:00-24:00",), weekdays=("周日",))
    start = datetime(2026, 3, 29, tzinfo=berlin)
    assert add_working_hours(start, 2.5, nights) == datetime(2026, 3, 29, 3, 30, tzinfo=berlin)
    assert working_hours_between(start, datetime(2026, 3, 30, tzinfo=berlin), nights) == 23


def test_urgent_orders_run_around_the_clock() -> None:
    start = at("2026-03-06 17:00")
    assert due_at(start, 4, clock="calendar", calendar=CN) == at("2026-03-06 21:00")
    assert due_at(start, 4, clock="working", calendar=CN) == at("2026-03-09 12:00")


@given(
    minutes=st.integers(0, 700 * 24 * 60),
    hours=st.floats(0.01, 300, allow_nan=False),
    more=st.booleans(),
)
def test_adding_and_counting_agree(minutes: int, hours: float, more: bool) -> None:
    start = at("2025-01-01 00:00") + timedelta(minutes=minutes)
    due = add_working_hours(start, hours, CN)
    assert working_hours_between(start, due, CN) == pytest.approx(hours, abs=1e-6)
    assert due <= add_working_hours(start, hours + 1 if more else hours, CN)


def test_the_official_days() -> None:
    days = [date(2025, 1, 1) + timedelta(days=number) for number in range(730)]
    worked = {year: sum(CN.is_working_day(d) for d in days if d.year == year) for year in CN.years}
    assert worked == {2025: 248, 2026: 248}
    assert CN.hours_per_day == 8


def test_the_official_days_agree_with_a_library() -> None:
    oracle = pytest.importorskip("chinese_calendar", reason="chinesecalendar is not installed")
    for number in range(730):
        day = date(2025, 1, 1) + timedelta(days=number)
        assert CN.is_working_day(day) == oracle.is_workday(day), day


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (
            "hours: [18:00-09:00]\nweekdays: [周一]",
            ":1: hours.0: '18:00-09:00' must end",
        ),
        ("hours: [nine]\nweekdays: [周一]", ":1: hours.0: 'nine' is no stretch"),
        ("hours: [09:00-18:00]\nweekdays: [Mon]", ":2: weekdays.0: "),
        ("hours: [13:00-18:00, 09:00-12:00]\nweekdays: [周一]", "hours overlap"),
        ("hours: [09:00-18:00]\nweekdays: [周一]\ntimezone: Mars", ":3: timezone: "),
        (
            "hours: [09:00-18:00]\nweekdays: [周一]\nschedules:\n- year: 2026\n"
            "  holidays: [{name: 春节, first: 2026-02-17, last: 2026-02-15}]",
            ":5: schedules.0.holidays.0: 春节 runs from",
        ),
        (
            "hours: [09:00-18:00]\nweekdays: [周一]\nschedules:\n- year: 2026\n"
            "  holidays: [{name: 元旦, first: 2026-01-01, last: 2026-01-03}]\n"
            "  workdays: [2026-01-03]",
            "2026-01-03 is both",
        ),
        (
            "hours: [09:00-18:00]\nweekdays: [周一]\nschedules:\n- year: 2026\n"
            "  workdays: [2025-01-03]",
            "2025-01-03 does not lie in 2026",
        ),
        ("hours: [09:00-18:00]\nweekdays: [周一]\nholiday: 3", ":3: holiday: unknown key"),
    ],
)
def test_a_wrong_calendar_is_told_with_its_line(text: str, place: str, tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_calendar("ours.yaml", folder=tmp_path)
    assert place in str(caught.value)


def test_an_unknown_calendar_lists_the_known() -> None:
    with pytest.raises(UsageError, match=r"no calendar 'cnn'; there are cn"):
        load_calendar("cnn")
