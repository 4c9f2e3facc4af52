"""Work orders: where they stand, and which are pressing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from voc.records import PRIORITIES, WorkOrder
from voc.report.figures import DepartmentOrders, OrderFigures
from voc.report.issue_figures import OrderLine
from voc.report.verbatims import web_address
from voc.workorders.states import ENDED, ended_at

MOST_PRESSING: Final = 12
_TO_START: Final = frozenset({"open", "reopened"})
_STARTED: Final = frozenset({"accepted", "in_progress"})
_HOUR_S: Final = 3600.0


def order_line(order: WorkOrder, *, now: datetime, zone: ZoneInfo) -> OrderLine:
    """Returns a work order as a line of the report; `now` tells whether its time is up.

    While its clock stands still, the time is left that was left when it stopped.
    """
    has_ended = order.status in ENDED
    end = ended_at(order)
    left_s = (order.due_at - (order.clock.paused_at or now)).total_seconds()
    return OrderLine(
        work_order_id=order.work_order_id,
        issue_id=order.issue_id,
        title=order.title,
        department=order.department,
        assignee=order.assignee,
        priority=order.priority,
        status=order.status,
        due_at=order.due_at.astimezone(zone).isoformat(timespec="minutes"),
        hours_left=None if has_ended else left_s / _HOUR_S,
        is_overdue=not has_ended and left_s < 0,
        ended_at=end.astimezone(zone).isoformat(timespec="minutes") if end else None,
        external_ref=order.external_ref,
        url=web_address(order.external_ref),
    )


def is_open(line: OrderLine) -> bool:
    """Says whether somebody still has to work on it."""
    return line.hours_left is not None


def pressing_first(lines: Sequence[OrderLine]) -> list[OrderLine]:
    """Returns open orders by the end of their time, then those done; the higher priority first."""

    def order(line: OrderLine) -> tuple[bool, float, int, str]:
        rank = PRIORITIES.index(line.priority) if line.priority in PRIORITIES else -1
        return line.hours_left is None, line.hours_left or 0.0, -rank, line.work_order_id

    return sorted(lines, key=order)


def order_figures(lines: Sequence[OrderLine]) -> OrderFigures:
    """Returns the orders by department, those with most overdue and open ones first."""
    pressing = [line for line in pressing_first(lines) if is_open(line)]
    departments: dict[str, list[OrderLine]] = {}
    for line in lines:
        departments.setdefault(line.department, []).append(line)
    figures = [_department(name, theirs) for name, theirs in departments.items()]
    figures.sort(
        key=lambda one: (-one.overdue, one.done + one.rejected - one.total, one.department)
    )
    return OrderFigures(
        total=len(lines),
        departments=tuple(figures),
        pressing=tuple(pressing[:MOST_PRESSING]),
        more_open=max(0, len(pressing) - MOST_PRESSING),
        further=tuple(pressing[MOST_PRESSING:]),
    )


def orders_by_issue(lines: Sequence[OrderLine]) -> Mapping[str, tuple[OrderLine, ...]]:
    """Returns the orders of each issue, the most pressing first."""
    found: dict[str, list[OrderLine]] = {}
    for line in pressing_first(lines):
        found.setdefault(line.issue_id, []).append(line)
    return {issue_id: tuple(theirs) for issue_id, theirs in found.items()}


def _department(name: str, lines: Sequence[OrderLine]) -> DepartmentOrders:
    states = Counter(line.status for line in lines)
    return DepartmentOrders(
        department=name,
        waiting_to_start=sum(states[state] for state in _TO_START),
        in_progress=sum(states[state] for state in _STARTED),
        on_hold=states["waiting"],
        done=states["resolved"] + states["closed"],
        rejected=states["rejected"],
        overdue=sum(line.is_overdue for line in lines),
        total=len(lines),
    )
