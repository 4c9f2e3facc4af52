"""Workers tag within a look, share a PostgreSQL store, and stop when they are told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from tests.pipeline.test_handling import NOW, issue
from tests.store.conftest import (  # noqa: F401 - fixtures
    postgres_made,
    postgres_trouble,
    postgres_url,
    sqlite_made,
    sqlite_url,
    store_url,
)
from voc.config import Settings, load_settings
from voc.errors import StoreBusyError, StoreError
from voc.pipeline.watching import Watched
from voc.pipeline.working import Turn, Worker, work
from voc.records import Feedback, Message, Sentiment, Tags, WorkOrder
from voc.store import Store, open_store

POISON = "毒"


class Scripted:
    """Finds every text negative, and one it cannot read."""

    model = "scripted@1.0.0"
    masks = True

    def bound(self, **_: Any) -> Scripted:
        return self

    def tag(self, texts: Sequence[str], *, ids: Sequence[str]) -> list[Tags]:
        if any(POISON in text for text in texts):
            raise ValueError("cannot read it")
        said = Sentiment("negative", 0.9, {"negative": 0.9, "neutral": 0.05, "positive": 0.05})
        return [
            Tags(name, text, "zh", said, model=self.model)
            for name, text in zip(ids, texts, strict=True)
        ]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(overrides={"queue.dir": str(tmp_path / "orders")}, environ={})


def worker(store: Store, settings: Settings, clock: Callable[[], float] = lambda: 0.0) -> Worker:
    return Worker(store, cast(Any, Scripted()), settings, clock=clock)


def hear(store: Store, *texts: str) -> None:
    with store.transaction() as tx:
        items = [Feedback("s", text, "review", text) for text in texts]
        tx.add_feedback(items, industry=None, now=datetime.now(UTC))


def test_what_comes_in_is_tagged_at_the_next_look(store_url: str, settings: Settings) -> None:  # noqa: F811
    with open_store(store_url) as store:
        first = worker(store, settings)
        hear(store, "坏了")
        assert first.turn() == Turn(tagged=1, ran=True)
        assert first.turn() == Turn()
        hear(store, "破了", POISON, "慢了")
        assert first.turn() == Turn(tagged=2)
        # What failed is left to the next whole run.
        assert first.turn() == Turn()
        assert store.counts().tagged == 3
        [reject] = store.rejects()
        assert reject.reason.startswith("tagging failed: ValueError in ")
        first.close()


def test_the_chain_runs_again_when_it_is_time(store_url: str, settings: Settings) -> None:  # noqa: F811
    now = 0.0
    with open_store(store_url) as store:
        first = worker(store, settings, lambda: now)
        assert first.turn().ran
        assert not first.turn().ran
        now = settings.worker.run_every_s
        assert first.turn().ran
        first.close()


def test_names_of_requests_are_forgotten_in_time(store_url: str, settings: Settings) -> None:  # noqa: F811
    now = datetime.now(UTC)
    days = settings.access.idempotency_days
    with open_store(store_url) as store:
        with store.transaction() as tx:
            tx.begin_request("s", "old", "hash", now - timedelta(days=days + 1))
            tx.begin_request("s", "new", "hash", now - timedelta(days=days - 1))
        first = worker(store, settings)
        first.turn()
        first.close()
        with store.transaction() as tx:
            assert tx.forget_requests(now + timedelta(days=1)) == 1


def test_clocks_are_looked_at_now_and_then(
    sqlite_url: str,  # noqa: F811
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seconds, looks = [0.0], [0]

    def look(*_: Any, **__: Any) -> Watched:
        looks[0] += 1
        return Watched()

    monkeypatch.setattr("voc.pipeline.working.watch_orders", look)
    with open_store(sqlite_url) as store:
        one = worker(store, settings, lambda: seconds[0])
        one.turn()  # a whole run, which looks by itself
        for at, expected in ((59, 0), (60, 1), (61, 1), (119, 1), (120, 2)):
            seconds[0] = at
            one.turn()
            assert looks[0] == expected, at
        one.close()


def test_on_postgres_one_tags_and_another_takes_over(
    postgres_url: str,  # noqa: F811
    settings: Settings,
) -> None:
    with open_store(postgres_url) as one, open_store(postgres_url) as two:
        first, second = worker(one, settings), worker(two, settings)
        first.start()
        second.start()
        assert (first.holds_chain, second.holds_chain) == (True, False)
        hear(one, "坏了")
        assert second.turn() == Turn()
        assert first.turn().tagged == 1
        first.close()
        hear(one, "破了")
        assert second.turn().tagged == 1
        second.close()


def test_on_sqlite_there_is_one_worker(sqlite_url: str, settings: Settings) -> None:  # noqa: F811
    with open_store(sqlite_url) as one, open_store(sqlite_url) as two:
        first, second = worker(one, settings), worker(two, settings)
        first.start()
        with pytest.raises(StoreError, match="another worker has this SQLite store"):
            second.start()
        first.close()
        second.start()
        second.close()


def test_it_works_until_it_is_told_to_stop(sqlite_url: str, settings: Settings) -> None:  # noqa: F811
    stop = threading.Event()
    with open_store(sqlite_url) as store:
        hear(store, "坏了")
        done: list[Turn] = []

        def tell(turn: Turn) -> None:
            done.append(turn)
            stop.set()

        only = worker(store, settings)
        work([only], stop, poll_s=0.01, told=tell)
        assert done == [Turn(tagged=1, ran=True)]
        assert not only.holds_chain


def test_a_busy_store_is_tried_again(sqlite_url: str, settings: Settings) -> None:  # noqa: F811
    ended = threading.Event()

    class Busy(Worker):
        turns = 0

        def turn(self, stop: Callable[[], bool] = lambda: False) -> Turn:
            self.turns += 1
            if self.turns < 3:
                raise StoreBusyError("busy")
            ended.set()
            return Turn(tagged=1)

    troubles: list[StoreError] = []
    with open_store(sqlite_url) as store:
        busy = Busy(store, cast(Any, Scripted()), settings)
        work([busy], ended, poll_s=0.01, troubled=troubles.append)
    assert len(troubles) == 2


def test_what_other_systems_tell_is_taken_in_at_each_look(tmp_path: Path) -> None:
    folder = tmp_path / "events"
    folder.mkdir()
    overrides = {
        "queue.dir": str(tmp_path / "orders"),
        "inboxes": {"tray": {"kind": "file", "dir": str(folder)}},
    }
    settings = load_settings(overrides=overrides, environ={})
    with open_store(f"sqlite:///{tmp_path / 'voc.db'}") as store:
        first = worker(store, settings)
        assert first.turn() == Turn(ran=True)
        (folder / "a.json").write_text("{torn", encoding="utf-8")
        assert not first.turn().has_worked, "what is refused is no work to hurry for"
        assert store.letter_counts() == {"refused": 1}
        (folder / "a.json").unlink(missing_ok=True)
        (folder / "done" / "a.json").unlink()
        (folder / "done").rmdir()
        folder.rmdir()
        assert first.turn().troubles[0].startswith("inbox tray: The folder")
        assert first.turn() == Turn(), "it is left alone for a while"
        first.close()


def test_wrong_rules_hold_up_no_delivery_and_are_read_again(tmp_path: Path) -> None:
    rules, tray = tmp_path / "routing.yaml", tmp_path / "events"
    rules.write_text("open_when: {severity: low, voices: 1}\n", encoding="utf-8")
    tray.mkdir()
    overrides = {
        "queue.dir": str(tmp_path / "orders"),
        "routing.file": str(rules),
        "inboxes": {"tray": {"kind": "file", "dir": str(tray)}},
        "worker": {"clocks_every_s": 60},
    }
    settings = load_settings(overrides=overrides, environ={})
    now = [0.0]
    with open_store(f"sqlite:///{tmp_path / 'voc.db'}") as store:
        first = worker(store, settings, lambda: now[0])
        assert first.turn() == Turn(ran=True)
        order = WorkOrder(
            "wo_1", "is_1", "题", "", "投诉", "normal", "部", "open", NOW, NOW + timedelta(days=1)
        )
        with store.transaction() as transaction:
            transaction.save_issues([issue()])
            transaction.save_work_order(order)
        rules.write_text("rules: [{name: x, when: {aspekt: y}}]\n", encoding="utf-8")
        with store.transaction() as transaction:
            transaction.enqueue(Message("msg_1", "file", "wo_1", 1, {}, NOW))
        told = '{"work_order_id": "wo_1", "event_id": "e1", "event": "accepted"}'
        (tray / "e1.json").write_text(told, encoding="utf-8")
        hear(store, "坏了")
        turn = first.turn()
        assert (turn.tagged, turn.delivered) == (0, 1)
        assert "aspekt" in turn.troubles[-1]
        assert store.letter_counts() == {"waiting": 1}
        assert first.turn() == Turn(), "it is told once"
        rules.write_text("open_when: {severity: low, voices: 1}\n", encoding="utf-8")
        now[0] += 61
        assert first.turn().tagged == 1
        now[0] += 3_600
        first.turn()
        taken = store.work_order("wo_1")
        assert taken is not None
        assert taken.status == "accepted"
        first.close()
