"""Watches the clocks of work orders: escalates what runs out of time, archives what is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from voc.config import Settings
from voc.pipeline.handling import Handler
from voc.store import Store
from voc.workorders import due_steps


@dataclass(frozen=True, slots=True)
class Watched:
    """What one look at all clocks brought: steps of escalation taken, orders archived."""

    escalated: int = 0
    archived: int = 0


def watch_orders(store: Store, settings: Settings, *, now: datetime) -> Watched:
    """Takes the steps of escalation that are due, and archives orders that are closed long enough.

    Each order has a transaction of its own, in which it is looked at again: several workers at
    once take each step once, and killed in between, the rest is done by the next look.

    Args:
        store: Where the orders are.
        settings: For the rules.
        now: The time it is.
    """
    handler = Handler(store, settings)
    calendar, steps = handler.rulebook.calendar, handler.rules.escalation
    taken = archived = 0
    for order in store.running_orders():
        if due_steps(order, now, steps=steps, calendar=calendar):
            with store.transaction() as transaction:
                taken += len(handler.escalate(transaction, order.work_order_id, now))
    days = timedelta(days=handler.rules.handling.archive_days)
    for name in store.orders_closed_before(now - days):
        with store.transaction() as transaction:
            archived += handler.archive(transaction, name, now)
    return Watched(taken, archived)
