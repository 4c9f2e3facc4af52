"""A person who leaves is found in no table afterwards, on every engine; the audit stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from voc.records import (
    Alert,
    AspectMention,
    Customer,
    EmergingTerm,
    Evidence,
    Feedback,
    Issue,
    Message,
    Order,
    OrderPart,
    OrderReview,
    Span,
    Tags,
    Topic,
    VoiceAction,
    WorkOrder,
)
from voc.store import Correction, Forgotten, Store
from voc.store.forgetting import GONE
from voc.store.quotes import without
from voc.store.schema import metadata

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
ME, OTHER = "c_0123456789abcdef0123", "c_ffffffffffffffffffff"
MINE = Feedback("s", "1", "review", "起步顿挫得像骑马", customer_id=ME)
POSTED = Feedback("forum", "2", "forum", "变速箱像打嗝一样", author=ME)
KEYED = Feedback("survey", ME, "survey", "降挡闯动像撞墙")
THEIRS = Feedback("s", "3", "review", "换挡顿挫", customer_id=OTHER)
VOICES = (MINE, POSTED, KEYED, THEIRS)
WORDS = ("像骑马", "像打嗝", "像撞墙")


def evidence(*voices: Feedback) -> tuple[Evidence, ...]:
    return tuple(Evidence(each.feedback_id, 0, len(each.text), each.text) for each in voices)


def issue(issue_id: str, title: str, *voices: Feedback) -> Issue:
    return Issue(
        issue_id, title, "automotive", "power", "open", "high", NOW, NOW, len(voices), "new", 0.5,
        evidence=evidence(*voices),
    )  # fmt: skip


def order(of: Issue) -> WorkOrder:
    quotes = [f"  1. “{each.text}”（{each.feedback_id}）" for each in of.evidence]
    new = [f"新情况：{of.emerging_term.sentence}"] if of.emerging_term else []
    return WorkOrder(
        f"wo_{of.issue_id}", of.issue_id, of.title, "\n".join([f"问题：{of.title}", *new, *quotes]),
        "投诉", "high", "质量部", "open", NOW, NOW + timedelta(days=3),
    )  # fmt: skip


def message(of: Issue, state: str) -> Message:
    data = {"work_order": order(of).as_dict(), "issue": of.as_dict()}
    name = f"msg_{of.issue_id}_{state}"
    return Message(name, state, f"wo_{of.issue_id}", 1, {"id": name, "data": data}, NOW)


ALONE = issue("is_alone", "骑马般顿挫", MINE)
SHARED = replace(
    issue("is_shared", "换挡顿挫，近来多说骑马般", *VOICES),
    emerging_term=EmergingTerm("骑马般", 14, 1_200, 1_500, 0, 2_000, 1e-9, is_sample=True),
)


@pytest.fixture
def full(store: Store) -> Store:
    """A store where the person stands everywhere that a person can."""
    with store.transaction() as tx:
        tx.add_feedback(VOICES, industry="automotive", now=NOW)
        tx.add_feedback(
            [Feedback("s", "1", "review", "起步顿挫得像骑马一样", customer_id=ME)],
            industry="automotive",
            now=NOW,
        )
        tx.set_flags("near_duplicate", [(MINE.feedback_id, "g")])
        tx.save_topics(
            "automotive",
            [Topic("tp_1", "顿挫", "automotive", ("顿挫",), 4, 1.0, NOW, NOW, evidence(*VOICES))],
            [(each.feedback_id, "tp_1", 0.9, Span(0, 4, each.text[:4])) for each in VOICES],
        )
        tx.save_issues([ALONE, SHARED])
        for each in (ALONE, SHARED):
            tx.save_work_order(order(each))
            for state in ("waits", "was_sent"):
                tx.enqueue(message(each, state))
        tx.lease("w", limit=9, lease_s=60, now=NOW, sinks=["was_sent"])
        for each in (ALONE, SHARED):
            tx.delivered(f"msg_{each.issue_id}_was_sent", "w", NOW)
        tx.save_alerts([alert()])
        tx.add_correction(
            Correction("co_1", MINE.feedback_id, 1, "sentiment", "negative", "李工", NOW,
                       note="他说像骑马")
        )  # fmt: skip
        tx.begin_request("k", "n", "h", NOW)
        tx.finish_request("k", "n", {"feedback_id": MINE.feedback_id, "note": "他说像骑马"})
        tx.add_rejects("tagging", [(MINE.feedback_id, "hangs", "")], NOW)
        tx.enqueue(voice_message(MINE))
        tx.add_voice_actions([voice_action(MINE, ME), voice_action(THEIRS, OTHER)])
        tx.save_order_parts([OrderPart("wo_is_shared", f"voice={MINE.feedback_id}", "r")])
        tx.save_order_reviews([review(ALONE, ""), review(SHARED, f"voice={MINE.feedback_id}")])
        tx.save_customers([Customer(ME, NOW, "钻石会员"), Customer(OTHER, NOW)])
        tx.save_orders([Order("o_1", ME, 9.0, NOW, NOW), Order("o_2", OTHER, 9.0, NOW, NOW)])
        tx.add_audit("key:a", "POST /v1/feedback", [MINE.feedback_id], NOW)
    tags = [(row, tags_of(row.feedback_id, row.feedback)) for row in store.untagged("m@1", limit=9)]
    with store.transaction() as tx:
        tx.save_tags(tags, NOW)
    return store


def voice_message(voice: Feedback) -> Message:
    said = {"feedback_id": voice.feedback_id, "text": voice.text}
    return Message(
        "msg_v", "waits", "va_1", 1, {"type": "voice.action", "data": {"voice": said}}, NOW
    )


def voice_action(voice: Feedback, person: str) -> VoiceAction:
    return VoiceAction(
        voice.feedback_id, 1, "要客", "noted", None, NOW, tag=f"标签{person}", customer_id=person
    )


def review(of: Issue, part: str) -> OrderReview:
    return OrderReview(
        work_order_id=f"wo_waits_{of.issue_id}", issue_id=of.issue_id, part=part, state="waiting",
        title=of.title, department="质量部", rule="r", reason="规则要求人工复核", severity="high",
        count=1, confidence=0.5, at=NOW,
    )  # fmt: skip


def alert() -> Alert:
    return Alert(
        alert_id="al_1", industry="automotive", title="动力", status="open", trend="new", since=NOW,
        opened_at=NOW, last_seen=NOW, window_days=7, count=4, expected=1.0, ratio=None, low=1.0,
        high=None, p=0.01, feedback_ids=tuple(each.feedback_id for each in VOICES),
    )  # fmt: skip


def tags_of(feedback_id: str, voice: Feedback) -> Tags:
    span = Span(0, 4, voice.text[:4])
    return Tags(
        id=feedback_id, text=voice.text, language="zh", sentiment=None, model="m@1",
        industry="automotive", aspects=(AspectMention("power", "动力", "negative", 0.9, (span,)),),
    )  # fmt: skip


def everything(store: Store, *, but: str) -> str:
    """All that all tables hold, but one, as text."""
    with store._database.reading() as connection:
        return "\n".join(
            str(row)
            for table in metadata.sorted_tables
            if table.name != but
            for row in connection.execute(select(table))
        )


def forget(store: Store, person: str = ME) -> Forgotten:
    with store.transaction() as tx:
        return tx.forget(person, NOW)


def test_nothing_of_the_person_is_left_but_in_the_audit(full: Store) -> None:
    told = forget(full)
    assert told == Forgotten(feedback=3, customers=1, orders=1, issues=2, quotes=9, delivered=2)
    left = everything(full, but="audit")
    ids = [each.feedback_id for each in (MINE, POSTED, KEYED)]
    assert [word for word in (*WORDS, *ids, ME, "骑马般") if word in left] == []
    assert full.audit()[0].ids == (MINE.feedback_id,)
    assert full.check() == []


def test_what_goes_is_told_before(full: Store) -> None:
    before = everything(full, but="")
    told = full.forgettable(ME)
    assert everything(full, but="") == before
    assert forget(full) == told
    assert full.forgettable(ME) == Forgotten(0, 0, 0, 0, 0, 0)


def test_others_stay_as_they_are(full: Store) -> None:
    forget(full)
    assert full.feedback(THEIRS.feedback_id) is not None
    assert full.tags(THEIRS.feedback_id) is not None
    shared = full.issue("is_shared")
    assert shared is not None
    assert (shared.status, shared.count, shared.evidence) == ("open", 1, evidence(THEIRS))
    assert [item.customer_id for item in full.customers()] == [OTHER]
    (topic,) = full.topics()
    assert topic.evidence == evidence(THEIRS)
    assert full.alerts()[0].feedback_ids == (THEIRS.feedback_id,)
    kept = full.work_order("wo_is_shared")
    assert kept is not None
    assert f"“{THEIRS.text}”（{THEIRS.feedback_id}）" in kept.description
    assert kept.description.count(GONE) == 4
    assert f"新情况：{GONE}\n" in kept.description
    assert shared.emerging_term is None
    assert shared.title == kept.title == "换挡顿挫"
    assert "近来多说" not in kept.description
    assert "近来多说" not in str([item.message.payload for item in full.outbox()])


def test_what_rules_did_about_the_person_goes(full: Store) -> None:
    assert full.customer_tags(ME) == [f"标签{ME}"]
    forget(full)
    assert (full.customer_tags(ME), full.customer_tags(OTHER)) == ([], [f"标签{OTHER}"])
    assert [item.message.key for item in full.outbox() if item.message.key == "va_1"] == []
    assert [(item.issue_id, item.title) for item in full.order_reviews()] == [("is_alone", GONE)]
    assert full.order_parts()["wo_is_shared"].part == GONE


def test_an_issue_of_nobody_else_is_closed_without_its_words(full: Store) -> None:
    forget(full)
    alone = full.issue("is_alone")
    assert alone is not None
    assert (alone.status, alone.count, alone.title, alone.evidence) == ("closed", 0, GONE, ())
    (event,) = full.issue_events("is_alone")
    assert event.note == "本人要求删除"
    (waiting,) = [item for item in full.outbox("pending") if "alone" in item.message.message_id]
    assert waiting.message.payload["data"]["issue"]["evidence"] == []


def test_who_is_not_there_changes_nothing(full: Store) -> None:
    before = everything(full, but="")
    assert forget(full, "c_00000000000000000000") == Forgotten(0, 0, 0, 0, 0, 0)
    assert everything(full, but="") == before


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ("fb_1", GONE),
        ("  1. “顿挫”（fb_1）\n  2. “异响”（fb_2）", f"  {GONE}\n  2. “异响”（fb_2）"),
        (["fb_1", "fb_2"], ["fb_2"]),
        ([{"feedback_id": "fb_1", "text": "a"}, {"x": "fb_2"}], [{"x": "fb_2"}]),
        ({"a": {"b": [1, None, True]}}, {"a": {"b": [1, None, True]}}),
        ("fb_2", "fb_2"),
    ],
)  # fmt: skip
def test_json_loses_what_names_a_voice(value: Any, left: Any) -> None:
    assert without(value, frozenset({"fb_1"}), GONE) == left
