"""Kills and crowds: nothing is lost, nothing is there twice.

Processes fork, so no store is open in this one while they start: SQLite's locks belong to a
process.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from datetime import UTC, datetime

from voc.records import Feedback
from voc.store import StoreCounts, open_store

NOW = datetime(2026, 5, 20, tzinfo=UTC)
ROWS, PAGE = 3000, 8
FORK = multiprocessing.get_context("fork")


def row(number: int) -> Feedback:
    return Feedback("dump", str(number), "review", f"第{number}条：起步顿挫，服务很好。")


def ingest(url: str) -> None:
    """Reads the dump page by page from where the cursor stands."""
    with open_store(url, busy_timeout_s=30) as store:
        read = (store.cursor("dump") or {"rows": 0})["rows"]
        while read < ROWS:
            page = [row(number) for number in range(read, min(read + PAGE, ROWS))]
            read += len(page)
            with store.transaction() as tx:
                tx.add_feedback(page, industry=None, now=NOW)
                tx.save_cursor("dump", {"rows": read})


def state(url: str) -> tuple[int, StoreCounts, list[str]]:
    """Returns rows read by the cursor, counts and problems, as they are at one moment.

    A server may still be committing what a killed client sent it.
    """
    with open_store(url, busy_timeout_s=30) as store:
        while True:
            cursor, counts = store.cursor("dump"), store.counts()
            if store.cursor("dump") == cursor:
                return (cursor or {"rows": 0})["rows"], counts, store.check()


def test_ingest_killed_twenty_times_ends_like_one_left_alone(store_url: str) -> None:
    open_store(store_url).close()
    chance = random.Random(6)
    kills = 0
    while kills < 20:
        reader = FORK.Process(target=ingest, args=(store_url,))
        reader.start()
        time.sleep(chance.uniform(0.005, 0.06))
        if not reader.is_alive():
            break
        assert reader.pid is not None
        os.kill(reader.pid, signal.SIGKILL)
        reader.join()
        kills += 1
        rows, counts, problems = state(store_url)
        assert rows == counts.feedback == counts.versions
        assert problems == []
    assert kills >= 10
    ingest(store_url)
    rows, counts, problems = state(store_url)
    assert (rows, counts.feedback, counts.versions) == (ROWS, ROWS, ROWS)
    assert problems == []
    with open_store(store_url) as store:
        kept = {item.feedback.native_id for item in store.untagged("m", limit=ROWS + 1)}
    assert kept == {str(number) for number in range(ROWS)}


def write(url: str, writer: int, rows: int) -> None:
    with open_store(url, busy_timeout_s=30) as store:
        for number in range(rows):
            item = Feedback(f"writer {writer}", str(number), "review", "好")
            shared = Feedback("shared", str(number), "review", "好")
            with store.transaction() as tx:
                tx.add_feedback([item, shared], industry=None, now=NOW)


def test_four_writers_at_once_lose_nothing(store_url: str) -> None:
    open_store(store_url).close()
    writers = [FORK.Process(target=write, args=(store_url, number, 200)) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0, 0, 0]
    with open_store(store_url) as store:
        counts = {each.source: each.voices for each in store.sources()}
        assert counts == {"shared": 200, **{f"writer {number}": 200 for number in range(4)}}
        assert store.counts().versions == 1000
        assert store.check() == []


def read_on(url: str, rows: int) -> None:
    """Follows the growing `seq` beside the writers and must see every row."""
    seen: set[tuple[str, str]] = set()
    after = 0
    deadline = time.monotonic() + 60
    with open_store(url) as store:
        while len(seen) < rows and time.monotonic() < deadline:
            for item in store.untagged("m", limit=50, after=after):
                seen.add((item.feedback.source, item.feedback.native_id))
                after = item.seq
            time.sleep(0.01)
    if len(seen) != rows:
        raise SystemExit(1)


def test_reader_that_follows_writers_misses_nothing(store_url: str) -> None:
    open_store(store_url).close()
    writers = [FORK.Process(target=write, args=(store_url, number, 50)) for number in range(2)]
    reader = FORK.Process(target=read_on, args=(store_url, 150))
    for process in (reader, *writers):
        process.start()
    for process in (reader, *writers):
        process.join()
    assert reader.exitcode == 0
