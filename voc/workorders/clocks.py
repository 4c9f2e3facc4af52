"""The service-level clock of an order: it runs, stands still while it waits, stops at the end.

Hours are of the order's own clock: working hours, or every hour. While the clock stands still,
`due_at` stays as it was; when it goes on, `due_at` is moved by the hours it stood still.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from voc.records import OrderClock, WorkOrder
from voc.workorders.calendar import WorkingCalendar, due_at, working_hours_between
from voc.workorders.states import ENDED


def hours_between(
    start: datetime, end: datetime, clock: OrderClock, calendar: WorkingCalendar
) -> float:
    """Returns the hours of an order's clock from `start` to `end`; negative where that is back."""
    if clock.kind == "calendar":
        return (end - start) / timedelta(hours=1)
    return working_hours_between(start, end, calendar)


def is_running(order: WorkOrder) -> bool:
    """Says whether an order's time passes."""
    return order.status not in ENDED and order.clock.paused_at is None


def began_at(order: WorkOrder) -> datetime:
    """Returns when the order's time began: when it was opened, or reopened."""
    return order.clock.started_at or order.created_at


def granted_hours(order: WorkOrder, calendar: WorkingCalendar) -> float:
    """Returns the hours that an order has in this round, extensions counted in."""
    given = hours_between(began_at(order), order.due_at, order.clock, calendar)
    return given - order.clock.paused_hours


def used_hours(order: WorkOrder, now: datetime, calendar: WorkingCalendar) -> float:
    """Returns the hours that an order has used in this round."""
    clock = order.clock
    stop = min(moment for moment in (clock.ended_at, clock.paused_at, now) if moment is not None)
    return max(0.0, hours_between(began_at(order), stop, clock, calendar) - clock.paused_hours)


def used_share(order: WorkOrder, now: datetime, calendar: WorkingCalendar) -> float:
    """Returns the share of its time that an order has used: 1 where it is just due."""
    granted = granted_hours(order, calendar)
    return used_hours(order, now, calendar) / granted if granted > 0 else float("inf")


def paused(order: WorkOrder, at: datetime) -> WorkOrder:
    """Returns the order with its clock standing still; one that does already is left as it is."""
    if order.clock.paused_at is not None:
        return order
    return replace(order, clock=replace(order.clock, paused_at=max(at, began_at(order))))


def resumed(order: WorkOrder, at: datetime, calendar: WorkingCalendar) -> WorkOrder:
    """Returns the order with its clock running, `due_at` moved by the hours it stood still."""
    clock = order.clock
    if clock.paused_at is None:
        return order
    still = max(0.0, hours_between(clock.paused_at, at, clock, calendar))
    return replace(
        order,
        due_at=moved(order, still, calendar),
        waiting_for=None,
        clock=replace(clock, paused_at=None, paused_hours=clock.paused_hours + still),
    )


def moved(order: WorkOrder, hours: float, calendar: WorkingCalendar) -> datetime:
    """Returns the end of an order's time, so many hours later."""
    return due_at(order.due_at, hours, clock=order.clock.kind, calendar=calendar)


def ended(order: WorkOrder, at: datetime, calendar: WorkingCalendar) -> WorkOrder:
    """Returns the order with its clock stopped; one that was ended before keeps that time."""
    going = resumed(order, at, calendar)
    end = going.clock.ended_at or max(at, began_at(order))
    return replace(going, extension=None, clock=replace(going.clock, ended_at=end))


def begun(
    order: WorkOrder, at: datetime, calendar: WorkingCalendar, *, clock: OrderClock | None = None
) -> WorkOrder:
    """Returns the order at the beginning of a new round, with all its time before it.

    Args:
        order: The order.
        at: When the round begins.
        calendar: When work is done.
        clock: Kind and hours of the new round; `None`: those of the last one.
    """
    given = clock or order.clock
    hours = given.hours if given.hours is not None else granted_hours(order, calendar)
    fresh = OrderClock(
        kind=given.kind, hours=hours, started_at=at, responded_at=order.clock.responded_at
    )
    due = due_at(at, max(0.0, hours), clock=fresh.kind, calendar=calendar)
    return replace(order, due_at=due, waiting_for=None, extension=None, clock=fresh)
