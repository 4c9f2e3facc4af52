"""Statements that several tables need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, TypeVar

from sqlalchemy import Column, ColumnElement, Connection, Table, text
from sqlalchemy.dialects import postgresql, sqlite

Item = TypeVar("Item")

ROWS: Final = 500
"""Rows or ids in one statement; SQLite takes 32,766 parameters at most, older ones 999."""

IS_CURRENT: Final = text("feedback.is_current")
"""The condition as the partial indexes have it, so that SQLite uses them."""


def chunks(items: Iterable[Item], size: int = ROWS) -> Iterator[list[Item]]:
    """Yields `items` as lists of `size` at most."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def lock(connection: Connection, purpose: int) -> None:
    """Makes writers of one purpose wait for each other until the transaction ends.

    On SQLite every write transaction already waits for the one before.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(
            text("SELECT pg_advisory_xact_lock(hashtext(current_schema()), :purpose)"),
            {"purpose": purpose},
        )


def upsert(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    update: Iterable[str] = (),
) -> None:
    """Inserts `rows`; where a row has a stored one's key, sets its columns `update`, else nothing.

    The key is the table's primary key.
    """
    if not rows:
        return
    key = [column.name for column in table.primary_key]
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    names = list(update)
    if names:
        values = {name: statement.excluded[name] for name in names}
        statement = statement.on_conflict_do_update(index_elements=key, set_=values)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=key)
    connection.execute(statement, list(rows))


def insert_new(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, key: str
) -> None:
    """Inserts the rows whose `key` is not stored yet."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).on_conflict_do_nothing(index_elements=[key])
    if rows:
        connection.execute(statement, list(rows))


def one_or_more(column: Column[Any], wanted: str | Sequence[str]) -> ColumnElement[bool]:
    """Returns the condition that `column` is `wanted`, or one of them."""
    return column == wanted if isinstance(wanted, str) else column.in_(list(wanted))


def conditions(table: Table, **wanted: Any) -> list[ColumnElement[bool]]:
    """Returns a condition for each column that something is wanted of; `None` wants nothing."""
    return [
        one_or_more(table.c[name], value) for name, value in wanted.items() if value is not None
    ]
