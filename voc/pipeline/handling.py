"""What happens to work orders after they are opened, kept together with the messages that tell it.

Every change reads its order under a lock, and is written with its history and its messages in the
caller's transaction: killed anywhere, all of it is there or nothing; done twice at once, the second
sees what the first did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from voc.config import Settings
from voc.errors import UsageError
from voc.pipeline.delivering import known_sinks
from voc.pipeline.taxonomies import industries_of
from voc.records import HistoryEntry, Issue, Message, WorkOrder
from voc.store import Store, Transaction
from voc.workorders import (
    Details,
    Rerouting,
    Router,
    Routing,
    Rulebook,
    apply_event,
    calendar_for,
    due_steps,
    escalated,
    load_routing,
)
from voc.workorders.clocks import granted_hours
from voc.workorders.history import SYSTEM, is_late, noted_late
from voc.workorders.parts import is_parted
from voc.workorders.payload import (
    issue_told_before,
    routing_of,
    told_before,
    work_order_message,
)
from voc.workorders.relations import check_relations
from voc.workorders.states import action_named


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of an action.

    Attributes:
        before: The work order before it.
        order: The work order afterwards.
        is_late: It tells of a time before the last change, so it is noted and moves nothing.
        issues: The issues whose status it changed, each with the new one.
    """

    before: WorkOrder
    order: WorkOrder
    is_late: bool = False
    issues: tuple[tuple[str, str], ...] = ()

    @property
    def entries(self) -> tuple[HistoryEntry, ...]:
        """What it added to the history."""
        return self.order.history[len(self.before.history) :]


