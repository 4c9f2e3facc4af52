"""Times as the store keeps them.

A moment is two integers: microseconds since 1970-01-01 UTC, and the offset it was written with, in
seconds. So all moments sort and compare as numbers on every engine, years far from today included,
and are written back with the offset they came with.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final, overload

from sqlalchemy import Row

from voc.errors import UsageError

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - offsets are added to it by hand
_MICROSECOND: Final = timedelta(microseconds=1)
_ZONES: dict[int, timezone] = {}


def micros(value: datetime) -> int:
    """Returns the microseconds since 1970-01-01 UTC.

    Raises:
        UsageError: `value` has no time zone.
    """
    if value.tzinfo is None:
        raise UsageError(
            f"The time {value.isoformat()} has no time zone; the store takes times with one. "
            "Give it the zone of the setting `timezone` first."
        )
    return (value - _EPOCH) // _MICROSECOND


def offset_s(value: datetime) -> int:
    """Returns the offset from UTC in whole seconds."""
    offset = value.utcoffset()
    return int(offset.total_seconds()) if offset else 0


@overload
def moment(value: int, offset: int | None = ...) -> datetime: ...
@overload
def moment(value: None, offset: int | None = ...) -> None: ...
def moment(value: int | None, offset: int | None = 0) -> datetime | None:
    """Returns the time at `value` microseconds, written with an offset of `offset` seconds."""
    if value is None:
        return None
    seconds = offset or 0
    zone = _ZONES.get(seconds)
    if zone is None:
        zone = _ZONES[seconds] = timezone(timedelta(seconds=seconds))
    local = _NAIVE_EPOCH + timedelta(seconds=seconds, microseconds=value)
    return local.replace(tzinfo=zone)


def columns_of(name: str, value: datetime | None) -> dict[str, int | None]:
    """Returns the values of the columns `name` and `name_offset_s`."""
    if value is None:
        return {name: None, f"{name}_offset_s": None}
    return {name: micros(value), f"{name}_offset_s": offset_s(value)}


def moment_of(row: Row[Any], name: str) -> datetime:
    """Returns the time in the columns `name` and `name_offset_s` of a row."""
    return moment(int(getattr(row, name)), getattr(row, f"{name}_offset_s"))
