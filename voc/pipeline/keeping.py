"""Keeps what routing decided: orders, their messages, parts, turns, and what waits."""

from __future__ import annotations

from voc.store import Store, Transaction
from voc.workorders import Decided, Ledger


def ledger_of(store: Store, transaction: Transaction, *, issue_id: str | None = None) -> Ledger:
    """Returns what the store keeps of orders beside themselves.

    Args:
        store: What is read.
        transaction: Nobody else takes a turn of a rota before it ends.
        issue_id: Only of the orders of this issue; `None`: of all.
    """
    return Ledger(
        parts=store.order_parts(issue_id=issue_id),
        reviews={item.work_order_id: item for item in store.order_reviews(issue_id=issue_id)},
        turns=transaction.rota_turns(),
    )


def keep_orders(transaction: Transaction, found: Decided) -> None:
    """Keeps orders with the messages that tell of them, all or none."""
    for order, message in found.orders:
        transaction.save_work_order(order)
        transaction.enqueue(message)
    transaction.save_order_parts(found.parts)
    transaction.save_order_reviews(found.reviews)
    transaction.save_rota_turns(found.turns)
