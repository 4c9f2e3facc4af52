"""Brings customers and their orders into the directory, under pseudonyms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

from voc.config import Settings
from voc.errors import UsageError, nearest
from voc.pipeline.ingesting import customer_key
from voc.pipeline.voices import hidden_name, protected_reject
from voc.records import Customer, Order, stable_id
from voc.sources.base import Reject
from voc.sources.customers import (
    CustomerColumns,
    CustomerRow,
    find_customer_columns,
    read_customers,
)
from voc.sources.files import source_name
from voc.sources.phones import told_phone, told_unread_phone
from voc.sources.rows import Row
from voc.sources.sql import query_rows
from voc.sources.tables import read_rows
from voc.store import Store, UpsertCounts
from voc.text.privacy import customer_pseudonym, pseudonym

ROWS: Final = 500
"""Rows of one transaction."""


@dataclass(frozen=True, slots=True)
class DirectoryCounts:
    """What became of the rows of a source of customers.

    Attributes:
        source: Its name.
        customers: What became of what they tell of customers.
        orders: What became of the orders among them.
        rejected: Rows that cannot be read.
        notes: What is to be told beside.
    """

    source: str
    customers: UpsertCounts = field(default_factory=UpsertCounts)
    orders: UpsertCounts = field(default_factory=UpsertCounts)
    rejected: int = 0
    notes: tuple[str, ...] = ()


def ingest_customers(
    store: Store, origin: str, *, settings: Settings, mapping: Mapping[str, str]
) -> DirectoryCounts:
    """Reads a file, or a source of the config, into the directory.

    Args:
        store: Where they go.
        origin: A name under `customers.sources`, or a file.
        settings: For the sources, the zone and privacy.
        mapping: Field: column, over those of the config.

    Raises:
        UsageError: There is no such source or file, or no column of customers' ids.
        SourceError: It cannot be read at all.
    """
    known = settings.customers.sources.get(origin)
    if known is None and not Path(origin).exists():
        names = settings.customers.sources
        raise UsageError(
            f"{origin}: there is no such file, and no source of that name under customers.sources"
            f" (it has {', '.join(names) or 'none'}).{nearest(origin, names)}"
        )
    told = {**(known.map if known else {}), **mapping}
    if known and known.url and known.query:
        rows: Iterator[Row | Reject] = query_rows(
            known.url, known.query, name=origin, base=settings.base_dir
        )
        first = next(rows, None)
        sample = [first] if isinstance(first, Row) else []
        rows = chain([first] if first else [], rows)
        return _ingest(store, origin, rows, sample, told, settings)
    path = settings.resolve(known.path) if known else None
    file = path or Path(origin)
    with read_rows(file) as table:
        name = origin if known else source_name(file)
        counts = _ingest(store, name, table, table.sample(), told, settings, table.header)
        return replace(counts, notes=(*table.notes, *counts.notes))


def _ingest(
    store: Store,
    name: str,
    rows: Iterable[Row | Reject],
    sample: Sequence[Row],
    told: Mapping[str, str],
    settings: Settings,
    header: Sequence[str] = (),
) -> DirectoryCounts:
    values = [row.values for row in sample]
    names = list(header) or list(dict.fromkeys(name for row in values for name in row))
    if not names:
        return DirectoryCounts(name, notes=("there are no rows",))
    columns = find_customer_columns(names, mapping=told, sample_rows=values)
    read = read_customers(rows, columns, source=name, zone=settings.zone)
    counts = keep_customers(store, read, source=name, settings=settings)
    return replace(counts, notes=tuple(_notes(columns, has_rows=bool(sample or counts.rejected))))


def _notes(columns: CustomerColumns, *, has_rows: bool) -> Iterator[str]:
    if not has_rows:
        yield "there are no rows below the header"
    if columns.has_lone_amount:
        yield (
            f"{columns.columns['amount']!r} stands beside no time of an order and was not read; "
            "name that column with --map ordered_at=COLUMN"
        )
    if columns.by_phone:
        yield told_phone(columns.columns["customer_id"])
    if columns.unread_phone:
        yield told_unread_phone(columns.unread_phone, columns.columns["customer_id"])


def keep_customers(
    store: Store, rows: Iterable[CustomerRow | Reject], *, source: str, settings: Settings
) -> DirectoryCounts:
    """Keeps rows, some hundred in one transaction; the same again changes nothing."""
    key = customer_key(store, settings)
    total = DirectoryCounts(source)
    iterator = iter(rows)
    while batch := list(islice(iterator, ROWS)):
        now = datetime.now(UTC)
        good = [item for item in batch if isinstance(item, CustomerRow)]
        rejects = [protected_reject(item, key) for item in batch if isinstance(item, Reject)]
        with store.transaction() as transaction:
            customers = transaction.save_customers([customer_of(row, key, now) for row in good])
            orders = transaction.save_orders(
                [order_of(row, key, now) for row in good if row.is_order]
            )
            transaction.add_rejects(
                f"customers:{source}", [(item.place, item.reason, "") for item in rejects], now
            )
        total = DirectoryCounts(
            source,
            total.customers + customers,
            total.orders + orders,
            total.rejected + len(rejects),
        )
    return total


def receive_customers(
    store: Store,
    rows: Sequence[CustomerRow],
    *,
    settings: Settings,
    actor: str,
    action: str,
) -> DirectoryCounts:
    """Keeps customers that another system sends, in one transaction with the audit of it.

    Args:
        store: Where they go.
        rows: Customers and orders, ids as they were sent.
        settings: For the key of pseudonyms.
        actor: The key they came by, for the audit.
        action: The route, for the audit.
    """
    key = customer_key(store, settings)
    now = datetime.now(UTC)
    people = [customer_of(row, key, now) for row in rows]
    with store.transaction() as transaction:
        customers = transaction.save_customers(
            [item for item, row in zip(people, rows, strict=True) if not row.is_order]
        )
        orders = transaction.save_orders([order_of(row, key, now) for row in rows if row.is_order])
        if customers.written or orders.written:
            names = list(dict.fromkeys(item.customer_id for item in people))
            transaction.add_audit(actor, action, names, now)
    return DirectoryCounts(action, customers, orders)


def customer_of(row: CustomerRow, key: bytes, now: datetime) -> Customer:
    """Returns what a row tells of a customer; of an order, the place is the order's own."""
    told = row.values
    store = told.get("home_store") or (None if row.is_order else told.get("store"))
    return Customer(
        customer_id=customer_pseudonym(told["customer_id"], key=key),
        updated_at=_updated_at(told, now),
        tier=_hidden(told.get("tier")),
        store=_hidden(store),
        region=_hidden(None if row.is_order else told.get("region")),
        since=told.get("since"),
        tags=tuple(hidden_name(tag) for tag in told.get("tags", ())),
    )


def order_of(row: CustomerRow, key: bytes, now: datetime) -> Order:
    """Returns the order that a row is; one without a number is named by all that it says."""
    told = row.values
    customer_id = customer_pseudonym(told["customer_id"], key=key)
    number = told.get("order_id")
    if number is None:
        parts = (told.get(name) for name in ("amount", "product", "store"))
        moment = told["ordered_at"].astimezone(UTC).isoformat()
        order_id = stable_id("o", customer_id, moment, *map(str, parts))
    else:
        order_id = f"o_{pseudonym(f'order:{number}', key=key).removeprefix('c_')}"
    return Order(
        order_id=order_id,
        customer_id=customer_id,
        amount=told["amount"],
        ordered_at=told["ordered_at"],
        updated_at=_updated_at(told, now),
        product=_hidden(told.get("product")),
        store=_hidden(told.get("store")),
    )


def _updated_at(told: Mapping[str, Any], now: datetime) -> datetime:
    """Returns since when a row is true; a time ahead would hold off all that comes after it."""
    moment: datetime = told.get("updated_at", now)
    return min(moment, now)


def _hidden(name: str | None) -> str | None:
    return hidden_name(name) if name else None
