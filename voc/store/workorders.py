"""Work orders and their history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from voc.errors import UsageError
from voc.records import (
    Extension,
    HistoryEntry,
    OrderClock,
    WorkOrder,
    stable_id,
)
from voc.store import schema
from voc.store.columns import json_text
from voc.store.moments import columns_of, micros, moment, moment_of
from voc.store.statements import chunks, conditions, insert_new, lock

_ORDERS_LOCK: Final = 5
_PLAIN: Final = ("title", "description", "type", "priority", "department")
_LATER: Final = ("assignee", "external_ref", "satisfaction")
_LIFE: Final = (
    "skill_group", "rule", "parent_id", "merged_into", "waiting_for", "reopened_count", "sequence",
)  # fmt: skip
_MOMENTS: Final = ("created_at", "due_at")
_CLOCK_MOMENTS: Final = (
    "started_at", "paused_at", "responded_at", "ended_at", "closed_at", "archived_at",
    "heard_until",
)  # fmt: skip
_CHANGING: Final = (*_PLAIN, "due_at", "due_at_offset_s", "sequence")
_FIXED: Final = frozenset({"work_order_id", "issue_id", "created_at", "created_at_offset_s"})


def lock_all(connection: Connection) -> None:
    """Makes others who act on orders or open them wait; see `Transaction.lock_orders`."""
    lock(connection, _ORDERS_LOCK)


def save(connection: Connection, item: WorkOrder) -> None:
    """Stores a work order; see `Transaction.save_work_order`."""
    table = schema.work_order
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    given = statement.excluded
    values = {name: given[name] for name in _CHANGING}
    values |= {name: func.coalesce(given[name], table.c[name]) for name in _LATER}
    connection.execute(
        statement.on_conflict_do_update(index_elements=["work_order_id"], set_=values), _row(item)
    )
    _add_entries(connection, item.work_order_id, item.history)


def _row(item: WorkOrder) -> dict[str, Any]:
    names = (*_PLAIN, *_LATER, *_LIFE, "work_order_id", "issue_id", "status")
    row = {name: getattr(item, name) for name in names}
    for name in _MOMENTS:
        row |= columns_of(name, getattr(item, name))
    for name in _CLOCK_MOMENTS:
        row |= columns_of(name, getattr(item.clock, name))
    return row | {
        "extension": item.extension.as_dict() if item.extension else None,
        "sla_clock": item.clock.kind,
        "sla_hours": item.clock.hours,
        "paused_hours": item.clock.paused_hours,
        "escalated": list(item.clock.escalated),
    }


def put(connection: Connection, item: WorkOrder) -> None:
    """Replaces a work order; see `Transaction.update_work_order`."""
    _status(connection, item.work_order_id)
    table = schema.work_order
    values = {name: value for name, value in _row(item).items() if name not in _FIXED}
    connection.execute(
        update(table).where(table.c.work_order_id == item.work_order_id).values(values)
    )
    _add_entries(connection, item.work_order_id, item.history)


def set_external_ref(connection: Connection, work_order_id: str, reference: str) -> None:
    """Keeps the name that another system gave a work order; an unknown order has none."""
    table = schema.work_order
    connection.execute(
        update(table).where(table.c.work_order_id == work_order_id).values(external_ref=reference)
    )


def hand_over(
    connection: Connection, work_order_id: str, issue_id: str, entry: HistoryEntry
) -> None:
    """Makes an order that of another issue; see `Transaction.hand_over`."""
    add_history(connection, work_order_id, entry)
    table = schema.work_order
    connection.execute(
        update(table).where(table.c.work_order_id == work_order_id).values(issue_id=issue_id)
    )


def add_history(connection: Connection, work_order_id: str, entry: HistoryEntry) -> None:
    """Keeps one change, once however often it is told."""
    _status(connection, work_order_id)
    _add_entries(connection, work_order_id, [entry])


def _add_entries(
    connection: Connection, work_order_id: str, entries: Sequence[HistoryEntry]
) -> None:
    rows = [
        {
            "entry_id": _entry_id(work_order_id, entry),
            "work_order_id": work_order_id,
            **columns_of("at", entry.at),
            "actor": entry.actor,
            "event": entry.event,
            "note": entry.note,
            "changes": entry.changes,
        }
        for entry in entries
    ]
    insert_new(connection, schema.work_order_history, rows, key="entry_id")


def _entry_id(work_order_id: str, entry: HistoryEntry) -> str:
    at = str(micros(entry.at))
    changed = (json_text(entry.changes),) if entry.changes else ()
    return stable_id("he", work_order_id, at, entry.actor, entry.event, entry.note, *changed)


def _status(connection: Connection, work_order_id: str) -> str:
    table = schema.work_order
    query = select(table.c.status).where(table.c.work_order_id == work_order_id)
    found: str | None = connection.scalars(query.with_for_update()).first()
    if found is None:
        raise UsageError(f"There is no work order {work_order_id!r}. `voc work-orders` lists them.")
    return found


def running(connection: Connection) -> list[WorkOrder]:
    """Returns the orders whose clock runs, without their history, those due soonest first."""
    table = schema.work_order
    query = (
        select(table)
        .where(table.c.ended_at.is_(None), table.c.paused_at.is_(None))
        .order_by(table.c.due_at, table.c.work_order_id)
    )
    return [_work_order(row, ()) for row in connection.execute(query)]


def closed_before(connection: Connection, at: datetime) -> list[str]:
    """Returns the ids of orders closed before a time and not archived, the oldest first."""
    table = schema.work_order
    query = (
        select(table.c.work_order_id)
        .where(table.c.archived_at.is_(None), table.c.closed_at < micros(at))
        .order_by(table.c.closed_at)
    )
    return list(connection.scalars(query))


def children(connection: Connection, parent_id: str) -> list[WorkOrder]:
    """Returns the orders that are part of another, with their history."""
    table = schema.work_order
    query = select(table).where(table.c.parent_id == parent_id).order_by(table.c.work_order_id)
    return with_history(connection, list(connection.execute(query)))


def returned(
    connection: Connection, *, since: datetime | None, until: datetime | None
) -> list[tuple[str, HistoryEntry]]:
    """Returns each time that a team returned an order, with the order's id, the oldest first."""
    table = schema.work_order_history
    query = select(table).where(table.c.event == "rejected").order_by(table.c.at, table.c.position)
    if since is not None:
        query = query.where(table.c.at >= micros(since))
    if until is not None:
        query = query.where(table.c.at < micros(until))
    return [(row.work_order_id, _entry(row)) for row in connection.execute(query)]


