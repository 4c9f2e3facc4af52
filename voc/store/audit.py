"""Who wrote what, and what was asked once under a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from voc.records import plain
from voc.store import schema
from voc.store.moments import columns_of, micros, moment_of
from voc.store.statements import upsert


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One write: when, by which key or system, by which route, of which ids."""

    at: datetime
    actor: str
    action: str
    ids: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {name: plain(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Made:
    """What came of a request that was made before.

    Attributes:
        request_hash: Hash of what was asked.
        result: What it made, as JSON.
    """

    request_hash: str
    result: Mapping[str, Any]


def add(connection: Connection, actor: str, action: str, ids: Sequence[str], at: datetime) -> None:
    """Keeps one write."""
    row = {**columns_of("at", at), "actor": actor, "action": action, "ids": list(ids)}
    connection.execute(insert(schema.audit), row)


def some(connection: Connection, limit: int | None) -> list[AuditEntry]:
    """Returns writes, the newest first."""
    table = schema.audit
    query = select(table).order_by(table.c.position.desc()).limit(limit)
    return [
        AuditEntry(moment_of(row, "at"), row.actor, row.action, tuple(row.ids))
        for row in connection.execute(query)
    ]


def begin(
    connection: Connection, scope: str, name: str, request_hash: str, now: datetime
) -> Made | None:
    """Takes a name for a request; returns what it made where it was taken before.

    Who comes at the same moment waits for the first one to commit.
    """
    table = schema.request_made
    row = {
        "scope": scope,
        "name": name,
        "request_hash": request_hash,
        "result": {},
        "made_at": micros(now),
    }
    before = _made(connection, scope, name)
    if before is None:
        upsert(connection, table, [row])
        # Where another one came first, its row stands there by now, with what it made.
        before = _made(connection, scope, name)
        if before is not None and before.request_hash == request_hash and not before.result:
            return None
    return before


def _made(connection: Connection, scope: str, name: str) -> Made | None:
    table = schema.request_made
    query = select(table).where(table.c.scope == scope, table.c.name == name)
    row = connection.execute(query).first()
    return Made(row.request_hash, row.result) if row else None


def finish(connection: Connection, scope: str, name: str, result: Mapping[str, Any]) -> None:
    """Keeps what a request made, in the transaction that took its name."""
    table = schema.request_made
    connection.execute(
        update(table).where(table.c.scope == scope, table.c.name == name).values(result=result)
    )


def forget(connection: Connection, before: datetime) -> int:
    """Forgets the names that were taken before a moment; returns how many."""
    table = schema.request_made
    done = connection.execute(delete(table).where(table.c.made_at < micros(before)))
    return done.rowcount
