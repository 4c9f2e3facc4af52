"""Work orders for tests of their life: one, and what is done with it one after another."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from voc.records import OrderClock, WorkOrder
from voc.workorders.calendar import load_calendar
from voc.workorders.life import Rulebook, apply_event
from voc.workorders.policy import Handling
from voc.workorders.requests import Details

CN: Final = load_calendar("cn")
MONDAY: Final = datetime(2026, 3, 2, 1, tzinfo=UTC)  # nine in the morning in Shanghai
NEEDED: Final[dict[str, Details]] = {
    "transfer": Details(department="售后服务部"),
    "merge": Details(into="wo_2"),
    "attach": Details(into="wo_2"),
    "extend": Details(hours=4),
    "grant": Details(hours=4),
    "call_back": Details(satisfaction=4),
}
"""The least that actions need beside a reason."""


def order(**values: Any) -> WorkOrder:
    """An order of 24 working hours, opened on Monday the 2nd of March at nine."""
    defaults: dict[str, Any] = {
        "work_order_id": "wo_1",
        "issue_id": "is_1",
        "title": "动力：变速箱顿挫",
        "description": "",
        "type": "投诉",
        "priority": "normal",
        "department": "动力质量部",
        "status": "open",
        "created_at": MONDAY,
        "due_at": MONDAY + timedelta(days=2, hours=9),
        "rule": "动力",
        "clock": OrderClock(kind="working", hours=24, started_at=MONDAY),
    }
    return WorkOrder(**(defaults | values))


def act(
    what: WorkOrder,
    action: str,
    *,
    at: datetime,
    note: str | None = "因为",
    details: Details | None = None,
    **handling: Any,
) -> WorkOrder:
    """Does something with an order, by the calendar of China and the rules given."""
    return apply_event(
        what,
        action,
        actor="老李",
        at=at,
        note=note,
        details=details or NEEDED.get(action),
        rulebook=Rulebook(Handling(**handling), CN),
    )


def lived(*actions: str, start: WorkOrder | None = None) -> WorkOrder:
    """An order after some actions, an hour between each."""
    life = start or order()
    for hour, action in enumerate(actions, start=1):
        life = act(life, action, at=MONDAY + timedelta(hours=hour))
    return life
