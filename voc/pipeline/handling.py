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
from voc.pipeline.issue_states import Moved, move_issues, worked_on
from voc.pipeline.rulecheck import team_doubt
from voc.pipeline.taxonomies import industries_of
from voc.pipeline.themed_rules import themed
from voc.records import PRIORITIES, HistoryEntry, Issue, Message, WorkOrder
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
from voc.workorders.history import SYSTEM, is_late, noted_late, recorded
from voc.workorders.parts import is_parted, voices_of
from voc.workorders.payload import (
    issue_told_before,
    routing_of,
    told_before,
    work_order_message,
)
from voc.workorders.relations import check_relations, part_of
from voc.workorders.rotas import Turns
from voc.workorders.routing import assigned, sinks_of
from voc.workorders.states import ENDED, action_named, phase_of


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
    issues: Moved = ()

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
        is noted in the history and moves nothing. Closing the last order of an issue closes it,
        redoing one reopens it; an order that is returned goes where the rules send it next; what
        was merged into an order goes with it when that is merged itself.

        Args:
            transaction: What it is kept in, with the messages that tell of it.
            work_order_id: The order.
            event: The action.
            actor: Who did it.
            at: When.
            note: Why.
            details: What else the action needs.

        Raises:
            UsageError: There is no such order or action, something is missing, or another order
                does what is to be redone.
            StateError: The state does not allow it; the message lists what it allows.
        """
        action = action_named(event)
        given = details or Details()
        if action == "rejected":
            transaction.rota_turns()  # before the orders, as where orders are opened
        transaction.lock_orders()
        before, parent = self._locked(transaction, work_order_id, given.into)
        if is_late(before, action, at):
            after = noted_late(before, action, actor=actor, at=at, note=note)
            transaction.update_work_order(after)
            return Applied(before, after, is_late=True)
        other = (
            worked_on(self._store, transaction, before)
            if action in ("reopened", "call_back")
            else None
        )
        if action == "reopened" and other is not None:
            raise UsageError(
                f"{other.work_order_id} does what {work_order_id} would do again, and is"
                f" {phase_of(other)}; act on that one instead, with a note of why."
            )
        after = apply_event(
            before,
            action,
            actor=actor,
            at=at,
            note=note,
            details=given,
            rulebook=self.rulebook,
            may_redo=other is None,
        )
        if before.status not in ENDED and after.status in ENDED:
            heard = transaction.heard_by(at)
            after = replace(after, clock=replace(after.clock, heard_until=heard))
        children = transaction.child_orders(work_order_id)
        check_relations(before, action, parent=parent, children=children)
        routing: Routing | None = None
        if action == "rejected":
            after, routing = self._rerouted(transaction, after, at)
        also = self._sorters if action == "rejected" and routing is None else ()
        after = self._told(transaction, before, after, routing=routing, also=also)
        if action == "transfer":
            after = self._doubted(after, at)
        transaction.update_work_order(after)
        if action == "merge":
            self._take_along(transaction, after, children, actor, at)
            self._take_over(transaction, before, given.into, at)
        moved = move_issues(
            self._store,
            transaction,
            before,
            after,
            children=children,
            actor=actor,
            note=note,
            at=at,
        )
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

    def _take_along(
        self,
        transaction: Transaction,
        order: WorkOrder,
        children: Sequence[WorkOrder],
        actor: str,
        at: datetime,
    ) -> None:
        """Points what was merged into an order at the one that order was merged into."""
        into, name = order.merged_into, order.work_order_id
        for child in children:
            if child.merged_into == name:
                moved = replace(child, parent_id=into, merged_into=into)
                why = f"随 {name} 并入 {into}"
                moved = recorded(child, moved, event="merge", actor=actor, at=at, note=why)
                transaction.update_work_order(self._told(transaction, child, moved))

    def tell(
        self, transaction: Transaction, work_order_id: str, said: str, *, at: datetime
    ) -> None:
        """Tells the team of a running order more of its issue, in its description too.

        Args:
            transaction: What it is kept in, with the messages that tell of it.
            work_order_id: The order; of one that has ended nothing is told.
            said: What.
            at: When.
        """
        transaction.lock_orders()
        order = transaction.work_order(work_order_id)
        if order is None or order.status in ENDED:
            return
        after = replace(order, description=f"{order.description}\n{said}")
        after = recorded(order, after, event="updated", actor=SYSTEM, at=at, note=said)
        transaction.update_work_order(self._told(transaction, order, after))

    def _take_over(
        self, transaction: Transaction, merged: WorkOrder, into: str | None, at: datetime
    ) -> None:
        """Gives an order the urgency and the evidence of one merged into it, and tells its team."""
        order = transaction.work_order(into) if into else None
        if order is None:
            return
        priority = max(order.priority, merged.priority, key=PRIORITIES.index)
        stands_still = order.clock.paused_at is not None
        after = replace(
            order,
            priority=priority,
            due_at=order.due_at if stands_still else min(order.due_at, merged.due_at),
            description=f"{order.description}\n\n并入 {merged.work_order_id}"
            f"（{merged.department}）\n{merged.description}",
        )
        note = f"{merged.work_order_id}「{merged.title}」并入本单"
        after = recorded(order, after, event="updated", actor=SYSTEM, at=at, note=note)
        transaction.update_work_order(self._told(transaction, order, after))

    def _rerouted(
        self, transaction: Transaction, order: WorkOrder, at: datetime
    ) -> tuple[WorkOrder, Routing | None]:
        last = transaction.last_message(order.work_order_id)
        issue, (told, _) = self._issue(transaction, order, last), told_before(last)
        industries, _ = industries_of(self._store, self._settings, [issue.industry])
        hours = self.rulebook.calendar.hours_per_day
        router = Router(themed(self.rules, self._store, self._settings), hours_per_day=hours)
        rerouting = Rerouting(router, self.rules.defaults.department, self.rulebook)
        industry = industries.get(issue.industry)
        decided = rerouting.decide(
            order, issue, industry=industry, told=told, taken=self._taken(transaction, order)
        )
        if decided is None:
            return self._left_to_sort(order, at), None
        moment = at.astimezone(self.rulebook.calendar.zone)
        turns = Turns(self.rules.every_rota(), transaction.rota_turns(), moment)
        decided = assigned(decided, turns)
        transaction.save_rota_turns(turns.changed)
        return rerouting.rerouted(order, issue, decided, told=told, at=at), decided

    def _left_to_sort(self, order: WorkOrder, at: datetime) -> WorkOrder:
        """Notes that every team refused an order, for whoever sorts by hand."""
        note = f"各部门都已退单，请{self.rules.handling.review_department}定夺"
        entry = HistoryEntry(at, SYSTEM, "updated", note)
        return replace(order, history=(*order.history, entry))

    @property
    def _sorters(self) -> Sequence[str]:
        """The sinks of those who sort by hand what every team refused."""
        team = self.rules.handling.review_department
        return sinks_of(self.rules, team, None) or self._settings.sink_names

    def _doubted(self, order: WorkOrder, at: datetime) -> WorkOrder:
        """Notes in the history where an order went to a department that nothing names."""
        doubt = team_doubt(
            order.department, at=at, rules=self.rules, settings=self._settings, known={}
        )
        return order if doubt is None else replace(order, history=(*order.history, doubt))

    def _taken(self, transaction: Transaction, order: WorkOrder) -> set[str]:
        """Returns the departments that have another order of the same voices."""
        parts = self._store.order_parts(issue_id=order.issue_id)
        voices = voices_of(part_of(order, parts))
        return {
            other.department
            for other in transaction.issue_orders(order.issue_id)
            if other.work_order_id != order.work_order_id
            and other.status not in ENDED
            and voices_of(part_of(other, parts)) == voices
        }

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
        events = {*self.rules.handling.tell, "updated"}
        telling = [entry for entry in entries if entry.event in events]
        if not telling:
            return after
        order = replace(after, sequence=after.sequence + 1)
        last = transaction.last_message(order.work_order_id)
        issue, (told, routed) = self._issue(transaction, order, last), told_before(last)
        hours = granted_hours(order, self.rulebook.calendar)
        for sink in dict.fromkeys((*self._sinks(before, after), *also)):
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

    def _sinks(self, before: WorkOrder, after: WorkOrder) -> Sequence[str]:
        """Returns the sinks of who had an order, and of who has it now."""
        named = [
            sinks_of(self.rules, order.department, order.rule) or self._settings.sink_names
            for order in (before, after)
            if order.rule is not None or order is before
        ]
        return [sink for sinks in named for sink in sinks]

    def _issue(self, transaction: Transaction, order: WorkOrder, last: Message | None) -> Issue:
        """Returns the issue of an order; of an order of a part of it, with the voices of that."""
        issue = transaction.issue(order.issue_id)
        assert issue is not None, "the store keeps no order without its issue"
        parts = self._store.order_parts(issue_id=order.issue_id)
        return issue_told_before(issue, last) if is_parted(parts.values()) else issue