def some(
    connection: Connection,
    *,
    issue_id: str | Sequence[str] | None,
    status: str | Sequence[str] | None,
    department: str | Sequence[str] | None,
    limit: int | None,
) -> list[WorkOrder]:
    """Returns work orders with their history, the newest first."""
    table = schema.work_order
    query = (
        select(table)
        .where(*conditions(table, issue_id=issue_id, status=status, department=department))
        .order_by(table.c.created_at.desc(), table.c.work_order_id)
        .limit(limit)
    )
    return with_history(connection, list(connection.execute(query)))


def one(connection: Connection, work_order_id: str, *, is_locked: bool = False) -> WorkOrder | None:
    """Returns a work order with its history; locked, others wait to change it."""
    table = schema.work_order
    query = select(table).where(table.c.work_order_id == work_order_id)
    if is_locked:
        query = query.with_for_update()
    return next(iter(with_history(connection, list(connection.execute(query)))), None)


def with_history(connection: Connection, rows: Sequence[Row[Any]]) -> list[WorkOrder]:
    """Returns rows of the table `work_order` as the records they were."""
    table = schema.work_order_history
    history: dict[str, list[HistoryEntry]] = {}
    for names in chunks(row.work_order_id for row in rows):
        query = select(table).where(table.c.work_order_id.in_(names)).order_by(table.c.position)
        for row in connection.execute(query):
            history.setdefault(row.work_order_id, []).append(_entry(row))
    return [_work_order(row, history.get(row.work_order_id, ())) for row in rows]


def _entry(row: Row[Any]) -> HistoryEntry:
    changes = {name: (before, after) for name, (before, after) in row.changes.items()}
    return HistoryEntry(moment_of(row, "at"), row.actor, row.event, row.note, changes)


def _work_order(row: Row[Any], history: Sequence[HistoryEntry]) -> WorkOrder:
    values = row._mapping
    names = (*_PLAIN, *_LATER, *_LIFE, "work_order_id", "issue_id", "status")
    moments: dict[str, Any] = {name: moment_of(row, name) for name in _MOMENTS}
    return WorkOrder(
        **{name: values[name] for name in names},
        **moments,
        history=tuple(history),
        extension=Extension.from_dict(row.extension) if row.extension else None,
        clock=_clock(row),
    )


def _clock(row: Row[Any]) -> OrderClock:
    values = row._mapping
    moments: dict[str, Any] = {
        name: moment(values[name], values[f"{name}_offset_s"]) for name in _CLOCK_MOMENTS
    }
    return OrderClock(
        kind=row.sla_clock,
        hours=row.sla_hours,
        paused_hours=row.paused_hours,
        escalated=tuple(row.escalated),
        **moments,
    )
