"""Reading times in the forms people and programs write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from typing import Any, Final

from voc.sources.values import folded, number_in

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2300
_CENTURY: Final = 2000

_EXCEL_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - a serial number has no zone
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)  # noqa: UP017
_EXCEL_SERIALS = (10_000.0, 200_000.0)
_EPOCH_UNITS: Final = ((1e8, 1), (1e11, 10**3), (1e14, 10**6), (1e17, 10**9))
_DATE = r"(?P<year>\d{4})(?P<mark>[-/.年])(?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})[日号]?"
_CLOCK = (
    r"(?P<half>上午|下午|早上|中午|晚上|凌晨|[ap]m)?\s*"
    r"(?P<hour>\d{1,2})[:时点](?:(?P<minute>\d{1,2})分?)?"
    r"(?::?(?P<second>\d{1,2})(?:[.,](?P<fraction>\d{1,9}))?秒?)?\s*(?P<half_after>[ap]m)?"
)
_ZONE = r"(?P<zone>z|utc|gmt|(?:utc|gmt)?[+-]\d{1,2}(?::?\d{2})?)?"
_WRITTEN = re.compile(
    rf"{_DATE}(?:[t\s]*(?:\(?(?:星期|周|礼拜)[一二三四五六日天]\)?)?\s*{_CLOCK}\s*{_ZONE})?"
)
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[t ]?(\d{2})(\d{2})(\d{2})?)?")
_MONTH_AND_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:\s+(.*))?")
_AMERICAN: Final = re.compile(r"\d{2}/\d{2}/\d{4} \d{2}:\d{2}:\d{2} [ap]m")
_IN_NAME: Final = re.compile(
    r"(?<!\d)(?P<y>20\d\d)(?P<mark>[-_./]?)(?P<m>0[1-9]|1[0-2])(?P=mark)(?P<d>0[1-9]|[12]\d|3[01])"
    r"(?:[-_T ]?(?P<hour>[01]\d|2[0-3])(?P<colon>[-_.:]?)(?P<minute>[0-5]\d)"
    r"(?:(?P=colon)(?P<second>[0-5]\d))?)?(?!\d)"
)
_CHINESE_IN_NAME: Final = re.compile(
    r"(?<![\d年])(?:(?P<y>(?:20)?\d\d)年\s?)?(?P<m>1[0-2]|0?[1-9])月(?P<d>3[01]|[12]\d|0?[1-9])[日号]"
    r"(?:[-_ ]?(?P<hour>[01]?\d|2[0-3])[时点]"
    r"(?:(?P<minute>[0-5]?\d)分(?:(?P<second>[0-5]?\d)秒)?)?)?"
)
_AFTERNOON = frozenset({"下午", "晚上", "pm"})


def read_time(value: Any, zone: tzinfo) -> datetime | None:
    """Reads a time as ISO 8601, 2019/2/28 11:25:05, 2019年2月28日, an epoch, Excel's serial, ….

    Args:
        value: A cell. A date alone is its midnight. A number from 10,000 to 200,000 is Excel's day
            number (1900 system), one from 1e8 on an epoch in s, ms, µs or ns by its size, and
            digits that spell a date (20190228, 20190228112505) are that date.
        zone: The zone of times that name none.

    Returns:
        The time with its zone, or `None` where there is none between the years 1900 and 2300.
        A day and month that could be swapped (03/04/2019) are not guessed at, but where both are
        written as survey tools of the United States do: 03/04/2019 09:15:00 AM is of March.
    """
    try:
        found = _read(value, zone)
        return found if found and FIRST_YEAR <= found.year <= LAST_YEAR else None
    except (ValueError, OverflowError):
        return None


def time_in_name(
    path: str, zone: tzinfo, *, now: datetime, changed: datetime | None = None
) -> datetime | None:
    """Returns the time in a file's path, as 2026-11-03/001.json or call_20261103_142530.txt has it.

    So do 2026年11月3日.csv and 11月3日.csv. The last one counts; one that lies ahead is none.

    Args:
        path: The path.
        zone: The zone of the time.
        now: What lies ahead of it is no time.
        changed: When the file was changed last, which tells the year of a day without one.
    """
    found = [*_IN_NAME.finditer(path), *_CHINESE_IN_NAME.finditer(path)]
    latest = min(now, changed or now).astimezone(zone)
    for match in sorted(found, key=lambda each: each.start(), reverse=True):
        moment = _moment_of_match(match, latest)
        if moment is not None and moment <= now:
            return moment
    return None


def _moment_of_match(match: re.Match[str], latest: datetime) -> datetime | None:
    """Returns the moment in the zone of `latest`; without a year it is the last one before it."""
    year, *others = (int(match[name] or 0) for name in ("y", "m", "d", "hour", "minute", "second"))
    if year:
        return _moment((year if year >= _CENTURY else _CENTURY + year, *others), latest.tzinfo)
    for near in (latest.year, latest.year - 1):
        moment = _moment((near, *others), latest.tzinfo)
        if moment is not None and moment <= latest:
            return moment
    return None


def _moment(parts: Sequence[int], zone: tzinfo | None) -> datetime | None:
    try:
        return datetime(*parts, tzinfo=zone)  # type: ignore[misc, arg-type]
    except ValueError:
        return None


def _read(value: Any, zone: tzinfo) -> datetime | None:
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    if isinstance(value, date):
        return datetime.combine(value, time(), zone)
    text = folded(value).lower() if isinstance(value, str) else ""
    if len(text) > 60:
        return None
    number = number_in(value)
    digits = text if number is None else str(value).strip().removesuffix(".0")
    if match := _DIGITS.fullmatch(digits):
        parts = [int(part) for part in match.groups() if part]
        if FIRST_YEAR <= parts[0] <= LAST_YEAR and 1 <= parts[1] <= 12 and 1 <= parts[2] <= 31:
            return datetime(*parts, tzinfo=zone)  # type: ignore[misc,arg-type]
    if number is not None:
        return _from_number(number, zone)
    return _from_words(text, zone) if text else None


def _from_number(number: float, zone: tzinfo) -> datetime | None:
    if _EXCEL_SERIALS[0] <= number < _EXCEL_SERIALS[1]:
        seconds = round(number * 86_400, 3)
        return (_EXCEL_DAY_ZERO + timedelta(seconds=round(seconds))).replace(tzinfo=zone)
    for lowest, units in _EPOCH_UNITS:
        if lowest <= abs(number) < lowest * 1000:
            return (_EPOCH + timedelta(seconds=number / units)).astimezone(zone)
    return None


def _from_words(text: str, zone: tzinfo) -> datetime | None:
    if match := _WRITTEN.fullmatch(text):
        return _from_match(match, zone)
    if match := _MONTH_AND_DAY.fullmatch(text):
        first, second, year, clock = match.groups()
        month, day = (first, second) if int(second) > 12 else (second, first)
        if _AMERICAN.fullmatch(text) and int(first) <= 12:
            month, day = first, second
        elif int(first) <= 12 and int(second) <= 12 and int(first) != int(second):
            return None
        return _from_words(f"{year}-{month}-{day} {clock or ''}".strip(), zone)
    try:
        found = datetime.fromisoformat(text.upper())
    except ValueError:
        found = parsedate_to_datetime(text)
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _from_match(match: re.Match[str], zone: tzinfo) -> datetime:
    hour = int(match["hour"] or 0)
    half = match["half"] or match["half_after"]
    if half in _AFTERNOON and hour < 12:
        hour += 12
    elif half in {"am", "上午", "凌晨"} and hour == 12:
        hour = 0
    return datetime(
        int(match["year"]),
        int(match["month"]),
        int(match["day"]),
        hour,
        int(match["minute"] or 0),
        int(match["second"] or 0),
        int((match["fraction"] or "0")[:6].ljust(6, "0")),
        tzinfo=_zone(match["zone"]) or zone,
    )


def _zone(text: str | None) -> tzinfo | None:
    if not text:
        return None
    match = re.search(r"([+-])(\d{1,2}):?(\d{2})?$", text)
    if not match:
        return timezone.utc  # noqa: UP017
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))
