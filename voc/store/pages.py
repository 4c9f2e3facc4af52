"""Lists a page at a time, in an order that what comes in meanwhile does not shift.

A page goes on behind the last row of the one before, by values that never change while the row is
there, never by a number of rows to skip.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import Column, ColumnElement, Connection, Row, Select, and_, or_, select

from voc.records import Issue, Tags, Topic, WorkOrder
from voc.store import schema
from voc.store.feedback import stored
from voc.store.issues import issue_of
from voc.store.moments import micros
from voc.store.rows import StoredFeedback
from voc.store.statements import IS_CURRENT, conditions
from voc.store.tags import newest_of
from voc.store.topics import topic_of
from voc.store.workorders import with_history

Item = TypeVar("Item")
Wanted = str | Sequence[str] | None
Place = tuple[int, str]
"""Where a page ended: a number that orders, and the id among its equals."""

MOST: Final = 500
"""Rows in a page at most."""


@dataclass(frozen=True, slots=True)
class ListPage(Generic[Item]):
    """A stretch of a list.

    Attributes:
        items: What it holds, in order.
        next: Where the next one goes on; `None` where this is the last for now.
    """

    items: list[Item]
    next: Place | None


@dataclass(frozen=True, slots=True)
class Heard:
    """A voice as it is now, with what the engine said of it last, if it did."""

    voice: StoredFeedback
    tags: Tags | None


def feedback(
    connection: Connection,
    *,
    limit: int,
    after: Place | None,
    is_oldest_first: bool,
    since: datetime | None,
    until: datetime | None,
    sentiment: Wanted,
    **wanted: Wanted,
) -> ListPage[Heard]:
    """Returns current versions by the order they came in, the newest first unless told."""
    table, tags = schema.feedback, schema.tags
    query = select(table).where(
        IS_CURRENT, *conditions(table, **wanted), *_within(table.c.occurred_at, since, until)
    )
    if sentiment is not None:
        said = select(tags.c.version).where(
            tags.c.feedback_id == table.c.feedback_id,
            tags.c.version == table.c.version,
            *conditions(tags, sentiment=sentiment),
        )
        query = query.where(said.exists())
    if after is not None:
        query = query.where(table.c.seq > after[0] if is_oldest_first else table.c.seq < after[0])
    query = query.order_by(table.c.seq if is_oldest_first else table.c.seq.desc())
    voices = [stored(row) for row in connection.execute(query.limit(limit + 1))]
    found = newest_of(connection, [voice.feedback_id for voice in voices[:limit]])
    heard = [Heard(voice, found.get(voice.feedback_id)) for voice in voices]
    return _cut(heard, limit, lambda item: (item.voice.seq, item.voice.feedback_id))


def topics(
    connection: Connection, *, limit: int, after: Place | None, industry: Wanted
) -> ListPage[Topic]:
    """Returns topics that are not muted, the largest first."""
    table = schema.topic
    query = select(table).where(~table.c.muted, *conditions(table, industry=industry))
    found = _rows(connection, query, table.c.count, table.c.topic_id, after, limit)
    return _cut([topic_of(row) for row in found], limit, lambda item: (item.count, item.topic_id))


def issues(
    connection: Connection,
    *,
    limit: int,
    after: Place | None,
    since: datetime | None,
    until: datetime | None,
    **wanted: Wanted,
) -> ListPage[Issue]:
    """Returns issues without their evidence, the first seen last; `since` is of the last voice."""
    table = schema.issue
    query = select(table).where(
        *conditions(table, **wanted), *_within(table.c.last_seen, since, until)
    )
    found = _rows(connection, query, table.c.first_seen, table.c.issue_id, after, limit)
    return _cut(
        [issue_of(row) for row in found],
        limit,
        lambda item: (micros(item.first_seen), item.issue_id),
    )


def work_orders(
    connection: Connection,
    *,
    limit: int,
    after: Place | None,
    since: datetime | None,
    until: datetime | None,
    **wanted: Wanted,
) -> ListPage[WorkOrder]:
    """Returns work orders with their history, the newest first."""
    table = schema.work_order
    query = select(table).where(
        *conditions(table, **wanted), *_within(table.c.created_at, since, until)
    )
    found = _rows(connection, query, table.c.created_at, table.c.work_order_id, after, limit)
    return _cut(
        with_history(connection, found),
        limit,
        lambda item: (micros(item.created_at), item.work_order_id),
    )


def _rows(
    connection: Connection,
    query: Select[Any],
    order: Column[Any],
    name: Column[Any],
    after: Place | None,
    limit: int,
) -> list[Row[Any]]:
    """Returns one row more than the page holds, the greatest first, ids growing among equals."""
    if after is not None:
        query = query.where(or_(order < after[0], and_(order == after[0], name > after[1])))
    return list(connection.execute(query.order_by(order.desc(), name).limit(limit + 1)))


def _cut(items: list[Item], limit: int, place: Callable[[Item], Place]) -> ListPage[Item]:
    kept = items[:limit]
    return ListPage(kept, place(kept[-1]) if len(items) > limit else None)


def _within(
    column: Column[Any], since: datetime | None, until: datetime | None
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if since is not None:
        found.append(column >= micros(since))
    if until is not None:
        found.append(column < micros(until))
    return found
