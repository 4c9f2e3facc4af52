"""The clock of an order: over holidays and make-up days, pauses, breaches."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.workorders.lives import CN, MONDAY, act, lived, order
from voc.records import OrderClock, WorkOrder
from voc.workorders.calendar import Clock, due_at
from voc.workorders.clocks import granted_hours, is_running, used_hours, used_share
from voc.workorders.escalation import due_steps, escalated
from voc.workorders.policy import ESCALATION, EscalationStep

ZONE = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=ZONE)


def begun(start: str, hours: float, kind: Clock = "working") -> WorkOrder:
    moment = at(start)
    return order(
        created_at=moment,
        due_at=due_at(moment, hours, clock=kind, calendar=CN),
        clock=OrderClock(kind=kind, hours=hours, started_at=moment),
    )


@pytest.mark.parametrize(
    ("start", "hours", "pause", "resume", "due", "kind"),
    [
        ("03-02 09:00", 8, "03-02 10:00", "03-02 12:00", "03-03 11:00", "working"),
        ("03-02 09:00", 8, "03-02 12:30", "03-02 13:00", "03-02 18:00", "working"),
        ("03-02 09:00", 8, "03-02 17:00", "03-03 10:00", "03-03 11:00", "working"),
        ("03-06 09:00", 8, "03-06 17:00", "03-09 10:00", "03-09 11:00", "working"),
        # 春节 from 15 to 23 February; 14 and 28 February, Saturdays, are worked.
        ("02-13 09:00", 16, "02-13 17:00", "02-14 10:00", "02-24 11:00", "working"),
        ("02-14 09:00", 8, "02-14 17:00", "02-24 10:00", "02-24 11:00", "working"),
        ("02-27 09:00", 16, "02-27 14:00", "02-28 14:00", "03-02 18:00", "working"),
        # 国庆节 from 1 to 7 October; Saturday the 10th is worked.
        ("09-30 09:00", 8, "09-30 15:00", "10-08 09:00", "10-08 12:00", "working"),
        ("10-09 09:00", 8, "10-09 12:00", "10-10 12:00", "10-10 18:00", "working"),
        ("02-13 09:00", 48, "02-14 09:00", "02-24 09:00", "02-25 09:00", "calendar"),
        ("03-02 09:00", 4, "03-02 10:30", "03-02 10:45", "03-02 13:15", "calendar"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("way", [("waiting", "in_progress"), ("suspend", "resume")])
def test_a_pause_moves_the_end_by_its_hours(
    way: tuple[str, str], start: str, hours: float, pause: str, resume: str, due: str, kind: Clock
) -> None:
    life = begun(start, hours, kind)
    still = act(life, way[0], at=at(pause))
    assert not is_running(still)
    assert still.due_at == life.due_at
    assert used_share(still, at("12-31 09:00"), CN) == used_share(still, at(pause), CN)
    again = act(still, way[1], at=at(resume))
    assert is_running(again)
    assert again.due_at == at(due)
    assert granted_hours(again, CN) == pytest.approx(hours)
    assert used_share(again, at(due), CN) == pytest.approx(1)
    assert used_hours(again, at(resume), CN) == pytest.approx(used_hours(still, at(pause), CN))


def test_what_ends_a_pause_ends_it_once() -> None:
    still = act(begun("03-02 09:00", 8), "suspend", at=at("03-02 10:00"))
    done = act(still, "resolved", at=at("03-02 12:00"))
    assert (done.due_at, done.clock.paused_hours) == (at("03-03 11:00"), 2)
    assert done.clock.ended_at == at("03-02 12:00")
    closed = act(done, "closed", at=at("03-04 09:00"))
    assert (closed.due_at, closed.clock.ended_at) == (done.due_at, done.clock.ended_at)
    assert used_hours(closed, at("12-31 09:00"), CN) == 1


@pytest.mark.parametrize(
    ("now", "names"),
    [
        ("03-02 15:23", []),
        ("03-02 15:24", []),  # 6.4 of 8 hours are at 16:24, as noon is free
        ("03-02 16:23", []),
        ("03-02 16:24", ["临期提醒"]),
        ("03-02 18:00", ["临期提醒", "超时"]),
        ("03-03 09:00", ["临期提醒", "超时"]),
        ("03-03 14:00", ["临期提醒", "超时", "严重超时"]),
    ],
)
def test_steps_come_by_the_working_clock(now: str, names: list[str]) -> None:
    found = due_steps(begun("03-02 09:00", 8), at(now), steps=ESCALATION, calendar=CN)
    assert [step.name for step in found] == names


def test_no_step_comes_over_the_holidays() -> None:
    life = begun("02-14 09:00", 16)  # a Saturday that is worked; the rest is after the feast
    assert due_steps(life, at("02-23 23:59"), steps=ESCALATION, calendar=CN) == []
    [step] = due_steps(life, at("02-24 15:00"), steps=ESCALATION, calendar=CN)
    assert step.name == "临期提醒"


def test_a_step_is_taken_once_a_round() -> None:
    life = begun("03-02 09:00", 8)
    for step in due_steps(life, at("03-03 09:00"), steps=ESCALATION, calendar=CN):
        life = escalated(life, step, at("03-03 09:00"))
    assert life.clock.escalated == ("临期提醒", "超时")
    assert life.priority == "high"
    assert [entry.note for entry in life.history] == [
        "临期提醒：已用时限的 80%，告知经办人", "超时：已用时限的 100%，告知部门负责人",
    ]  # fmt: skip
    assert life.history[1].changes == {"priority": ("normal", "high")}
    assert due_steps(life, at("03-03 09:00"), steps=ESCALATION, calendar=CN) == []
    again = act(act(life, "closed", at=at("03-03 10:00")), "reopened", at=at("03-04 09:00"))
    [step] = due_steps(again, at("03-04 17:00"), steps=ESCALATION, calendar=CN)
    assert step.name == "临期提醒"


@pytest.mark.parametrize("actions", [("suspend",), ("waiting",), ("resolved",), ("closed",)])
def test_nobody_is_told_while_the_clock_stands(actions: tuple[str, ...]) -> None:
    late = MONDAY + timedelta(days=60)
    assert due_steps(lived(*actions), late, steps=ESCALATION, calendar=CN) == []


def test_an_order_without_hours_of_its_own_has_those_until_its_end() -> None:
    old = replace(order(), clock=OrderClock())
    assert granted_hours(old, CN) == 24
    again = act(act(old, "closed", at=MONDAY), "reopened", at=MONDAY + timedelta(days=7))
    assert again.due_at == MONDAY + timedelta(days=9, hours=9)


def test_an_order_due_at_once_is_over_time_at_once() -> None:
    none_left = replace(order(), due_at=MONDAY)
    step = EscalationStep(name="超时", at=1)
    assert due_steps(none_left, MONDAY, steps=[step], calendar=CN) == [step]
