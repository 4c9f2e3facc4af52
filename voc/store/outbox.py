"""The transactional outbox: what sinks must receive, committed together with what caused it.

A worker leases messages, sends them, and says what became of each. A lease that runs out gives the
message to another worker, so an effect happens at least once; receivers tell repeats by
`message_id`. Messages of one sink and key go in the order of their `sequence`: while one is
pending, no later one is leased. A buried message no longer holds back the later ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, Final, get_args

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    func,
    or_,
    select,
    text,
    tuple_,
    update,
)

from voc.records import Message
from voc.store import schema
from voc.store.moments import columns_of, micros, moment, moment_of
from voc.store.rows import MessageState, OutboxMessage
from voc.store.statements import insert_new

_PENDING: Final = text("outbox.state = 'pending'")
"""The condition as the partial indexes have it, so that SQLite uses them."""

_RELEASED: Final[dict[str, Any]] = {"leased_by": None, "leased_until": None}


def enqueue(connection: Connection, message: Message) -> None:
    """Adds a message unless its id is there already."""
    row = {
        "message_id": message.message_id,
        "sink": message.sink,
        "key": message.key,
        "sequence": message.sequence,
        "payload": message.payload,
        **columns_of("created_at", message.created_at),
        "state": "pending",
        "attempts": message.attempts,
        "next_at": micros(message.created_at),
        **_RELEASED,
    }
    insert_new(connection, schema.outbox, [row], key="message_id")


def lease(
    connection: Connection,
    worker: str,
    *,
    limit: int,
    lease_s: float,
    now: datetime,
    sinks: Sequence[str],
) -> list[Message]:
    """Gives messages to a worker; see `Transaction.lease`."""
    table = schema.outbox
    # One query a sink: each walks its index in order and stops at the limit.
    due = [row for sink in set(sinks) for row in connection.execute(_due(now, sink, limit))]
    rows = sorted(due, key=attrgetter("position"))[:limit]
    positions = [row.position for row in rows]
    connection.execute(
        update(table)
        .where(table.c.position.in_(positions))
        .values(
            leased_by=worker,
            leased_until=micros(now + timedelta(seconds=lease_s)),
            attempts=table.c.attempts + 1,
        )
    )
    return [_message(row, tries=row.attempts + 1) for row in rows]


def _due(now: datetime, sink: str, limit: int) -> Select[Any]:
    table, earlier, instant = schema.outbox, schema.outbox.alias("earlier"), micros(now)
    before = tuple_(earlier.c.sequence, earlier.c.position) < tuple_(
        table.c.sequence, table.c.position
    )
    held_back = (
        select(earlier.c.position)
        .where(
            earlier.c.sink == table.c.sink,
            earlier.c.key == table.c.key,
            before,
            text("earlier.state = 'pending'"),
        )
        .exists()
    )
    free = or_(table.c.leased_until.is_(None), table.c.leased_until <= instant)
    return (
        select(table)
        .where(_PENDING, table.c.sink == sink, table.c.next_at <= instant, free)
        .where(~held_back)
        .order_by(table.c.position)
        .limit(limit)
        .with_for_update(of=table, skip_locked=True)
    )


def settle(connection: Connection, message_id: str, worker: str, **values: Any) -> bool:
    """Ends a worker's lease with `values`; false where it no longer has the message."""
    table = schema.outbox
    done = connection.execute(
        update(table)
        .where(table.c.message_id == message_id, table.c.leased_by == worker, _PENDING)
        .values(**_RELEASED, **values)
    )
    return done.rowcount == 1


def release(connection: Connection, message_id: str, worker: str) -> bool:
    """Ends a worker's lease as if it had never been; false where it has the message no longer."""
    return settle(connection, message_id, worker, attempts=schema.outbox.c.attempts - 1)


