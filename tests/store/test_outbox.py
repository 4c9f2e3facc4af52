from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta, timezone
from threading import Thread
from typing import Any

import pytest

from voc.records import Message
from voc.store import Store

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=timezone(timedelta(hours=8)))


def message(name: str, key: str = "k", sequence: int = 1, sink: str = "file") -> Message:
    return Message(name, sink, key, sequence, {"标题": "起步顿挫", "n": [1, None]}, NOW)


def enqueue(store: Store, *messages: Message) -> None:
    with store.transaction() as tx:
        for item in messages:
            tx.enqueue(item)


def lease(store: Store, worker: str = "w", **values: Any) -> list[str]:
    wanted = {"limit": 10, "lease_s": 60.0, "now": NOW, "sinks": ["file", "jira"], **values}
    with store.transaction() as tx:
        return [item.message_id for item in tx.lease(worker, **wanted)]


def deliver(store: Store, name: str, worker: str = "w") -> bool:
    with store.transaction() as tx:
        return tx.delivered(name, worker, NOW)


def test_message_comes_back_with_its_attempt(store: Store) -> None:
    enqueue(store, message("m"))
    with store.transaction() as tx:
        (got,) = tx.lease("w", limit=1, lease_s=1, now=NOW, sinks=["file"])
    assert got.payload == {"标题": "起步顿挫", "n": [1, None]}
    assert (got.message_id, got.sink, got.key, got.sequence) == ("m", "file", "k", 1)
    assert got.created_at.isoformat() == NOW.isoformat()
    assert got.attempts == 1


def test_the_same_message_id_again_is_nothing(store: Store) -> None:
    enqueue(store, message("m"), message("m"))
    assert lease(store) == ["m"]
    assert deliver(store, "m")
    enqueue(store, message("m"))
    assert lease(store) == []
    assert store.outbox_counts() == {
        "pending": 0,
        "delivered": 1,
        "dead": 0,
        "dropped": 0,
    }


def test_order_of_a_key_is_kept_and_keys_do_not_wait_for_each_other(store: Store) -> None:
    enqueue(
        store,
        message("a2", "a", 2),
        message("a1", "a", 1),
        message("b5", "b", 5),
        message("a1 of jira", "a", 1, "jira"),
        message("a3", "a", 3),
    )
    assert lease(store) == ["a1", "b5", "a1 of jira"]
    assert lease(store) == []
    deliver(store, "a1")
    assert lease(store) == ["a2"]
    with store.transaction() as tx:
        assert tx.postpone("a2", "w", "503", NOW + timedelta(seconds=30))
    assert lease(store) == []
    assert lease(store, now=NOW + timedelta(seconds=29)) == []
    assert lease(store, now=NOW + timedelta(seconds=30)) == ["a2"]
    with store.transaction() as tx:
        assert tx.bury("a2", "w", "410 gone", NOW)
    assert lease(store) == ["a3"]


def test_equal_sequences_go_in_the_order_they_came(store: Store) -> None:
    enqueue(store, message("x"), message("y"))
    assert lease(store) == ["x"]


def test_limit_and_sinks(store: Store) -> None:
    enqueue(store, *(message(f"{number}", f"k{number}") for number in range(5)))
    enqueue(store, message("j", "k0", sink="jira"))
    assert lease(store, sinks=["jira"]) == ["j"]
    assert lease(store, sinks=["mail"]) == []
    assert lease(store, sinks=[]) == []
    assert lease(store, limit=2) == ["0", "1"]
    assert lease(store, limit=9) == ["2", "3", "4"]


def test_lease_that_runs_out_comes_back_and_its_worker_has_no_say(store: Store) -> None:
    enqueue(store, message("m"))
    assert lease(store, "slow", lease_s=60) == ["m"]
    assert lease(store, "other", now=NOW + timedelta(seconds=59)) == []
    assert lease(store, "other", now=NOW + timedelta(seconds=60)) == ["m"]
    with store.transaction() as tx:
        assert not tx.delivered("m", "slow", NOW)
        assert not tx.postpone("m", "slow", "e", NOW)
        assert not tx.bury("m", "slow", "e", NOW)
    assert deliver(store, "m", "other")
    assert not deliver(store, "m", "other")
    (left,) = store.outbox()
    assert (left.state, left.message.attempts, left.leased_by) == ("delivered", 2, None)


