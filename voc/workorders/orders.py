"""Work orders from issues: one each, told once, told again when it gets worse."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from voc.config import Industry
from voc.errors import StateError
from voc.records import (
    PRIORITIES,
    SEVERITIES,
    HistoryEntry,
    Issue,
    Mention,
    Message,
    OrderClock,
    OrderPart,
    WorkOrder,
    stable_id,
)
from voc.workorders.calendar import WorkingCalendar, due_at
from voc.workorders.circumstances import Circumstances
from voc.workorders.comebacks import (
    Comebacks,
    is_history,
    last_told,
    looked_after,
    reopened_by_itself,
    telling,
)
from voc.workorders.description import describe
from voc.workorders.history import SYSTEM, differences, returns_of
from voc.workorders.ledger import Decided, Ledger
from voc.workorders.life import Rulebook, apply_event
from voc.workorders.parts import VOICE, Task, beside_whole, fitted, is_whole, tasks_of
from voc.workorders.payload import work_order_message
from voc.workorders.reviewing import Reviews, is_worse
from voc.workorders.rotas import Turns
from voc.workorders.routing import CLOCK_LABELS, Router, Routing, assigned, sinks_of
from voc.workorders.rules import PRIORITY_LABELS, RoutingRules
from voc.workorders.states import ENDED

Told = Literal["opened", "updated"]
Comeback = Literal["reopen", "open"]
"""What a comeback does: it reopens the last order where the rules allow it still, or opens one."""


def decide_orders(
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
    emergency_days: float | None = None,
    reopened_at: Mapping[str, datetime] | None = None,
    asked_for: Collection[str] = (),
    ledger: Ledger | None = None,
    undated: Collection[str] = frozenset(),
    is_enough: Callable[[Sequence[Mention]], bool] = bool,
    comeback: Comeback = "open",
) -> Decided:
    """Decides which work orders to open or update.

    An open or reopened issue that reaches `open_when` gets one order. While that order is being
    worked on, it is updated when the issue's severity rises or its voices grow by `update_when`
    since it was last told; a priority that rises with it shortens the time, none is lowered. So is
    one that every team refused, which people sort by hand. Once its last order has ended otherwise
    and the problem came back (see `Comebacks.has`), that order is reopened, or the issue gets a new
    one. Ignored and closed issues get nothing. Running again with the same data returns nothing.

    Rules may want an order for each store or voice of an issue: each such part is told of and kept
    as an issue would be, and one voice gets one order, whatever it complains of. An order of the
    whole issue that a person opened for a department stands for all of them until it comes back.

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
        quiet_days: See there; `None`: nothing is history. Where all feedback is old, as when a
            backlog is read, nothing is; but what nobody has spoken of for so long before `now` is
            no emergency: its time is counted on the working clock.
        emergency_days: The same for what a critical voice speaks of, whose silence tells nothing.
        reopened_at: When issues were last reopened, by issue id.
        asked_for: Issues that a person reopened last: they are no history.
        ledger: What the store keeps of orders beside themselves.
        undated: Voices that may be of long ago, as nothing tells when they were said. What only
            they speak of is no emergency either.
        is_enough: Says whether the voices since an order ended show that the problem came back; by
            default any does.
        comeback: What is done then.
    """
    kept = ledger or Ledger()
    comebacks = Comebacks(is_enough, reopened_by_itself(reopened_at or {}, existing), asked_for)
    router = Router(routing, hours_per_day=calendar.hours_per_day)
    desk = _Desk(
        routing,
        router,
        industries,
        calendar,
        now,
        circumstances or {},
        sinks,
        comebacks,
        comeback,
        quiet_days,
        kept,
        Turns(routing.every_rota(), kept.turns, now.astimezone(calendar.zone)),
        Reviews(kept.reviews, routing, now),
        undated,
    )
    orders: dict[str, list[WorkOrder]] = {}
    for order in existing:
        orders.setdefault(order.issue_id, []).append(order)
        if order.work_order_id in kept.parts:
            desk.owners.setdefault(kept.parts[order.work_order_id].part, order.issue_id)
    elsewhere = looked_after(existing)
    told: list[tuple[WorkOrder, Message]] = []
    for issue in issues:
        if issue.is_open and issue.issue_id not in elsewhere:
            theirs = orders.get(issue.issue_id, [])
            for task in desk.tasks(issue, theirs):
                is_asked_for = issue.issue_id in asked_for
                days = emergency_days if task.told.urgency == "critical" else quiet_days
                if is_asked_for or not is_history(task.issue, as_of, days):
                    told += desk.tell(task, theirs)
    return Decided(told, desk.parts, desk.reviews.changed, desk.turns.changed)


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
    comebacks: Comebacks
    comeback: Comeback
    quiet_days: float | None
    kept: Ledger
    turns: Turns
    reviews: Reviews
    undated: Collection[str]
    parts: list[OrderPart] = field(default_factory=list)
    owners: dict[str, str] = field(default_factory=dict)

    def tasks(self, issue: Issue, existing: Sequence[WorkOrder]) -> list[Task]:
        """Returns what orders an issue makes, given those that it has."""
        industry, told = self.industries.get(issue.industry), self._told(issue)
        found = tasks_of(issue, told, router=self.router, industry=industry)
        whole = self._whole(issue, existing)
        if whole is not None:
            found = beside_whole(whole, found, issue, told, router=self.router, industry=industry)
        elif existing:
            found = fitted(found, existing, self.kept.parts, issue, told)
        return [task for task in found if self.kept.only in (None, task.part)]

    def _whole(self, issue: Issue, existing: Sequence[WorkOrder]) -> WorkOrder | None:
        """Returns the order of the whole issue that a person opened, until it comes back."""
        latest = max(existing, key=_age, default=None)
        chosen = [order for order in existing if is_whole(order, self.kept.parts)]
        running = [order for order in chosen if order.status not in ENDED]
        if running:
            return max(running, key=_age)
        if latest is None or latest not in chosen:
            return None
        is_refused = latest.status == "rejected"
        is_back = not is_refused and self.comebacks.has(issue, self._told(issue), [latest])
        return None if is_back else latest

    def tell(self, task: Task, existing: Sequence[WorkOrder]) -> list[tuple[WorkOrder, Message]]:
        issue = task.issue
        orders = [order for order in existing if task.is_of(order, self.kept.parts)]
        running = [order for order in orders if order.status not in ENDED]
        latest = max(running or orders, key=_age, default=None)
        # What every team refused waits for people who sort it: new voices join it there.
        if latest is not None and (running or latest.status == "rejected"):
            return self._update(task, latest) if self._is_worse(issue, latest) else []
        if not self._is_due(task):
            return []
        former = orders or self._overlapping(task, existing)
        if former and not self.comebacks.has(issue, task.told, former):
            return []
        if self._is_taken(task):
            return []
        if latest is not None and self.comeback == "reopen":
            redone = self._reopened(task, latest)
            if redone is not None:
                return redone
        work_order_id = _next_id(task, existing)
        if self.kept.holds_back and self.reviews.holds(work_order_id, task):
            return []
        return self._open(task, orders, work_order_id)

    def _overlapping(self, task: Task, existing: Sequence[WorkOrder]) -> list[WorkOrder]:
        """Returns the orders that had the voices of a task before its rule was made, all ended."""
        found = [order for order in existing if task.overlaps(order, self.kept.parts)]
        return found if all(order.status in ENDED for order in found) else []

    def _is_taken(self, task: Task) -> bool:
        """Says whether the task is of a voice that another issue's order is of, or takes it."""
        if not task.part.startswith(VOICE):
            return False
        issue_id = task.issue.issue_id
        return self.owners.setdefault(task.part, issue_id) != issue_id

    def _is_due(self, task: Task) -> bool:
        least, issue = self.rules.open_when, task.issue
        severe = SEVERITIES.index(issue.severity) >= SEVERITIES.index(least.severity)
        enough = task.part.startswith(VOICE) or issue.count >= least.voices
        return severe and enough

    def _is_worse(self, issue: Issue, order: WorkOrder) -> bool:
        severity, voices = last_told(order)
        return is_worse(severity, voices, issue.severity, issue.count, self.rules)

    def _open(
        self, task: Task, former: Sequence[WorkOrder], work_order_id: str
    ) -> list[tuple[WorkOrder, Message]]:
        self.reviews.opened(work_order_id)
        issue = task.issue
        decided = unhurried(
            issue,
            assigned(task.routing, self.turns),
            now=self.now,
            quiet_days=self.quiet_days,
            is_undated=is_undated(task.told, self.undated),
        )
        due = due_at(self.now, decided.sla_hours, clock=decided.clock, calendar=self.calendar)
        last = max(former, key=lambda order: order.created_at, default=None)
        order = WorkOrder(
            work_order_id=work_order_id,
            issue_id=issue.issue_id,
            title=issue.title,
            description=self._describe(task, decided, due, last),
            type=decided.type,
            priority=decided.priority,
            department=decided.department,
            status="open",
            created_at=self.now,
            due_at=due,
            assignee=decided.assignee,
            skill_group=decided.skill_group,
            history=(self._entry(issue, "opened", decided.explanation),),
            rule=decided.rule,
            sequence=1,
            clock=OrderClock(kind=decided.clock, hours=decided.sla_hours, started_at=self.now),
        )
        self.parts.append(OrderPart(work_order_id, task.part, decided.rule, decided.skill_group))
        sinks = decided.sinks or self.sinks
        return self._messages(order, task, "opened", decided, sinks)

    def _reopened(self, task: Task, order: WorkOrder) -> list[tuple[WorkOrder, Message]] | None:
        """Reopens an order that has ended; `None` where that is too late, or another does it."""
        issue = task.issue
        try:
            begun = apply_event(
                order,
                "reopened",
                actor=SYSTEM,
                at=self.now,
                note=telling(issue.severity, issue.count, "办结后又有新的声音，问题复发"),
                rulebook=Rulebook(self.rules.handling, self.calendar),
            )
        except StateError:
            return None
        decided = self._routed_anew(task, order)
        changed = replace(
            begun,
            description=self._describe(task, decided, begun.due_at, None),
            sequence=begun.sequence + 1,
        )
        sinks = self._sinks(order, decided)
        return self._messages(changed, task, "updated", decided, sinks, entry=changed.history[-1])

    def _update(self, task: Task, order: WorkOrder) -> list[tuple[WorkOrder, Message]]:
        issue, decided = task.issue, self._routed_anew(task, order)
        due, priority, why = order.due_at, order.priority, "问题加重"
        if PRIORITIES.index(decided.priority) > PRIORITIES.index(priority):
            priority = decided.priority
            why = f"问题加重，优先级升为{PRIORITY_LABELS[priority]}"
            if order.status not in ENDED:
                due = min(due, self._due(order, decided))
        changed = replace(
            order,
            description=self._describe(task, decided, due, None),
            priority=priority,
            due_at=due,
            sequence=order.sequence + 1,
        )
        entry = replace(self._entry(issue, "updated", why), changes=differences(order, changed))
        changed = replace(changed, history=(*order.history, entry))
        return self._messages(changed, task, "updated", decided, self._sinks(order, decided))

    def _sinks(self, order: WorkOrder, decided: Routing) -> Sequence[str]:
        """Returns the sinks that hear of a running order, which may have been passed on."""
        if decided.department == order.department:
            return decided.sinks or self.sinks
        return sinks_of(self.rules, order.department, order.rule) or self.sinks

    def _due(self, order: WorkOrder, decided: Routing) -> datetime:
        # While the clock stands still, the end is as it was when it stopped.
        begin = order.clock.paused_at or self.now
        return due_at(begin, decided.sla_hours, clock=decided.clock, calendar=self.calendar)

    def _routed_anew(self, task: Task, order: WorkOrder) -> Routing:
        """Returns who gets a task by the rules that its order was not returned by.

        The order itself stays with its team, whoever that would be by now.
        """
        decided = self._without_refused(task, order)
        if decided.department == order.department:
            return decided
        said = f"{decided.explanation}；此单已由{order.department}办理，不因此改派"
        return replace(decided, explanation=said)

    def _without_refused(self, task: Task, order: WorkOrder) -> Routing:
        refused, _ = returns_of(order)
        if not refused:
            return task.routing
        decided = self.router.every(
            task.issue,
            industry=self.industries.get(task.issue.industry),
            circumstances=task.told,
            without=refused,
        )
        mine = (one for one in decided if one.department == order.department)
        return next(mine, decided[0])

    def _told(self, issue: Issue) -> Circumstances:
        return self.circumstances.get(issue.issue_id, Circumstances())

    def _describe(self, task: Task, decided: Routing, due: datetime, last: WorkOrder | None) -> str:
        return describe(
            task.issue,
            routing=decided,
            circumstances=task.told,
            due_at=due.astimezone(self.calendar.zone),
            former=last.work_order_id if last else None,
        )

    def _entry(self, issue: Issue, event: Told, why: str) -> HistoryEntry:
        note = telling(issue.severity, issue.count, why)
        return HistoryEntry(at=self.now, actor=SYSTEM, event=event, note=note)

    def _messages(
        self,
        order: WorkOrder,
        task: Task,
        event: Told,
        decided: Routing,
        sinks: Sequence[str],
        entry: HistoryEntry | None = None,
    ) -> list[tuple[WorkOrder, Message]]:
        return [
            (
                order,
                work_order_message(
                    order,
                    task.issue,
                    kind="work_order.created" if event == "opened" else "work_order.updated",
                    sink=sink,
                    routing=decided,
                    circumstances=task.told,
                    at=self.now,
                    entry=entry,
                ),
            )
            for sink in sinks
        ]


