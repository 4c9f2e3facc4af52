from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from voc.records import (
    UNHEARD,
    AspectMention,
    Feedback,
    Intent,
    Opinion,
    Polarity,
    Sentiment,
    Span,
    Tags,
    Topic,
    TopicMention,
    Urgency,
)
from voc.store import Store, StoredFeedback, Transaction

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=timezone(timedelta(hours=8)))
TEXT = "起步顿挫严重，服务很好"


def mention(aspect_id: str, start: int, end: int, sentiment: Polarity = "negative") -> Any:
    span = Span(start, end, TEXT[start:end])
    return AspectMention(aspect_id, aspect_id, sentiment, 0.9, (span,))


def tags_of(row: StoredFeedback, model: str = "m@1", **values: Any) -> Tags:
    made = Tags(
        id=row.feedback_id,
        text=row.feedback.text,
        language="zh",
        sentiment=Sentiment("negative", 0.75, {"negative": 0.75, "neutral": 0.25, "positive": 0.0}),
        aspects=(mention("power", 0, 6), mention("service", 7, 11, "positive")),
        opinions=(
            Opinion(Span(0, 2, "起步"), Span(2, 6, "顿挫严重"), "negative"),
            Opinion(None, Span(9, 11, "很好"), "positive"),
            Opinion(None, Span(9, 11, "很好"), "negative"),
        ),
        topics=(TopicMention("t1", "变速箱顿挫", 0.5),),
        intent=Intent("complaint", 0.875),
        urgency=Urgency("high", ("安全",)),
        model=model,
        flags=("truncated",),
    )
    return replace(made, **values)


def ingest(store: Store, items: Sequence[Feedback], industry: str | None = "automotive") -> None:
    with store.transaction() as tx:
        tx.add_feedback(items, industry=industry, now=NOW)


def tag(store: Store, model: str = "m@1", **values: Any) -> None:
    rows = store.untagged(model, limit=10_000)
    with store.transaction() as tx:
        tx.save_tags([(row, tags_of(row, model, **values)) for row in rows], NOW)


def voice(native_id: str = "1", **values: Any) -> Feedback:
    return replace(Feedback("reviews", native_id, "review", TEXT), **values)


def test_tags_come_back_as_they_were_saved(store: Store) -> None:
    ingest(store, [voice()])
    (row,) = store.untagged("m@1", limit=5)
    with store.transaction() as tx:
        tx.save_tags([(row, tags_of(row))], NOW)
    assert store.tags(row.feedback_id) == tags_of(row)
    assert store.tags(row.feedback_id, "m@1") == tags_of(row)
    assert store.tags(row.feedback_id, "other") is None
    assert store.tags("fb_none") is None


def test_untagged_is_by_model_and_version(store: Store) -> None:
    ingest(store, [voice("1"), voice("2")])
    tag(store)
    assert store.untagged("m@1", limit=5) == []
    assert len(store.untagged("m@2", limit=5)) == 2
    ingest(store, [voice("1", text="改了")])
    assert [row.version for row in store.untagged("m@1", limit=5)] == [2]
    assert store.tags(voice().feedback_id) is None


def test_tags_of_the_same_model_are_replaced(store: Store) -> None:
    ingest(store, [voice()])
    (row,) = store.untagged("m@1", limit=5)
    later = tags_of(row, sentiment=None, aspects=(mention("noise", 0, 2),), industry="phone")
    with store.transaction() as tx:
        tx.save_tags([(row, tags_of(row)), (row, tags_of(row, "m@2"))], NOW)
        tx.save_tags([(row, tags_of(row)), (row, later)], NOW + timedelta(seconds=1))
    assert store.tags(row.feedback_id) == later
    assert store.tags(row.feedback_id, "m@2") == tags_of(row, "m@2")
    assert [item.aspect_id for item in store.mentions(model="m@1")] == ["noise"]
    assert [item.aspect_id for item in store.mentions(model="m@2")] == ["power", "service"]
    assert [item.industry for item in store.tagged(model="m@1")] == ["phone"]
    assert store.counts().tagged == 1


