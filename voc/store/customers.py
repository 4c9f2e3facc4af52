"""Customers and their orders, under the pseudonyms that feedback has them by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Table, func, select

from voc.records import Customer, Order
from voc.store import schema
from voc.store.actions import tags_of
from voc.store.moments import columns_of, micros, moment, moment_of
from voc.store.rows import CustomerFile, UpsertCounts
from voc.store.statements import IS_CURRENT, chunks, conditions, lock, upsert

_DIRECTORY_LOCK: Final = 4
_OF_CUSTOMER: Final = ("tier", "store", "region")
_OF_ORDER: Final = ("customer_id", "amount", "product", "store")

Rows = dict[str, dict[str, Any]]


def save_customers(connection: Connection, items: Sequence[Customer]) -> UpsertCounts:
    """Stores customers; see `Transaction.save_customers`."""
    return _save(connection, schema.customer, [_customer_row(item) for item in items])


def save_orders(connection: Connection, items: Sequence[Order]) -> UpsertCounts:
    """Stores orders; see `Transaction.save_orders`."""
    return _save(connection, schema.customer_order, [_order_row(item) for item in items])


def _customer_row(item: Customer) -> dict[str, Any]:
    return {
        "customer_id": item.customer_id,
        **{name: getattr(item, name) for name in _OF_CUSTOMER},
        **columns_of("since", item.since),
        "tags": list(item.tags),
        **columns_of("updated_at", item.updated_at),
    }


def _order_row(item: Order) -> dict[str, Any]:
    return {
        "order_id": item.order_id,
        **{name: getattr(item, name) for name in _OF_ORDER},
        **columns_of("ordered_at", item.ordered_at),
        **columns_of("updated_at", item.updated_at),
    }


def _save(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> UpsertCounts:
    """Stores rows one after another: the newest wins, and what is not told stays as it was."""
    lock(connection, _DIRECTORY_LOCK)
    (key,) = (column.name for column in table.primary_key)
    names = [column.name for column in table.columns]
    counts = UpsertCounts()
    for chunk in chunks(rows):
        known = _known(connection, table, key, {row[key] for row in chunk})
        changed: Rows = {}
        for row in chunk:
            kept, said = _merged(known.get(row[key]), row)
            counts += said
            known[row[key]] = kept
            if said.new or said.updated:
                changed[row[key]] = kept
        upsert(connection, table, list(changed.values()), update=names)
    return counts


def _known(connection: Connection, table: Table, key: str, names: set[str]) -> Rows:
    query = select(table).where(table.c[key].in_(names))
    return {row._mapping[key]: dict(row._mapping) for row in connection.execute(query)}


def _merged(
    known: Mapping[str, Any] | None, row: Mapping[str, Any]
) -> tuple[dict[str, Any], UpsertCounts]:
    if known is None:
        return dict(row), UpsertCounts(new=1)
    if row["updated_at"] < known["updated_at"]:
        return dict(known), UpsertCounts(stale=1)
    merged = {**known, **{name: value for name, value in row.items() if value not in (None, [])}}
    said = {name for name in merged if not name.startswith("updated_at")}
    if all(merged[name] == known[name] for name in said):
        return merged, UpsertCounts(known=1)
    return merged, UpsertCounts(updated=1)


def some(
    connection: Connection, ids: Iterable[str] | None, tier: str | None, limit: int | None
) -> Iterator[Customer]:
    """Yields customers by id: of these ids, or of a tier, or all."""
    table = schema.customer
    if ids is not None:
        for chunk in chunks(sorted(set(ids))):
            rows = connection.execute(select(table).where(table.c.customer_id.in_(chunk)))
            yield from (_customer(row) for row in rows)
        return
    query = (
        select(table)
        .where(*conditions(table, tier=tier))
        .order_by(table.c.customer_id)
        .limit(limit)
    )
    yield from (_customer(row) for row in connection.execute(query))


def _customer(row: Row[Any]) -> Customer:
    return Customer(
        customer_id=row.customer_id,
        updated_at=moment_of(row, "updated_at"),
        **{name: row._mapping[name] for name in _OF_CUSTOMER},
        since=moment(row.since, row.since_offset_s),
        tags=tuple(row.tags),
    )


def orders_of(
    connection: Connection, customer_id: str, *, until: datetime | None, limit: int | None
) -> list[Order]:
    """Returns a customer's orders, the last first."""
    table = schema.customer_order
    query = select(table).where(table.c.customer_id == customer_id)
    if until is not None:
        query = query.where(table.c.ordered_at <= micros(until))
    query = query.order_by(table.c.ordered_at.desc(), table.c.order_id).limit(limit)
    return [
        Order(
            order_id=row.order_id,
            **{name: row._mapping[name] for name in _OF_ORDER},
            ordered_at=moment_of(row, "ordered_at"),
            updated_at=moment_of(row, "updated_at"),
        )
        for row in connection.execute(query)
    ]


def tiers(connection: Connection) -> dict[str | None, int]:
    """Returns how many customers there are of each tier."""
    table = schema.customer
    query = select(table.c.tier, func.count()).group_by(table.c.tier)
    return {row[0]: row[1] for row in connection.execute(query)}


def spending(connection: Connection, *, since: datetime, until: datetime) -> dict[str, float]:
    """Returns what each customer spent in `(since, until]`, by id."""
    table = schema.customer_order
    query = (
        select(table.c.customer_id, func.sum(table.c.amount))
        .where(table.c.ordered_at > micros(since), table.c.ordered_at <= micros(until))
        .group_by(table.c.customer_id)
    )
    return {row[0]: float(row[1]) for row in connection.execute(query)}


def customers_behind(connection: Connection, feedback_ids: Iterable[str]) -> dict[str, str]:
    """Returns the customer of each voice that names one, by feedback id."""
    table = schema.feedback
    found: dict[str, str] = {}
    for chunk in chunks(sorted(set(feedback_ids))):
        query = select(table.c.feedback_id, table.c.customer_id).where(
            table.c.feedback_id.in_(chunk), table.c.customer_id.is_not(None), IS_CURRENT
        )
        found |= {row[0]: row[1] for row in connection.execute(query)}
    return found


def file_of(
    connection: Connection, customer_id: str, *, since: datetime, until: datetime
) -> CustomerFile | None:
    """Returns what is known of one customer; see `Store.customer`."""
    customer = next(some(connection, [customer_id], None, None), None)
    orders = orders_of(connection, customer_id, until=None, limit=None)
    given = tags_of(connection, customer_id)
    if customer is None and not orders and not given:
        return None
    table = schema.feedback
    voices = select(table.c.feedback_id).where(table.c.customer_id == customer_id, IS_CURRENT)
    spent = sum(order.amount for order in orders if since < order.ordered_at <= until)
    names = sorted(connection.scalars(voices))
    return CustomerFile(customer, tuple(orders), spent, tuple(names), tuple(given))
