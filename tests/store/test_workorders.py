from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from voc.errors import StoreError, UsageError
from voc.records import HistoryEntry, Issue, Message, WorkOrder
from voc.store import Store

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=timezone(timedelta(hours=8)))
OPENED = HistoryEntry(NOW, "voc", "open", None)

ORDER = WorkOrder(
    work_order_id="wo_1",
    issue_id="is_1",
    title="排查起步顿挫",
    description="近两周 12 人反馈",
    type="complaint",
    priority="high",
    department="质量部",
    status="open",
    created_at=NOW,
    due_at=NOW + timedelta(days=3),
    history=(OPENED,),
)


@pytest.fixture(autouse=True)
def _issue(store: Store) -> None:
    issue = Issue(*("is_1", "动力", "automotive", "power", "open", "high"), NOW, NOW, 1, "new", 1.0)
    with store.transaction() as tx:
        tx.save_issues([issue, replace(issue, issue_id="is_2")])


def save(store: Store, *orders: WorkOrder) -> None:
    with store.transaction() as tx:
        for order in orders:
            tx.save_work_order(order)


def test_comes_back_as_it_was_saved(store: Store) -> None:
    full = replace(ORDER, assignee="李工", external_ref="JIRA-1", satisfaction=4)
    save(store, full)
    back = store.work_order("wo_1")
    assert back == full
    assert back.as_dict() == full.as_dict()
    assert store.work_order("wo_none") is None


def test_saving_again_changes_nothing(store: Store) -> None:
    save(store, ORDER)
    save(store, ORDER, ORDER)
    assert store.work_orders() == [ORDER]


def test_saving_again_keeps_what_others_changed(store: Store) -> None:
    save(store, replace(ORDER, assignee="李工", external_ref="JIRA-1"))
    with store.transaction() as tx:
        tx.set_work_order_status("wo_1", "accepted", "李工", None, NOW + timedelta(hours=1))
    save(store, replace(ORDER, priority="urgent"))
    back = store.work_order("wo_1")
    assert back is not None
    assert (back.status, back.assignee, back.external_ref) == ("accepted", "李工", "JIRA-1")
    assert back.priority == "urgent"
    assert [entry.event for entry in back.history] == ["open", "accepted"]


def test_history_grows_and_repeats_change_nothing(store: Store) -> None:
    save(store, ORDER)
    note = HistoryEntry(NOW + timedelta(hours=2), "李工", "note", "已联系客户")
    for _ in range(2):
        with store.transaction() as tx:
            tx.add_history("wo_1", note)
            tx.set_work_order_status("wo_1", "resolved", "李工", "已更换", NOW)
    back = store.work_order("wo_1")
    assert back is not None
    done = HistoryEntry(NOW, "李工", "resolved", "已更换")
    assert back.history == (OPENED, note, done)
    assert store.counts().open_work_orders == 0


def test_unknown_work_order_is_told(store: Store) -> None:
    with pytest.raises(UsageError, match="no work order 'wo_9'"), store.transaction() as tx:
        tx.set_work_order_status("wo_9", "closed", "a", None, NOW)
    with pytest.raises(UsageError, match="no work order 'wo_9'"), store.transaction() as tx:
        tx.add_history("wo_9", OPENED)


def test_work_order_needs_its_issue(store: Store) -> None:
    with pytest.raises(StoreError, match="Save that one first"):
        save(store, replace(ORDER, issue_id="is_9"))
    assert store.work_orders() == []


FILTERS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "all, the newest first": ({}, ["wo_2", "wo_1", "wo_0"]),
    "issue": ({"issue_id": "is_2"}, ["wo_2"]),
    "status": ({"status": ["accepted", "waiting"]}, ["wo_1"]),
    "department": ({"department": "售后部"}, ["wo_0"]),
    "limit": ({"limit": 2}, ["wo_2", "wo_1"]),
}


def test_work_orders_are_filtered(store: Store) -> None:
    values: list[dict[str, Any]] = [
        {"department": "售后部"},
        {"status": "accepted"},
        {"issue_id": "is_2"},
    ]
    save(
        store,
        *(
            replace(
                ORDER,
                work_order_id=f"wo_{number}",
                created_at=NOW + timedelta(hours=number),
                **changed,
            )
            for number, changed in enumerate(values)
        ),
    )
    for name, (wanted, expected) in FILTERS.items():
        assert [item.work_order_id for item in store.work_orders(**wanted)] == expected, name


def test_work_order_and_message_are_kept_together_or_not_at_all(store: Store) -> None:
    def fail_after_writing() -> None:
        with store.transaction() as tx:
            tx.save_work_order(ORDER)
            tx.enqueue(Message("m", "file", "wo_1", 1, ORDER.as_dict(), NOW))
            raise InterruptedError

    with pytest.raises(InterruptedError):
        fail_after_writing()
    assert store.work_orders() == []
    assert store.outbox() == []
