from __future__ import annotations

from datetime import date, timedelta

import pytest

from voc.report.periods import volume_of

MONDAY = date(2026, 9, 21)


def test_weeks_stand_without_gaps_and_know_whether_they_are_full() -> None:
    days = {
        MONDAY.toordinal() + 1: [3, 1, 0, 0],
        MONDAY.toordinal() + 6: [1, 0, 4, 2],
        MONDAY.toordinal() + 15: [0, 0, 1, 0],
    }
    volume = volume_of(days, MONDAY + timedelta(days=1), MONDAY + timedelta(days=15))
    assert volume.unit == "week"
    assert [bucket.label for bucket in volume.buckets] == ["9/21", "9/28", "10/5"]
    assert [bucket.is_full for bucket in volume.buckets] == [False, True, False]
    first, second, _ = volume.buckets
    assert (first.negative, first.neutral, first.positive, first.unjudged) == (4, 1, 4, 2)
    assert first.negative_share.share == pytest.approx(4 / 9)
    assert second.negative_share.share is None


@pytest.mark.parametrize(
    ("days", "unit", "buckets"),
    [
        (1, "week", 1),
        (182, "week", 26),
        (183, "month", 7),
        (365 * 2, "month", 25),
        (365 * 5, "quarter", 21),
        (365 * 30, "quarter", 40),
    ],
)
def test_longer_periods_are_told_in_longer_steps(days: int, unit: str, buckets: int) -> None:
    volume = volume_of({}, MONDAY, MONDAY + timedelta(days=days - 1))
    assert (volume.unit, len(volume.buckets)) == (unit, buckets)


def test_what_lies_before_the_first_bucket_is_counted() -> None:
    days = {MONDAY.toordinal(): [2, 0, 1, 0], date(2056, 1, 1).toordinal(): [1, 0, 0, 0]}
    volume = volume_of(days, MONDAY, date(2056, 1, 1))
    assert volume.earlier == 3
    assert sum(bucket.negative for bucket in volume.buckets) == 1


def test_without_days_there_is_nothing() -> None:
    assert volume_of({}, None, None).buckets == ()


def test_january_is_called_a_month_of_its_year() -> None:
    first, last = date(2018, 11, 1), date(2019, 8, 31)
    labels = [bucket.label for bucket in volume_of({}, first, last).buckets]
    assert labels[:4] == ["11月", "12月", "19年1月", "2月"]
