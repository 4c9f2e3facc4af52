"""Rows of a query of any database that SQLAlchemy knows, read and never written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from voc.errors import SourceError
from voc.sources.databases import cell_of, database_url, read_only, said, shown
from voc.sources.rows import Row, column_names

_ROWS_AT_ONCE: Final = 500


def query_rows(url: str, query: str, *, name: str, base: Path = Path()) -> Iterator[Row]:
    """Yields the rows of a query, a few hundred at a time in memory.

    What the query does is undone in any case, and databases that can are told to refuse writes.

    Args:
        url: SQLAlchemy URL of the database.
        query: One statement that reads.
        name: Names the source in places and errors.
        base: Folder that the path of a SQLite file starts from.

    Raises:
        ConfigError: The URL is none, or the driver it names is not installed.
        SourceError: The database cannot be reached, or refuses the query.
    """
    from sqlalchemy import text
    from sqlalchemy.exc import SQLAlchemyError

    place = database_url(url, name=name, base=base)
    asked = text(query.replace(":", r"\:"))  # which would name a parameter
    try:
        with read_only(place, name=name) as engine, engine.connect() as connection:
            result = connection.execution_options(
                stream_results=True, yield_per=_ROWS_AT_ONCE
            ).execute(asked)
            columns = column_names(result.keys())
            for number, row in enumerate(result, 1):
                values = map(cell_of, row)
                yield Row(number, f"{name}:{number}", dict(zip(columns, values, strict=True)))
    except SQLAlchemyError as error:
        raise SourceError(
            f"{name}: the query at {shown(place)} failed ({said(error)}). Try it with another"
            " client."
        ) from None
