"""Screening looks at voices again only where any has changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.store.untagged import tag_plainly
from voc.pipeline import screening
from voc.pipeline.moments import moments_of
from voc.pipeline.quality import counts_by_source, noticed
from voc.pipeline.screening import screen_voices
from voc.records import NEAR_DUPLICATE, STAFF, Feedback, Tags, Turn
from voc.store import Store, open_store

MODEL = "scripted@1.0.0"
NOW = datetime(2026, 9, 1, 10, 30, tzinfo=UTC)
SAID = Feedback(
    "shop", "1", "review", "物流太慢了，等了整整两个星期才收到，客服也联系不上", created_at=NOW
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'voc.db'}") as opened:
        yield opened


def hear(store: Store, *items: Feedback, at: datetime = NOW) -> None:
    with store.transaction() as transaction:
        transaction.add_feedback(items, industry="ecommerce", now=at)
    tag_plainly(store, model=MODEL, at=at)


def test_what_is_as_it_was_is_not_looked_at_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    hear(store, SAID, replace(SAID, source="forum"))
    screen_voices(store, model=MODEL)
    flags = store.flags(NEAR_DUPLICATE)
    assert len(flags) == 1
    with monkeypatch.context() as patched:
        patched.setattr(screening, "copies_among", None)
        screen_voices(store, model=MODEL)
        assert store.flags(NEAR_DUPLICATE) == flags
        hear(store, replace(SAID, source="app"))
        with pytest.raises(TypeError):
            screen_voices(store, model=MODEL)
    screen_voices(store, model=MODEL)
    assert len(store.flags(NEAR_DUPLICATE)) == 2


def test_what_the_company_said_counts_nowhere(store: Store) -> None:
    call = replace(
        SAID, native_id="2", channel="hotline", text="您好，有什么可以帮您",
        turns=(Turn("agent", "您好，有什么可以帮您"),),
    )  # fmt: skip
    post = replace(SAID, native_id="3", text="感谢反馈", extra={"is_staff": True})
    hear(store, SAID, call, post)
    screen_voices(store, model=MODEL)
    names = set(store.flags(STAFF))
    assert len(names) == 2
    moments = moments_of(store, model=MODEL, zone=UTC, now=NOW)
    assert sum(moments.volumes[("ecommerce", None, None)].values()) == 1
    found = counts_by_source(list(noticed(store, model=MODEL, now=NOW)))
    assert found["staff"] == {"shop": 2}
    assert not found["empty"]
    assert not found["language"]


def test_what_the_model_calls_foreign_is_listed_as_such(store: Store) -> None:
    english = replace(
        SAID, native_id="4", text="The chips were broken and stale, terrible service."
    )
    hear(store, SAID)
    with store.transaction() as transaction:
        transaction.add_feedback([english], industry="ecommerce", now=NOW)
    [row] = store.untagged(MODEL, limit=9)
    said = Tags("4", english.text, "en", None, model=MODEL, flags=("foreign",))
    with store.transaction() as transaction:
        transaction.save_tags([(row, said)], NOW)
    found = counts_by_source(list(noticed(store, model=MODEL, now=NOW)))
    assert found["language"] == {"shop": 1}


def test_what_is_withdrawn_repeats_nothing(store: Store) -> None:
    hear(store, SAID, replace(SAID, source="forum"))
    screen_voices(store, model=MODEL)
    with store.transaction() as transaction:
        transaction.withdraw("forum", ["1"], NOW)
    screen_voices(store, model=MODEL)
    assert store.flags(NEAR_DUPLICATE) == {}
    with store.transaction() as transaction:
        transaction.add_feedback(
            [replace(SAID, source="forum")], industry="ecommerce", now=NOW, restores=True
        )
    screen_voices(store, model=MODEL)
    assert len(store.flags(NEAR_DUPLICATE)) == 1
