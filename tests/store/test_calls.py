"""Conversations of the store, and what a model said of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from voc.records import CallTags, Feedback, Satisfaction, Tags, Turn
from voc.store import Store

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
TURNS = (Turn("customer", "坏了"), Turn("agent", "修了"))
CALL = CallTags(("negative", None), Satisfaction(-0.5, -1.2, 0.2, "voc-zh-calls@1.0.0"))


def _call(name: str, **values: Any) -> Feedback:
    made = Feedback("calls", name, "hotline", "坏了\n修了", turns=TURNS, created_at=NOW)
    return replace(made, **values)


def _save(store: Store, items: list[Feedback], call: CallTags | None, model: str = "m@1") -> None:
    with store.transaction() as tx:
        tx.add_feedback(items, industry="bank", now=NOW)
    rows = store.untagged(model, limit=100)
    made = [
        (row, Tags(row.feedback_id, row.feedback.text, "zh", None, model=model, call=call))
        for row in rows
    ]
    with store.transaction() as tx:
        tx.save_tags(made, NOW)


def test_conversations_come_with_their_turns_and_what_was_said_of_them(store: Store) -> None:
    _save(store, [_call("1"), _call("2", channel="review")], CALL)
    _save(store, [_call("3", channel="chat", created_at=NOW + timedelta(hours=1))], None)
    found = list(store.conversations(model="m@1"))
    assert [item.voice.feedback.native_id for item in found] == ["1", "3"]
    assert found[0].voice.feedback.turns == TURNS
    assert [item.tags for item in found] == [CALL, None]


def test_only_what_is_wanted_is_given(store: Store) -> None:
    _save(store, [_call("1"), _call("2", created_at=NOW + timedelta(days=1))], CALL)
    named = _names(store, industry="bank")
    assert named == ["1", "2"]
    assert _names(store, industry=["bank", "phone"]) == named
    assert _names(store, industry="phone") == []
    assert _names(store, since=NOW + timedelta(hours=1)) == ["2"]
    assert _names(store, until=NOW + timedelta(hours=1)) == ["1"]
    assert list(store.conversations(model="m@2")) == []


def test_a_call_that_came_twice_counts_once(store: Store) -> None:
    _save(store, [_call("1"), _call("2"), _call("3")], CALL)
    with store.transaction() as tx:
        tx.set_flags("near_duplicate", [(_call("2").feedback_id, _call("1").feedback_id)])
    assert _names(store) == ["1", "3"]


def _names(store: Store, **values: Any) -> list[str]:
    found = store.conversations(model="m@1", **values)
    return [item.voice.feedback.native_id for item in found]


def test_an_edit_is_judged_anew(store: Store) -> None:
    _save(store, [_call("1")], CALL)
    with store.transaction() as tx:
        tx.add_feedback([_call("1", text="好了", turns=())], industry="bank", now=NOW)
    assert list(store.conversations(model="m@1")) == []
    assert store.call_tags([_call("1").feedback_id], model="m@1") == {}


def test_what_was_said_of_named_conversations(store: Store) -> None:
    items = [_call(str(number)) for number in range(3)]
    _save(store, items[:2], CALL)
    _save(store, items[2:], None)
    names = [item.feedback_id for item in items]
    assert store.call_tags(names, model="m@1") == dict.fromkeys(names[:2], CALL)
    assert store.call_tags(names[1:2] * 2, model="m@1") == {names[1]: CALL}
    assert store.call_tags([], model="m@1") == {}
    assert store.call_tags(names, model="m@2") == {}


def test_tagged_rows_of_conversations_have_their_turns(store: Store) -> None:
    _save(store, [_call("1"), _call("2", channel="review", turns=())], CALL)
    turns = {row.feedback_id: row.turns for row in store.tagged(model="m@1")}
    assert turns == {_call("1").feedback_id: TURNS, _call("2").feedback_id: ()}