PERSON = "c_0123456789abcdef0123"
MEANWHILE: dict[str, Callable[[Transaction], object]] = {
    "forgotten": lambda tx: tx.forget(PERSON, NOW),
    "withdrawn": lambda tx: tx.withdraw(voice("1").source, ["1"], NOW),
    "edited": lambda tx: tx.add_feedback([voice(text="改过")], industry=None, now=NOW),
    "given another industry": lambda tx: tx.add_feedback(
        [voice(customer_id=PERSON)], industry="phone", now=NOW
    ),
}


@pytest.mark.parametrize("change", MEANWHILE)
def test_what_changed_since_it_was_read_is_left_out(store: Store, change: str) -> None:
    ingest(store, [voice(customer_id=PERSON), voice("2")])
    rows = store.untagged("m@1", limit=9)
    with store.transaction() as tx:
        MEANWHILE[change](tx)
    with store.transaction() as tx:
        kept = tx.unchanged([(row, tags_of(row)) for row in rows])
        tx.save_tags(kept, NOW)
    assert [row for row, _ in kept] == rows[1:]
    assert {item.feedback_id for item in store.mentions(model="m@1")} == {rows[1].feedback_id}
    assert store.check() == []


def test_mention_brings_what_issues_need(store: Store) -> None:
    created = datetime(2026, 5, 1, 9, tzinfo=timezone(timedelta(hours=8)))
    ingest(
        store,
        [voice(created_at=created, product="星河 S5", store="上海一店", region="上海")],
    )
    tag(store)
    bad, good = store.mentions(model="m@1")
    assert (bad.aspect_id, bad.sentiment, bad.score) == ("power", "negative", 0.9)
    assert (bad.product, bad.store, bad.region) == ("星河 S5", "上海一店", "上海")
    assert (bad.channel, bad.industry) == ("review", "automotive")
    assert (bad.urgency, bad.urgency_reasons) == ("high", ("安全",))
    assert bad.evidence == (Span(0, 6, TEXT[:6]),)
    assert bad.occurred_at.isoformat() == created.isoformat()
    assert bad.opinions == ("起步顿挫严重",)
    assert good.opinions == ("很好",)
    assert bad.topic_id is None


@pytest.mark.parametrize(
    ("tone", "score", "rating", "is_praise"),
    [
        ("positive", 0.9, None, True),
        ("positive", 0.5, None, False),
        ("negative", 0.9, None, False),
        ("negative", 0.9, 5.0, True),
        ("negative", 0.9, 4.0, True),
        ("positive", 0.9, 3.0, False),
    ],
)
def test_mention_tells_whether_its_voice_praises_by_rating_or_else_by_tone(
    tone: Polarity, score: float, rating: float | None, is_praise: bool, store: Store
) -> None:
    ingest(store, [voice(rating=rating, rating_max=5.0 if rating else None)])
    tag(store, sentiment=Sentiment(tone, score, {}))
    assert {one.is_praise for one in store.mentions(model="m@1")} == {is_praise}


def test_what_the_topic_was_heard_in_is_the_first_evidence(store: Store) -> None:
    ingest(store, [voice()])
    spans = (Span(0, 2, TEXT[:2]), Span(2, 4, TEXT[2:4]), Span(4, 6, TEXT[4:6]))
    [row] = store.untagged("m@1", limit=1)
    said = AspectMention("power", "动力", "negative", 0.9, spans)
    with store.transaction() as tx:
        tx.save_tags([(row, replace(tags_of(row), aspects=(said,)))], NOW)
        tx.save_topics(
            "automotive",
            [Topic("t1", "t1", "automotive", (), 1, 1.0, NOW, NOW)],
            [(row.feedback_id, "t1", 0.5, spans[1])],
        )
    [found] = store.mentions(model="m@1")
    assert found.evidence == (spans[1], spans[0], spans[2])


