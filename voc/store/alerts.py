"""Alerts: what emerged, one row a stream."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from voc.records import Alert
from voc.store import schema
from voc.store.moments import columns_of, moment_of
from voc.store.statements import chunks, conditions, upsert

_MOMENTS: Final = ("since", "opened_at", "closed_at", "last_seen")
_PLAIN: Final = tuple(
    name for name in Alert.__slots__ if name not in (*_MOMENTS, "feedback_ids", "alert_id")
)
_CHANGING: Final = (
    *_PLAIN,
    *(column for name in _MOMENTS for column in (name, f"{name}_offset_s")),
    "feedback_ids",
)


def save(connection: Connection, alerts: Sequence[Alert]) -> None:
    """Stores new alerts and updates known ones; see `Transaction.save_alerts`."""
    last = {item.alert_id: item for item in alerts}
    for chunk in chunks(last[name] for name in sorted(last)):
        upsert(connection, schema.alert, [_row(item) for item in chunk], update=_CHANGING)


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
