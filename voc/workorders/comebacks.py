"""When a problem whose order has ended came back, and when it is looked after elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from voc.records import SEVERITIES, HistoryEntry, Issue, Mention, Severity, WorkOrder
from voc.workorders.circumstances import Circumstances
from voc.workorders.history import SYSTEM
from voc.workorders.relations import living
from voc.workorders.rules import SEVERITY_LABELS
from voc.workorders.states import ENDED, ended_at

_TOLD: Final = re.compile(rf"^严重程度({'|'.join(SEVERITY_LABELS.values())})，(\d+) 条声音")
_SEVERITY_OF: Final = {label: severity for severity, label in SEVERITY_LABELS.items()}


@dataclass(frozen=True, slots=True)
class Comebacks:
    """What tells that problems came back.

    Attributes:
        is_enough: Says whether voices would make an issue by themselves.
        reopened_at: When issues were last reopened, other than by the redo of an order.
        asked_for: Issues that a person reopened last.
    """

    is_enough: Callable[[Sequence[Mention]], bool]
    reopened_at: Mapping[str, datetime]
    asked_for: Collection[str]

    def has(self, issue: Issue, told: Circumstances, orders: Sequence[WorkOrder]) -> bool:
        """Says whether a problem came back after its last order ended.

        It did where a person reopened it, or where voices later than those heard by then would make
        an issue by themselves; where such voices have reopened the issue, each part of it that any
        of them is of. An order of before that was kept tells by how many voices it was told of.

        Args:
            issue: The issue, or the part of it that the orders are of.
            told: What its voices tell.
            orders: Its orders, all ended.
        """
        last = max(orders, key=end_of)
        reopened = self.reopened_at.get(issue.issue_id)
        is_back = issue.status == "reopened" and reopened is not None and reopened > end_of(last)
        if is_back and issue.issue_id in self.asked_for:
            return True
        until = last.clock.heard_until
        mentions = sorted(
            (mention for mention, _ in told.voices), key=lambda mention: mention.occurred_at
        )
        if until is None:
            since = mentions[last_told(last)[1] :]
        else:
            since = [mention for mention in mentions if mention.occurred_at > until]
        return bool(since) if is_back else self.is_enough(since)


def reopened_by_itself(
    reopened_at: Mapping[str, datetime], existing: Sequence[WorkOrder]
) -> dict[str, datetime]:
    """Returns when issues were reopened, without those that the redo of an order reopened.

    That order is worked on again; the issue's other orders stay ended.
    """
    found = dict(reopened_at)
    known = {order.work_order_id: order for order in existing}
    for order in existing:
        if order.issue_id not in found:
            continue
        for one in (order, living(order, known.get)):
            redone = {entry.at for entry in one.history if entry.event == "reopened"}
            if found.get(order.issue_id) in redone:
                del found[order.issue_id]
    return found


def telling(severity: Severity, voices: int, why: str) -> str:
    """Returns the note of an entry that tells an order of its issue, as `last_told` reads it."""
    return f"严重程度{SEVERITY_LABELS[severity]}，{voices} 条声音；{why}"


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
        if entry.actor == SYSTEM and entry.event in ("opened", "updated", "reopened")
    ]


def looked_after(existing: Sequence[WorkOrder]) -> set[str]:
    """Returns the issues whose order was merged into one that is still worked on."""
    known = {order.work_order_id: order for order in existing}
    merged = {
        order.issue_id
        for order in existing
        if order.merged_into is not None and living(order, known.get).status not in ENDED
    }
    return merged - {order.issue_id for order in existing if order.status not in ENDED}


def is_history(
    issue: Issue, as_of: Mapping[str, datetime] | None, quiet_days: float | None
) -> bool:
    """Says whether nobody has spoken of an issue for `quiet_days` before its industry's newest."""
    newest = (as_of or {}).get(issue.industry)
    if newest is None or quiet_days is None:
        return False
    return issue.last_seen < newest - timedelta(days=quiet_days)


def end_of(order: WorkOrder) -> datetime:
    """Returns when work on an order ended; of one that has not, when it was opened."""
    return ended_at(order) or order.created_at
