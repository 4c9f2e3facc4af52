"""The life of a work order: what an action makes of it, with the clock and the history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from voc.errors import StateError, UsageError
from voc.records import PRIORITIES, Extension, Priority, WorkOrder
from voc.workorders import clocks
from voc.workorders.calendar import WorkingCalendar, load_calendar
from voc.workorders.history import CHOSEN, SYSTEM, moved_at, recorded
from voc.workorders.policy import Handling
from voc.workorders.requests import Details, Request, check_request
from voc.workorders.states import RESPONSES, Action, action_named, check_allowed, ended_at

_LONGEST: Final = timedelta(days=3660)
"""How long an order may go on."""


@dataclass(frozen=True, slots=True)
class Rulebook:
    """What decides beside the order itself: how orders are handled, and when work is done."""

    handling: Handling
    calendar: WorkingCalendar


@lru_cache(maxsize=1)
def default_rulebook() -> Rulebook:
    """Returns the rulebook where no settings are read: the defaults and the calendar `cn`."""
    return Rulebook(Handling(), load_calendar("cn"))


def apply_event(
    order: WorkOrder,
    event: str,
    *,
    actor: str,
    at: datetime,
    note: str | None = None,
    details: Details | None = None,
    rulebook: Rulebook | None = None,
    may_redo: bool = True,
) -> WorkOrder:
    """Returns the order after an action, with what it changed at the end of its history.

    An action may bring another with it: more time that the rules grant is granted, a customer who
    is not satisfied has the order reopened. What concerns other orders (whether there is one to
    merge into, whether children are open) is checked by `voc.workorders.relations`.

    Args:
        order: The order, with its history.
        event: An action: its id, its Chinese name or a short form.
        actor: Who did it: a person or a system.
        at: When it happened; before the order was opened stands for when it was.
        note: Why; some actions need it.
        details: What else the action needs.
        rulebook: `None`: the defaults.
        may_redo: Whether a customer who is not satisfied has the order reopened; not where another
            order does the work already.

    Raises:
        UsageError: There is no such action, or something is missing or too much.
        StateError: The order's state does not allow it, or it is too late to reopen.
    """
    action = action_named(event)
    given = details or Details()
    check_allowed(order, action)
    check_request(order, action, note, given)
    request = Request(action, actor, at, (note or "").strip() or None, given)
    return _Step(order, request, rulebook or default_rulebook(), may_redo).taken()


def raised(priority: Priority) -> Priority:
    """Returns the next higher priority; the highest stays."""
    return PRIORITIES[min(PRIORITIES.index(priority) + 1, len(PRIORITIES) - 1)]


@dataclass(frozen=True, slots=True)
class _Step:
    """One action on one order."""

    order: WorkOrder
    request: Request
    rulebook: Rulebook
    may_redo: bool

    @property
    def _at(self) -> datetime:
        """When it counts from: another system's clock may be behind ours."""
        return max(self.request.at, self.order.created_at)

    @property
    def _calendar(self) -> WorkingCalendar:
        return self.rulebook.calendar

    def taken(self) -> WorkOrder:
        request = self.request
        after = self._responded(_MAKE[request.action](self))
        after = recorded(
            self.order,
            after,
            event=request.action,
            actor=request.actor,
            at=request.at,
            note=request.note,
        )
        return self._followed(after)

    def _responded(self, after: WorkOrder) -> WorkOrder:
        if self.request.action not in RESPONSES or after.clock.responded_at is not None:
            return after
        return replace(after, clock=replace(after.clock, responded_at=self._at))

    def _followed(self, after: WorkOrder) -> WorkOrder:
        """Takes the action that this one brings with it."""
        request, granted = self.request, self.rulebook.handling.extensions.granted_hours
        if request.action == "extend" and after.extension and after.extension.hours <= granted:
            return self._next(after, "grant", SYSTEM, "时长在自动同意的范围内")
        if request.action == "call_back" and self._is_unsatisfied() and self._redoes(after):
            why = f"回访不满意{f'：{request.note}' if request.note else ''}"
            return self._next(after, "reopened", request.actor, why)
        return after

    def _redoes(self, order: WorkOrder) -> bool:
        """Says whether a customer who is not satisfied may have an order reopened."""
        moved = moved_at(order)
        is_news = moved is None or self.request.at >= moved
        return self.may_redo and is_news and self._reopening_ends(order) >= self.request.at

    def _next(self, order: WorkOrder, action: Action, actor: str, note: str) -> WorkOrder:
        request = Request(action, actor, self.request.at, note, Details())
        return _Step(order, request, self.rulebook, self.may_redo).taken()

    def _stay(self) -> WorkOrder:
        return self.order

    def _accept(self) -> WorkOrder:
        return replace(self.order, status="accepted")

    def _work(self) -> WorkOrder:
        return replace(clocks.resumed(self.order, self._at, self._calendar), status="in_progress")

    def _wait(self) -> WorkOrder:
        waiting = replace(
            self.order, status="waiting", waiting_for=self.request.details.waiting_for
        )
        return clocks.paused(waiting, self._at)

    def _resolve(self) -> WorkOrder:
        return replace(clocks.ended(self.order, self._at, self._calendar), status="resolved")

    def _reject(self) -> WorkOrder:
        ended = clocks.ended(self.order, self._at, self._calendar)
        return replace(ended, status="rejected", rule=None)

    def _close(self) -> WorkOrder:
        ended = clocks.ended(self.order, self._at, self._calendar)
        return replace(ended, status="closed", clock=replace(ended.clock, closed_at=self._at))

    def _reopen(self) -> WorkOrder:
        if self.request.at > self._reopening_ends(self.order):
            end = ended_at(self.order)
            raise StateError(
                f"Work order {self.order.work_order_id} ended on {end.date() if end else '?'}, more"
                f" than {self.rulebook.handling.reopen_days:g} days ago, and cannot be reopened;"
                " open a new one for its issue."
            )
        begun = clocks.begun(self.order, self._at, self._calendar)
        return replace(begun, status="reopened", reopened_count=self.order.reopened_count + 1)

    def _reopening_ends(self, order: WorkOrder) -> datetime:
        days = timedelta(days=self.rulebook.handling.reopen_days)
        return (ended_at(order) or self.request.at) + days

    def _urge(self) -> WorkOrder:
        every = self.rulebook.handling.urges_raise
        urges = 1 + sum(entry.event == "urge" for entry in self.order.history)
        if not every or urges % every:
            return self.order
        return replace(self.order, priority=raised(self.order.priority))

    def _suspend(self) -> WorkOrder:
        return clocks.paused(self.order, self._at)

    def _resume(self) -> WorkOrder:
        going = clocks.resumed(self.order, self._at, self._calendar)
        return replace(going, status="in_progress") if going.status == "waiting" else going

    def _transfer(self) -> WorkOrder:
        given = self.request.details
        if given.department in (None, self.order.department) and self.order.status != "rejected":
            return self._passed_on()
        order = self.order
        going = (
            clocks.begun(order, self._at, self._calendar)
            if order.status == "rejected"
            else clocks.resumed(order, self._at, self._calendar)
        )
        return replace(
            going,
            status="open",
            department=given.department or order.department,
            skill_group=given.skill_group,
            assignee=given.assignee,
            rule=CHOSEN,
            extension=None,
        )

    def _passed_on(self) -> WorkOrder:
        """Gives an order to others of the same department."""
        given, order = self.request.details, self.order
        after = replace(
            order,
            skill_group=given.skill_group or order.skill_group,
            assignee=given.assignee or order.assignee,
        )
        if after == order:
            raise UsageError(
                f"Work order {order.work_order_id} is with {order.department} already; name"
                " another department, skill group or assignee."
            )
        return after

    def _merge(self) -> WorkOrder:
        into = self.request.details.into
        return replace(self._close(), parent_id=into, merged_into=into)

    def _attach(self) -> WorkOrder:
        return replace(self.order, parent_id=self.request.details.into)

    def _extend(self) -> WorkOrder:
        most = self.rulebook.handling.extensions.most
        if sum(entry.event == "grant" for entry in self.order.history) >= most:
            raise StateError(
                f"Work order {self.order.work_order_id} was extended {most} times, which is the"
                " most; a person may still grant time without a request (grant --hours)."
            )
        request = self.request
        asked = Extension(self._hours() or 0.0, request.actor, request.at, request.note or "")
        return replace(self.order, extension=asked)

    def _grant(self) -> WorkOrder:
        hours = self._hours()
        if hours is None:
            hours = self._asked().hours
        due = clocks.moved(self.order, hours, self._calendar)
        self._check_end(due)
        return replace(self.order, due_at=due, extension=None)

    def _check_end(self, due: datetime) -> None:
        """Checks that an order does not go on for ever."""
        if due - self.order.created_at > _LONGEST:
            raise UsageError(
                f"Work order {self.order.work_order_id} would be due at {due.isoformat()}, more"
                f" than {_LONGEST.days} days after it was opened; name an earlier end."
            )

    def _refuse(self) -> WorkOrder:
        self._asked()
        return replace(self.order, extension=None)

    def _asked(self) -> Extension:
        if self.order.extension is None:
            raise StateError(
                f"Nobody asked for more time for work order {self.order.work_order_id}; grant some"
                " with --hours, --days or --due."
            )
        return self.order.extension

    def _hours(self) -> float | None:
        """Returns the time that the request names, in hours of the order's clock."""
        given, clock = self.request.details, self.order.clock
        if given.days is not None:
            daily = self._calendar.hours_per_day if clock.kind == "working" else 24.0
            return given.days * daily
        if given.due_at is None:
            return given.hours
        self._check_end(given.due_at)
        hours = clocks.hours_between(self.order.due_at, given.due_at, clock, self._calendar)
        if hours <= 0:
            raise UsageError(
                f"The new end {given.due_at.isoformat()} brings work order"
                f" {self.order.work_order_id} no more time; it is due at"
                f" {self.order.due_at.isoformat()}."
            )
        return hours

    def _call_back(self) -> WorkOrder:
        satisfaction = self.request.details.satisfaction
        return replace(self.order, satisfaction=satisfaction or self.order.satisfaction)

    def _is_unsatisfied(self) -> bool:
        given = self.request.details
        if given.satisfied is not None:
            return not given.satisfied
        return (given.satisfaction or 5) <= self.rulebook.handling.unsatisfied

    def _archive(self) -> WorkOrder:
        clock = replace(self.order.clock, archived_at=self._at)
        return replace(self.order, clock=clock)


_MAKE: Final[Mapping[Action, Callable[[_Step], WorkOrder]]] = {
    "accepted": _Step._accept,
    "in_progress": _Step._work,
    "waiting": _Step._wait,
    "resolved": _Step._resolve,
    "closed": _Step._close,
    "rejected": _Step._reject,
    "reopened": _Step._reopen,
    "note": _Step._stay,
    "urge": _Step._urge,
    "suspend": _Step._suspend,
    "resume": _Step._resume,
    "transfer": _Step._transfer,
    "merge": _Step._merge,
    "attach": _Step._attach,
    "extend": _Step._extend,
    "grant": _Step._grant,
    "refuse": _Step._refuse,
    "call_back": _Step._call_back,
    "archive": _Step._archive,
}