def test_mention_has_the_surest_topic_that_its_evidence_touches(store: Store) -> None:
    ingest(store, [voice()])
    tag(store)
    name = voice().feedback_id
    topics = [
        Topic(topic, topic, "automotive", (), 1, 1.0, NOW, NOW) for topic in ("t1", "t2", "t3")
    ]
    assigned = [
        (name, "t1", 0.5, Span(0, 6, TEXT[:6])),
        (name, "t2", 0.7, Span(5, 8, TEXT[5:8])),
        (name, "t3", 0.9, Span(7, 11, TEXT[7:])),
    ]
    with store.transaction() as tx:
        tx.save_topics("automotive", topics, assigned)
    found = {item.aspect_id: item.topic_id for item in store.mentions(model="m@1")}
    assert found == {"power": "t2", "service": "t3"}
    voices = [(name, "t1", 1, True), (name, "t2", 0, None), (name, "t3", 1, False)]
    assert list(store.topic_voices(model="m@1")) == voices
    assert list(store.topic_voices(["automotive"], model="m@1")) == voices
    assert list(store.topic_voices("snack", model="m@1")) == []
    assert [said.is_negative for said in store.topic_voices(model="m@9")] == [None] * 3
    with store.transaction() as tx:
        tx.mute_topic(topics[1], True, "王", NOW)
    found = {item.aspect_id: item.topic_id for item in store.mentions(model="m@1")}
    assert found == {"power": None, "service": "t3"}
    with store.transaction() as tx:
        tx.mute_topic(topics[1], False, "王", NOW)
        tx.save_topics(
            "automotive", [topics[0], replace(topics[1], topic="换挡（多方面）")], assigned[:2]
        )
    found = {item.aspect_id: item.topic_id for item in store.mentions(model="m@1")}
    assert found == {"power": "t1", "service": "t2"}
    with store.transaction() as tx:
        tx.set_flags("paid_burst", [(name, "g")])
    assert list(store.topic_voices(model="m@1")) == []


def test_models_are_counted_and_what_they_have_not_tagged(store: Store) -> None:
    assert store.models() == {}
    ingest(store, [voice()])
    assert store.count_untagged(model="m@1") == 1
    tag(store)
    assert store.models() == {"m@1": 1}
    assert (store.count_untagged(model="m@1"), store.count_untagged(model="m@2")) == (0, 1)
    assert store.count_untagged(model="m@2", industry="snack") == 0


def test_only_current_versions_are_read(store: Store) -> None:
    ingest(store, [voice()])
    tag(store)
    ingest(store, [voice(text="换了变速箱，" + TEXT)])
    assert list(store.mentions(model="m@1")) == []
    assert list(store.tagged(model="m@1")) == []
    assert store.counts().mentions == 0


DAY = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def many(store: Store) -> Store:
    """Ten voices a day apart, the newest first: even ones of one product, odd ones of another."""
    for number in reversed(range(10)):
        item = voice(
            str(number),
            created_at=DAY + timedelta(days=number),
            product=f"p{number % 2}",
            store="s" if number < 5 else None,
        )
        ingest(store, [item], "automotive" if number < 8 else None)
    tag(store)
    return store


FILTERS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "all, by time": ({}, [str(number) for number in range(10)]),
    "another model": ({"model": "m@2"}, []),
    "an industry": ({"industry": "automotive"}, [str(number) for number in range(8)]),
    "no such industry": ({"industry": "snack"}, []),
    "since is included": ({"since": DAY + timedelta(days=7)}, ["7", "8", "9"]),
    "until is not": ({"until": DAY + timedelta(days=2)}, ["0", "1"]),
    "both": ({"since": DAY, "until": DAY + timedelta(seconds=1)}, ["0"]),
}
PLACES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "a product": ({"product": "p1", "store": "s"}, ["1", "3"]),
    "products": ({"product": ["p0", "p1"], "until": DAY + timedelta(days=3)}, ["0", "1", "2"]),
    "a store": ({"store": "s"}, ["0", "1", "2", "3", "4"]),
}


def test_tagged_is_filtered_and_ordered(many: Store) -> None:
    ids = {voice(str(number)).feedback_id: str(number) for number in range(10)}
    for name, (wanted, expected) in (FILTERS | PLACES).items():
        rows = many.tagged(**{"model": "m@1", **wanted})
        assert [ids[row.feedback_id] for row in rows] == expected, name


