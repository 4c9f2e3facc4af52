"""The life of a work order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from voc.errors import StateError, UsageError
from voc.records import HistoryEntry, WorkOrder, WorkOrderStatus
from voc.workorders.states import (
    EVENTS,
    STATUS_LABELS,
    TRANSITIONS,
    apply_event,
    ended_at,
    next_status,
)

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def order(status: WorkOrderStatus = "open", history: tuple[HistoryEntry, ...] = ()) -> WorkOrder:
    return WorkOrder(
        work_order_id="wo_1",
        issue_id="is_1",
        title="动力：变速箱顿挫",
        description="",
        type="投诉",
        priority="normal",
        department="动力质量部",
        status=status,
        created_at=NOW,
        due_at=NOW + timedelta(days=3),
        history=history,
    )


@pytest.mark.parametrize(
    ("current", "event", "after"),
    [
        ("open", "accepted", "accepted"),
        ("open", "resolved", "resolved"),
        ("open", "rejected", "rejected"),
        ("open", "reopened", None),
        ("accepted", "in_progress", "in_progress"),
        ("accepted", "accepted", None),
        ("in_progress", "waiting", "waiting"),
        ("in_progress", "accepted", None),
        ("waiting", "in_progress", "in_progress"),
        ("waiting", "resolved", "resolved"),
        ("resolved", "closed", "closed"),
        ("resolved", "reopened", "reopened"),
        ("resolved", "in_progress", None),
        ("closed", "reopened", "reopened"),
        ("closed", "resolved", None),
        ("rejected", "closed", "closed"),
        ("rejected", "accepted", None),
        ("reopened", "accepted", "accepted"),
        ("reopened", "reopened", None),
    ],
)
def test_transitions(current: WorkOrderStatus, event: str, after: WorkOrderStatus | None) -> None:
    if after is not None:
        assert next_status(current, event) == after
        return
    with pytest.raises(StateError, match=f"is {current} cannot become {event}; it allows "):
        next_status(current, event)


def test_every_state_has_a_row_a_label_and_takes_notes() -> None:
    states = set(TRANSITIONS)
    assert states == set(STATUS_LABELS) == {"open", *EVENTS} - {"note"}
    assert all(next_status(status, "note") == status for status in states)


def test_a_refusal_lists_what_is_allowed() -> None:
    with pytest.raises(StateError, match=r"it allows closed, reopened, note\.$"):
        next_status("resolved", "waiting")


def test_an_unknown_event_names_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"no event 'resolve'.*Did you mean 'resolved'\?"):
        next_status("open", "resolve")


def test_an_event_is_kept_in_the_history() -> None:
    before = order()
    after = apply_event(before, "accepted", actor="老李", at=NOW, note=" 马上看 ")
    assert after.status == "accepted"
    assert after.history == (HistoryEntry(NOW, "老李", "accepted", "马上看"),)
    assert before.history == ()


@pytest.mark.parametrize("event", ["rejected", "note"])
@pytest.mark.parametrize("note", [None, "", "  "])
def test_some_events_need_a_reason(event: str, note: str | None) -> None:
    with pytest.raises(UsageError, match=f"{event} needs a reason"):
        apply_event(order(), event, actor="老李", at=NOW, note=note)


@pytest.mark.parametrize(("days", "allowed"), [(1, True), (30, True), (30.1, False)])
def test_reopening_has_its_time(days: float, allowed: bool) -> None:
    resolved = apply_event(order(), "resolved", actor="老李", at=NOW)
    closed = apply_event(resolved, "closed", actor="老王", at=NOW + timedelta(days=20))
    later = NOW + timedelta(days=days)
    if allowed:
        again = apply_event(closed, "reopened", actor="客户", at=later, note="又坏了")
        assert again.status == "reopened"
        return
    with pytest.raises(StateError, match="ended on 2026-03-02, more than 30 days ago"):
        apply_event(closed, "reopened", actor="客户", at=later, note="又坏了")


def test_the_end_is_the_first_of_the_last_ones() -> None:
    assert ended_at(order()) is None
    assert ended_at(order("closed")) is None
    life = order()
    for day, event in enumerate(["resolved", "reopened", "note", "resolved", "note", "closed"]):
        life = apply_event(life, event, actor="x", at=NOW + timedelta(days=day), note="因为")
    assert ended_at(life) == NOW + timedelta(days=3)