def is_undated(told: Circumstances, undated: Collection[str]) -> bool:
    """Says whether only voices speak of it that may be of long ago."""
    return bool(told.voices) and all(voice.feedback_id in undated for voice, _ in told.voices)


def unhurried(
    issue: Issue,
    decided: Routing,
    *,
    now: datetime,
    quiet_days: float | None,
    is_undated: bool = False,
) -> Routing:
    """Returns the routing of an issue, on the working clock where it is, or may be, of long ago."""
    is_old = is_history(issue, {issue.industry: now}, quiet_days)
    if decided.clock == "working" or not (is_old or is_undated):
        return decided
    days = (now - issue.last_seen).days
    said = f"{days} 天来没有新的声音" if is_old else "声音都没有时间，可能是很久以前的"
    told = decided.explanation.replace(CLOCK_LABELS["calendar"], CLOCK_LABELS["working"])
    why = f"{told}；{said}，按工作时间计时"
    return replace(decided, clock="working", explanation=why)


def _age(order: WorkOrder) -> tuple[datetime, str]:
    return order.created_at, order.work_order_id


def _next_id(task: Task, existing: Sequence[WorkOrder]) -> str:
    """Returns an id that no order of the issue has, the same until there is such an order."""
    taken = {order.work_order_id for order in existing}
    place = (task.issue.issue_id, task.part) if task.part else (task.issue.issue_id,)
    number = 1
    while (work_order_id := stable_id("wo", *place, str(number))) in taken:
        number += 1
    return work_order_id
