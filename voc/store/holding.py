"""Work that one process at a time may do: held by a lock that a dying process lets go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from voc.errors import StoreError
from voc.store.engine import Database
from voc.store.errors import told_as_store_errors

_PURPOSES: Final = {"chain": 101}

Holding = Callable[[], bool]
"""Says whether something is held at that moment: a lock ends with the server that keeps it."""


@contextmanager
def held(database: Database, purpose: str) -> Iterator[Holding]:
    """Takes `purpose` for this process until the end of the block, if nobody has it.

    On PostgreSQL it is an advisory lock of a connection of its own, on SQLite a lock on a file
    beside the store; both end with the process, however that ends.

    Raises:
        StoreError: The server cannot be reached, or the file cannot be made.
    """
    if database.file is None:
        with _advisory(database, _PURPOSES[purpose]) as holding:
            yield holding
    else:
        with _locked(Path(f"{database.file}.{purpose}.lock")) as is_held:
            yield lambda: is_held


@contextmanager
def _advisory(database: Database, number: int) -> Iterator[Holding]:
    arguments = {"number": number}
    with told_as_store_errors(database.where):
        connection = database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            ask = text("SELECT pg_try_advisory_lock(hashtext(current_schema()), :number)")
            is_held = bool(connection.execute(ask, arguments).scalar_one())
        except BaseException:
            connection.invalidate()
            raise

    def lasts() -> bool:
        # One that is invalidated would connect anew, without the lock.
        if not is_held or connection.invalidated:
            return False
        try:
            connection.execute(text("SELECT 1"))
        except SQLAlchemyError:
            connection.invalidate()
            return False
        return True

    try:
        yield lasts
    finally:
        with suppress(SQLAlchemyError), connection:  # a server that went away let the lock go
            if lasts():
                done = text("SELECT pg_advisory_unlock(hashtext(current_schema()), :number)")
                connection.execute(done, arguments)


@contextmanager
def _locked(path: Path) -> Iterator[bool]:
    import fcntl

    try:
        file = path.open("a")
    except OSError as error:
        raise StoreError(
            f"{path} cannot be made ({error.strerror or error}); the lock of the worker lies beside"
            " the store. Change the rights of the folder."
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
