"""Parts of issues that orders are of, and orders that wait for a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from voc.records import OrderPart, OrderReview
from voc.store import schema
from voc.store.moments import columns_of, moment_of
from voc.store.statements import chunks, conditions, upsert

_MOMENTS: Final = ("at", "decided_at")
_PLAIN: Final = tuple(name for name in OrderReview.__slots__ if name not in _MOMENTS)
_CHANGING: Final = (
    *(name for name in _PLAIN if name != "work_order_id"),
    *(column for name in _MOMENTS for column in (name, f"{name}_offset_s")),
)


def save_parts(connection: Connection, parts: Sequence[OrderPart]) -> None:
    """Keeps of which part of its issue each order is."""
    rows = [{name: getattr(item, name) for name in OrderPart.__slots__} for item in parts]
    for chunk in chunks(rows):
        upsert(connection, schema.order_part, chunk, update=["part", "rule", "skill_group"])


def parts(connection: Connection, issue_id: str | None) -> dict[str, OrderPart]:
    """Returns the parts of orders, of all issues or one, by work order."""
    table, order = schema.order_part, schema.work_order
    query = select(table)
    if issue_id is not None:
        query = query.join(order, order.c.work_order_id == table.c.work_order_id).where(
            order.c.issue_id == issue_id
        )
    return {
        row.work_order_id: OrderPart(row.work_order_id, row.part, row.rule, row.skill_group)
        for row in connection.execute(query)
    }


def save(connection: Connection, reviews: Sequence[OrderReview]) -> None:
    """Keeps orders that wait, or what became of them."""
    rows = [_row(item) for item in reviews]
    for chunk in chunks(rows):
        upsert(connection, schema.order_review, chunk, update=_CHANGING)


def _row(item: OrderReview) -> dict[str, Any]:
    row = {name: getattr(item, name) for name in _PLAIN}
    for name in _MOMENTS:
        row |= columns_of(name, getattr(item, name))
    return row


def some(
    connection: Connection,
    *,
    issue_id: str | Sequence[str] | None = None,
    state: str | Sequence[str] | None = None,
) -> list[OrderReview]:
    """Returns orders that wait or waited, the oldest first."""
    table = schema.order_review
    query = (
        select(table)
        .where(*conditions(table, issue_id=issue_id, state=state))
        .order_by(table.c.at, table.c.work_order_id)
    )
    return [_review(row) for row in connection.execute(query)]


def locked(connection: Connection, work_order_id: str) -> OrderReview | None:
    """Returns an order that waits or waited; others wait to decide on it until this ends."""
    table = schema.order_review
    query = select(table).where(table.c.work_order_id == work_order_id).with_for_update()
    row = connection.execute(query).first()
    return _review(row) if row else None


def _review(row: Row[Any]) -> OrderReview:
    values = row._mapping
    decided_at = None if values["decided_at"] is None else moment_of(row, "decided_at")
    return OrderReview(
        **{name: values[name] for name in _PLAIN}, at=moment_of(row, "at"), decided_at=decided_at
    )
