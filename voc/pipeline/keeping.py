"""Keeps what routing decided: orders, their messages, parts, turns, and what waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from voc.records import Message, WorkOrder
from voc.store import Store, Transaction
from voc.workorders import Decided, Ledger


def ledger_of(store: Store, transaction: Transaction, *, issue_id: str | None = None) -> Ledger:
    """Returns what the store keeps of orders beside themselves.

    Args:
        store: What is read.
        transaction: Nobody else takes a turn of a rota before it ends.
        issue_id: Only of the orders of this issue; `None`: of all.
    """
    turns = transaction.rota_turns()  # first: it waits for whoever is deciding now
    return Ledger(
        parts=store.order_parts(issue_id=issue_id),
        reviews={item.work_order_id: item for item in store.order_reviews(issue_id=issue_id)},
        turns=turns,
    )


def keep_orders(transaction: Transaction, found: Decided) -> None:
    """Keeps orders with the messages that tell of them, all or none.

    An order that somebody changed meanwhile is left as it is; the next run tells by what it is now.
    """
    transaction.lock_orders()
    kept = set()
    for order, messages in _by_order(found.orders):
        known = transaction.work_order(order.work_order_id)
        if known is not None and known.history != order.history[:-1]:
            continue
        kept.add(order.work_order_id)
        if known is not None and known.status != order.status:
            transaction.update_work_order(replace(order, external_ref=known.external_ref))
        else:
            transaction.save_work_order(order)
        for message in messages:
            transaction.enqueue(message)
    transaction.save_order_parts([part for part in found.parts if part.work_order_id in kept])
    transaction.save_order_reviews(found.reviews)
    transaction.save_rota_turns(found.turns)


def _by_order(
    orders: Sequence[tuple[WorkOrder, Message]],
) -> list[tuple[WorkOrder, list[Message]]]:
    """Puts the messages to several sinks to their order."""
    parts: dict[str, tuple[WorkOrder, list[Message]]] = {}
    for order, message in orders:
        parts.setdefault(order.work_order_id, (order, []))[1].append(message)
    return list(parts.values())
