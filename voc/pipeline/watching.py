"""Watches the clocks of work orders: escalates what runs out of time, archives what is done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from voc.config import Settings
from voc.pipeline.handling import Handler
from voc.records import WorkOrder
from voc.store import Store
from voc.workorders import WorkingCalendar, due_steps


@dataclass(frozen=True, slots=True)
class Watched:
    """What one look at all clocks brought: steps of escalation taken, orders archived.

    `notes` say what should be known of the clocks.
    """

    escalated: int = 0
    archived: int = 0
    notes: tuple[str, ...] = ()


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
    running = store.running_orders()
    for order in running:
        if due_steps(order, now, steps=steps, calendar=calendar):
            with store.transaction() as transaction:
                taken += len(handler.escalate(transaction, order.work_order_id, now))
    days = timedelta(days=handler.rules.handling.archive_days)
    for name in store.orders_closed_before(now - days):
        with store.transaction() as transaction:
            archived += handler.archive(transaction, name, now)
    return Watched(taken, archived, _unknown_years(running, calendar, handler.rules.calendar))


def _unknown_years(
    orders: Iterable[WorkOrder], calendar: WorkingCalendar, name: str
) -> tuple[str, ...]:
    """Returns a sentence where orders are due in years whose holidays the calendar lacks."""
    years = [
        order.due_at.astimezone(calendar.zone).year
        for order in orders
        if order.clock.kind == "working"
    ]
    due = [year for year in years if year not in calendar.years]
    if not due:
        return ()
    return (
        f"{len(due)} work orders are due in {', '.join(map(str, sorted(set(due))))}, of which the"
        f" working calendar {name!r} knows no holidays; only weekdays count there until they are"
        " added under schedules.",
    )