def test_dead_message_is_told_and_can_be_replayed(store: Store) -> None:
    enqueue(store, message("m"))
    lease(store)
    with store.transaction() as tx:
        tx.bury("m", "w", "400 bad\x00", NOW)
    assert store.outbox_counts()["dead"] == 1
    (dead,) = store.outbox("dead")
    assert (dead.last_error, dead.settled_at) == ("400 bad\ufffd", NOW)
    with store.transaction() as tx:
        assert tx.replay("m", NOW)
        assert not tx.replay("none", NOW)
    assert lease(store) == ["m"]
    assert store.outbox("dead") == []
    assert store.outbox(["pending", "dead"], limit=5)[0].message.attempts == 1


def test_two_workers_never_have_the_same_message(store: Store) -> None:
    """Workers on threads with leases that do not run out: each message is given once."""
    enqueue(store, *(message(f"m{n}", f"k{n % 40}", n) for n in range(120)))
    given: list[str] = []

    def work(worker: str) -> None:
        while names := lease(store, worker, limit=7):
            given.extend(names)
            assert all(deliver(store, name, worker) for name in names)

    threads = [Thread(target=work, args=(f"w{number}",)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    work("the last, for keys whose earlier message was under way")
    assert Counter(given) == Counter(f"m{n}" for n in range(120))


@pytest.mark.postgres
def test_workers_pass_over_each_others_rows(postgres_url: str) -> None:
    """On PostgreSQL two lease at the same moment, each its own messages."""
    from voc.store import open_store

    with open_store(postgres_url, busy_timeout_s=1) as store:
        enqueue(store, *(message(f"m{n}", f"k{n}") for n in range(4)))
        wanted: dict[str, Any] = {"limit": 2, "lease_s": 60, "now": NOW, "sinks": ["file"]}
        with store.transaction() as one, store.transaction() as two:
            first = {item.message_id for item in one.lease("a", **wanted)}
            second = {item.message_id for item in two.lease("b", **wanted)}
        assert first | second == {"m0", "m1", "m2", "m3"}
        assert not first & second


def test_a_message_given_back_untried_has_one_attempt_less(store: Store) -> None:
    enqueue(store, message("m"))
    assert lease(store) == ["m"]
    with store.transaction() as tx:
        assert not tx.release("m", "another")
        assert tx.release("m", "w")
        assert not tx.release("m", "w"), "it has it no longer"
    with store.transaction() as tx:
        (got,) = tx.lease("w", limit=1, lease_s=1, now=NOW, sinks=["file"])
    assert got.attempts == 1


def test_messages_are_dropped_and_brought_back(store: Store) -> None:
    enqueue(store, message("a"), message("b", "l", sink="jira"), message("c", "m", sink="jira"))
    assert lease(store, sinks=["jira"]) == ["b", "c"]
    with store.transaction() as tx:
        assert tx.bury("b", "w", "410", NOW)
        assert tx.drop_messages(NOW, reason="by me", sink="jira", state="pending") == 1
        assert not tx.delivered("c", "w", NOW), "who sends it now has it no longer"
    assert store.waiting_by_sink() == {"file": 1}
    assert store.outbox_sinks() == ["file", "jira"]
    assert [item.message.message_id for item in store.outbox(["dead", "dropped"])] == ["b", "c"]
    assert [item.message.message_id for item in store.outbox(sink="file")] == ["a"]
    with store.transaction() as tx:
        assert tx.replay("c", NOW)
        assert tx.replay_dead(NOW, sink="file") == 0
        assert tx.replay_dead(NOW) == 1
        assert not tx.replay("none", NOW)
    assert lease(store) == ["a", "b", "c"]
    assert deliver(store, "a")
    with store.transaction() as tx:
        assert not tx.replay("a", NOW), "what was delivered is not sent again"
        assert tx.drop_messages(NOW, reason="by me") == 2
    found = store.outbox_message("b")
    assert found is not None
    assert (found.state, found.last_error) == ("dropped", "by me")
    assert store.outbox_message("none") is None
