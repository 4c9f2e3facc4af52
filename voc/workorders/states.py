"""The states of a work order, and what may be done in each: one table.

`Phase` is the state that people see, with what the eight states of the contract cannot say: that an
order is suspended, was merged into another, or is archived. `TRANSITIONS` names the events that
other systems told before there were actions; `ALLOWED` is the whole machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal, get_args

from voc.errors import StateError, UsageError, nearest
from voc.records import WorkOrder, WorkOrderStatus

Event = Literal[
    "accepted", "in_progress", "waiting", "resolved", "closed", "rejected", "reopened", "note"
]
Action = Literal[
    "accepted", "in_progress", "waiting", "resolved", "closed", "rejected", "reopened", "note",
    "urge", "suspend", "resume", "transfer", "merge", "attach", "extend", "grant", "refuse",
    "call_back", "archive",
]  # fmt: skip
Phase = Literal[
    "open", "accepted", "in_progress", "waiting", "resolved", "closed", "rejected", "reopened",
    "suspended", "merged", "archived",
]  # fmt: skip

EVENTS: Final[tuple[Event, ...]] = get_args(Event)
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)
PHASES: Final[tuple[Phase, ...]] = get_args(Phase)

_HANDLED: Final[tuple[Action, ...]] = (
    "urge", "suspend", "transfer", "merge", "attach", "extend", "grant", "refuse", "note",
)  # fmt: skip
_STILL: Final[tuple[Action, ...]] = (
    "urge", "resume", "transfer", "merge", "attach", "extend", "grant", "refuse", "note",
)  # fmt: skip
_OUTCOMES: Final[tuple[Action, ...]] = ("resolved", "closed", "rejected")

ALLOWED: Final[Mapping[Phase, tuple[Action, ...]]] = {
    "open": ("accepted", "in_progress", "waiting", *_OUTCOMES, *_HANDLED),
    "accepted": ("in_progress", "waiting", *_OUTCOMES, *_HANDLED),
    "in_progress": ("waiting", *_OUTCOMES, *_HANDLED),
    "waiting": ("in_progress", *_OUTCOMES, *_STILL),
    "suspended": (*_OUTCOMES, *_STILL),
    "resolved": ("closed", "reopened", "call_back", "note"),
    "closed": ("reopened", "call_back", "archive", "note"),
    "rejected": ("closed", "reopened", "transfer", "merge", "note"),
    "reopened": ("accepted", "in_progress", "waiting", *_OUTCOMES, *_HANDLED),
    "merged": ("archive", "note"),
    "archived": ("note",),
}
"""What may be done in each phase; everything else is refused."""

PHASE_LABELS: Final[Mapping[str, str]] = {
    "open": "待处理",
    "accepted": "已受理",
    "in_progress": "处理中",
    "waiting": "等待中",
    "resolved": "已解决",
    "closed": "已关闭",
    "rejected": "已退单",
    "reopened": "重办",
    "suspended": "已挂起",
    "merged": "已合并",
    "archived": "已归档",
}
STATUSES: Final[tuple[WorkOrderStatus, ...]] = get_args(WorkOrderStatus)
STATUS_LABELS: Final[Mapping[WorkOrderStatus, str]] = {
    status: PHASE_LABELS[status] for status in STATUSES
}

ACTION_LABELS: Final[Mapping[str, str]] = {
    "opened": "开单",
    "updated": "更新",
    "accepted": "受理",
    "in_progress": "处理",
    "waiting": "等待",
    "resolved": "办结",
    "closed": "关闭",
    "rejected": "退单",
    "reopened": "重办",
    "note": "备注",
    "urge": "催单",
    "suspend": "挂起",
    "resume": "恢复",
    "transfer": "转派",
    "merge": "合并",
    "attach": "挂接",
    "extend": "延期申请",
    "grant": "同意延期",
    "refuse": "不同意延期",
    "call_back": "回访",
    "archive": "归档",
    "rerouted": "改派",
    "escalated": "升级",
}
"""What people call actions, and what the program itself writes into a history."""

ALIASES: Final[Mapping[str, Action]] = {
    "return": "rejected",
    "reject": "rejected",
    "redo": "reopened",
    "reopen": "reopened",
    "accept": "accepted",
    "resolve": "resolved",
    "close": "closed",
    "延期": "extend",
    "重开": "reopened",
    **{ACTION_LABELS[name]: name for name in ACTIONS},
}
"""Other names that people may type for an action: Chinese ones among them."""

MOVING: Final[frozenset[str]] = frozenset(
    {
        "accepted", "in_progress", "waiting", "resolved", "closed", "rejected", "reopened",
        "suspend", "resume", "transfer", "merge", "rerouted", "archive",
    }
)  # fmt: skip
"""What moves an order: of these the newest wins, in whatever order they become known."""

RESPONSES: Final[frozenset[str]] = frozenset({"accepted", "in_progress", "waiting", "resolved"})
"""What shows that a team has taken an order up."""

ENDED: Final[frozenset[WorkOrderStatus]] = frozenset({"resolved", "closed", "rejected"})
"""States in which nobody works on an order."""

TRANSITIONS: Final[Mapping[WorkOrderStatus, tuple[Event, ...]]] = {
    status: tuple(event for event in EVENTS if event != "note" and event in ALLOWED[status])
    for status in STATUS_LABELS
}
"""The states that each state may become by an event of the contract."""


def phase_of(order: WorkOrder) -> Phase:
    """Returns the row of `ALLOWED` that an order stands in."""
    if order.clock.archived_at is not None:
        return "archived"
    if order.merged_into is not None:
        return "merged"
    if order.clock.paused_at is not None and order.status != "waiting":
        return "suspended"
    return order.status


def action_named(name: str) -> Action:
    """Returns the action that people mean by its id, its Chinese name or a short form.

    Raises:
        UsageError: There is none; the message lists all.
    """
    found = ALIASES.get(name, name)
    for action in ACTIONS:
        if action == found:
            return action
    meant = nearest(name, [*ACTIONS, *ALIASES])
    raise UsageError(f"There is no event {name!r}; there are {', '.join(ACTIONS)}.{meant}")


def check_allowed(order: WorkOrder, action: Action) -> None:
    """Checks that an order's phase allows an action.

    Raises:
        StateError: It does not; the message lists what it allows.
    """
    phase = phase_of(order)
    if action in ALLOWED[phase]:
        return
    where = f" (into {order.merged_into})" if phase == "merged" else ""
    verb = f"become {action}" if action in STATUS_LABELS else f"take {action}"
    raise StateError(
        f"A work order that is {phase}{where} cannot {verb}; it allows {', '.join(ALLOWED[phase])}."
    )


def ended_at(order: WorkOrder) -> datetime | None:
    """Returns when work on an order ended (first resolved, closed or rejected), if it has."""
    return order.clock.ended_at if order.status in ENDED else None
