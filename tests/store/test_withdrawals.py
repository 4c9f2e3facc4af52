"""What a source takes back is kept and counted nowhere, until it is said again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from voc.records import (
    Evidence,
    Feedback,
    Issue,
    Message,
    Sentiment,
    Span,
    Tags,
    Topic,
    VoiceAction,
    WorkOrder,
)
from voc.store import Store

NOW = datetime(2026, 11, 1, tzinfo=UTC)
MODEL = "m@1.0.0"


def voice(name: str, text: str = "起步顿挫") -> Feedback:
    return Feedback("s", name, "review", text, created_at=NOW)


def add(store: Store, *items: Feedback, restores: bool = False) -> tuple[int, int, int]:
    with store.transaction() as tx:
        found = tx.add_feedback(items, industry="cars", now=NOW, restores=restores)
    return found.accepted, found.duplicates, found.edited


def withdraw(store: Store, *names: str) -> int:
    with store.transaction() as tx:
        return tx.withdraw("s", names, NOW)


def tag(store: Store) -> None:
    rows = [
        (item, Tags(item.feedback_id, item.feedback.text, "zh", NEGATIVE, model=MODEL))
        for item in store.untagged(MODEL, limit=100)
    ]
    with store.transaction() as tx:
        tx.save_tags(rows, NOW)


NEGATIVE = Sentiment("negative", 0.9, {"negative": 0.9, "neutral": 0.1, "positive": 0.0})


def issue(voices: Sequence[Feedback]) -> Issue:
    return Issue(
        "is_1", "顿挫", "cars", "power", "open", "medium", NOW, NOW, len(voices), "steady", 1.0,
        evidence=tuple(Evidence(item.feedback_id, 0, 2, "起步") for item in voices),
    )  # fmt: skip


def test_a_withdrawn_voice_counts_nowhere_and_is_kept(store: Store) -> None:
    one, two = voice("1"), voice("2", "空间大")
    add(store, one, two)
    tag(store)
    topic = Topic("to_1", "顿挫", "cars", ("顿挫",), 1, 1.0, NOW, NOW)
    with store.transaction() as tx:
        tx.save_topics("cars", [topic], [(one.feedback_id, "to_1", 0.9, Span(0, 2, "起步"))])
        tx.save_issues([issue([one, two])])
    assert withdraw(store, "1", "1", "unknown") == 1
    assert withdraw(store, "1") == 0
    assert [row.feedback_id for row in store.tagged(model=MODEL)] == [two.feedback_id]
    assert store.feedback(one.feedback_id) is None
    assert list(store.topic_voices(model=MODEL)) == []
    counts = store.counts()
    assert (counts.feedback, counts.versions, counts.tagged) == (1, 2, 1)
    [source] = store.sources()
    assert (source.voices, source.withdrawn) == (1, 1)
    left = store.issue("is_1")
    assert left is not None
    assert (left.count, left.status) == (1, "open")
    assert [place.feedback_id for place in left.evidence] == [two.feedback_id]
    assert store.check() == []


def test_the_standing_changes_with_all_that_comes_and_goes(store: Store) -> None:
    def forget() -> None:
        with store.transaction() as tx:
            tx.forget("cu_1", NOW)

    changes = (
        lambda: add(store, voice("1"), replace(voice("2"), customer_id="cu_1")),
        lambda: add(store, voice("1", "空间大")),
        lambda: withdraw(store, "1"),
        forget,
    )
    seen = [store.standing()]
    for change in changes:
        change()
        assert store.standing() not in seen
        seen.append(store.standing())
    assert withdraw(store, "1") == 0
    assert store.standing() == seen[-1]


def order(of: Issue, *voices: Feedback) -> WorkOrder:
    quotes = [f"  {n}. “{item.text}”（{item.feedback_id}）" for n, item in enumerate(voices, 1)]
    return WorkOrder(
        "wo_1", of.issue_id, of.title, "\n".join([f"问题：{of.title}", *quotes]),
        "投诉", "high", "质量部", "open", NOW, NOW + timedelta(days=3),
    )  # fmt: skip


def quoting(name: str, sink: str, of: Issue, work_order: WorkOrder) -> Message:
    data = {"work_order": work_order.as_dict(), "issue": of.as_dict()}
    return Message(name, sink, "wo_1", 1, {"id": name, "data": data}, NOW)


def told(item: Feedback, sink: str) -> tuple[VoiceAction, Message]:
    action = VoiceAction(item.feedback_id, 1, "安全", "told", None, NOW)
    said = {"feedback_id": item.feedback_id, "text": item.text}
    name = f"msg_{item.native_id}_{sink}"
    return action, Message(name, sink, action.action_id, 1, {"data": {"voice": said}}, NOW)


@pytest.fixture
def quoted(store: Store) -> tuple[Store, Feedback, Feedback]:
    """A store where two voices are quoted wherever voices are, to `sent` and not yet to `waits`."""
    one, two = voice("1", "起步顿挫得像骑马"), voice("2", "换挡顿挫")
    add(store, one, two)
    of = issue([one, two])
    places = tuple(Evidence(item.feedback_id, 0, len(item.text), item.text) for item in (one, two))
    of = replace(of, evidence=places)
    topic = Topic("to_1", "顿挫", "cars", ("顿挫",), 2, 1.0, NOW, NOW, places)
    with store.transaction() as tx:
        tx.save_topics("cars", [topic], [])
        tx.save_issues([of])
        tx.save_work_order(order(of, one, two))
        for sink in ("sent", "waits"):
            tx.enqueue(quoting(f"msg_{sink}", sink, of, order(of, one, two)))
            for item in (one, two):
                action, message = told(item, sink)
                tx.add_voice_actions([action])
                tx.enqueue(message)
        for message in tx.lease("w", limit=9, lease_s=60, now=NOW, sinks=["sent"]):
            tx.delivered(message.message_id, "w", NOW)
    return store, one, two


@pytest.mark.parametrize("others", [0, 9])
def test_what_is_withdrawn_is_quoted_no_more(
    quoted: tuple[Store, Feedback, Feedback], others: int
) -> None:
    store, one, two = quoted
    names = [f"other {n}" for n in range(others)]
    add(store, *(voice(name) for name in names))
    assert withdraw(store, "1", *names) == 1 + others
    (topic,) = store.topics()
    assert [item.feedback_id for item in topic.evidence] == [two.feedback_id]
    kept = store.work_order("wo_1")
    assert kept is not None
    left = f"  2. “{two.text}”（{two.feedback_id}）"
    assert kept.description == f"问题：顿挫\n  （来源已撤回）\n{left}"
    [waits] = [item for item in store.outbox("pending") if item.message.message_id == "msg_waits"]
    data = waits.message.payload["data"]
    assert data["work_order"]["description"] == kept.description
    assert [item["feedback_id"] for item in data["issue"]["evidence"]] == [two.feedback_id]
    [sent] = [item for item in store.outbox("delivered") if item.message.message_id == "msg_sent"]
    assert one.text in str(sent.message.payload)


def test_messages_of_what_is_withdrawn_are_recalled(
    quoted: tuple[Store, Feedback, Feedback],
) -> None:
    store, _, _ = quoted
    withdraw(store, "1")
    states = {item.message.message_id: item.state for item in store.outbox()}
    assert (states["msg_1_sent"], states["msg_1_waits"]) == ("delivered", "dropped")
    assert (states["msg_2_sent"], states["msg_2_waits"]) == ("delivered", "pending")
    [recalled] = store.outbox("dropped")
    assert recalled.last_error == "来源已撤回"


def test_a_message_under_way_is_recalled_from_the_next_try(
    quoted: tuple[Store, Feedback, Feedback],
) -> None:
    store, _, _ = quoted
    with store.transaction() as tx:
        tx.lease("w", limit=9, lease_s=60, now=NOW, sinks=["waits"])
    withdraw(store, "1")
    with store.transaction() as tx:
        assert not tx.postpone("msg_1_waits", "w", "down", NOW)
        left = tx.lease("w", limit=9, lease_s=60, now=NOW + timedelta(hours=1), sinks=["waits"])
    assert {message.message_id for message in left} == {"msg_2_waits", "msg_waits"}


def test_an_issue_whose_voices_are_all_gone_is_closed_with_a_reason(store: Store) -> None:
    one = voice("1")
    add(store, one)
    with store.transaction() as tx:
        tx.save_issues([issue([one])])
    withdraw(store, "1")
    left = store.issue("is_1")
    assert left is not None
    assert (left.count, left.status, left.evidence) == (0, "closed", ())
    [event] = store.issue_events("is_1")
    assert (event.actor, event.note) == ("voc", "所有声音都已被撤回")


def test_what_comes_again_as_it_was_stays_withdrawn_where_it_may_be_old(store: Store) -> None:
    add(store, voice("1"))
    withdraw(store, "1")
    assert add(store, voice("1")) == (0, 1, 0)
    assert store.counts().feedback == 0


def test_what_a_snapshot_shows_again_speaks_again(store: Store) -> None:
    add(store, voice("1"), voice("2"))
    add(store, voice("1", "改过"))
    withdraw(store, "1", "2")
    assert add(store, voice("1", "改过"), voice("2"), restores=True) == (0, 2, 0)
    assert store.counts().feedback == 2
    found = store.feedback(voice("1").feedback_id)
    assert found is not None
    assert (found.version, found.feedback.text) == (2, "改过")
    assert store.sources()[0].withdrawn == 0
    assert store.check() == []


def test_other_words_are_an_edit_and_speak_again(store: Store) -> None:
    add(store, voice("1"))
    withdraw(store, "1")
    assert add(store, voice("1", "改过")) == (0, 0, 1)
    found = store.feedback(voice("1").feedback_id)
    assert found is not None
    assert found.version == 2
    assert withdraw(store, "1") == 1
    assert store.counts().feedback == 0


def test_many_are_withdrawn_at_once(store: Store) -> None:
    add(store, *(voice(str(n), f"第{n}条") for n in range(1_200)))
    assert withdraw(store, *(str(n) for n in range(0, 1_200, 2))) == 600
    assert store.counts().feedback == 600


def test_a_withdrawal_that_overtakes_its_voice_is_kept(store: Store) -> None:
    assert withdraw(store, "1") == 0
    assert store.sources() == []
    assert add(store, voice("1"), voice("2")) == (2, 0, 0)
    assert add(store, voice("1")) == (0, 1, 0)
    assert store.feedback(voice("1").feedback_id) is None
    assert [row.feedback.native_id for row in store.untagged(MODEL, limit=9)] == ["2"]
    assert (store.sources()[0].voices, store.sources()[0].withdrawn) == (1, 1)
    assert store.check() == []
    assert add(store, voice("1", "改过")) == (0, 0, 1)
    assert store.feedback(voice("1").feedback_id) is not None


def test_a_snapshot_shows_what_was_withdrawn_before_it_came(store: Store) -> None:
    withdraw(store, "1")
    assert add(store, voice("1"), restores=True) == (1, 0, 0)
    assert store.feedback(voice("1").feedback_id) is not None
    assert store.check() == []


def test_former_words_in_a_snapshot_are_current_again(store: Store) -> None:
    for text in ("甲", "乙", "甲", "甲"):
        add(store, voice("1", text), restores=True)
    found = store.feedback(voice("1").feedback_id)
    assert found is not None
    assert (found.version, found.feedback.text) == (3, "甲")
    assert add(store, voice("1", "乙"), voice("1", "甲"), restores=True) == (0, 2, 0)
    assert store.check() == []


def test_tags_of_a_voice_that_was_forgotten_or_reassigned_meanwhile_are_left_out(
    store: Store,
) -> None:
    one, two, three = (replace(voice(n), customer_id=n) for n in "123")
    add(store, one, two, three)
    rows = [
        (item, Tags(item.feedback_id, item.feedback.text, "zh", NEGATIVE, model=MODEL))
        for item in store.untagged(MODEL, limit=9)
    ]
    with store.transaction() as tx:
        tx.forget("1", NOW)
        tx.add_feedback([two], industry="snack", now=NOW)
    with store.transaction() as tx:
        kept = tx.unchanged(rows)
        tx.save_tags(kept, NOW)
    assert [row.feedback.native_id for row, _ in kept] == ["3"]
    assert [row.feedback_id for row in store.tagged(model=MODEL)] == [three.feedback_id]
