"""Databases of others: reached by a SQLAlchemy URL, read, and never written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from voc.errors import ConfigError, MissingExtraError, SourceError
from voc.text.privacy import mask

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.engine import URL
    from sqlalchemy.exc import SQLAlchemyError

_DRIVERS: Final[Mapping[str, tuple[str, str, str]]] = {
    "postgresql": ("postgresql+psycopg", "psycopg", "postgres"),
    "postgres": ("postgresql+psycopg", "psycopg", "postgres"),
    "mysql": ("mysql+pymysql", "pymysql", "mysql"),
    "mariadb": ("mariadb+pymysql", "pymysql", "mysql"),
    "sqlite": ("sqlite+pysqlite", "sqlite3", ""),
}
"""For each backend the driver used, the package it is in, and the extra that brings it."""

_READ_ONLY: Final[Mapping[str, str]] = {
    "postgresql": "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
    "mysql": "SET SESSION TRANSACTION READ ONLY",
    "mariadb": "SET SESSION TRANSACTION READ ONLY",
    "sqlite": "PRAGMA query_only = ON",
}
_CONNECT_S: Final = 15
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def database_url(told: str, *, name: str, base: Path = Path()) -> URL:
    """Returns the URL of a database with the driver that reads it.

    Args:
        told: SQLAlchemy URL; its driver may be left out.
        name: Names the source in errors.
        base: Folder that the path of a SQLite file starts from.

    Raises:
        ConfigError: It is no URL of a database.
        MissingExtraError: The driver is not installed.
    """
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    try:
        url = make_url(told)
        known = _DRIVERS.get(url.get_backend_name())
        if known is None:
            url.get_dialect().import_dbapi()
            return url
    except (ArgumentError, NoSuchModuleError):
        raise ConfigError(
            f"{name}: its url is none that SQLAlchemy knows; write one as "
            "postgresql+psycopg://USER:PASSWORD@HOST:PORT/NAME."
        ) from None
    except ImportError as error:
        raise MissingExtraError(
            f"{name}: the driver of {shown(url)} is not installed; pip install {error.name}."
        ) from error
    driver, package, extra = known
    if find_spec(package) is None:
        raise MissingExtraError(
            f"The source {name!r} needs the package {package}, which is not installed. Type: pip"
            f' install "voc-zh[{extra}]"'
        )
    url = url.set(drivername=driver)
    if driver.startswith("sqlite") and url.database:
        url = url.set(database=str(base / url.database))
    return url


@contextmanager
def read_only(url: URL, *, name: str) -> Iterator[Engine]:
    """Gives an engine whose connections are told to refuse writes, where the database can.

    Args:
        url: As `database_url` returns it.
        name: Names the source in errors.

    Raises:
        SourceError: It is a SQLite file that is not there.
    """
    from sqlalchemy import create_engine, event
    from sqlalchemy.pool import NullPool

    backend = url.get_backend_name()
    if backend == "sqlite" and not Path(url.database or "").is_file():
        raise SourceError(f"{name}: {shown(url)}: there is no such file; mend its url.")
    waits = {"connect_timeout": _CONNECT_S} if backend in _DRIVERS and backend != "sqlite" else {}
    engine = create_engine(url, poolclass=NullPool, connect_args=waits)

    @event.listens_for(engine, "connect")
    def _refuse_writes(connection: Any, _record: Any) -> None:
        if statement := _READ_ONLY.get(backend):
            cursor = connection.cursor()
            cursor.execute(statement)
            cursor.close()
            if backend != "sqlite":
                connection.commit()

    try:
        yield engine
    finally:
        engine.dispose()


def cell_of(value: Any) -> Any:
    """Returns a cell as files have it: a few bits as their number, bytes of UTF-8 as words.

    MariaDB and MySQL give BIT(1) to BIT(8) as one byte, and BLOB as bytes. Others are `None`.
    """
    if not isinstance(value, (bytes, bytearray, memoryview)):
        return value
    raw = bytes(value)
    with suppress(UnicodeDecodeError):
        text = raw.decode()
        if not _CONTROLS.search(text):
            return text
    return raw[0] if len(raw) == 1 else None


def shown(url: URL) -> str:
    """Returns a URL for people: without its password, and its query, which may hold one."""
    return url.set(query={}).render_as_string(hide_password=True)


def said(error: SQLAlchemyError) -> str:
    """Returns the first line of what the driver said, personal data in it masked."""
    inner = getattr(error, "orig", None) or error
    first = next(iter(str(inner).splitlines()), "")
    return mask(" ".join(first.split())[:300]).text.rstrip(".")
