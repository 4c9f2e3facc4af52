from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from voc.errors import StoreError, UsageError
from voc.records import (
    Extension,
    HistoryEntry,
    Issue,
    Message,
    OrderClock,
    WorkOrder,
    WorkOrderStatus,
)
from voc.store import Store, Transaction

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


def change(tx: Transaction, status: WorkOrderStatus, at: datetime) -> None:
    order = tx.work_order("wo_1")
    assert order is not None
    entry = HistoryEntry(at, "李工", status)
    tx.update_work_order(replace(order, status=status, history=(*order.history, entry)))


def test_comes_back_as_it_was_saved(store: Store) -> None:
    full = replace(
        ORDER,
        assignee="李工",
        external_ref="JIRA-1",
        satisfaction=4,
        skill_group="变速箱组",
        rule="动力",
        parent_id="wo_0",
        merged_into="wo_0",
        waiting_for="customer",
        reopened_count=2,
        sequence=7,
        extension=Extension(4.5, "李工", NOW, "等配件"),
        history=(replace(OPENED, changes={"status": (None, "open")}),),
        clock=OrderClock(
            "calendar",
            8.5,
            NOW,
            NOW,
            1.25,
            NOW,
            NOW,
            NOW,
            NOW + timedelta(days=1),
            heard_until=NOW - timedelta(days=9),
            escalated=("超时",),
        ),
    )
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
        change(tx, "accepted", NOW + timedelta(hours=1))
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
            change(tx, "resolved", NOW)
    back = store.work_order("wo_1")
    assert back is not None
    assert back.history == (OPENED, note, HistoryEntry(NOW, "李工", "resolved"))
    assert store.counts().open_work_orders == 0


def test_the_same_words_with_other_changes_are_another_entry(store: Store) -> None:
    entries = [
        HistoryEntry(NOW, "李工", "grant", None, {"due_at": (before, before + 1)})
        for before in (1, 2)
    ]
    save(store, replace(ORDER, history=(OPENED, *entries)))
    back = store.work_order("wo_1")
    assert back is not None
    assert back.history == (OPENED, *entries)


def test_an_update_replaces_all_but_what_names_it(store: Store) -> None:
    full = replace(ORDER, assignee="李工", skill_group="甲班", waiting_for="customer")
    save(store, full)
    with store.transaction() as tx:
        tx.update_work_order(
            replace(ORDER, department="售后部", created_at=NOW - timedelta(days=9))
        )
    assert store.work_order("wo_1") == replace(ORDER, department="售后部")


def test_unknown_work_order_is_told(store: Store) -> None:
    with pytest.raises(UsageError, match="no work order 'wo_9'"), store.transaction() as tx:
        tx.update_work_order(replace(ORDER, work_order_id="wo_9"))
    with pytest.raises(UsageError, match="no work order 'wo_9'"), store.transaction() as tx:
        tx.add_history("wo_9", OPENED)


CLOCKS: dict[str, tuple[OrderClock, bool, bool]] = {
    "runs": (OrderClock(started_at=NOW), True, False),
    "stands": (OrderClock(paused_at=NOW), False, False),
    "ended": (OrderClock(ended_at=NOW), False, False),
    "closed": (OrderClock(ended_at=NOW, closed_at=NOW), False, True),
    "archived": (OrderClock(ended_at=NOW, closed_at=NOW, archived_at=NOW), False, False),
}


def test_clocks_to_be_watched_are_found(store: Store) -> None:
    save(store, *(replace(ORDER, work_order_id=name, clock=one[0]) for name, one in CLOCKS.items()))
    assert [order.work_order_id for order in store.running_orders()] == ["runs"]
    assert store.orders_closed_before(NOW) == []
    assert store.orders_closed_before(NOW + timedelta(seconds=1)) == ["closed"]


def test_children_and_returns_are_found(store: Store) -> None:
    returned = HistoryEntry(NOW, "李工", "rejected", "不归我们", {"rule": ("动力", None)})
    child = replace(ORDER, work_order_id="wo_2", parent_id="wo_1", history=(OPENED, returned))
    save(store, ORDER, child)
    assert store.child_orders("wo_1") == [child]
    assert store.child_orders("wo_2") == []
    assert store.returned_orders() == [("wo_2", returned)]
    assert store.returned_orders(since=NOW, until=NOW + timedelta(days=1)) != []
    assert store.returned_orders(since=NOW + timedelta(seconds=1)) == []
    assert store.returned_orders(until=NOW) == []


def test_the_last_message_of_an_order_is_found(store: Store) -> None:
    messages = [Message(f"m{n}", "file", "wo_1", n, {"n": n}, NOW) for n in (1, 3, 2)]
    with store.transaction() as tx:
        tx.save_work_order(ORDER)
        for message in messages:
            tx.enqueue(message)
        assert tx.last_message("wo_1") == messages[1]
        assert tx.last_message("wo_2") is None


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
