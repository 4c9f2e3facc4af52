"""Figures by department: what counts in each rate, and what does not count yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.workorders.lives import act
from tests.workorders.lives import order as opened
from voc.insights.departments import ALL, Median, department_figures, median
from voc.records import HistoryEntry, OrderPart, WorkOrder
from voc.workorders import WorkingCalendar, load_calendar

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 3, 2, 9, tzinfo=ZONE)
NOW = MONDAY + timedelta(days=60)


@pytest.fixture(scope="module")
def calendar() -> WorkingCalendar:
    return load_calendar("cn")


def order(name: str, *events: tuple[str, float], due: float = 48, **values: Any) -> WorkOrder:
    """An order opened on Monday at nine, with events after so many hours."""
    defaults: dict[str, Any] = {
        "issue_id": f"is_{name}", "title": "", "description": "", "type": "投诉",
        "priority": "normal", "department": "门店部", "created_at": MONDAY,
        "due_at": MONDAY + timedelta(hours=due),
    }  # fmt: skip
    told = [event for event, _ in events if event != "note"]
    status = told[-1] if told else "open"
    team = values.get("department", "门店部")
    history = tuple(
        HistoryEntry(
            MONDAY + timedelta(hours=hours), "李工", event,
            changes={"returned_by": (None, team)} if event == "rejected" else {},
        )
        for event, hours in events
    )  # fmt: skip
    return WorkOrder(
        work_order_id=name, **(defaults | {"status": status, "history": history} | values)
    )


QUICK = order("quick", ("accepted", 1), ("resolved", 5), ("closed", 20), satisfaction=5)
LATE = order("late", ("in_progress", 50), ("resolved", 60), satisfaction=2)
RETURNED = order("returned", ("rejected", 3))
UNTOUCHED = order("untouched", ("note", 1))
FRESH = order("fresh", due=24 * 90)
REDONE = order("redone", ("accepted", 2), ("resolved", 8), ("reopened", 30), ("resolved", 40))
AGAIN = order("again", ("resolved", 4))
NEXT = order("next", due=24 * 90, issue_id="is_again", created_at=MONDAY + timedelta(days=9))


@pytest.mark.parametrize(
    ("orders", "figure", "count", "total"),
    [
        ([QUICK, LATE, RETURNED, UNTOUCHED, FRESH], "responded", 2, 4),
        ([QUICK, LATE, RETURNED, UNTOUCHED, FRESH, REDONE], "solved", 3, 5),
        ([QUICK, LATE, RETURNED, UNTOUCHED, FRESH], "on_time", 1, 3),
        ([QUICK, LATE, FRESH], "satisfied", 1, 2),
        ([QUICK, LATE, RETURNED, UNTOUCHED, FRESH], "returned", 1, 5),
        ([QUICK, REDONE, AGAIN, NEXT, RETURNED, FRESH], "recurred", 2, 3),
        ([FRESH], "responded", 0, 0),
        ([FRESH], "solved", 0, 0),
    ],
)
def test_what_counts_in_a_rate(
    calendar: WorkingCalendar, orders: list[WorkOrder], figure: str, count: int, total: int
) -> None:
    found = getattr(department_figures(orders, parts={}, calendar=calendar, now=NOW)[0], figure)
    assert (found.count, found.total) == (count, total)
    assert found.low <= (found.share or 0) <= found.high


def test_nobody_says_too_early_that_nothing_recurs(calendar: WorkingCalendar) -> None:
    now = MONDAY + timedelta(days=20)
    [found, _] = department_figures([QUICK, REDONE], parts={}, calendar=calendar, now=now)
    assert (found.recurred.count, found.recurred.total) == (1, 1)


def lived(*deeds: tuple[str, float]) -> WorkOrder:
    """An order due after two days and a half, after actions so many days from its opening."""
    life = opened()
    for action, days in deeds:
        life = act(life, action, at=life.created_at + timedelta(days=days))
    return life


@pytest.mark.parametrize(
    ("life", "responded", "on_time"),
    [
        (lived(("accepted", 3), ("resolved", 4), ("reopened", 5)), (0, 1), (0, 1)),
        (lived(("accepted", 1), ("resolved", 2), ("reopened", 30)), (1, 1), (1, 1)),
        (lived(("accepted", 3), ("grant", 3)), (0, 1), (0, 1)),
        (lived(("suspend", 1)), (0, 0), (0, 0)),
    ],
)
def test_a_breach_stays_one_whatever_time_is_given_later(
    calendar: WorkingCalendar,
    life: WorkOrder,
    responded: tuple[int, int],
    on_time: tuple[int, int],
) -> None:
    [found, _] = department_figures([life], parts={}, calendar=calendar, now=NOW)
    assert (found.responded.count, found.responded.total) == responded
    assert (found.on_time.count, found.on_time.total) == on_time


@pytest.mark.parametrize(
    ("earlier", "later", "count"),
    [
        ("", "", 1),
        ("store=一店", "store=一店", 1),
        ("store=一店", "store=二店", 0),
        ("voice=f_1", "voice=f_2", 0),
        ("", "store=一店", 1),
        ("store=一店", "", 0),
        ("rest", "rest", 1),
        ("rest", "", 1),
        ("rest", "store=一店", 0),
        ("store=一店|department=门店部", "store=一店|department=门店部", 1),
        ("store=一店|department=门店部", "store=一店|department=物流部", 0),
        ("store=一店", "store=一店|department=物流部", 1),
    ],
)
def test_only_the_same_part_of_an_issue_recurs(
    calendar: WorkingCalendar, earlier: str, later: str, count: int
) -> None:
    parts = {"again": OrderPart("again", earlier, "规则"), "next": OrderPart("next", later, "规则")}
    [found, _] = department_figures([AGAIN, NEXT], parts=parts, calendar=calendar, now=NOW)
    assert (found.recurred.count, found.recurred.total) == (count, 1)


def test_an_order_that_was_redone_and_followed_by_another_recurred_once(
    calendar: WorkingCalendar,
) -> None:
    other = replace(NEXT, work_order_id="other", issue_id=REDONE.issue_id)
    [found, _] = department_figures([REDONE, other], parts={}, calendar=calendar, now=NOW)
    assert (found.recurred.count, found.recurred.total) == (1, 1)


def test_hours_are_working_hours(calendar: WorkingCalendar) -> None:
    whole = department_figures([order("x", ("accepted", 24), ("resolved", 24 * 7))],
                               parts={}, calendar=calendar, now=NOW)[0]  # fmt: skip
    day = calendar.hours_per_day
    assert whole.response_hours == Median(1, day, None, None)
    assert whole.resolution_hours.value == 5 * day


def test_departments_stand_below_all_of_them(calendar: WorkingCalendar) -> None:
    other = order("other", ("accepted", 1), department="物流部")
    found = department_figures([QUICK, other, LATE], parts={}, calendar=calendar, now=NOW)
    assert [(one.department, one.orders) for one in found] == [
        (ALL, 3),
        ("门店部", 2),
        ("物流部", 1),
    ]
    assert found[1].as_dict()["on_time"] == {
        "count": 1, "total": 2, "share": 0.5, "low": 0.0945, "high": 0.9055,
    }  # fmt: skip


def test_a_return_counts_for_who_returned_it(calendar: WorkingCalendar) -> None:
    changes = {"returned_by": (None, "门店部"), "department": ("门店部", "物流部")}
    back = HistoryEntry(MONDAY + timedelta(hours=3), "李工", "rejected", "不归我们", changes)
    moved = replace(order("moved", department="物流部"), history=(back,))
    merged = replace(order("merged"), merged_into="quick")
    found = department_figures([QUICK, moved, merged], parts={}, calendar=calendar, now=NOW)
    told = {one.department: (one.orders, one.returned.count, one.returned.total) for one in found}
    assert told == {ALL: (2, 1, 2), "门店部": (1, 1, 2), "物流部": (1, 0, 1)}


def test_a_period_bounds_the_openings_alone(calendar: WorkingCalendar) -> None:
    orders = [AGAIN, NEXT]
    until = MONDAY + timedelta(days=1)
    [found, _] = department_figures(orders, parts={}, calendar=calendar, now=NOW, until=until)
    assert (found.orders, found.recurred.count) == (1, 1)
    assert department_figures(orders, parts={}, calendar=calendar, now=NOW, since=NOW) == []


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([], Median(0, None, None, None)),
        ([3.0, 1.0], Median(2, 2.0, None, None)),
        ([1.0, 2.0, 3.0, 4.0, 5.0], Median(5, 3.0, None, None)),
        ([6.0, 1.0, 2.0, 3.0, 4.0, 5.0], Median(6, 3.5, 1.0, 6.0)),
        ([float(n) for n in range(1, 101)], Median(100, 50.5, 40.0, 61.0)),
    ],
)
def test_a_median_has_the_interval_of_its_ranks(values: list[float], found: Median) -> None:
    assert median(values) == found
