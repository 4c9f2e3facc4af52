"""What the history of a work order says: what each change made of it, and in which order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from voc.records import HistoryEntry, WorkOrder, plain
from voc.workorders.states import ACTION_LABELS, MOVING, PHASE_LABELS, RESPONSES, Action, phase_of

SYSTEM: Final = "voc"
"""Who does what nobody asked for, in the history."""

CHOSEN: Final = "人工指定"
"""Name of the rule of an order whose department a person named."""

UNKNOWN_RULE: Final = "未记录"
"""Name for the rule of orders that were opened before rules were kept with them."""

_TOLD: Final = (
    "status", "department", "skill_group", "assignee", "priority", "due_at", "waiting_for",
    "parent_id", "merged_into", "rule", "satisfaction", "reopened_count",
)  # fmt: skip


def recorded(
    before: WorkOrder, after: WorkOrder, *, event: str, actor: str, at: datetime, note: str | None
) -> WorkOrder:
    """Returns `after` with an entry in its history that says what differs from `before`."""
    changes = dict(differences(before, after))
    if event == "rejected":
        # A return says nothing of where the order goes next, but who did not want it.
        changes["returned_by"] = (None, before.department)
    entry = HistoryEntry(at, actor, event, note, changes)
    return replace(after, history=(*before.history, entry))


def differences(before: WorkOrder, after: WorkOrder) -> Mapping[str, tuple[Any, Any]]:
    """Returns what differs between two stands of an order, each as JSON has it."""
    found = {
        name: (plain(getattr(before, name)), plain(getattr(after, name)))
        for name in _TOLD
        if getattr(before, name) != getattr(after, name)
    }
    phases = phase_of(before), phase_of(after)
    if phases[0] != phases[1] and before.status == after.status:
        found["phase"] = phases
    asked = tuple(order.extension.hours if order.extension else None for order in (before, after))
    if asked[0] != asked[1]:
        found["extension_hours"] = (asked[0], asked[1])
    return found


def moved_at(order: WorkOrder) -> datetime | None:
    """Returns when what moved the order last happened; `None` where nothing has yet."""
    return max((entry.at for entry in order.history if entry.event in MOVING), default=None)


def is_late(order: WorkOrder, action: Action, at: datetime) -> bool:
    """Says whether an action tells of a time before what moved the order last.

    Such news is kept in the history and moves nothing: of what moves an order the newest wins, and
    of what happened at the same moment what became known last. A call-back of a round before the
    present one is late too.
    """
    last = moved_at(order)
    if action == "call_back":
        redone = (entry.at for entry in order.history if entry.event == "reopened")
        last = max(redone, default=None)
    elif action not in MOVING:
        return False
    return last is not None and at < last


def noted_late(
    order: WorkOrder, action: Action, *, actor: str, at: datetime, note: str | None
) -> WorkOrder:
    """Returns the order with late news in its history; its first response may have been earlier."""
    label = PHASE_LABELS.get(action) or ACTION_LABELS[action]
    said = f"迟到的状态：{label}（{action}）" + (f"；{note}" if note else "")
    clock = order.clock
    if action in RESPONSES and (clock.responded_at is None or at < clock.responded_at):
        clock = replace(clock, responded_at=max(at, order.created_at))
    entry = HistoryEntry(at, actor, "note", said)
    return replace(order, clock=clock, history=(*order.history, entry))


def returns_of(order: WorkOrder) -> tuple[frozenset[str], frozenset[str]]:
    """Returns the rules that teams returned an order of, and the teams that did."""
    returned = [entry.changes for entry in order.history if entry.event == "rejected"]
    rules = {changes["rule"][0] for changes in returned if "rule" in changes}
    teams = {changes["returned_by"][1] for changes in returned if "returned_by" in changes}
    return frozenset(rules - {None}), frozenset(teams)


def tried_with(order: WorkOrder) -> tuple[frozenset[str], frozenset[str]]:
    """Returns the rules and teams that an order is not sent by, or to, when it is returned.

    They are those that it was returned of, and those that it was transferred away from.
    """
    rules, teams = returns_of(order)
    passed_on = [entry.changes for entry in order.history if entry.event == "transfer"]
    rules |= {changes["rule"][0] for changes in passed_on if "rule" in changes}
    teams |= {changes["department"][0] for changes in passed_on if "department" in changes}
    return rules - {None}, teams


@dataclass(frozen=True, slots=True)
class RuleReturns:
    """How often orders that a rule routed came back, and why.

    `departments` and `reasons` are counted, most first; `last_at` is the last return.
    """

    rule: str
    count: int
    departments: tuple[tuple[str, int], ...]
    reasons: tuple[tuple[str, int], ...]
    work_order_ids: tuple[str, ...]
    last_at: datetime

    def as_dict(self) -> dict[str, Any]:
        """Returns it for JSON."""
        return {
            "rule": self.rule,
            "returns": self.count,
            "departments": dict(self.departments),
            "reasons": dict(self.reasons),
            "work_order_ids": list(self.work_order_ids),
            "last_at": self.last_at.isoformat(),
        }


def returns_by_rule(returned: Iterable[tuple[str, HistoryEntry]]) -> list[RuleReturns]:
    """Counts returns against the rules that routed the orders, the most returned rule first.

    Args:
        returned: Each return with the id of its order, the oldest first.
    """
    groups: dict[str, list[tuple[str, HistoryEntry]]] = {}
    for name, entry in returned:
        rule = entry.changes.get("rule", (None, None))[0] or UNKNOWN_RULE
        groups.setdefault(rule, []).append((name, entry))
    found = [_returns(rule, theirs) for rule, theirs in groups.items()]
    return sorted(found, key=lambda one: (-one.count, one.rule))


def _returns(rule: str, theirs: list[tuple[str, HistoryEntry]]) -> RuleReturns:
    teams = Counter(entry.changes.get("returned_by", (None, None))[1] or "" for _, entry in theirs)
    reasons = Counter(entry.note or "" for _, entry in theirs)
    return RuleReturns(
        rule=rule,
        count=len(theirs),
        departments=tuple(teams.most_common()),
        reasons=tuple(reasons.most_common()),
        work_order_ids=tuple(dict.fromkeys(name for name, _ in theirs)),
        last_at=max(entry.at for _, entry in theirs),
    )
