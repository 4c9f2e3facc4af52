"""Rows of a query of any database that SQLAlchemy knows, read and never written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from voc.errors import ConfigError, MissingExtraError, SourceError
from voc.sources.rows import Row, column_names

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine
    from sqlalchemy.engine import URL

_ROWS_AT_ONCE: Final = 500
_READ_ONLY: Final = {"mysql": "SET SESSION TRANSACTION READ ONLY"}


def query_rows(
    url: str,
    query: str,
    *,
    name: str,
    parameters: Mapping[str, Any] = MappingProxyType({}),
) -> Iterator[Row]:
    """Yields the rows of a query, a few hundred at a time in memory.

    What the query does is undone in any case, and databases that can are told to refuse writes.

    Args:
        url: SQLAlchemy URL of the database.
        query: One statement that reads; `:name` stands for a parameter.
        name: Names the source in places and errors.
        parameters: Values of the query's parameters.

    Raises:
        ConfigError: The URL is none, or the driver it names is not installed.
        SourceError: The database cannot be reached, or refuses the query.
    """
    from sqlalchemy import text
    from sqlalchemy.exc import SQLAlchemyError

    engine, where = _engine(url, name)
    try:
        with _read_only(engine) as connection:
            result = connection.execution_options(
                stream_results=True, yield_per=_ROWS_AT_ONCE
            ).execute(text(query), dict(parameters))
            columns = column_names(result.keys())
            for number, values in enumerate(result, 1):
                yield Row(number, f"{name}:{number}", dict(zip(columns, values, strict=True)))
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or type(error).__name__).splitlines()[0]
        raise SourceError(
            f"{name}: the query at {where} failed ({reason[:200]}). Try it with another client."
        ) from None
    finally:
        engine.dispose()


def _engine(url: str, name: str) -> tuple[Engine, str]:
    from sqlalchemy import create_engine
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    try:
        parsed = make_url(url)
        where = parsed.render_as_string(hide_password=True)
        return create_engine(_unwritable(parsed, name)), where
    except (ArgumentError, NoSuchModuleError):
        raise ConfigError(
            f"{name}: its url is none that SQLAlchemy knows; write one as "
            "postgresql+psycopg://USER:PASSWORD@HOST:PORT/NAME."
        ) from None
    except ImportError as error:
        raise MissingExtraError(
            f"{name}: the driver of {where} is not installed; pip install {error.name}."
        ) from error


def _unwritable(url: URL, name: str) -> URL:
    """Returns the URL of a SQLite file in a form that neither makes nor writes it."""
    if url.get_backend_name() != "sqlite":
        return url
    file = (url.database or "").removeprefix("file:")
    if not Path(file).is_file():
        raise SourceError(f"{name}: there is no SQLite file {file!r}; mend its url.")
    return url.set(database=f"file:{file}", query={"mode": "ro", "uri": "true"})


@contextmanager
def _read_only(engine: Engine) -> Iterator[Connection]:
    from sqlalchemy import text

    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(postgresql_readonly=True)
        elif statement := _READ_ONLY.get(engine.dialect.name):
            connection.execute(text(statement))
            connection.rollback()
        try:
            yield connection
        finally:
            connection.rollback()
