"""Times in the forms people and programs write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.sources.times import read_time, time_in_name

SHANGHAI = ZoneInfo("Asia/Shanghai")


def _local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)  # type: ignore[misc,arg-type]


NOON = _local(2019, 2, 28, 11, 25, 5)
DAY = _local(2019, 2, 28)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2019-02-28T11:25:05+08:00", NOON),
        ("2019-02-28T03:25:05Z", NOON),
        ("2019-02-28 11:25:05", NOON),
        ("2019-02-28 11:25:05.5", NOON + timedelta(seconds=0.5)),
        ("2019-02-28T11:25:05.123456789", NOON + timedelta(microseconds=123456)),
        ("2019/2/28 11:25:05", NOON),
        ("2019/02/28 11:25", _local(2019, 2, 28, 11, 25)),
        ("2019.2.28 11:25:05", NOON),
        ("2019年2月28日 11:25:05", NOON),
        ("2019年2月28日11时25分5秒", NOON),
        ("2019年2月28日 星期四 上午11:25:05", NOON),
        ("２０１９－０２－２８　１１：２５：０５", NOON),
        ("2019-02-28 下午3:05", _local(2019, 2, 28, 15, 5)),
        ("2019-02-28 3:05 PM", _local(2019, 2, 28, 15, 5)),
        ("2019-02-28 12:05 AM", _local(2019, 2, 28, 0, 5)),
        ("2019-02-28 11:25:05 +0800", NOON),
        ("2019-02-28 03:25:05 UTC", NOON),
        ("2019-02-28 11:25:05 GMT+8", NOON),
        ("Thu, 28 Feb 2019 11:25:05 +0800", NOON),
        ("2019-02-28", DAY),
        ("2019年2月28日", DAY),
        ("20190228", DAY),
        (20190228, DAY),
        ("20190228112505", NOON),
        ("20190228T112505", NOON),
        (20190228112505, NOON),
        ("28/2/2019", DAY),
        ("2/28/2019 11:25:05", NOON),
        ("03/02/2026 09:15:07 PM", _local(2026, 3, 2, 21, 15, 7)),
        ("13/02/2026 09:15:07 PM", _local(2026, 2, 13, 21, 15, 7)),
        (1551324305, NOON),
        ("1551324305", NOON),
        (1551324305000, NOON),
        (1551324305000000, NOON),
        (1551324305000000000, NOON),
        (43524.47575231481, NOON),
        ("43524", DAY),
        (43524, DAY),
        (datetime(2019, 2, 28, 11, 25, 5), NOON),  # noqa: DTZ001
        (datetime(2019, 2, 28, 3, 25, 5, tzinfo=UTC), NOON),
        (date(2019, 2, 28), DAY),
        ("1970-01-01 00:00:00", _local(1970, 1, 1)),
        ("2262-04-11 23:47:16", _local(2262, 4, 11, 23, 47, 16)),
        (9223372036, _local(2262, 4, 12, 7, 47, 16)),
        ("2024-02-29", _local(2024, 2, 29)),
    ],
)
def test_forms(value: Any, expected: datetime) -> None:
    found = read_time(value, SHANGHAI)
    assert found == expected
    assert found is not None
    assert found.tzinfo is not None


@pytest.mark.parametrize(
    "value",
    [
        "",
        "昨天",
        "3天前",
        "0000-00-00 00:00:00",
        "2019-13-01",
        "2019-02-30",
        "2019-02-28 25:00",
        "2019-02",
        "11:25",
        "03/04/2019",
        "3/4/2019 9:15:07 AM",
        "03/04/2019 09:15:07",
        "9999-12-31",
        "1066-10-14",
        0,
        -1,
        7,
        True,
        float("nan"),
        1e300,
        10**400,
        None,
        [],
        {"a": 1},
        "2019-02-28" * 100,
        "5",
        "20190231",
    ],
)
def test_no_times(value: Any) -> None:
    assert read_time(value, SHANGHAI) is None


def test_an_offset_is_kept() -> None:
    found = read_time("2019-02-28T11:25:05-05:00", SHANGHAI)
    assert found is not None
    assert found.utcoffset() == timedelta(hours=-5)


@settings(max_examples=100, deadline=None)
@given(
    st.datetimes(
        datetime(1970, 1, 2),  # noqa: DTZ001
        datetime(2262, 1, 1),  # noqa: DTZ001
        timezones=st.sampled_from([UTC, SHANGHAI, timezone(timedelta(hours=-9, minutes=-30))]),
    )
)
def test_iso_comes_back(time: datetime) -> None:
    found = read_time(time.isoformat(), SHANGHAI)
    assert found is not None
    assert found.isoformat() == time.isoformat()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30) | st.text("0123456789-/:年月日 T.+Z", max_size=30) | st.floats())
def test_nothing_raises(value: str | float) -> None:
    read_time(value, SHANGHAI)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("calls/2026-11-03/001.json", "2026-11-03T00:00:00+08:00"),
        ("2026/11/03/001.json", "2026-11-03T00:00:00+08:00"),
        ("rec_20261103_142530.txt", "2026-11-03T14:25:30+08:00"),
        ("20261103142530.txt", "2026-11-03T14:25:30+08:00"),
        ("2026-11-03 14.25.srt", "2026-11-03T14:25:00+08:00"),
        ("2025-01-01/2026_11_03.json", "2026-11-03T00:00:00+08:00"),
        ("2026-11-03/13812345678.txt", "2026-11-03T00:00:00+08:00"),
        ("2026-11-03/2026-02-30.txt", "2026-11-03T00:00:00+08:00"),
        ("客服通话_2026年11月4日.csv", "2026-11-04T00:00:00+08:00"),
        ("客服通话2026年11月04日14时25分.csv", "2026-11-04T14:25:00+08:00"),
        ("26年11月4号/001.json", "2026-11-04T00:00:00+08:00"),
        ("2026年11月/通话 11月4日.csv", "2026-11-04T00:00:00+08:00"),
        ("12月30日.csv", "2025-12-30T00:00:00+08:00"),
        ("2026-11-03/11月4日.csv", "2026-11-04T00:00:00+08:00"),
        ("11月4日/20261105.csv", "2026-11-05T00:00:00+08:00"),
        ("2026年11月31日.csv", None),
        ("2027年1月2日.csv", None),
        ("2026年11月.csv", None),
        ("2099-11-03/001.json", None),
        ("13820261103.txt", None),
        ("call-17.txt", None),
    ],
)
def test_times_in_names_of_files(path: str, expected: str | None) -> None:
    now = datetime(2026, 11, 28, tzinfo=SHANGHAI)
    found = time_in_name(path, SHANGHAI, now=now)
    assert (found.isoformat() if found else None) == expected


def test_a_day_without_a_year_is_the_last_one_before_the_file_was_changed() -> None:
    now, changed = datetime(2026, 11, 28, tzinfo=SHANGHAI), datetime(2024, 11, 5, tzinfo=SHANGHAI)
    assert time_in_name("11月4日.csv", SHANGHAI, now=now, changed=changed) == _local(2024, 11, 4)
    assert time_in_name("2月29日.csv", SHANGHAI, now=now, changed=changed) == _local(2024, 2, 29)
    assert time_in_name("2月29日.csv", SHANGHAI, now=now) is None
