from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from voc.errors import UsageError
from voc.records import EmergingTerm, Evidence, Issue
from voc.store import IssueEvent, Store

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=timezone(timedelta(hours=8)))

ISSUE = Issue(
    issue_id="is_1",
    title="星河 S5 动力: 起步顿挫",
    industry="automotive",
    aspect_id="power",
    status="open",
    severity="high",
    first_seen=NOW - timedelta(days=7),
    last_seen=NOW,
    count=2,
    trend="rising",
    trend_p=0.0125,
    topic_id="t1",
    product="星河 S5",
    store=None,
    evidence=(Evidence("fb_2", 0, 4, "起步顿挫"), Evidence("fb_1", 3, 5, "顿挫")),
    trend_ratio=3.5,
    trend_low=1.2,
    trend_high=11.0,
    trend_window_days=14,
)


def save(store: Store, *issues: Issue) -> None:
    with store.transaction() as tx:
        tx.save_issues(issues)


@pytest.mark.parametrize("term", [None, EmergingTerm("盖子", 14, 20, 50, 2, 100, 1.1e-8)])
def test_comes_back_as_it_was_saved(store: Store, term: EmergingTerm | None) -> None:
    told = replace(ISSUE, emerging_term=term)
    save(store, told)
    back = store.issue("is_1")
    assert back == told
    assert back.as_dict() == told.as_dict()
    save(store, ISSUE)
    assert store.issues() == [replace(ISSUE, evidence=())]
    assert store.issue("is_none") is None


def test_lists_hold_the_evidence_where_it_is_wanted(store: Store) -> None:
    plain = replace(ISSUE, issue_id="is_0", evidence=())
    other = replace(ISSUE, issue_id="is_2", evidence=(Evidence("fb_1", 0, 2, "顿挫"),))
    save(store, ISSUE, plain, other)
    assert store.issues(with_evidence=True) == [plain, ISSUE, other]
    assert store.issues(with_evidence=True, limit=2) == [plain, ISSUE]


def test_saving_again_changes_nothing_and_new_voices_update(store: Store) -> None:
    save(store, ISSUE)
    save(store, ISSUE)
    assert store.issue("is_1") == ISSUE
    more = replace(ISSUE, count=3, evidence=(*ISSUE.evidence, Evidence("fb_3", 0, 1, "顿")))
    save(store, more)
    assert store.issue("is_1") == more
    assert store.counts().issues == 1


def test_issue_without_evidence_keeps_what_it_has(store: Store) -> None:
    save(store, ISSUE)
    save(store, replace(ISSUE, severity="critical", evidence=()))
    assert store.issue("is_1") == replace(ISSUE, severity="critical")


def test_only_set_issue_status_changes_a_status(store: Store) -> None:
    save(store, ISSUE)
    with store.transaction() as tx:
        tx.set_issue_status("is_1", "ignored", "王经理", "已知", NOW)
        tx.set_issue_status("is_1", "ignored", "王经理", "再说一次", NOW)
    save(store, replace(ISSUE, count=9))
    back = store.issue("is_1")
    assert back is not None
    assert (back.status, back.count) == ("ignored", 9)
    assert store.issue_events("is_1") == [
        IssueEvent("is_1", NOW, "王经理", "open", "ignored", "已知")
    ]


def test_what_changes_beside_the_status_is_told(store: Store) -> None:
    save(store, ISSUE)
    with store.transaction() as tx:
        tx.note_issue("is_1", "voc", "方面由「动力」改为「油耗」", NOW)
    assert store.issue("is_1") == ISSUE
    assert store.issue_events("is_1") == [
        IssueEvent("is_1", NOW, "voc", "open", "open", "方面由「动力」改为「油耗」")
    ]


def test_unknown_issue_is_told(store: Store) -> None:
    with pytest.raises(UsageError, match="no issue 'is_9'"), store.transaction() as tx:
        tx.set_issue_status("is_9", "closed", "a", None, NOW)


FILTERS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "all, the last seen first": ({}, ["is_3", "is_2", "is_1", "is_0"]),
    "industry": ({"industry": "snack"}, ["is_3"]),
    "status": ({"status": "closed"}, ["is_2"]),
    "any of some": ({"status": ["open", "closed"], "industry": "automotive"}, ["is_2", "is_1"]),
    "aspect": ({"aspect_id": "fuel"}, ["is_0"]),
    "product": ({"product": "p"}, ["is_3", "is_0"]),
    "store": ({"store": "s"}, ["is_2"]),
    "limit": ({"limit": 1}, ["is_3"]),
}


def test_issues_are_filtered(store: Store) -> None:
    values: list[dict[str, Any]] = [
        {"aspect_id": "fuel", "product": "p", "status": "ignored"},
        {},
        {"status": "closed", "store": "s"},
        {"industry": "snack", "product": "p"},
    ]
    save(
        store,
        *(
            replace(
                ISSUE,
                issue_id=f"is_{number}",
                last_seen=NOW + timedelta(days=number),
                **{"product": None, **changed},
            )
            for number, changed in enumerate(values)
        ),
    )
    for name, (wanted, expected) in FILTERS.items():
        assert [item.issue_id for item in store.issues(**wanted)] == expected, name
