"""Alerts: what emerged, one row a stream, and what people did with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, select, update

from voc.errors import UsageError
from voc.records import Alert, AlertStatus
from voc.store import schema, status_events
from voc.store.hearing import heard_by
from voc.store.moments import columns_of, moment_of
from voc.store.rows import AlertEvent
from voc.store.statements import chunks, conditions, upsert

_DERIVED: Final = ("since", "opened_at", "closed_at", "last_seen")
_MOMENTS: Final = (*_DERIVED, "settled_until")
_PLAIN: Final = tuple(
    name for name in Alert.__slots__ if name not in (*_MOMENTS, "feedback_ids", "alert_id")
)
_CHANGING: Final = (
    *_PLAIN,
    *(column for name in _DERIVED for column in (name, f"{name}_offset_s")),
    "feedback_ids",
)


def save(connection: Connection, alerts: Sequence[Alert]) -> None:
    """Stores new alerts and updates known ones; see `Transaction.save_alerts`."""
    last = {item.alert_id: item for item in alerts}
    for chunk in chunks(last[name] for name in sorted(last)):
        settled = _settled(connection, [item.alert_id for item in chunk])
        rows = [_row(item) for item in chunk if not _opens_settled(item, settled)]
        upsert(connection, schema.alert, rows, update=_CHANGING)


def _settled(connection: Connection, names: Iterable[str]) -> dict[str, datetime]:
    """Returns until when the alerts among these were settled that people closed."""
    table = schema.alert
    query = select(table).where(table.c.alert_id.in_(names), table.c.settled_until.is_not(None))
    rows = connection.execute(query.with_for_update())
    return {row.alert_id: moment_of(row, "settled_until") for row in rows}


def _opens_settled(item: Alert, settled: dict[str, datetime]) -> bool:
    """Says whether a run that knew nothing of its closing would open an alert again."""
    until = settled.get(item.alert_id)
    return until is not None and item.status == "open" and item.opened_at <= until


def set_status(
    connection: Connection,
    alert_id: str,
    status: AlertStatus,
    actor: str,
    note: str | None,
    now: datetime,
    *,
    solved_at: datetime | None,
) -> None:
    """Changes an alert's status and keeps who did it; see `Transaction.set_alert_status`."""
    table = schema.alert
    known = connection.execute(
        select(table).where(table.c.alert_id == alert_id).with_for_update()
    ).first()
    if known is None:
        raise UsageError(f"There is no alert {alert_id!r}. `voc issues --alerts` lists them.")
    if known.status == status:
        return
    closes = status == "closed"
    until = (solved_at or heard_by(connection, now)) if closes else None
    values = {
        "status": status,
        **columns_of("closed_at", now if closes else None),
        **columns_of("settled_until", until),
    }
    connection.execute(update(table).where(table.c.alert_id == alert_id).values(values))
    event = AlertEvent(alert_id, now, actor, known.status, status, note)
    status_events.add(connection, schema.alert_event, event)


def some(
    connection: Connection,
    *,
    industry: str | Sequence[str] | None,
    status: str | Sequence[str] | None,
    limit: int | None,
) -> list[Alert]:
    """Returns alerts, the last opened first."""
    table = schema.alert
    query = (
        select(table)
        .where(*conditions(table, industry=industry, status=status))
        .order_by(table.c.opened_at.desc(), table.c.alert_id)
        .limit(limit)
    )
    return [_alert(row) for row in connection.execute(query)]


def one(connection: Connection, alert_id: str) -> Alert | None:
    """Returns an alert."""
    table = schema.alert
    row = connection.execute(select(table).where(table.c.alert_id == alert_id)).first()
    return None if row is None else _alert(row)


def events(connection: Connection, alert_id: str) -> list[AlertEvent]:
    """Returns what people did with an alert, in order."""
    return status_events.kept(connection, schema.alert_event, AlertEvent, alert_id)


def _row(item: Alert) -> dict[str, Any]:
    row = {name: getattr(item, name) for name in (*_PLAIN, "alert_id", "feedback_ids")}
    for name in _MOMENTS:
        row |= columns_of(name, getattr(item, name))
    return row


def _alert(row: Row[Any]) -> Alert:
    values = row._mapping
    moments: dict[str, Any] = {
        name: None if values[name] is None else moment_of(row, name) for name in _MOMENTS
    }
    return Alert(
        **{name: values[name] for name in (*_PLAIN, "alert_id")},
        **moments,
        feedback_ids=tuple(values["feedback_ids"]),
    )
