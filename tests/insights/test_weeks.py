from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from voc.insights import Week, compare_weeks, full_weeks, week_of, weeks_between

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("moment", "week"),
    [
        (datetime(2026, 11, 15, 15, 59, tzinfo=UTC), Week(2026, 46)),  # Sunday 23:59 in Shanghai
        (datetime(2026, 11, 15, 16, 0, tzinfo=UTC), Week(2026, 47)),  # Monday 00:00 in Shanghai
        (datetime(2027, 1, 3, 12, tzinfo=UTC), Week(2026, 53)),
        (datetime(2024, 12, 30, 12, tzinfo=UTC), Week(2025, 1)),
    ],
)
def test_a_moment_belongs_to_the_week_of_the_zone(moment: datetime, week: Week) -> None:
    assert week_of(moment, SHANGHAI) == week


def test_weeks_know_their_days_and_neighbours() -> None:
    assert Week(2026, 53).first_day == date(2026, 12, 28)
    assert Week(2027, 1).before == Week(2026, 53)
    assert sorted([Week(2027, 1), Week(2026, 53)]) == [Week(2026, 53), Week(2027, 1)]


def test_weeks_between_run_over_the_turn_of_the_year() -> None:
    found = list(weeks_between(date(2026, 12, 30), date(2027, 1, 5)))
    assert found == [Week(2026, 53), Week(2027, 1)]


@pytest.mark.parametrize(
    ("first", "last", "numbers"),
    [
        (date(2026, 11, 2), date(2026, 11, 15), [45, 46]),
        (date(2026, 11, 3), date(2026, 11, 15), [46]),
        (date(2026, 11, 2), date(2026, 11, 14), [45]),
        (date(2026, 11, 3), date(2026, 11, 8), []),
    ],
)
def test_only_weeks_covered_from_monday_to_sunday_are_full(
    first: date, last: date, numbers: list[int]
) -> None:
    assert [week.number for week in full_weeks(first, last)] == numbers


def test_the_last_full_week_is_compared_with_the_one_before() -> None:
    totals = {Week(2026, 45): 80, Week(2026, 46): 70, Week(2026, 47): 5}
    counts = {Week(2026, 45): 48, Week(2026, 46): 56, Week(2026, 47): 5}
    found = compare_weeks(counts, totals, first_day=date(2026, 10, 5), last_day=date(2026, 11, 18))
    assert found is not None
    assert found.week == Week(2026, 46)
    assert (found.now.share, found.before.share) == (0.8, 0.6)
    assert found.change is not None
    assert (round(found.change.low, 4), round(found.change.high, 4)) == (0.0524, 0.3339)


def test_a_week_that_brings_twice_as_much_of_everything_is_no_change() -> None:
    totals = {Week(2026, 45): 50, Week(2026, 46): 100}
    counts = {Week(2026, 45): 10, Week(2026, 46): 20}
    found = compare_weeks(counts, totals, first_day=date(2026, 11, 2), last_day=date(2026, 11, 15))
    assert found is not None
    assert found.change is not None
    assert found.change.value == 0
    assert not found.change.is_clear


def test_one_full_week_compares_with_nothing() -> None:
    assert compare_weeks({}, {}, first_day=date(2026, 11, 2), last_day=date(2026, 11, 9)) is None


def test_an_empty_week_has_no_change_to_speak_of() -> None:
    found = compare_weeks(
        {}, {Week(2026, 46): 3}, first_day=date(2026, 11, 2), last_day=date(2026, 11, 15)
    )
    assert found is not None
    assert found.change is None
