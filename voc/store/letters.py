"""Letters of other systems that wait, or were refused: nothing that came is lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update

from voc.store import schema
from voc.store.moments import columns_of, moment_of
from voc.store.rows import LetterState, StoredLetter
from voc.store.statements import conditions, upsert


def keep(connection: Connection, item: StoredLetter) -> None:
    """Keeps a letter, once; it may come with another reason, but one that was dropped stays so."""
    row = {
        name: getattr(item, name)
        for name in ("letter_id", "inbox", "work_order_id", "body", "state", "reason")
    } | columns_of("received_at", item.received_at)
    known = one(connection, item.letter_id)
    if known is None or known.state != "dropped":
        upsert(connection, schema.letter, [row], update=["state", "reason"])


def forget(connection: Connection, letter_id: str) -> None:
    """Removes a letter that was taken in after all."""
    table = schema.letter
    connection.execute(delete(table).where(table.c.letter_id == letter_id))


def drop(connection: Connection, letter_id: str, reason: str) -> bool:
    """Marks a letter as dropped; false where there is none that waits or was refused."""
    table = schema.letter
    is_there = (table.c.letter_id == letter_id, table.c.state != "dropped")
    changed = connection.execute(
        update(table).where(*is_there).values(state="dropped", reason=reason)
    )
    return bool(changed.rowcount)


def one(connection: Connection, letter_id: str) -> StoredLetter | None:
    """Returns a letter."""
    table = schema.letter
    row = connection.execute(select(table).where(table.c.letter_id == letter_id)).first()
    return None if row is None else _letter(row)


def some(
    connection: Connection,
    *,
    state: str | Sequence[str] | None,
    inbox: str | Sequence[str] | None,
    work_order_id: str | Sequence[str] | None,
    limit: int | None,
) -> list[StoredLetter]:
    """Returns letters in the order they came."""
    table = schema.letter
    query = (
        select(table)
        .where(*conditions(table, state=state, inbox=inbox, work_order_id=work_order_id))
        .order_by(table.c.received_at, table.c.letter_id)
        .limit(limit)
    )
    return [_letter(row) for row in connection.execute(query)]


def counts(connection: Connection) -> dict[LetterState, int]:
    """Returns the number of letters in each state that has some."""
    table = schema.letter
    query = select(table.c.state, func.count()).group_by(table.c.state).order_by(table.c.state)
    return {row[0]: row[1] for row in connection.execute(query)}


def _letter(row: Row[Any]) -> StoredLetter:
    values = row._mapping
    names = ("letter_id", "inbox", "work_order_id", "body", "state", "reason")
    return StoredLetter(
        **{name: values[name] for name in names}, received_at=moment_of(row, "received_at")
    )