class Handler:
    """Handles the work orders of one store by the rules of its settings, read once.

    Args:
        store: What is read.
        settings: For the rules, taxonomies and sinks.
    """

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._file = settings.resolve(settings.routing.file)
        self.rules = load_routing(self._file)
        known_sinks(self.rules, settings)

    @cached_property
    def rulebook(self) -> Rulebook:
        """How orders are handled, and when work is done."""
        return Rulebook(self.rules.handling, calendar_for(self.rules, self._file))

    def act(
        self,
        transaction: Transaction,
        work_order_id: str,
        event: str,
        *,
        actor: str,
        at: datetime,
        note: str | None = None,
        details: Details | None = None,
    ) -> Applied:
        """Takes an action on a work order: of a person, or as another system tells it.

        News may come in another order than it happened: what tells of a time before the last move
        is noted in the history and moves nothing. Closing an order closes its issue, redoing it
        reopens it; an order that is returned goes where the rules send it next.

        Args:
            transaction: What it is kept in, with the messages that tell of it.
            work_order_id: The order.
            event: The action.
            actor: Who did it.
            at: When.
            note: Why.
            details: What else the action needs.

        Raises:
            UsageError: There is no such order or action, or something is missing.
            StateError: The state does not allow it; the message lists what it allows.
        """
        action = action_named(event)
        given = details or Details()
        before, parent = self._locked(transaction, work_order_id, given.into)
        if is_late(before, action, at):
            after = noted_late(before, action, actor=actor, at=at, note=note)
            transaction.update_work_order(after)
            return Applied(before, after, is_late=True)
        after = apply_event(
            before, action, actor=actor, at=at, note=note, details=given, rulebook=self.rulebook
        )
        children = transaction.child_orders(work_order_id)
        check_relations(before, action, parent=parent, children=children)
        routing: Routing | None = None
        if action == "rejected":
            after, routing = self._rerouted(transaction, after, at)
        after = self._told(transaction, before, after, routing=routing)
        transaction.update_work_order(after)
        moved = self._move_issues(transaction, before, after, children, actor, note, at)
        return Applied(before, after, issues=moved)

    def escalate(self, transaction: Transaction, work_order_id: str, now: datetime) -> list[str]:
        """Takes the steps of escalation that are due for an order; returns their names."""
        order = transaction.work_order(work_order_id)
        if order is None:
            return []
        steps = due_steps(order, now, steps=self.rules.escalation, calendar=self.rulebook.calendar)
        for step in steps:
            after = escalated(order, step, now)
            order = self._told(transaction, order, after, also=step.sinks)
        if steps:
            transaction.update_work_order(order)
        return [step.name for step in steps]

    def archive(self, transaction: Transaction, work_order_id: str, now: datetime) -> bool:
        """Archives an order that is closed; false where it no longer is."""
        order = transaction.work_order(work_order_id)
        if order is None or order.status != "closed" or order.clock.archived_at is not None:
            return False
        days = self.rules.handling.archive_days
        self.act(
            transaction,
            work_order_id,
            "archive",
            actor=SYSTEM,
            at=now,
            note=f"关闭满 {days:g} 天",
        )
        return True

    def _locked(
        self, transaction: Transaction, work_order_id: str, into: str | None
    ) -> tuple[WorkOrder, WorkOrder | None]:
        """Reads an order and the one it shall belong to, in an order that lets nobody deadlock."""
        names = sorted({work_order_id, into or work_order_id})
        found = {name: transaction.work_order(name) for name in names}
        for name in names:
            if found[name] is None:
                raise UsageError(
                    f"There is no work order {name!r}; voc work-orders lists all there are."
                )
        order = found[work_order_id]
        assert order is not None
        return order, found[into] if into else None

    def _rerouted(
        self, transaction: Transaction, order: WorkOrder, at: datetime
    ) -> tuple[WorkOrder, Routing | None]:
        last = transaction.last_message(order.work_order_id)
        issue, (told, _) = self._issue(order, last), told_before(last)
        industries, _ = industries_of(self._store, self._settings, [issue.industry])
        hours = self.rulebook.calendar.hours_per_day
        rerouting = Rerouting(
            Router(self.rules, hours_per_day=hours), self.rules.defaults.department, self.rulebook
        )
        industry = industries.get(issue.industry)
        decided = rerouting.decide(order, issue, industry=industry, told=told)
        if decided is None:
            return order, None
        return rerouting.rerouted(order, issue, decided, told=told, at=at), decided

    def _told(
        self,
        transaction: Transaction,
        before: WorkOrder,
        after: WorkOrder,
        *,
        routing: Routing | None = None,
        also: Sequence[str] = (),
    ) -> WorkOrder:
        """Enqueues the messages that tell of a change, where the rules say that it is told."""
        entries = after.history[len(before.history) :]
        telling = [entry for entry in entries if entry.event in self.rules.handling.tell]
        if not telling:
            return after
        order = replace(after, sequence=after.sequence + 1)
        last = transaction.last_message(order.work_order_id)
        issue, (told, routed) = self._issue(order, last), told_before(last)
        hours = granted_hours(order, self.rulebook.calendar)
        for sink in dict.fromkeys((*self._sinks(before, routing), *also)):
            transaction.enqueue(
                work_order_message(
                    order,
                    issue,
                    kind="work_order.updated",
                    sink=sink,
                    routing=routing or routing_of(order, routed, sla_hours=hours),
                    circumstances=told,
                    at=telling[-1].at,
                    entry=telling[-1],
                )
            )
        return order

    def _sinks(self, order: WorkOrder, routing: Routing | None) -> Sequence[str]:
        """Returns the sinks that know an order, or shall know it."""
        named = [rule.then.sinks for rule in self.rules.rules if rule.name == order.rule]
        mine = (named[0] if named else ()) or self.rules.defaults.sinks
        theirs = routing.sinks if routing else ()
        return (*(mine or self._settings.sink_names), *theirs)

    def _issue(self, order: WorkOrder, last: Message | None) -> Issue:
        """Returns the issue of an order; of an order of a part of it, with the voices of that."""
        issue = self._store.issue(order.issue_id)
        assert issue is not None, "the store keeps no order without its issue"
        parts = self._store.order_parts(issue_id=order.issue_id)
        return issue_told_before(issue, last) if is_parted(parts.values()) else issue

    def _move_issues(
        self,
        transaction: Transaction,
        before: WorkOrder,
        after: WorkOrder,
        children: Sequence[WorkOrder],
        actor: str,
        note: str | None,
        at: datetime,
    ) -> tuple[tuple[str, str], ...]:
        """Closes the issues of a closed order and of those merged into it; a redo reopens them."""
        if before.status == after.status or after.merged_into is not None:
            return ()
        merged = [child for child in children if child.merged_into == after.work_order_id]
        names = dict.fromkeys(order.issue_id for order in (after, *merged))
        moved = []
        for name in names:
            issue = self._store.issue(name)
            if issue is None:
                continue
            # An ignored issue stays ignored: closed, the next voice would reopen it.
            if after.status == "closed" and issue.status in ("open", "reopened"):
                transaction.set_issue_status(name, "closed", actor, note, at)
                moved.append((name, "closed"))
            elif after.status == "reopened" and issue.status == "closed":
                transaction.set_issue_status(name, "reopened", actor, note, at)
                moved.append((name, "reopened"))
        return tuple(moved)
