"""Whether an order was in time: the end of its time as it stood when something happened.

An order's `due_at` is what holds now: waits, more time that was granted, new teams and redoing have
moved it. Its history has each move, so that what happened is judged by the time that was given
before it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from voc.records import WorkOrder

_STILL = frozenset({"waiting", "suspended"})


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """When something happened to an order; of the same time, what the history has first is first.

    Attributes:
        at: When, at the earliest when the order was opened.
        place: Number of the entry in the order's history.
    """

    at: datetime
    place: int


def first_moment(
    order: WorkOrder, events: Collection[str], *, after: Moment | None = None
) -> Moment | None:
    """Returns when one of the events first happened, after a moment where one is named."""
    found = [
        moment
        for moment in _moments(order)
        if order.history[moment.place].event in events and (after is None or moment > after)
    ]
    return min(found, default=None)


def first_response(order: WorkOrder, events: Collection[str]) -> Moment | None:
    """Returns when an order was first taken up by one of the events, or by late news of one."""
    found, told = first_moment(order, events), order.clock.responded_at
    if told is None or (found is not None and found.at <= told):
        return found
    return Moment(told, len(order.history))


def is_late(order: WorkOrder, now: datetime) -> bool:
    """Says whether an order's time is up; while its clock stands still, nothing of it passes."""
    return order.due_at <= (order.clock.paused_at or now)


def was_in_time(order: WorkOrder, moment: Moment) -> bool:
    """Says whether what happened then did so before the order's time was up, as it stood then."""
    stopped = _stopped_at(order, moment)
    return (stopped or moment.at) <= _due_at(order, moment)


def _moments(order: WorkOrder) -> list[Moment]:
    return [
        Moment(max(entry.at, order.created_at), place) for place, entry in enumerate(order.history)
    ]


def _due_at(order: WorkOrder, moment: Moment) -> datetime:
    """Returns the end of an order's time after a moment: as it was before the next move of it."""
    for later in sorted(_moments(order)):
        moved = order.history[later.place].changes.get("due_at")
        if later > moment and moved is not None:
            return datetime.fromisoformat(moved[0])
    return order.due_at


def _stopped_at(order: WorkOrder, moment: Moment) -> datetime | None:
    """Returns since when an order's clock stood still after a moment, if it did."""
    stopped: datetime | None = None
    for earlier in sorted(_moments(order)):
        if earlier > moment:
            break
        changes = order.history[earlier.place].changes
        phase = changes.get("phase") or changes.get("status")
        if phase is not None:
            stopped = (stopped or earlier.at) if phase[1] in _STILL else None
    return stopped
