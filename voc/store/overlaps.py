"""Voices that a source shares with another one: the same words at the same time, or one id."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from voc.records import stable_id
from voc.store import schema
from voc.store.statements import IS_CURRENT, chunks

MOST_SOURCES: Final = 50
TELLING_CHARS: Final = 6
"""Shorter words, as 很好吃, are said at one time by more than one person."""


def overlaps(
    connection: Connection, source: str, *, after: int, limit: int
) -> tuple[int, Counter[str]]:
    """Counts voices of `source` that others have; see `Store.overlaps`."""
    table = schema.feedback
    query = (
        select(table)
        .where(table.c.seq > after, table.c.source == source, IS_CURRENT)
        .order_by(table.c.seq)
        .limit(limit)
    )
    new = list(connection.execute(query))
    found = {*_by_id(connection, source, new), *_by_time(connection, source, new)}
    return len(new), Counter(other for other, _ in found)


def _by_id(
    connection: Connection, source: str, new: Sequence[Row[Any]]
) -> Iterator[tuple[str, str]]:
    table, cursors = schema.feedback, schema.source_cursor
    others = connection.scalars(
        select(cursors.c.source).where(cursors.c.source != source).limit(MOST_SOURCES)
    ).all()
    for other in others:
        named = {stable_id("fb", other, row.native_id): row for row in new}
        for chunk in chunks(list(named)):
            query = select(table.c.feedback_id, table.c.text)
            query = query.where(table.c.feedback_id.in_(chunk), IS_CURRENT)
            for name, text in connection.execute(query):
                if text == named[name].text:
                    yield other, named[name].feedback_id


def _by_time(
    connection: Connection, source: str, new: Sequence[Row[Any]]
) -> Iterator[tuple[str, str]]:
    table = schema.feedback
    telling: dict[tuple[int, str], list[Row[Any]]] = {}
    for row in new:
        if row.created_at is not None and len(row.text) >= TELLING_CHARS:
            telling.setdefault((row.created_at, row.text), []).append(row)
    for chunk in chunks(list(dict.fromkeys(moment for moment, _ in telling))):
        columns = (table.c.created_at, table.c.text, table.c.source, table.c.author, table.c.store)
        query = select(*columns).where(
            table.c.occurred_at.in_(chunk), table.c.source != source, IS_CURRENT
        )
        for other in connection.execute(query):
            for row in telling.get((other.created_at, other.text), ()):
                if _agree(row.author, other.author) and _agree(row.store, other.store):
                    yield other.source, row.feedback_id


def _agree(mine: str | None, theirs: str | None) -> bool:
    return mine is None or theirs is None or mine == theirs
