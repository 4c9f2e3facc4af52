"""What actions make of an order, and what its history says of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.workorders.lives import MONDAY, act, lived, order
from voc.errors import StateError, UsageError
from voc.records import HistoryEntry
from voc.workorders.clocks import used_share
from voc.workorders.history import (
    is_late,
    moved_at,
    noted_late,
    returns_by_rule,
    returns_of,
    tried_with,
)
from voc.workorders.life import apply_event
from voc.workorders.requests import Details
from voc.workorders.states import ended_at

HOUR = timedelta(hours=1)


def test_an_action_is_kept_in_the_history_with_what_it_changed() -> None:
    before = order()
    after = act(before, "accepted", at=MONDAY, note=" 马上看 ")
    assert after.status == "accepted"
    changes = {"status": ("open", "accepted")}
    assert after.history == (HistoryEntry(MONDAY, "老李", "accepted", "马上看", changes),)
    assert before.history == ()


@pytest.mark.parametrize("action", ["rejected", "note", "suspend", "transfer", "extend"])
@pytest.mark.parametrize("note", [None, "", "  "])
def test_some_actions_need_a_reason(action: str, note: str | None) -> None:
    with pytest.raises(UsageError, match=f"{action} needs a reason"):
        act(order(), action, at=MONDAY, note=note)


@pytest.mark.parametrize(
    ("action", "details", "said"),
    [
        ("transfer", Details(), "transfer needs department or skill_group or assignee"),
        ("merge", Details(), "merge needs into"),
        ("extend", Details(), "extend needs hours or days or due_at"),
        ("extend", Details(hours=1, days=1), "extend takes one of hours, days, due_at"),
        ("extend", Details(hours=-1), r"hours is -1; it is more than 0, 8760 at most"),
        ("extend", Details(days=400), r"days is 400; it is more than 0, 366 at most"),
        ("accepted", Details(satisfaction=3), "accepted takes no satisfaction"),
        ("urge", Details(hours=3, into="wo_2"), "urge takes no into, hours"),
        ("extend", Details(due_at=MONDAY.replace(year=2261)), "more than 3660 days after"),
        ("extend", Details(due_at=MONDAY), "brings work order wo_1 no more time"),
        ("transfer", Details(department="动力质量部"), "is with 动力质量部 already"),
    ],
)
def test_what_is_missing_or_too_much_is_told(action: str, details: Details, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        act(order(), action, at=MONDAY, details=details)


@pytest.mark.parametrize("satisfaction", [0, 6])
def test_satisfaction_has_five_grades(satisfaction: int) -> None:
    with pytest.raises(UsageError, match=f"satisfaction is {satisfaction}; it is 1 to 5"):
        act(lived("resolved"), "call_back", at=MONDAY, details=Details(satisfaction=satisfaction))


@pytest.mark.parametrize(("days", "allowed"), [(1, True), (30, True), (30.1, False)])
def test_redoing_has_its_time(days: float, allowed: bool) -> None:
    resolved = act(order(), "resolved", at=MONDAY)
    closed = act(resolved, "closed", at=MONDAY + timedelta(days=20))
    later = MONDAY + timedelta(days=days)
    if allowed:
        again = act(closed, "reopened", at=later, note="又坏了")
        assert (again.status, again.reopened_count) == ("reopened", 1)
        return
    with pytest.raises(StateError, match="ended on 2026-03-02, more than 30 days ago"):
        act(closed, "reopened", at=later, note="又坏了")


def test_a_redo_begins_a_new_round() -> None:
    closed = lived("accepted", "suspend", "resume", "resolved", "closed")
    again = act(closed, "reopened", at=MONDAY + timedelta(days=7))
    assert again.due_at == MONDAY + timedelta(days=9, hours=9)  # 24 working hours from then
    clock = again.clock
    assert (clock.ended_at, clock.closed_at, clock.paused_hours, clock.escalated) == (
        None, None, 0, (),
    )  # fmt: skip
    assert clock.responded_at == MONDAY + HOUR
    assert again.history[-1].changes["reopened_count"] == (0, 1)


def test_the_end_is_the_first_of_the_last_ones() -> None:
    assert ended_at(order()) is None
    life = order()
    for day, event in enumerate(["resolved", "reopened", "note", "resolved", "note", "closed"]):
        life = act(life, event, at=MONDAY + timedelta(days=day))
    assert ended_at(life) == MONDAY + timedelta(days=3)
    assert life.clock.closed_at == MONDAY + timedelta(days=5)


def test_a_transfer_to_another_team_starts_there() -> None:
    life = lived("accepted", "in_progress")
    moved = act(
        life, "transfer", at=MONDAY + 3 * HOUR,
        details=Details(department="售后服务部", skill_group="钣喷"),
    )  # fmt: skip
    assert (moved.status, moved.department, moved.skill_group) == ("open", "售后服务部", "钣喷")
    assert moved.due_at == life.due_at
    assert moved.rule == "人工指定"
    within = act(moved, "transfer", at=MONDAY + 4 * HOUR, details=Details(assignee="小王"))
    assert (within.status, within.assignee, within.skill_group) == ("open", "小王", "钣喷")
    assert within.history[-1].changes == {"assignee": (None, "小王")}


def test_urging_raises_the_priority_now_and_then() -> None:
    life = lived("urge", "urge", "urge", "urge", "urge", "urge")
    assert [entry.changes.get("priority") for entry in life.history] == [
        None, ("normal", "high"), None, ("high", "urgent"), None, None,
    ]  # fmt: skip


def test_more_time_is_asked_for_and_granted() -> None:
    asked = act(order(), "extend", at=MONDAY, details=Details(days=2), note="等配件")
    assert asked.due_at == order().due_at
    assert asked.extension is not None
    assert (asked.extension.hours, asked.extension.note) == (16, "等配件")
    granted = act(asked, "grant", at=MONDAY + HOUR, details=Details())
    assert granted.due_at == order().due_at + timedelta(days=2)  # Thursday and Friday
    assert granted.extension is None
    less = act(asked, "grant", at=MONDAY + HOUR, details=Details(hours=1))
    assert less.due_at == datetime(2026, 3, 5, 2, tzinfo=UTC)  # ten on the next morning
    refused = act(asked, "refuse", at=MONDAY + HOUR, note="来得及")
    assert (refused.due_at, refused.extension) == (order().due_at, None)


def test_more_time_until_a_moment() -> None:
    friday = datetime(2026, 3, 6, 4, tzinfo=UTC)  # noon
    asked = act(order(), "extend", at=MONDAY, details=Details(due_at=friday))
    assert asked.extension is not None
    assert asked.extension.hours == 11
    assert act(asked, "grant", at=MONDAY, details=Details()).due_at == friday


@pytest.mark.parametrize(("hours", "is_granted"), [(8, True), (8.5, False)])
def test_a_little_time_is_granted_by_the_rules(hours: float, is_granted: bool) -> None:
    rules: dict[str, Any] = {"extensions": {"granted_hours": 8}}
    asked = act(order(), "extend", at=MONDAY, details=Details(hours=hours), **rules)
    events = [(entry.event, entry.actor) for entry in asked.history]
    assert (events == [("extend", "老李"), ("grant", "voc")]) is is_granted
    assert (asked.extension is None) is is_granted


def test_more_time_is_given_so_often() -> None:
    life = lived("extend", "grant", "extend", "grant")
    with pytest.raises(StateError, match="was extended 2 times, which is the most"):
        act(life, "extend", at=MONDAY + 8 * HOUR)
    assert act(life, "grant", at=MONDAY + 8 * HOUR, details=Details(hours=1)).due_at > life.due_at


def test_an_order_does_not_go_on_for_ever() -> None:
    life = act(order(), "grant", at=MONDAY, details=Details(hours=8760))
    life = act(life, "grant", at=MONDAY, details=Details(hours=8760))
    with pytest.raises(UsageError, match="name an earlier end"):
        act(life, "grant", at=MONDAY, details=Details(hours=8760))


@pytest.mark.parametrize("action", ["grant", "refuse"])
def test_nobody_asked_for_time(action: str) -> None:
    with pytest.raises(StateError, match="Nobody asked for more time for work order wo_1"):
        act(order(), action, at=MONDAY, details=Details())


@pytest.mark.parametrize(
    ("details", "status", "satisfaction"),
    [
        (Details(satisfaction=5), "resolved", 5),
        (Details(satisfaction=3), "resolved", 3),
        (Details(satisfaction=2), "reopened", 2),
        (Details(satisfied=True), "resolved", None),
        (Details(satisfied=False), "reopened", None),
        (Details(satisfaction=3, satisfied=False), "reopened", 3),
        (Details(satisfaction=1, satisfied=True), "resolved", 1),
    ],
)
def test_who_is_not_satisfied_has_it_redone(
    details: Details, status: str, satisfaction: int | None
) -> None:
    called = act(lived("resolved"), "call_back", at=MONDAY + 3 * HOUR, details=details, note="噪音")
    assert (called.status, called.satisfaction) == (status, satisfaction)
    if status == "reopened":
        assert called.history[-1].note == "回访不满意：噪音"


def test_a_call_back_that_comes_too_late_is_kept_and_redoes_nothing() -> None:
    late = MONDAY + timedelta(days=40)
    called = act(lived("resolved"), "call_back", at=late, details=Details(satisfaction=1))
    assert (called.status, called.satisfaction) == ("resolved", 1)


def test_a_merged_order_points_to_the_other() -> None:
    merged = lived("accepted", "merge")
    assert (merged.status, merged.merged_into, merged.parent_id) == ("closed", "wo_2", "wo_2")
    assert [entry.event for entry in merged.history] == ["accepted", "merge"]
    assert ended_at(merged) == MONDAY + 2 * HOUR
    with pytest.raises(StateError, match=r"is merged \(into wo_2\) cannot become reopened"):
        act(merged, "reopened", at=MONDAY + 3 * HOUR)


def test_what_was_transferred_away_does_not_go_back() -> None:
    passed_on = act(order(), "transfer", at=MONDAY, note="属维修", details=Details("维修部"))
    returned = act(passed_on, "rejected", at=MONDAY + HOUR, note="不归我们管")
    assert returns_of(returned)[1] == {"维修部"}
    assert tried_with(returned)[1] == {"动力质量部", "维修部"}
    assert tried_with(returned)[0] == {"动力", "人工指定"}


def test_a_return_counts_against_its_rule() -> None:
    returned = act(order(), "rejected", at=MONDAY, note="不归我们管")
    assert returned.rule is None
    assert returns_of(returned) == (frozenset({"动力"}), frozenset({"动力质量部"}))
    other = act(order(rule=None, department="油泵组"), "rejected", at=MONDAY + HOUR, note="重复")
    entries = [("wo_1", returned.history[-1]), ("wo_2", other.history[-1])]
    again = [*entries, ("wo_3", returned.history[-1])]
    assert [one.as_dict() for one in returns_by_rule(again)] == [
        {
            "rule": "动力", "returns": 2, "departments": {"动力质量部": 2},
            "reasons": {"不归我们管": 2}, "work_order_ids": ["wo_1", "wo_3"],
            "last_at": MONDAY.isoformat(),
        },
        {
            "rule": "未记录", "returns": 1, "departments": {"油泵组": 1},
            "reasons": {"重复": 1}, "work_order_ids": ["wo_2"],
            "last_at": (MONDAY + HOUR).isoformat(),
        },
    ]  # fmt: skip


def test_what_came_late_is_noted_and_moves_nothing() -> None:
    life = lived("accepted", "in_progress", "resolved")
    assert moved_at(life) == MONDAY + 3 * HOUR
    assert is_late(life, "waiting", MONDAY + 2 * HOUR)
    assert not is_late(life, "closed", MONDAY + 3 * HOUR)
    assert not is_late(life, "urge", MONDAY)
    noted = noted_late(life, "waiting", actor="系统", at=MONDAY + 2 * HOUR, note="等件")
    assert (noted.status, noted.due_at, noted.clock) == (life.status, life.due_at, life.clock)
    assert noted.history[-1].note == "迟到的状态：等待中（waiting）；等件"
    assert not is_late(noted, "closed", MONDAY + 3 * HOUR)


def test_a_first_response_may_become_known_late() -> None:
    life = act(order(), "resolved", at=MONDAY + 5 * HOUR)
    known = noted_late(life, "accepted", actor="系统", at=MONDAY + HOUR, note=None)
    assert known.clock.responded_at == MONDAY + HOUR
    assert known.status == "resolved"


def test_a_clock_behind_ours_counts_from_the_opening() -> None:
    early = act(order(), "accepted", at=MONDAY - HOUR)
    assert early.history[-1].at == MONDAY - HOUR
    assert early.clock.responded_at == MONDAY


def test_the_defaults_stand_in_for_settings() -> None:
    after = apply_event(order(), "受理", actor="x", at=MONDAY)
    assert after.status == "accepted"
    assert used_share(after, MONDAY, _calendar()) == 0


def _calendar() -> Any:
    from voc.workorders.life import default_rulebook

    return default_rulebook().calendar