def replay(
    connection: Connection, now: datetime, *, message_id: str | None, sink: str | None
) -> int:
    """Makes messages due now, buried and dropped ones too; see `Transaction.retry_messages`."""
    table = schema.outbox
    named = table.c.message_id == message_id if message_id else table.c.state == "dead"
    done = connection.execute(
        update(table)
        .where(named, table.c.state != "delivered", *_of(sink))
        .values(state="pending", attempts=0, next_at=micros(now), settled_at=None)
    )
    return done.rowcount


def drop(
    connection: Connection,
    now: datetime,
    *conditions: ColumnElement[bool],
    reason: str,
    message_id: str | None = None,
    sink: str | None = None,
    state: str | None = None,
) -> int:
    """Sets messages aside that were not delivered; see `Transaction.drop_messages`.

    Args:
        connection: A write transaction.
        now: When.
        conditions: Only where these hold too.
        reason: Why.
        message_id: Only this one.
        sink: Only those of this sink.
        state: Only `pending` or only `dead` ones.
    """
    table = schema.outbox
    named = [*conditions, *([table.c.message_id == message_id] if message_id else [])]
    chosen = [table.c.state == state] if state else [table.c.state.in_(["pending", "dead"])]
    done = connection.execute(
        update(table)
        .where(*named, *chosen, *_of(sink))
        .values(state="dropped", settled_at=micros(now), last_error=reason, **_RELEASED)
    )
    return done.rowcount


def _of(sink: str | None) -> list[ColumnElement[bool]]:
    return [schema.outbox.c.sink == sink] if sink else []


def counts(connection: Connection) -> dict[MessageState, int]:
    """Returns the number of messages in each state."""
    table = schema.outbox
    query = select(table.c.state, func.count()).group_by(table.c.state)
    states: tuple[MessageState, ...] = get_args(MessageState)
    found: dict[MessageState, int] = {row[0]: row[1] for row in connection.execute(query)}
    return {state: found.get(state, 0) for state in states}


def waiting_by_sink(connection: Connection) -> dict[str, int]:
    """Returns the number of pending messages of each sink that has some."""
    table = schema.outbox
    query = select(table.c.sink, func.count()).where(_PENDING).group_by(table.c.sink)
    return {row[0]: row[1] for row in connection.execute(query.order_by(table.c.sink))}


def sinks(connection: Connection) -> list[str]:
    """Returns the names of all sinks that messages were addressed to."""
    table = schema.outbox
    return list(
        connection.execute(select(table.c.sink).distinct().order_by(table.c.sink)).scalars()
    )


def one(connection: Connection, message_id: str) -> OutboxMessage | None:
    """Returns a message."""
    table = schema.outbox
    row = connection.execute(select(table).where(table.c.message_id == message_id)).one_or_none()
    return _outbox_message(row) if row is not None else None


def newest(connection: Connection, key: str) -> Message | None:
    """Returns the message that last told of something, to any sink."""
    table = schema.outbox
    query = select(table).where(table.c.key == key).order_by(table.c.sequence.desc()).limit(1)
    row = connection.execute(query).first()
    return _message(row, tries=row.attempts) if row is not None else None


def some(
    connection: Connection,
    *,
    state: str | Sequence[str] | None,
    sink: str | None,
    limit: int | None,
) -> list[OutboxMessage]:
    """Returns messages in the order they were added."""
    table = schema.outbox
    query = select(table).where(*_of(sink)).order_by(table.c.position).limit(limit)
    if state is not None:
        query = query.where(table.c.state.in_([state] if isinstance(state, str) else list(state)))
    return [_outbox_message(row) for row in connection.execute(query)]


def _outbox_message(row: Row[Any]) -> OutboxMessage:
    return OutboxMessage(
        message=_message(row, tries=row.attempts),
        state=row.state,
        next_at=moment(row.next_at),
        leased_by=row.leased_by,
        leased_until=moment(row.leased_until),
        settled_at=moment(row.settled_at),
        last_error=row.last_error,
    )


def _message(row: Row[Any], *, tries: int) -> Message:
    return Message(
        message_id=row.message_id,
        sink=row.sink,
        key=row.key,
        sequence=row.sequence,
        payload=row.payload,
        created_at=moment_of(row, "created_at"),
        attempts=tries,
    )
