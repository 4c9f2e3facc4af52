"""The industry of stored voices: set, changed, kept, counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from tests.store.untagged import tag_plainly
from voc.records import Feedback
from voc.store import IngestCounts, Store

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
MODEL = "m@1.0.0"


def voice(name: str = "1", text: str = "好") -> Feedback:
    return Feedback("reviews", name, "review", text, created_at=NOW)


def add(
    store: Store, items: Sequence[Feedback], industry: str | None, *, keeps: bool = False
) -> IngestCounts:
    with store.transaction() as tx:
        return tx.add_feedback(items, industry=industry, now=NOW, keeps_industry=keeps)


@pytest.mark.parametrize(
    ("before", "given", "keeps", "after", "reassigned"),
    [
        (None, "snack", False, "snack", 1),
        (None, "snack", True, "snack", 1),
        ("bank", "snack", False, "snack", 1),
        ("bank", "snack", True, "bank", 0),
        ("snack", "snack", False, "snack", 0),
        ("snack", None, False, "snack", 0),
        (None, None, False, None, 0),
    ],
)
@pytest.mark.parametrize("text", ["好", "不好了"])
def test_a_known_voice_is_given_the_industry_named_for_it(
    store: Store,
    before: str | None,
    given: str | None,
    keeps: bool,
    after: str | None,
    reassigned: int,
    text: str,
) -> None:
    add(store, [voice()], before)
    tag_plainly(store, model=MODEL, at=NOW)
    counts = add(store, [voice(text=text)], given, keeps=keeps)
    edited = int(text != "好")
    assert counts == IngestCounts(0, 1 - edited, edited, reassigned)
    row = store.feedback(voice().feedback_id)
    assert row is not None
    assert (row.feedback.text, row.industry) == (text, after)
    is_due = bool(reassigned or edited)
    assert [item.seq for item in store.untagged(MODEL, limit=9)] == ([row.seq] if is_due else [])
    assert store.industries() == ([after] if after else [])


def test_only_the_voices_named_are_given_it(store: Store) -> None:
    add(store, [voice("1"), voice("2")], None)
    tag_plainly(store, model=MODEL, at=NOW)
    assert add(store, [voice("2"), voice("3")], "snack").reassigned == 1
    waiting = [row.feedback.native_id for row in store.untagged(MODEL, limit=9)]
    assert waiting == ["2", "3"]
    assert store.count_without_industry() == 1
    assert store.count_without_industry(since=NOW) == 1
    assert store.count_without_industry(until=NOW) == 0


def test_a_source_is_given_it_and_no_other(store: Store) -> None:
    other = Feedback("posts", "1", "forum", "好")
    add(store, [voice("1"), voice("2"), voice("2", "不好了"), other], "bank")
    add(store, [voice("3")], "snack")
    tag_plainly(store, model=MODEL, at=NOW)
    with store.transaction() as tx:
        given, last = tx.reassign("reviews", "snack")
        assert given == 2
        assert tx.reassign("reviews", "snack", after=last or 0) == (0, None)
    waiting = [row.feedback.native_id for row in store.untagged(MODEL, limit=9)]
    assert waiting == ["1", "2"]
    assert store.industries() == ["bank", "snack"]
