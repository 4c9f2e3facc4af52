"""What engines report, said as sentences a user can act on.

Messages carry the engine's own short text, never the values of a statement: those hold customers'
words.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import exc

from voc.errors import StoreBusyError, StoreError

_BUSY: Final = (
    "another writer holds the store; nothing was written. Try again, or let writers wait longer "
    "with the setting store.busy_timeout_s."
)
_DISK_FULL: Final = (
    "the disk is full; nothing was written, and what was committed before is safe. Make room and "
    "run the same again."
)
_READ_ONLY: Final = (
    "the store may not be written. Give this user the right to write it (for a SQLite file also "
    "its folder), or name another store with VOC_STORE_URL."
)
_NO_SUCH_ROW: Final = (
    "a record names another one that the store does not hold; nothing was written. Save that one "
    "first, as an issue before its work orders."
)
_SQLITE: Final = {
    8: _READ_ONLY,
    10: "the disk reports an input/output error; nothing was written. Check the disk and its "
    "mount.",
    11: "the SQLite file is damaged. Restore it from a backup, or save what can be read with "
    "`sqlite3 FILE .recover`.",
    13: _DISK_FULL,
    14: "the SQLite file cannot be opened. Check that the folder exists and may be written.",
    26: "the file is no SQLite database. Name another file with VOC_STORE_URL.",
}
_SQLITE_BUSY: Final = (5, 6)
_SQLITE_NO_SUCH_ROW: Final = 787
_POSTGRES: Final = {
    "23503": _NO_SUCH_ROW,
    "25006": _READ_ONLY,
    "42501": _READ_ONLY,
    "53100": _DISK_FULL,
    "53300": "the PostgreSQL server has no connection to spare. Try again, or raise "
    "max_connections.",
}
_POSTGRES_BUSY: Final = ("23505", "40001", "40P01", "55P03")


@contextmanager
def told_as_store_errors(where: str) -> Iterator[None]:
    """Raises an engine's error as a `StoreError` that begins with `where`."""
    try:
        yield
    except (exc.SQLAlchemyError, sqlite3.Error) as error:
        raise store_error(error, where) from error


def store_error(error: exc.SQLAlchemyError | sqlite3.Error, where: str) -> StoreError:
    """Returns the error to raise for `error`; a `StoreBusyError` where another try can help."""
    if isinstance(error, exc.TimeoutError):
        return StoreBusyError(
            f"{where}: all connections are in use. Try again, or close iterators over the store "
            "before opening more."
        )
    origin: Any = getattr(error, "orig", error)
    code = getattr(origin, "sqlite_errorcode", None)
    if code is not None and code & 0xFF in _SQLITE_BUSY:
        return StoreBusyError(f"{where}: {_BUSY}")
    if code == _SQLITE_NO_SUCH_ROW:
        return StoreError(f"{where}: {_NO_SUCH_ROW}")
    if code is not None:
        return StoreError(f"{where}: {_SQLITE.get(code & 0xFF, str(origin))}")
    return _postgres_error(error, origin, where)


def _postgres_error(error: Exception, origin: Any, where: str) -> StoreError:
    state = getattr(origin, "sqlstate", None)
    if state in _POSTGRES_BUSY:
        return StoreBusyError(f"{where}: {_BUSY}")
    if state is not None:
        said = origin.diag.message_primary or type(origin).__name__
        return StoreError(f"{where}: {_POSTGRES.get(state, said)}")
    if isinstance(error, (exc.OperationalError, exc.InterfaceError)):
        said = (str(origin).strip().splitlines() or ["no answer"])[0]
        return StoreError(
            f"{where}: the server cannot be reached ({said}). Check that it runs, and check host, "
            "port, user and password in VOC_STORE_URL."
        )
    return StoreError(f"{where}: {type(error).__name__}: {origin}")
