from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from voc.records import OrderClock, WorkOrder
from voc.report.orders import order_figures, order_line, orders_by_issue

ZONE = ZoneInfo("Asia/Shanghai")


def line(order: WorkOrder, *, now_day: float = 56) -> Any:
    now = order.created_at + timedelta(days=now_day)
    return order_line(order, now=now, zone=ZONE)


@pytest.mark.parametrize(
    ("status", "due", "hours_left", "is_overdue"),
    [
        ("open", 57, 24.0, False),
        ("in_progress", 55, -24.0, True),
        ("waiting", 56, 0.0, False),
        ("resolved", 50, None, False),
        ("closed", 50, None, False),
        ("rejected", 50, None, False),
    ],
)
def test_only_what_is_not_done_can_be_late(
    order: Callable[..., Any], status: str, due: float, hours_left: float | None, is_overdue: bool
) -> None:
    found = line(order("wo_1", due=due, status=status))
    assert (found.hours_left, found.is_overdue) == (hours_left, is_overdue)


def test_the_time_of_an_order_that_waits_stands_still(order: Callable[..., Any]) -> None:
    waiting = order("wo_1", due=50, status="waiting")
    paused_at = waiting.due_at - timedelta(hours=3)
    found = line(replace(waiting, clock=OrderClock(paused_at=paused_at)))
    assert (found.hours_left, found.is_overdue) == (3.0, False)


def test_orders_are_counted_by_department(order: Callable[..., Any]) -> None:
    states = ["open", "reopened", "accepted", "in_progress", "waiting", "resolved", "closed"]
    orders = [order(f"a{n}", status=status) for n, status in enumerate(states)]
    orders += [order("b1", due=50, department="门店运营部"), order("b2", status="rejected")]
    figures = order_figures([line(one) for one in orders])
    shop, engine = figures.departments
    assert (shop.department, shop.overdue, shop.total) == ("门店运营部", 1, 1)
    assert (engine.waiting_to_start, engine.in_progress, engine.on_hold) == (2, 2, 1)
    assert (engine.done, engine.rejected, engine.overdue, engine.total) == (2, 1, 0, 8)
    assert figures.total == 9


def test_the_most_pressing_come_first_and_the_rest_follows(order: Callable[..., Any]) -> None:
    orders = [order(f"wo_{n:02}", due=80 - n) for n in range(14)]
    orders += [order("urgent", due=67, priority="urgent"), order("done", due=1, status="closed")]
    figures = order_figures([line(one) for one in orders])
    assert [one.work_order_id for one in figures.pressing][:3] == ["urgent", "wo_13", "wo_12"]
    assert [one.work_order_id for one in figures.further] == ["wo_02", "wo_01", "wo_00"]
    assert figures.more_open == 3


def test_orders_stand_with_their_issue(order: Callable[..., Any]) -> None:
    orders = [order("a", due=60), order("b", due=57), order("c", issue_id="is_2")]
    found = orders_by_issue([line(one) for one in orders])
    assert [one.work_order_id for one in found["is_1"]] == ["b", "a"]
    assert [one.work_order_id for one in found["is_2"]] == ["c"]


@pytest.mark.parametrize(
    ("reference", "url"),
    [("https://jira.example/CQ-1", "https://jira.example/CQ-1"), ("CQ-1", None), (None, None)],
)
def test_a_reference_is_a_link_only_where_it_is_one(
    order: Callable[..., Any], reference: str | None, url: str | None
) -> None:
    assert line(order("wo_1", external_ref=reference)).url == url
