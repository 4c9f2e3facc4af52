"""Gives feedback that names no place those of the customer's last order, where settings say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from voc.records import FILLED, Feedback, Order
from voc.store import Store

_OF_ORDER: Final = ("product", "store")


def with_places(store: Store, items: Sequence[Feedback], *, now: datetime) -> list[Feedback]:
    """Returns feedback with the product, store and region that it lacks.

    Product and store are those of the customer's last order before it was said, the region that of
    the customer. What the feedback names itself stays; `extra` lists what was filled in, and such
    fields make no edit of it when it comes again.

    Args:
        store: The directory.
        items: Feedback whose customers are pseudonyms.
        now: When it was said, where it has no time.
    """
    people = {item.customer_id for item in items if item.customer_id}
    if not people:
        return list(items)
    regions = {each.customer_id: each.region for each in store.customers(people)}
    return [_with_place(store, item, regions, now) for item in items]


def _with_place(
    store: Store, item: Feedback, regions: dict[str, str | None], now: datetime
) -> Feedback:
    if item.customer_id is None or (item.product and item.store and item.region):
        return item
    order = store.last_order(item.customer_id, until=item.created_at or now)
    told = {name: _of(order, name) for name in _OF_ORDER} | {
        "region": regions.get(item.customer_id)
    }
    filled = {name: value for name, value in told.items() if value and not getattr(item, name)}
    if not filled:
        return item
    extra = {**item.extra, FILLED: sorted(filled)}
    return replace(
        item,
        product=item.product or filled.get("product"),
        store=item.store or filled.get("store"),
        region=item.region or filled.get("region"),
        extra=extra,
    )


def _of(order: Order | None, name: str) -> str | None:
    value: str | None = getattr(order, name, None)
    return value
