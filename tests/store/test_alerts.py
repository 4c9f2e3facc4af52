from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from voc.errors import UsageError
from voc.records import Alert
from voc.store import AlertEvent, Store

DAY = datetime(2026, 5, 20, tzinfo=timezone(timedelta(hours=8)))
CLOSED_AT = DAY + timedelta(days=1, hours=9)

ALERT = Alert(
    alert_id="al_1",
    industry="automotive",
    title="起步顿挫",
    status="open",
    trend="new",
    since=DAY - timedelta(days=3),
    opened_at=DAY,
    last_seen=DAY + timedelta(hours=5),
    window_days=4,
    count=7,
    expected=0.123456789,
    ratio=None,
    low=2.5,
    high=None,
    p=1e-7,
    topic_id="t1",
    product="星河 S5",
    set_aside=12,
    feedback_ids=("fb_2", "fb_1"),
)


def save(store: Store, *alerts: Alert) -> None:
    with store.transaction() as tx:
        tx.save_alerts(alerts)


def test_comes_back_as_it_was_saved_and_again_changes_nothing(store: Store) -> None:
    save(store, ALERT)
    save(store, ALERT)
    assert store.alerts() == [ALERT]
    assert store.alerts()[0].as_dict() == ALERT.as_dict()


def test_is_updated_and_found_by_status_and_industry(store: Store) -> None:
    other = replace(ALERT, alert_id="al_2", industry="snack", opened_at=DAY + timedelta(days=1))
    save(store, ALERT, other)
    closed = replace(
        ALERT, status="closed", closed_at=DAY + timedelta(days=9), reopened=1, ratio=3.0, high=9.0
    )
    save(store, closed)
    assert store.alerts() == [other, closed]
    assert store.alerts(status="open") == [other]
    assert store.alerts(industry="automotive") == [closed]
    assert store.alerts(limit=1) == [other]


def close(store: Store, note: str | None = "换了供应商") -> None:
    with store.transaction() as tx:
        tx.set_alert_status("al_1", "closed", "王经理", note, CLOSED_AT)


def test_one_is_found_by_its_id(store: Store) -> None:
    save(store, ALERT, replace(ALERT, alert_id="al_2"))
    assert store.alert("al_1") == ALERT
    assert store.alert("al_9") is None


def test_closing_keeps_who_when_and_why(store: Store) -> None:
    save(store, ALERT)
    close(store)
    close(store, "再说一次")
    closed = replace(ALERT, status="closed", closed_at=CLOSED_AT, settled_until=CLOSED_AT)
    assert store.alert("al_1") == closed
    assert closed.is_settled
    assert not replace(closed, status="open").is_settled
    assert store.alerts(status="open") == []
    event = AlertEvent("al_1", CLOSED_AT, "王经理", "open", "closed", "换了供应商")
    assert store.alert_events("al_1") == [event]
    assert store.alert_events("al_2") == []


def test_reopening_is_as_if_nobody_had_closed_it(store: Store) -> None:
    save(store, ALERT)
    close(store)
    with store.transaction() as tx:
        tx.set_alert_status("al_1", "open", "李", None, CLOSED_AT + timedelta(hours=1))
    assert store.alert("al_1") == ALERT
    assert [event.to_status for event in store.alert_events("al_1")] == ["closed", "open"]


def test_a_run_that_knew_nothing_of_the_closing_does_not_undo_it(store: Store) -> None:
    save(store, ALERT)
    close(store)
    closed = store.alert("al_1")
    other = replace(ALERT, alert_id="al_2")
    save(store, replace(ALERT, count=9), other)
    assert store.alert("al_1") == closed
    assert store.alert("al_2") == other


def test_one_that_came_back_is_opened_and_remembers_its_closing(store: Store) -> None:
    save(store, ALERT)
    close(store)
    back = replace(ALERT, opened_at=CLOSED_AT + timedelta(hours=15), reopened=1)
    save(store, back)
    found = store.alert("al_1")
    assert found == replace(back, settled_until=CLOSED_AT)
    assert not found.is_settled


def test_unknown_alert_is_told(store: Store) -> None:
    with pytest.raises(UsageError, match="no alert 'al_9'"), store.transaction() as tx:
        tx.set_alert_status("al_9", "closed", "a", None, DAY)
