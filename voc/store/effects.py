"""Effects of work orders: one row an end of an order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from voc.records import Effect, Heard
from voc.store import schema
from voc.store.moments import columns_of, moment_of
from voc.store.statements import chunks, conditions, upsert

_HEARD: Final = ("before", "after", "control_before", "control_after")
_MOMENTS: Final = ("ended_at", "proposed_at")
_PLAIN: Final = tuple(name for name in Effect.__slots__ if name not in (*_HEARD, *_MOMENTS))
_CHANGING: Final = (
    *(name for name in _PLAIN if name != "effect_id"),
    *(column for name in _MOMENTS for column in (name, f"{name}_offset_s")),
    "heard",
)


def save(connection: Connection, effects: Sequence[Effect]) -> None:
    """Stores new effects and updates known ones; see `Transaction.save_effects`."""
    last = {item.effect_id: item for item in effects}
    for chunk in chunks(last[name] for name in sorted(last)):
        upsert(connection, schema.effect, [_row(item) for item in chunk], update=_CHANGING)


def some(
    connection: Connection,
    *,
    work_order_id: str | Sequence[str] | None,
    issue_id: str | Sequence[str] | None,
    verdict: str | Sequence[str] | None,
    limit: int | None,
) -> list[Effect]:
    """Returns effects, that of the order that ended last first."""
    table = schema.effect
    wanted = conditions(table, work_order_id=work_order_id, issue_id=issue_id, verdict=verdict)
    query = (
        select(table)
        .where(*wanted)
        .order_by(table.c.ended_at.desc(), table.c.effect_id)
        .limit(limit)
    )
    return [_effect(row) for row in connection.execute(query)]


def _row(item: Effect) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(item, name) for name in _PLAIN}
    for name in _MOMENTS:
        row |= columns_of(name, getattr(item, name))
    told = {name: getattr(item, name) for name in _HEARD}
    row["heard"] = {
        name: [one.voices, one.mentions, one.feedback] for name, one in told.items() if one
    }
    return row


def _effect(row: Row[Any]) -> Effect:
    values = row._mapping
    heard: dict[str, Any] = {name: Heard(*told) for name, told in values["heard"].items()}
    proposed = None if values["proposed_at"] is None else moment_of(row, "proposed_at")
    return Effect(
        **{name: values[name] for name in _PLAIN},
        **heard,
        ended_at=moment_of(row, "ended_at"),
        proposed_at=proposed,
    )
