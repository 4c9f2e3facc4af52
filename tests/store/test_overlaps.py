"""Which voices of a source other sources have too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from voc.records import Feedback
from voc.store import Store

AT = datetime(2026, 10, 1, 8, tzinfo=UTC)


def voice(source: str, number: str, text: str = "薯片太咸了，不买了", **told: Any) -> Feedback:
    return Feedback(source, number, "review", text, **{"created_at": AT, **told})


def keep(store: Store, *items: Feedback) -> None:
    with store.transaction() as transaction:
        for item in items:
            transaction.save_cursor(item.source, {"rows": 1})
        transaction.add_feedback(items, industry=None, now=AT)


@pytest.mark.parametrize(
    ("mine", "shared"),
    [
        (voice("b", "1"), True),
        (voice("b", "1", created_at=None), True),
        (voice("b", "9"), True),
        (voice("b", "9", author="甲", store="一店"), True),
        (voice("b", "9", author="乙"), False),
        (voice("b", "9", store="二店"), False),
        (voice("b", "9", created_at=AT + timedelta(seconds=1)), False),
        (voice("b", "9", created_at=None), False),
        (voice("b", "1", "薯片太甜了，不买了", created_at=None), False),
        (voice("b", "9", "很好吃"), False),
    ],
    ids=[
        "id and time", "id alone", "time alone", "all that is named", "author", "store", "time",
        "no time", "words", "short words",
    ],
)  # fmt: skip
def test_a_voice_is_known_again(store: Store, mine: Feedback, shared: bool) -> None:
    keep(store, voice("a", "1", author="甲", store="一店"), voice("a", "2", "很好吃"))
    before = store.newest_seq()
    keep(store, mine)
    assert store.overlaps("b", after=before) == (1, {"a": 1} if shared else {})


def test_only_new_voices_and_so_many_are_looked_at(store: Store) -> None:
    keep(store, *(voice("a", str(n)) for n in range(5)))
    keep(store, voice("b", "0"))
    before = store.newest_seq()
    keep(store, *(voice("b", str(n)) for n in range(1, 5)))
    assert store.overlaps("b", after=before, limit=3) == (3, {"a": 3})
    assert store.overlaps("b", after=store.newest_seq()) == (0, {})
