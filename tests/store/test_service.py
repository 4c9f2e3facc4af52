"""Keys, audit, requests made once, corrections and locks, on every engine."""

from __future__ import annotations

import multiprocessing
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Barrier
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from voc.records import Feedback
from voc.store import ApiKey, Correction, Store, open_store

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
KEY = ApiKey("0123456789ab", "00" * 32, ("read",), "default", NOW, "台", NOW + timedelta(days=1))
CORRECTION = Correction("co_1", "fb_1", 1, "aspect", "negative", "李工", NOW, "power", "k", "因为")


def test_a_key_comes_back_and_is_revoked_once(store: Store) -> None:
    with store.transaction() as tx:
        tx.add_api_key(KEY)
    assert store.api_key(KEY.key_id) == KEY
    assert store.api_key("none") is None
    with store.transaction() as tx:
        tx.note_key_used(KEY.key_id, NOW)
        assert tx.revoke_api_key(KEY.key_id, NOW)
        assert not tx.revoke_api_key(KEY.key_id, NOW + timedelta(days=1))
        assert not tx.revoke_api_key("none", NOW)
    (back,) = store.api_keys()
    assert (back.last_used_at, back.revoked_at) == (NOW, NOW)


def test_the_audit_is_kept_with_what_it_tells_of(store: Store) -> None:
    with store.transaction() as tx:
        tx.add_audit("key:a", "POST /v1/feedback", ["fb_1", "fb_2"], NOW)

    def fail() -> None:
        with store.transaction() as tx:
            tx.add_audit("key:b", "POST /v1/feedback", ["fb_3"], NOW)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        fail()
    (entry,) = store.audit()
    assert (entry.actor, entry.ids, entry.at) == ("key:a", ("fb_1", "fb_2"), NOW)


def test_a_request_is_made_once(store: Store) -> None:
    with store.transaction() as tx:
        assert tx.begin_request("s", "n", "hash", NOW) is None
        tx.finish_request("s", "n", {"id": "wo_1"})
    with store.transaction() as tx:
        before = tx.begin_request("s", "n", "other", NOW)
        assert before is not None
        assert (before.request_hash, before.result) == ("hash", {"id": "wo_1"})
        assert tx.begin_request("s2", "n", "hash", NOW) is None


def test_a_request_that_failed_can_be_made_again(store: Store) -> None:
    def fail() -> None:
        with store.transaction() as tx:
            tx.begin_request("s", "n", "hash", NOW)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        fail()
    with store.transaction() as tx:
        assert tx.begin_request("s", "n", "hash", NOW) is None


def test_names_of_long_ago_are_forgotten(store: Store) -> None:
    with store.transaction() as tx:
        for name, age in (("old", 8), ("new", 6)):
            tx.begin_request("s", name, "hash", NOW - timedelta(days=age))
            tx.finish_request("s", name, {"id": name})
        assert tx.forget_requests(NOW - timedelta(days=7)) == 1
    with store.transaction() as tx:
        assert tx.begin_request("s", "old", "hash", NOW) is None
        assert tx.begin_request("s", "new", "hash", NOW) is not None


def test_a_correction_is_kept_once_in_order(store: Store) -> None:
    later = Correction("co_2", "fb_2", 1, "sentiment", "neutral", "王工", NOW)
    for _ in range(2):
        with store.transaction() as tx:
            tx.add_correction(CORRECTION)
            tx.add_correction(later)
    assert store.corrections() == [CORRECTION, later]
    assert store.corrections(feedback_id="fb_2") == [later]


def test_one_holds_the_chain_until_it_lets_go(store: Store, store_url: str) -> None:
    with open_store(store_url) as other:
        with store.held("chain") as holding:
            assert holding()
            with other.held("chain") as holding_too:
                assert not holding_too()
        with other.held("chain") as holding:
            assert holding()


@pytest.mark.postgres
def test_a_lock_that_its_server_lost_is_held_no_more(postgres_url: str) -> None:
    with open_store(postgres_url) as store, open_store(postgres_url) as other:
        with store.held("chain") as holding:
            assert holding()
            _end_who_holds(postgres_url)
            assert not holding()
            with other.held("chain") as taken:
                assert taken()
                assert not holding()
        with store.held("chain") as holding:
            assert holding()


def _end_who_holds(url: str) -> None:
    engine = create_engine(url)
    with engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
                " AND classid::bigint = hashtext(current_schema())::bigint & 4294967295"
            )
        )
    engine.dispose()


def _ask(url: str, barrier: Barrier, told: Any) -> None:
    with open_store(url) as store:
        barrier.wait()
        for number in range(20):
            with store.transaction() as tx:
                if tx.begin_request("s", str(number), "hash", NOW) is None:
                    tx.finish_request("s", str(number), {"made": True})
                    told.put(number)


def test_two_that_ask_at_once_make_one(store: Store, store_url: str) -> None:
    fork = multiprocessing.get_context("fork")
    barrier, told = fork.Barrier(2), fork.Queue()
    askers = [fork.Process(target=_ask, args=(store_url, barrier, told)) for _ in range(2)]
    for asker in askers:
        asker.start()
    made = [told.get(timeout=60) for _ in range(20)]
    for asker in askers:
        asker.join()
    assert sorted(made) == list(range(20))
    assert told.empty()
    assert [asker.exitcode for asker in askers] == [0, 0]


def test_pages_go_through_everything_once(store: Store) -> None:
    voices = [Feedback("s", str(number), "review", f"{number} 号") for number in range(25)]
    with store.transaction() as tx:
        tx.add_feedback(voices, industry=None, now=NOW)
    for is_oldest_first in (False, True):
        seen: list[str] = []
        after = None
        while True:
            page = store.feedback_page(limit=10, after=after, is_oldest_first=is_oldest_first)
            seen += [item.voice.feedback.native_id for item in page.items]
            if page.next is None:
                break
            after = page.next
        order = [str(number) for number in range(25)]
        assert seen == (order if is_oldest_first else order[::-1])
    assert store.newest_seq() == 25