def test_tagged_is_filtered_by_urgency(store: Store) -> None:
    ingest(store, [voice("1"), voice("2")])
    calm, urgent = store.untagged("m@1", limit=2)
    with store.transaction() as tx:
        tx.save_tags(
            [(calm, tags_of(calm, urgency=Urgency("normal"))), (urgent, tags_of(urgent))], NOW
        )
    assert [row.feedback_id for row in store.tagged(model="m@1", urgency="high")] == [
        urgent.feedback_id
    ]


def test_voices_come_without_their_words_where_nobody_needs_them(store: Store) -> None:
    ingest(store, [voice()])
    tag(store)
    (whole,) = store.tagged(model="m@1")
    assert whole.text == TEXT
    assert list(store.tagged(model="m@1", with_words=False)) == [replace(whole, text="")]


def test_judged_texts_are_the_evidence_of_mentions_that_count(store: Store) -> None:
    ingest(store, [voice("1"), voice("2", text=f"{TEXT}。")])
    tag(store)
    said = [span.text for item in store.mentions(model="m@1") for span in item.evidence]
    assert sorted(store.judged_texts(model="m@1")) == sorted(said)
    with store.transaction() as tx:
        tx.set_flags("paid_burst", [(voice("1").feedback_id, "b1")])
    assert sorted(store.judged_texts(model="m@1")) == sorted(said[: len(said) // 2])


def test_what_no_aspect_hears_is_read_where_it_is_asked_for(store: Store) -> None:
    ingest(store, [voice("1")])
    name = voice("1").feedback_id
    [row] = store.untagged("m@1", limit=1)
    lost = AspectMention(UNHEARD, "", "negative", 0.7, (Span(7, 11, "服务很好"),))
    with store.transaction() as tx:
        tx.save_tags([(row, tags_of(row))], NOW, unheard={name: [lost], "fb_other": [lost]})
    heard = [item.aspect_id for item in store.mentions(model="m@1")]
    assert heard == ["power", "service"]
    [found] = [
        item
        for item in store.mentions(model="m@1", with_unheard=True)
        if item.aspect_id not in heard
    ]
    assert (found.aspect_id, found.sentiment, found.score) == (UNHEARD, "negative", 0.7)
    assert (found.evidence, found.opinions) == (lost.evidence, ("很好",))
    assert {key[1] for key in store.polarities(model="m@1")} == {"power", "service"}
    assert store.tags(name) == tags_of(row)
    with store.transaction() as tx:
        tx.save_tags([(row, tags_of(row))], NOW)
    assert len(list(store.mentions(model="m@1", with_unheard=True))) == 2


def test_the_mark_of_tagged_voices_changes_with_them(store: Store) -> None:
    ingest(store, [voice("1"), voice("2")])
    tag(store)
    first, _ = store.tagged(model="m@1")
    marks = [store.tagged_mark(model="m@1")]
    assert store.tagged_mark(model="m@1") == marks[0]
    ingest(store, [voice("3")], industry="phone")
    tag(store, "m@2")
    assert store.tagged_mark(model="m@1") == marks[0]
    tag(store)
    marks.append(store.tagged_mark(model="m@1"))
    (row,) = [one for one in store.untagged("m@3", limit=5) if one.feedback_id == first.feedback_id]
    with store.transaction() as tx:
        tx.save_tags([(row, tags_of(row, sentiment=None))], NOW + timedelta(seconds=1))
    marks.append(store.tagged_mark(model="m@1"))
    with store.transaction() as tx:
        tx.withdraw(voice("2").source, ["2"], NOW)
    marks.append(store.tagged_mark(model="m@1"))
    ingest(store, [voice("1", text="改了")])
    marks.append(store.tagged_mark(model="m@1"))
    assert len(set(marks)) == len(marks)


def test_mentions_are_filtered_and_ordered(many: Store) -> None:
    ids = {voice(str(number)).feedback_id: str(number) for number in range(10)}
    for name, (wanted, expected) in FILTERS.items():
        found = many.mentions(**{"model": "m@1", **wanted})
        assert [(ids[item.feedback_id], item.aspect_id) for item in found] == [
            (number, aspect) for number in expected for aspect in ("power", "service")
        ], name
        found = many.mentions(**{"model": "m@1", "sentiment": "positive", **wanted})
        assert [ids[item.feedback_id] for item in found] == expected, name


def test_tagged_row_holds_the_voice_and_the_verdict(store: Store) -> None:
    item = voice(author="张*", customer_id="c", rating=2.0, rating_max=5.0, nps=3, url="u")
    ingest(store, [item])
    tag(store)
    (row,) = store.tagged(model="m@1")
    assert (row.text, row.author, row.customer_id, row.url) == (TEXT, "张*", "c", "u")
    assert (row.rating, row.rating_max, row.nps, row.csat, row.ces) == (2.0, 5.0, 3, None, None)
    assert (row.sentiment, row.sentiment_score) == ("negative", 0.75)
    assert (row.intent, row.urgency, row.industry) == ("complaint", "high", "automotive")
    assert row.flags == {"truncated"}
    assert row.occurred_at.isoformat() == NOW.isoformat()
    assert not row.is_dated


def test_a_voice_knows_whether_its_source_told_its_time(store: Store) -> None:
    ingest(store, [voice(created_at=NOW), voice("2", created_at=None)])
    tag(store)
    assert sorted(row.is_dated for row in store.tagged(model="m@1")) == [False, True]


def test_flags_are_replaced_by_kind_and_leave_voices_out(store: Store) -> None:
    ingest(store, [voice("1"), voice("2"), voice("3")])
    tag(store)
    one, two, three = (voice(number).feedback_id for number in "123")
    with store.transaction() as tx:
        tx.set_flags("near_duplicate", [(two, "g")])
        tx.set_flags("paid_burst", [(one, "b"), (one, "b"), (three, "b")])
    with store.transaction() as tx:
        tx.set_flags("paid_burst", [(two, "c")])
    assert store.flags("paid_burst") == {two: "c"}
    flags = {row.feedback_id: row.flags for row in store.tagged(model="m@1")}
    assert flags == {
        one: {"truncated"},
        two: {"truncated", "near_duplicate", "paid_burst"},
        three: {"truncated"},
    }
    assert {item.feedback_id for item in store.mentions(model="m@1")} == {one, three}
    everyone = store.mentions(model="m@1", with_flagged=True)
    assert {item.feedback_id for item in everyone} == {one, two, three}


def test_streams_are_read_while_the_store_is_written(store: Store) -> None:
    ingest(store, [voice(str(number)) for number in range(1200)])
    tag(store)
    seen: set[str] = set()
    for item in store.mentions(model="m@1", sentiment="negative"):
        if len(seen) % 400 == 0:
            ingest(store, [voice(f"new {len(seen)}")])
            tag(store)
        seen.add(item.feedback_id)
    assert len(seen) == 1200
    stream = store.tagged(model="m@1")
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert store.counts().tagged == 1203


def test_tags_may_say_nothing(store: Store) -> None:
    ingest(store, [voice()], None)
    (row,) = store.untagged("m", limit=1)
    empty = Tags(row.feedback_id, "\x00", "en", None, model="m")
    with store.transaction() as tx:
        tx.save_tags([(row, empty)], NOW)
    assert store.tags(row.feedback_id) == replace(empty, text="\ufffd")
    (found,) = store.tagged(model="m")
    assert (found.sentiment, found.industry, found.flags) == (None, None, frozenset())


def test_polarities_are_counted_by_place_without_paid_posts(store: Store) -> None:
    items = [
        voice("1", product="X5", store=None),
        voice("2", product="X5", store="A店"),
        voice("3", product="X5", store="A店"),
        voice("4", product="X5", store="A店"),
    ]
    ingest(store, items)
    tag(store)
    with store.transaction() as tx:
        tx.set_flags("paid_burst", [(items[3].feedback_id, "b")])
    assert store.polarities(model="m@1") == {
        ("automotive", "power", "X5", None): (1, 1),
        ("automotive", "service", "X5", None): (0, 1),
        ("automotive", "power", "X5", "A店"): (2, 2),
        ("automotive", "service", "X5", "A店"): (0, 2),
    }
    assert store.polarities(model="other") == {}
