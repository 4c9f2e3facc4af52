"""What was done to the status of issues and alerts, each in a table of its own, in one shape."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, insert, select

from voc.store.moments import columns_of, moment_of
from voc.store.rows import AlertEvent, IssueEvent

Event = TypeVar("Event", IssueEvent, AlertEvent)


def add(connection: Connection, table: Table, event: IssueEvent | AlertEvent) -> None:
    """Keeps an event."""
    values = asdict(event) | columns_of("at", event.at)
    connection.execute(insert(table), values)


def kept(connection: Connection, table: Table, kind: type[Event], owner: str) -> list[Event]:
    """Returns the events of an issue or an alert, in their order.

    Args:
        connection: Where they are read.
        table: Where they are kept; the first field of `kind` names whose they are.
        kind: What they are.
        owner: The id of the issue or alert.
    """
    name, _, *others = kind.__slots__
    query = select(table).where(table.c[name] == owner).order_by(table.c.event_id)
    found = []
    for row in connection.execute(query):
        values: dict[str, Any] = {one: row._mapping[one] for one in (name, *others)}
        found.append(kind(**values, at=moment_of(row, "at")))
    return found
