from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

from voc.records import Alert
from voc.store import Store

DAY = datetime(2026, 5, 20, tzinfo=timezone(timedelta(hours=8)))

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
