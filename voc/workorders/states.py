"""The life of a work order: which event is allowed in which state, and what it leads to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Literal, get_args

from voc.errors import StateError, UsageError, nearest
from voc.records import HistoryEntry, WorkOrder, WorkOrderStatus

Event = Literal[
    "accepted", "in_progress", "waiting", "resolved", "closed", "rejected", "reopened", "note"
]
EVENTS: Final[tuple[Event, ...]] = get_args(Event)

TRANSITIONS: Final[Mapping[WorkOrderStatus, tuple[Event, ...]]] = {
    "open": ("accepted", "in_progress", "waiting", "resolved", "closed", "rejected"),
    "accepted": ("in_progress", "waiting", "resolved", "closed", "rejected"),
    "in_progress": ("waiting", "resolved", "closed", "rejected"),
    "waiting": ("in_progress", "resolved", "closed", "rejected"),
    "resolved": ("closed", "reopened"),
    "closed": ("reopened",),
    "rejected": ("closed", "reopened"),
    "reopened": ("accepted", "in_progress", "waiting", "resolved", "closed", "rejected"),
}
"""The events each state allows; `note` is allowed in every state and changes none."""

STATUS_LABELS: Final[Mapping[WorkOrderStatus, str]] = {
    "open": "待处理",
    "accepted": "已受理",
    "in_progress": "处理中",
    "waiting": "等待中",
    "resolved": "已解决",
    "closed": "已关闭",
    "rejected": "已退单",
    "reopened": "重办",
}

ENDED: Final[frozenset[WorkOrderStatus]] = frozenset({"resolved", "closed", "rejected"})
"""States in which nobody works on an order."""

REOPEN_DAYS: Final = 30
"""Days after its end in which an order may be reopened; later a new one is due."""

_NEEDS_NOTE: Final[frozenset[Event]] = frozenset({"rejected", "reopened", "note"})


def next_status(current: WorkOrderStatus, event: str) -> WorkOrderStatus:
    """Returns the state that an event leads to.

    Raises:
        UsageError: There is no such event; the message lists all there are.
        StateError: The state does not allow it; the message lists what it allows.
    """
    if event not in EVENTS:
        raise UsageError(
            f"There is no event {event!r}; there are {', '.join(EVENTS)}.{nearest(event, EVENTS)}"
        )
    if event == "note":
        return current
    if event not in TRANSITIONS[current]:
        allowed = ", ".join((*TRANSITIONS[current], "note"))
        raise StateError(
            f"A work order that is {current} cannot become {event}; it allows {allowed}."
        )
    return event


def apply_event(
    order: WorkOrder, event: str, *, actor: str, at: datetime, note: str | None = None
) -> WorkOrder:
    """Returns the order after an event, with the event at the end of its history.

    Args:
        order: The order.
        event: One of `EVENTS`.
        actor: Who did it: a person or a system.
        at: When.
        note: Why; required to reject, to reopen and for a note.

    Raises:
        UsageError: There is no such event, or the reason is missing.
        StateError: The state does not allow the event, or it is too late to reopen.
    """
    status = next_status(order.status, event)
    reason = (note or "").strip() or None
    if event in _NEEDS_NOTE and reason is None:
        raise UsageError(
            f"Work order {order.work_order_id}: {event} needs a reason; give it with --note."
        )
    ended = ended_at(order)
    if event == "reopened" and ended and at - ended > timedelta(days=REOPEN_DAYS):
        raise StateError(
            f"Work order {order.work_order_id} ended on {ended.date()}, more than {REOPEN_DAYS}"
            " days ago, and cannot be reopened; open a new one for its issue."
        )
    entry = HistoryEntry(at=at, actor=actor, event=event, note=reason)
    return replace(order, status=status, history=(*order.history, entry))


def ended_at(order: WorkOrder) -> datetime | None:
    """Returns when work on an order ended (first resolved, closed or rejected), if it has."""
    if order.status not in ENDED:
        return None
    end = None
    for entry in reversed(order.history):
        if entry.event in ENDED:
            end = entry.at
        elif entry.event in TRANSITIONS:
            break
    return end
