from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from voc.errors import UsageError
from voc.store.moments import micros, moment, offset_s

TIMES = [
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(2262, 4, 12, 23, 47, 16, 854_776, tzinfo=UTC),
    datetime(2024, 2, 29, 8, 0, 0, 1, tzinfo=ZoneInfo("Asia/Shanghai")),
    datetime(1900, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai")),  # +08:05:43
    datetime(2024, 3, 10, 1, 30, tzinfo=timezone(-timedelta(hours=9, minutes=30))),
    datetime.min.replace(tzinfo=timezone(timedelta(hours=8))),
    datetime.max.replace(tzinfo=timezone(-timedelta(hours=8))),
]


@pytest.mark.parametrize("time", TIMES, ids=str)
def test_comes_back_as_it_was_written(time: datetime) -> None:
    back = moment(micros(time), offset_s(time))
    assert back.isoformat() == time.isoformat()
    assert back - time == timedelta(0)


def test_sorts_by_instant() -> None:
    aware = TIMES[:6]
    assert sorted(aware, key=micros) == sorted(aware)


def test_refuses_a_time_without_zone() -> None:
    with pytest.raises(UsageError, match=r"2024-05-01T00:00:00 has no time zone.*`timezone`"):
        micros(datetime(2024, 5, 1))  # noqa: DTZ001
