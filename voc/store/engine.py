"""Connections: which engines there are, how they are set up, and how transactions begin.

SQLite runs in WAL mode, so that readers go on while one writer writes. `synchronous=FULL` syncs
the log at each commit: a committed row survives a loss of power, not just a kill.

SQLite 3.7.0 to 3.51.2 can damage a file when one connection checkpoints while another resets the
log (https://www.sqlite.org/wal.html#walresetbug). So no connection here checkpoints by itself: a
writer does it while it holds the write lock, when nobody can reset the log.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from voc.errors import StoreError
from voc.store.errors import told_as_store_errors

LOG_BYTES: Final = 16 * 1024 * 1024
"""Size of SQLite's log from which a writer brings it into the file before it begins."""

_WRITES: Final = "voc_writes"
_ONE_STATE: Final[dict[str, Any]] = {
    "isolation_level": "REPEATABLE READ",
    "postgresql_readonly": True,
}
"""What makes all statements of a PostgreSQL connection see the same, as on SQLite."""

_FORMS: Final = "Write sqlite:///FILE.db or postgresql://USER:PASSWORD@HOST:PORT/NAME."


@dataclass(frozen=True, slots=True)
class Database:
    """An engine with what its users need to know of it.

    Attributes:
        where: The URL without its password, to begin messages with.
        file: The SQLite file; `None` on PostgreSQL.
    """

    engine: Engine
    where: str
    file: Path | None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Gives a connection that sees one state of the store; writers go on beside it."""
        with told_as_store_errors(self.where), self.engine.connect() as connection:
            if self.file is None:
                connection.execution_options(**_ONE_STATE)
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Gives a connection in a write transaction; commits at the end, rolls back on an error."""
        with (
            told_as_store_errors(self.where),
            self.engine.connect().execution_options(**{_WRITES: True}) as connection,
            connection.begin(),
        ):
            yield connection


def open_database(url: str, *, busy_timeout_s: float) -> Database:
    """Returns the database that `url` names, set up and tried.

    Raises:
        StoreError: The URL is wrong, a driver is missing, the file or server cannot be used.
    """
    parsed = _parsed(url)
    where = parsed.render_as_string(hide_password=True)
    if parsed.get_backend_name() == "sqlite":
        database = _open_sqlite(parsed, where, busy_timeout_s)
    else:
        database = _open_postgres(parsed, where, busy_timeout_s)
    return database


def sqlite_file(url: str) -> tuple[str, Path | None]:
    """Returns `url` without its password, and its SQLite file; `None` on PostgreSQL.

    Raises:
        StoreError: The URL is wrong.
    """
    parsed = _parsed(url)
    where = parsed.render_as_string(hide_password=True)
    return where, _named_file(parsed, where) if parsed.get_backend_name() == "sqlite" else None


def _named_file(url: URL, where: str) -> Path:
    name = url.database
    if not name or ":memory:" in name or url.query.get("mode") == "memory":
        raise StoreError(f"{where}: a store is kept in a file, and none is named. {_FORMS}")
    return Path(name.removeprefix("file:"))


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
        name = parsed.drivername
        if name in ("postgres", "postgresql"):
            return parsed.set(drivername="postgresql+psycopg")
        if name in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
            return parsed
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise StoreError(f"The store's address is no URL. {_FORMS}") from None
    raise StoreError(f"The store's address begins with {name!r}, which voc cannot use. {_FORMS}")


def _open_sqlite(url: URL, where: str, busy_timeout_s: float) -> Database:
    file = _named_file(url, where)
    check_file(file, where)
    engine = create_engine(
        url,
        connect_args={"timeout": busy_timeout_s},
        hide_parameters=True,
        pool_size=8,
        max_overflow=16,
    )
    event.listen(engine, "connect", _set_up_sqlite)
    database = Database(engine, where, file)
    event.listen(engine, "begin", lambda connection: _begin_sqlite(database, connection))
    with told_as_store_errors(where):
        _turn_log_on(engine, busy_timeout_s)
    return database


def check_file(file: Path, where: str) -> None:
    """Says before SQLite does, and clearer, why a file cannot be a store; creates nothing.

    Raises:
        StoreError: Its folder does not exist or may not be written, or it is none that can.
    """
    folder = file.resolve().parent
    if not folder.is_dir():
        raise StoreError(f"{where}: the folder {folder} does not exist. Make it first.")
    if file.is_dir():
        raise StoreError(f"{where}: {file} is a folder. Name a file in it.")
    effective = os.access in os.supports_effective_ids
    for path in (file, folder) if file.exists() else (folder,):
        if not os.access(path, os.W_OK, effective_ids=effective):
            raise StoreError(
                f"{where}: {path} may not be written, and a store writes its file and its folder. "
                "Change the rights, or name another file with VOC_STORE_URL."
            )


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # Transactions begin in `_begin_sqlite`, not where sqlite3 guesses.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute(f"PRAGMA journal_size_limit = {LOG_BYTES}")
    connection.execute("PRAGMA cache_size = -16384")


def _begin_sqlite(database: Database, connection: Connection) -> None:
    if not connection.get_execution_options().get(_WRITES):
        connection.exec_driver_sql("BEGIN")
        return
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    if _log_bytes(database) > LOG_BYTES:
        _checkpoint(database)
        # Only a transaction that begins after the checkpoint starts the log anew.
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _log_bytes(database: Database) -> int:
    try:
        return Path(f"{database.file}-wal").stat().st_size
    except FileNotFoundError:
        return 0


def _checkpoint(database: Database) -> None:
    other = database.engine.raw_connection()
    try:
        other.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
    finally:
        other.close()


def _turn_log_on(engine: Engine, busy_timeout_s: float) -> None:
    """Sets WAL mode, which stays with the file; SQLite does not wait for others here by itself."""
    deadline = time.monotonic() + busy_timeout_s
    connection = engine.raw_connection()
    try:
        while True:
            try:
                connection.cursor().execute("PRAGMA journal_mode = WAL").fetchall()
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != 5 or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
    finally:
        connection.close()


def _open_postgres(url: URL, where: str, busy_timeout_s: float) -> Database:
    try:
        engine = create_engine(
            url,
            connect_args=_postgres_arguments(url),
            hide_parameters=True,
            pool_pre_ping=True,
            pool_size=8,
            max_overflow=16,
        )
    except ModuleNotFoundError as error:
        raise StoreError(
            f"{where}: PostgreSQL needs the driver psycopg, which is not installed. Type: "
            'pip install "voc-zh[postgres]"'
        ) from error
    event.listen(engine, "connect", _set_up_postgres(busy_timeout_s))
    database = Database(engine, where, None)
    with database.reading() as connection:
        encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
    if encoding != "UTF8":
        raise StoreError(
            f"{where}: the database's encoding is {encoding}, and Chinese feedback needs UTF8. "
            "Make it with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0."
        )
    return database


def _postgres_arguments(url: URL) -> dict[str, Any]:
    defaults = {"connect_timeout": 5, "client_encoding": "utf8", "application_name": "voc"}
    return {name: value for name, value in defaults.items() if name not in url.query}


def _set_up_postgres(busy_timeout_s: float) -> Callable[[Any, object], None]:
    # Zero would mean to wait for ever.
    timeout_ms = max(1, round(busy_timeout_s * 1000))

    def set_up(connection: Any, _record: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = {timeout_ms}")
        connection.commit()

    return set_up
