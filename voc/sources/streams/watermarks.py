"""Values that a query is read by, as JSON, and how far a run looks back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from voc.errors import SourceError
from voc.sources.times import read_time

Mark = tuple[str, str]
"""A value as its kind and its text, which JSON keeps exactly."""

_READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "int": int, "float": float, "decimal": Decimal, "text": str, "uuid": UUID,
    "time": datetime.fromisoformat, "date": date.fromisoformat,
}  # fmt: skip
_KINDS: Final[tuple[tuple[type, str], ...]] = (
    (int, "int"), (float, "float"), (Decimal, "decimal"), (str, "text"), (UUID, "uuid"),
    (datetime, "time"), (date, "date"),
)  # fmt: skip
_TIME_LIKE: Final = 10
"""Fewest characters of a time that is kept as text, as SQLite does: 2026-11-01."""


def write_mark(value: Any, column: str) -> Mark:
    """Returns a value as its kind and its text.

    Raises:
        SourceError: Values of its kind have no order that can be kept.
    """
    for kind, name in _KINDS:
        if isinstance(value, kind) and not isinstance(value, bool):
            shown = value.isoformat() if isinstance(value, date) else str(value)
            return name, repr(value) if isinstance(value, float) else shown
    raise SourceError(
        f"the column {column!r} holds {type(value).__name__}; rows can be told by numbers, texts,"
        " times, dates and UUIDs"
    )


def read_mark(mark: Mark) -> Any:
    """Reads what `write_mark` wrote."""
    return _READERS[mark[0]](mark[1])


def earlier(mark: Mark, lag: float, column: str) -> Mark:
    """Returns the mark that lies `lag` before another: seconds of times, units of numbers.

    Raises:
        SourceError: The mark is a text that is no time.
    """
    value = read_mark(mark)
    if lag == 0:
        return mark
    if isinstance(value, str):
        return "text", _earlier_text(value, lag, column)
    if isinstance(value, UUID):
        raise SourceError(f"the column {column!r} holds UUIDs, which tell no time; set lag: 0")
    return write_mark(_minus(value, lag), column)


def is_ahead(mark: Mark, moment: datetime, zone: tzinfo, *, lag: float) -> bool:
    """Says whether a mark lies more than `lag` s ahead of a moment; what tells no time does not.

    Args:
        mark: The mark.
        moment: A time with an offset.
        zone: The zone of marks that name none.
        lag: Seconds; of days the whole ones that hold them.
    """
    value = read_mark(mark)
    if isinstance(value, str):
        try:
            told = datetime.fromisoformat(value)
        except ValueError:
            return False
        back = told - _days(lag) if len(value) <= _TIME_LIKE else _back(told, lag)
        return back > _like(told, moment, zone)
    if isinstance(value, datetime):
        return _back(value, lag) > _like(value, moment, zone)
    if isinstance(value, date):
        latest: date = _minus(value, lag)
        return latest > moment.astimezone(zone).date()
    return False


def time_of(mark: Mark, zone: tzinfo) -> datetime | None:
    """Returns the time that a mark tells; `None` where it is a number or no time."""
    value = read_mark(mark)
    is_time = isinstance(value, (str, date))
    return read_time(value, zone) if is_time else None


def _like(value: datetime, moment: datetime, zone: tzinfo) -> datetime:
    """A moment with the offset of a time, or as naive as it."""
    if value.tzinfo is None:
        return moment.astimezone(zone).replace(tzinfo=None)
    return moment.astimezone(value.tzinfo)


def _minus(value: Any, lag: float) -> Any:
    if isinstance(value, datetime):
        return _back(value, lag)
    if isinstance(value, date):
        return value - _days(lag)
    if isinstance(value, Decimal):
        return value - Decimal(str(lag))
    return value - (int(lag) if isinstance(value, int) else lag)


def _days(lag: float) -> timedelta:
    """Whole days that hold so many seconds."""
    return timedelta(days=int(lag // 86_400) + 1)


def _back(value: datetime, lag: float) -> datetime:
    try:
        return value - timedelta(seconds=lag)
    except OverflowError:
        return datetime.min.replace(tzinfo=value.tzinfo)


def _earlier_text(value: str, lag: float, column: str) -> str:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise SourceError(
            f"the column {column!r} holds texts that are no times, as voc can look back by; cast it"
            " in the query, or set lag: 0"
        ) from None
    if len(value) <= _TIME_LIKE:
        return _as_text(moment - _days(lag), value)
    return _as_text(_back(moment, lag), value)


def _as_text(moment: datetime, like: str) -> str:
    """A time in whole seconds, or a day, as another is written."""
    if len(like) <= _TIME_LIKE:
        return moment.date().isoformat()[: len(like)]
    return moment.replace(microsecond=0).isoformat(sep="T" if "T" in like else " ")
