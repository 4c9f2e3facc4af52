"""Keys of the HTTP API: kept as hashes, with what they allow and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from voc.records import plain
from voc.store import schema
from voc.store.moments import columns_of, micros, moment, moment_of


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What the store knows of a key; the key itself is not kept.

    Attributes:
        key_id: Names it in lists, in the audit, and at its beginning.
        secret_hash: SHA-256 of its secret, in hexadecimal.
        scopes: What it allows.
        workspace: The workspace that it opens, and no other.
        label: What people call it.
        created_at: When it was made.
        expires_at: From when it opens nothing; `None`: never.
        last_used_at: When it was last seen, to a minute.
        revoked_at: When it was taken back.
    """

    key_id: str
    secret_hash: str
    scopes: tuple[str, ...]
    workspace: str
    created_at: datetime
    label: str | None = None
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    def as_dict(self) -> dict[str, Any]:
        """Returns it as JSON shows it: without the hash."""
        return {name: plain(getattr(self, name)) for name in self.__slots__ if "hash" not in name}


def add(connection: Connection, key: ApiKey) -> None:
    """Keeps a new key."""
    connection.execute(
        insert(schema.api_key),
        {
            **{
                name: getattr(key, name)
                for name in ("key_id", "secret_hash", "scopes", "workspace", "label")
            },
            **columns_of("created_at", key.created_at),
            **{
                name: _instant(getattr(key, name))
                for name in ("expires_at", "last_used_at", "revoked_at")
            },
        },
    )


def _instant(value: datetime | None) -> int | None:
    return None if value is None else micros(value)


def one(connection: Connection, key_id: str) -> ApiKey | None:
    """Returns a key, in whatever state."""
    table = schema.api_key
    row = connection.execute(select(table).where(table.c.key_id == key_id)).first()
    return _key(row) if row else None


def all_of(connection: Connection) -> list[ApiKey]:
    """Returns all keys, the oldest first."""
    table = schema.api_key
    query = select(table).order_by(table.c.created_at, table.c.key_id)
    return [_key(row) for row in connection.execute(query)]


def _key(row: Row[Any]) -> ApiKey:
    return ApiKey(
        key_id=row.key_id,
        secret_hash=row.secret_hash,
        scopes=tuple(row.scopes),
        workspace=row.workspace,
        created_at=moment_of(row, "created_at"),
        label=row.label,
        expires_at=moment(row.expires_at),
        last_used_at=moment(row.last_used_at),
        revoked_at=moment(row.revoked_at),
    )


def revoke(connection: Connection, key_id: str, now: datetime) -> bool:
    """Takes a key back; false where there is none that is not taken back already."""
    table = schema.api_key
    change = (
        update(table)
        .where(table.c.key_id == key_id, table.c.revoked_at.is_(None))
        .values(revoked_at=micros(now))
    )
    return connection.execute(change).rowcount > 0


def note_used(connection: Connection, key_id: str, now: datetime) -> None:
    """Keeps when a key was last seen."""
    table = schema.api_key
    connection.execute(
        update(table).where(table.c.key_id == key_id).values(last_used_at=micros(now))
    )
