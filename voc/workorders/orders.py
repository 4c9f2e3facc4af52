"""Work orders from issues: one each, told once, told again when it gets worse."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from voc.config import Industry
from voc.records import (
    PRIORITIES,
    SEVERITIES,
    HistoryEntry,
    Issue,
    Message,
    OrderClock,
    Severity,
    WorkOrder,
    stable_id,
)
from voc.workorders.calendar import WorkingCalendar, due_at
from voc.workorders.circumstances import Circumstances
from voc.workorders.description import describe
from voc.workorders.history import SYSTEM, differences, returns_of
from voc.workorders.payload import work_order_message
from voc.workorders.routing import Router, Routing
from voc.workorders.rules import PRIORITY_LABELS, SEVERITY_LABELS, RoutingRules
from voc.workorders.states import ENDED, ended_at

Told = Literal["opened", "updated"]
_TOLD: Final = re.compile(rf"^严重程度({'|'.join(SEVERITY_LABELS.values())})，(\d+) 条声音")
_SEVERITY_OF: Final = {label: severity for severity, label in SEVERITY_LABELS.items()}


def open_work_orders(
    issues: Sequence[Issue],
    existing: Sequence[WorkOrder],
    *,
    routing: RoutingRules,
    industries: Mapping[str, Industry],
    calendar: WorkingCalendar,
    now: datetime,
    circumstances: Mapping[str, Circumstances] | None = None,
    sinks: Sequence[str] = ("file",),
    as_of: Mapping[str, datetime] | None = None,
    quiet_days: float | None = None,
    reopened_at: Mapping[str, datetime] | None = None,
) -> list[tuple[WorkOrder, Message]]:
    """Returns the work orders to open or update, each with the message that tells of it.

    An open or reopened issue that reaches `open_when` gets one order. While that order is being
    worked on, it is updated when the issue's severity rises or its voices grow by `update_when`
    since it was last told; a priority that rises with it shortens the time, none is lowered. Once
    its last order has ended, it gets a new one where it has voices that the ended order was never
    told of, or was reopened since; so each order keeps its own time and outcome. Voices are
    counted, since the customers' clock (old feedback that comes in late) says nothing of the
    order's. Ignored and closed issues get nothing. Running again with the same data returns
    nothing.

    Args:
        issues: All issues with their evidence, not only those that have changed: a rule that was
            eased opens orders for old ones too.
        existing: All orders of these issues, with their history.
        routing: The routing file.
        industries: Taxonomies by id.
        calendar: When work is done.
        now: The time written on what is made; service-level times start from it.
        circumstances: What the issues' voices tell beside, by issue id.
        sinks: Names of the sinks to tell where routing names none; with several, an order comes
            once for each.
        as_of: The newest voice of each industry; what nobody has spoken of for `quiet_days` before
            it is history: it is kept, and nobody is sent out. An industry it lacks has no history.
        quiet_days: See there; `None`: nothing is history.
        reopened_at: When issues were last reopened, by issue id.
    """
    reopened = reopened_at or {}
    router = Router(routing, hours_per_day=calendar.hours_per_day)
    desk = _Desk(routing, router, industries, calendar, now, circumstances or {}, sinks, reopened)
    orders: dict[str, list[WorkOrder]] = {}
    for order in existing:
        orders.setdefault(order.issue_id, []).append(order)
    elsewhere = _looked_after(existing)
    told: list[tuple[WorkOrder, Message]] = []
    for issue in issues:
        wanted = issue.status in ("open", "reopened") and issue.issue_id not in elsewhere
        if wanted and not _is_history(issue, as_of, quiet_days):
            told += desk.tell(issue, orders.get(issue.issue_id, []))
    return told


@dataclass(frozen=True, slots=True)
class _Desk:
    """What all orders of one run are made by."""

    rules: RoutingRules
    router: Router
    industries: Mapping[str, Industry]
    calendar: WorkingCalendar
    now: datetime
    circumstances: Mapping[str, Circumstances]
    sinks: Sequence[str]
    reopened_at: Mapping[str, datetime]

    def tell(self, issue: Issue, orders: Sequence[WorkOrder]) -> list[tuple[WorkOrder, Message]]:
        running = [order for order in orders if order.status not in ENDED]
        if running:
            latest = max(running, key=lambda order: (order.created_at, order.work_order_id))
            return self._update(issue, latest) if self._is_worse(issue, latest) else []
        if not self._is_due(issue):
            return []
        if not orders:
            return self._open(issue, [])
        return self._open(issue, orders) if self._came_back(issue, orders) else []

    def _came_back(self, issue: Issue, orders: Sequence[WorkOrder]) -> bool:
        last = max(orders, key=_ended)
        reopened = self.reopened_at.get(issue.issue_id)
        if issue.status == "reopened" and reopened is not None and reopened > _ended(last):
            return True
        return issue.count > last_told(last)[1]

    def _is_due(self, issue: Issue) -> bool:
        least = self.rules.open_when
        severe = SEVERITIES.index(issue.severity) >= SEVERITIES.index(least.severity)
        return severe and issue.count >= least.voices

    def _is_worse(self, issue: Issue, order: WorkOrder) -> bool:
        severity, voices = last_told(order)
        grown = issue.count >= max(
            voices * self.rules.update_when.growth, voices + self.rules.update_when.voices
        )
        return SEVERITIES.index(issue.severity) > SEVERITIES.index(severity) or grown

    def _open(self, issue: Issue, former: Sequence[WorkOrder]) -> list[tuple[WorkOrder, Message]]:
        decided = self._route(issue)
        due = due_at(self.now, decided.sla_hours, clock=decided.clock, calendar=self.calendar)
        last = max(former, key=lambda order: order.created_at, default=None)
        order = WorkOrder(
            work_order_id=_next_id(issue, former),
            issue_id=issue.issue_id,
            title=issue.title,
            description=self._describe(issue, decided, due, last),
            type=decided.type,
            priority=decided.priority,
            department=decided.department,
            status="open",
            created_at=self.now,
            due_at=due,
            assignee=decided.assignee,
            history=(self._entry(issue, "opened", decided.explanation),),
            rule=decided.rule,
            sequence=1,
            clock=OrderClock(kind=decided.clock, hours=decided.sla_hours, started_at=self.now),
        )
        return self._messages(order, issue, "opened", decided)

    def _update(self, issue: Issue, order: WorkOrder) -> list[tuple[WorkOrder, Message]]:
        decided = self._route(issue, without=returns_of(order)[0])
        due, priority, why = order.due_at, order.priority, "问题加重"
        if PRIORITIES.index(decided.priority) > PRIORITIES.index(priority):
            priority = decided.priority
            why = f"问题加重，优先级升为{PRIORITY_LABELS[priority]}"
            # While the clock stands still, the end is as it was when it stopped.
            begin = order.clock.paused_at or self.now
            sooner = due_at(begin, decided.sla_hours, clock=decided.clock, calendar=self.calendar)
            due = min(due, sooner)
        changed = replace(
            order,
            description=self._describe(issue, decided, due, None),
            priority=priority,
            due_at=due,
            sequence=order.sequence + 1,
        )
        entry = replace(self._entry(issue, "updated", why), changes=differences(order, changed))
        changed = replace(changed, history=(*order.history, entry))
        return self._messages(changed, issue, "updated", decided)

    def _route(self, issue: Issue, *, without: Collection[str] = ()) -> Routing:
        return self.router.route(
            issue,
            industry=self.industries.get(issue.industry),
            circumstances=self._told(issue),
            without=without,
        )

    def _told(self, issue: Issue) -> Circumstances:
        return self.circumstances.get(issue.issue_id, Circumstances())

    def _describe(
        self, issue: Issue, decided: Routing, due: datetime, last: WorkOrder | None
    ) -> str:
        return describe(
            issue,
            routing=decided,
            circumstances=self._told(issue),
            due_at=due.astimezone(self.calendar.zone),
            former=last.work_order_id if last else None,
        )

    def _entry(self, issue: Issue, event: Told, why: str) -> HistoryEntry:
        note = f"严重程度{SEVERITY_LABELS[issue.severity]}，{issue.count} 条声音；{why}"
        return HistoryEntry(at=self.now, actor=SYSTEM, event=event, note=note)

    def _messages(
        self, order: WorkOrder, issue: Issue, event: Told, decided: Routing
    ) -> list[tuple[WorkOrder, Message]]:
        return [
            (
                order,
                work_order_message(
                    order,
                    issue,
                    kind="work_order.created" if event == "opened" else "work_order.updated",
                    sink=sink,
                    routing=decided,
                    circumstances=self._told(issue),
                    at=self.now,
                ),
            )
            for sink in decided.sinks or self.sinks
        ]


def last_told(order: WorkOrder) -> tuple[Severity, int]:
    """Returns severity and voices as the order last told them; what was never told is lowest."""
    for entry in reversed(_tellings(order)):
        figures = _TOLD.match(entry.note or "")
        if figures:
            return _SEVERITY_OF[figures[1]], int(figures[2])
    return SEVERITIES[0], 0


def _tellings(order: WorkOrder) -> list[HistoryEntry]:
    return [
        entry
        for entry in order.history
        if entry.actor == SYSTEM and entry.event in ("opened", "updated")
    ]


def _looked_after(existing: Sequence[WorkOrder]) -> set[str]:
    """Returns the issues whose order was merged into one that is still worked on."""
    running = [order for order in existing if order.status not in ENDED]
    names = {order.work_order_id for order in running}
    merged = {order.issue_id for order in existing if order.merged_into in names}
    return merged - {order.issue_id for order in running}


def _ended(order: WorkOrder) -> datetime:
    return ended_at(order) or order.created_at


def _is_history(
    issue: Issue, as_of: Mapping[str, datetime] | None, quiet_days: float | None
) -> bool:
    newest = (as_of or {}).get(issue.industry)
    if newest is None or quiet_days is None:
        return False
    return issue.last_seen < newest - timedelta(days=quiet_days)


def _next_id(issue: Issue, former: Sequence[WorkOrder]) -> str:
    taken = {order.work_order_id for order in former}
    number = len(former) + 1
    while (work_order_id := stable_id("wo", issue.issue_id, str(number))) in taken:
        number += 1
    return work_order_id
