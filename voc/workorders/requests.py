"""What is asked of a work order: an action, by whom, when, why, and with what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final

from voc.errors import UsageError
from voc.records import WaitingFor, WorkOrder
from voc.workorders.states import Action


@dataclass(frozen=True, slots=True)
class Details:
    """What actions need beside a reason.

    Attributes:
        department: Who gets the order (transfer).
        skill_group: Which group in it (transfer).
        assignee: Which person (transfer).
        into: The order that takes this one over (merge), or that it is part of (attach).
        hours: More time, in hours of the order's clock (extend, grant).
        days: More time, in days of that clock: working days, or days (extend, grant).
        due_at: The new end of its time (extend, grant).
        waiting_for: Whom it waits for (waiting).
        satisfaction: What the customer gave, 1-5 (call_back).
        satisfied: Whether the customer is satisfied; `None`: as `satisfaction` says (call_back).
    """

    department: str | None = None
    skill_group: str | None = None
    assignee: str | None = None
    into: str | None = None
    hours: float | None = None
    days: float | None = None
    due_at: datetime | None = None
    waiting_for: WaitingFor | None = None
    satisfaction: int | None = None
    satisfied: bool | None = None

    def given(self) -> tuple[str, ...]:
        """Returns the names of what is given."""
        names = (item.name for item in fields(self))
        return tuple(name for name in names if getattr(self, name) is not None)


_TIME: Final = ("hours", "days", "due_at")

TAKES: Final[Mapping[Action, tuple[str, ...]]] = {
    "waiting": ("waiting_for",),
    "transfer": ("department", "skill_group", "assignee"),
    "merge": ("into",),
    "attach": ("into",),
    "extend": _TIME,
    "grant": _TIME,
    "call_back": ("satisfaction", "satisfied"),
}
"""The details that an action takes; the others take none."""

NEEDS: Final[Mapping[Action, tuple[str, ...]]] = {
    name: TAKES[name] for name in ("transfer", "merge", "attach", "extend", "call_back")
}
"""The details of which an action needs one at least."""

NEEDS_NOTE: Final[frozenset[Action]] = frozenset(
    {"rejected", "reopened", "note", "suspend", "transfer", "extend", "refuse"}
)
"""Actions that need a reason."""


@dataclass(frozen=True, slots=True)
class Request:
    """One action asked of an order; `note` is the reason, without blanks around it."""

    action: Action
    actor: str
    at: datetime
    note: str | None
    details: Details


def complaints(action: Action, note: str | None, details: Details) -> list[str]:
    """Returns what is missing or too much in a request; nothing where it is whole."""
    found = []
    takes = TAKES.get(action, ())
    spare = [name for name in details.given() if name not in takes]
    if spare:
        found.append(f"{action} takes no {', '.join(spare)}")
    needs = NEEDS.get(action, ())
    if needs and not any(name in details.given() for name in needs):
        found.append(f"{action} needs {' or '.join(needs)}")
    if sum(name in details.given() for name in _TIME) > 1:
        found.append(f"{action} takes one of {', '.join(_TIME)}")
    if action in NEEDS_NOTE and not (note or "").strip():
        found.append(f"{action} needs a reason")
    return found + _out_of_range(details)


def _out_of_range(details: Details) -> list[str]:
    found = []
    if details.satisfaction is not None and not 1 <= details.satisfaction <= 5:
        found.append(f"satisfaction is {details.satisfaction}; it is 1 to 5")
    for name, most in (("hours", 8760), ("days", 366)):
        value: float | None = getattr(details, name)
        if value is not None and not 0 < value <= most:
            found.append(f"{name} is {value:g}; it is more than 0, {most} at most")
    return found


def check_request(order: WorkOrder, action: Action, note: str | None, details: Details) -> None:
    """Checks that an action comes with what it needs and nothing else.

    Raises:
        UsageError: It does not.
    """
    found = complaints(action, note, details)
    if found:
        hint = "; give it with --note" if found == [f"{action} needs a reason"] else ""
        raise UsageError(f"Work order {order.work_order_id}: {'; '.join(found)}{hint}.")
