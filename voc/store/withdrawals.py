"""Voices that their sources say are gone: kept, but counted nowhere.

Messages about a withdrawn voice are recalled, and quotes of it leave themes, work orders and
messages, as long as they are not delivered.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, func, select, text, update

from voc.records import stable_id
from voc.store import issues, outbox, quotes, schema, workorders
from voc.store.columns import storable
from voc.store.moments import columns_of
from voc.store.statements import chunks, insert_new, lock

INGEST_LOCK: Final = 2
"""Purpose of the lock by which what takes voices in, changes or removes them waits its turn."""

_IS_CURRENT: Final = text("feedback.is_current")
_CLOSED: Final = "所有声音都已被撤回"
_WITHDRAWN: Final = "来源已撤回"


def withdraw(connection: Connection, source: str, native_ids: Sequence[str], now: datetime) -> int:
    """Takes voices out of all that is counted; see `Transaction.withdraw`."""
    lock(connection, INGEST_LOCK)
    return sum(
        _withdraw(connection, source, chunk, now)
        for chunk in chunks({stable_id("fb", source, name) for name in native_ids})
    )


def _withdraw(connection: Connection, source: str, names: list[str], now: datetime) -> int:
    table, assignment = schema.feedback, schema.topic_assignment
    is_theirs = table.c.feedback_id.in_(names)
    current = list(connection.scalars(select(table.c.feedback_id).where(is_theirs, _IS_CURRENT)))
    # Also of voices that have not come yet: a deletion may overtake what it deletes.
    rows = [{"feedback_id": name, "source": source, **columns_of("at", now)} for name in names]
    insert_new(connection, schema.withdrawal, rows, key="feedback_id")
    if not current:
        return 0
    workorders.lock_all(connection)
    connection.execute(update(table).where(is_theirs, _IS_CURRENT).values(is_current=False))
    connection.execute(delete(assignment).where(assignment.c.feedback_id.in_(current)))
    _leave_issues(connection, current, now)
    _recall(connection, current, now)
    _take_quotes(connection, current)
    return len(current)


def missing(connection: Connection, source: str, kept: Collection[str]) -> list[str]:
    """Returns native ids of current voices that are none of `kept`; see `Transaction.missing`."""
    table, held = schema.feedback, {storable(name) for name in kept}
    query = select(table.c.native_id).where(table.c.source == source, _IS_CURRENT)
    return [name for name in connection.scalars(query) if name not in held]


def _recall(connection: Connection, names: list[str], now: datetime) -> None:
    """Drops what rules for voices would have told of them, where it is not delivered."""
    table, action = schema.outbox, schema.voice_action
    told = select(action.c.action_id).where(action.c.feedback_id.in_(names))
    outbox.drop(connection, now, table.c.key.in_(told), reason=_WITHDRAWN)


def _take_quotes(connection: Connection, names: list[str]) -> None:
    topic, order, message = schema.topic, schema.work_order, schema.outbox
    note = f"（{_WITHDRAWN}）"
    waits = message.c.state != "delivered"
    quotes.replace(connection, topic, topic.c.evidence, names, note)
    quotes.replace(connection, order, order.c.description, names, note)
    quotes.replace(connection, message, message.c.payload, names, note, waits)


def _leave_issues(connection: Connection, names: list[str], now: datetime) -> None:
    """Takes the voices out of issues; one that has none left is closed."""
    place, issue = schema.issue_evidence, schema.issue
    theirs = place.c.feedback_id.in_(names)
    touched = list(connection.scalars(select(place.c.issue_id).where(theirs).distinct()))
    if not touched:
        return
    connection.execute(delete(place).where(theirs))
    left = (
        select(func.count(place.c.feedback_id.distinct()))
        .where(place.c.issue_id == issue.c.issue_id)
        .scalar_subquery()
    )
    connection.execute(update(issue).where(issue.c.issue_id.in_(touched)).values(count=left))
    empty = select(issue.c.issue_id).where(
        issue.c.issue_id.in_(touched),
        issue.c.count == 0,
        issue.c.status.in_(["open", "reopened"]),
    )
    for name in list(connection.scalars(empty)):
        issues.set_status(connection, name, "closed", "voc", _CLOSED, now, settles=False)


def known(connection: Connection, names: Iterable[str]) -> set[str]:
    """Returns which of the voices are withdrawn."""
    table = schema.withdrawal
    query = select(table.c.feedback_id)
    return {
        name
        for chunk in chunks(names)
        for name in connection.scalars(query.where(table.c.feedback_id.in_(chunk)))
    }


def restore(connection: Connection, names: Iterable[str]) -> None:
    """Lets withdrawn voices speak again, in their newest version."""
    table, gone = schema.feedback, schema.withdrawal
    for chunk in chunks(names):
        newest = (
            select(func.max(table.c.seq))
            .where(table.c.feedback_id.in_(chunk))
            .group_by(table.c.feedback_id)
        )
        connection.execute(delete(gone).where(gone.c.feedback_id.in_(chunk)))
        connection.execute(update(table).where(table.c.seq.in_(newest)).values(is_current=True))


def hide(connection: Connection, names: Iterable[str]) -> None:
    """Keeps voices out of all that is counted whose withdrawal came before them."""
    table = schema.feedback
    for chunk in chunks(names):
        theirs = table.c.feedback_id.in_(chunk)
        connection.execute(update(table).where(theirs, _IS_CURRENT).values(is_current=False))


def counts(connection: Connection) -> dict[str, int]:
    """Returns how many stored voices of each source are withdrawn."""
    table, voice = schema.withdrawal, schema.feedback
    is_stored = select(voice.c.seq).where(voice.c.feedback_id == table.c.feedback_id).exists()
    query = select(table.c.source, func.count()).where(is_stored).group_by(table.c.source)
    return {row.source: row[1] for row in connection.execute(query)}
