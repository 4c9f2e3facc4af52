from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from voc.records import Feedback, HistoryEntry, Issue, Message, Topic, WorkOrder
from voc.store import Store, StoreCounts, open_store
from voc.store.schema import REVISION

NOW = datetime(2026, 5, 20, tzinfo=UTC)


def run(store: Store, statement: str) -> None:
    with store._database.writing() as connection:
        connection.execute(text(statement))


def test_counts(store: Store) -> None:
    assert store.counts() == StoreCounts(*[0] * 12)
    issue = Issue(*("is_1", "动力", "snack", "power", "open", "high"), NOW, NOW, 1, "new", 1.0)
    order = WorkOrder(
        *("wo_1", "is_1", "t", "d", "complaint", "high", "质量部", "open"),
        NOW,
        NOW,
        history=(HistoryEntry(NOW, "voc", "open"),),
    )
    with store.transaction() as tx:
        tx.add_feedback([Feedback("s", "1", "review", "好")], industry=None, now=NOW)
        tx.add_feedback([Feedback("s", "1", "review", "坏")], industry=None, now=NOW)
        tx.add_rejects("s", [("1", "no text", "")], NOW)
        tx.save_topics("snack", [Topic("t1", "发货", "snack", (), 1, 1.0, NOW, NOW)], [])
        tx.save_issues([issue])
        tx.save_work_order(order)
        tx.enqueue(Message("m", "file", "wo_1", 1, {}, NOW))
    assert store.counts() == StoreCounts(
        feedback=1,
        versions=2,
        tagged=0,
        mentions=0,
        rejects=1,
        topics=1,
        issues=1,
        open_issues=1,
        work_orders=1,
        open_work_orders=1,
        pending_messages=1,
        dead_messages=0,
    )
    with store.transaction() as tx:
        tx.set_issue_status("is_1", "closed", "a", None, NOW)
        tx.update_work_order(replace(order, status="rejected"))
    counts = store.counts()
    assert (counts.issues, counts.open_issues) == (1, 0)
    assert (counts.work_orders, counts.open_work_orders) == (1, 0)


WRONG = {
    "UPDATE voc_migration SET version_num = '0000'": f"schema 0000, this voc needs {REVISION}",
    "DROP TABLE mention": "lacks the tables mention",
    "UPDATE feedback SET is_current = (1 = 0)": "1 voices have no current version",
}


@pytest.mark.parametrize("statement", WRONG)
def test_check_tells_what_is_wrong(new_store_url: str, statement: str) -> None:
    with open_store(new_store_url) as store:
        with store.transaction() as tx:
            tx.add_feedback([Feedback("s", "1", "review", "好")], industry=None, now=NOW)
        assert store.check() == []
        run(store, statement)
        (problem,) = store.check()
    assert WRONG[statement] in problem


def test_damaged_file_is_told(sqlite_url: str) -> None:
    items = [Feedback("s", str(number), "review", "好" * 300) for number in range(500)]
    with open_store(sqlite_url) as store, store.transaction() as tx:
        tx.add_feedback(items, industry=None, now=NOW)
    path = Path(str(make_url(sqlite_url).database))
    content = bytearray(path.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 8192] = b"\xff" * 8192
    path.write_bytes(content)
    with open_store(sqlite_url) as store:
        problems = store.check()
    assert problems
    assert all("damaged" in problem and "backup" in problem for problem in problems)
