"""Topics over the store: what was there before, and names from an endpoint."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from voc.config.sections import TopicSettings
from voc.pipeline import themes
from voc.pipeline.themes import by_voice, clauses_of, named, past_of, without
from voc.records import Evidence, Mention, Span, Topic
from voc.store import Store, TopicEvent, open_store
from voc.store.rows import TopicEventKind
from voc.topics import Assignment, Clause, Discovery, Parted, ThemeEvent
from voc.topics.namer import ChatNamer, NamerError

DAY = datetime(2026, 11, 1, tzinfo=UTC)
NAMING = TopicSettings(namer_url="http://127.0.0.1:9/v1")


def topic(topic_id: str) -> Topic:
    evidence = (Evidence("f1", 0, 4, "换挡顿挫"),)
    return Topic(topic_id, f"旧名{topic_id}", "automotive", ("换挡",), 5, 1.0, DAY, DAY, evidence)


FOUND = Discovery(
    [topic("old"), topic("a"), topic("b"), topic("c")],
    [],
    1.0,
    (ThemeEvent("a", "born"), ThemeEvent("b", "split", "old"), ThemeEvent("c", "born")),
)


def names(found: Discovery) -> list[str]:
    return [each.topic for each in found.topics]


def test_themes_lose_the_voices_that_went_meanwhile() -> None:
    places = tuple(Evidence(name, 0, 4, "换挡顿挫") for name in ("f1", "f2"))
    topics = [replace(topic("a"), evidence=places), topic("b")]
    spans = [("a", "f1"), ("a", "f2"), ("b", "f1")]
    said = [Assignment(voice, name, 0.9, Span(0, 4, "换挡顿挫")) for name, voice in spans]
    found = Discovery(topics, said, 1.0)
    assert without(found, set()) == found
    left = without(found, {"f1"})
    assert [(each.topic_id, each.evidence) for each in left.topics] == [("a", places[1:])]
    assert left.assignments == said[1:2]


def test_only_new_topics_are_named_and_a_name_is_given_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = iter(["换挡顿挫", "换挡顿挫", None])
    monkeypatch.setattr(ChatNamer, "name", lambda *_: next(answers))
    found, notes, left = named(FOUND, NAMING)
    assert names(found) == ["旧名old", "换挡顿挫", "旧名b", "旧名c"]
    assert (notes, left) == ([], frozenset())


def test_an_endpoint_that_fails_is_asked_again_by_a_later_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = iter(["换挡顿挫"])
    asked = []

    def answer(*_: object) -> str:
        asked.append(1)
        if (name := next(answers, None)) is None:
            raise NamerError("nobody there")
        return name

    monkeypatch.setattr(ChatNamer, "name", answer)
    found, notes, left = named(FOUND, NAMING)
    assert names(found) == ["旧名old", "换挡顿挫", "旧名b", "旧名c"]
    assert (notes, left, len(asked)) == (["nobody there"], frozenset({"b", "c"}), 2)
    answers = iter(["异响", "漏油"])
    again = named(replace(found, events=()), NAMING, awaiting=left)
    assert names(again.found) == ["旧名old", "换挡顿挫", "异响", "漏油"]
    assert again.left == set()


def test_naming_that_takes_long_goes_on_in_a_later_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(themes, "_NAMING_S", -1)
    monkeypatch.setattr(ChatNamer, "name", lambda *_: pytest.fail("was asked"))
    found, [note], left = named(FOUND, NAMING)
    assert (found, left) == (FOUND, frozenset({"a", "b", "c"}))
    assert note.startswith("topics.namer_url: 3 themes keep their names for now")


def test_the_negative_share_is_counted_by_voice() -> None:
    said = [("f1", 0, True), ("f1", 5, False), ("f1", 9, True), ("f2", 0, False), ("f3", 0, True)]
    clauses = [Clause(name, at, at + 4, "换挡顿挫", DAY, negative) for name, at, negative in said]
    spans = [
        Assignment(one.feedback_id, "a", 1.0, Span(one.start, one.end, one.text))
        for one in clauses[:4]
    ]
    found = by_voice(replace(FOUND, assignments=spans), clauses)
    assert {one.topic_id: one.negative_share for one in found.topics} == {
        "old": 1.0, "a": 0.5, "b": 1.0, "c": 1.0,
    }  # fmt: skip


def test_nothing_is_asked_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ChatNamer, "name", lambda *_: pytest.fail("was asked"))
    assert named(FOUND, TopicSettings()) == (FOUND, [], frozenset())


def test_a_clause_is_taken_once_and_complains_if_any_mention_does() -> None:
    def mention(aspect: str, sentiment: str, *spans: Span) -> Mention:
        return Mention("f1", "phone", aspect, sentiment, 0.9, DAY, spans)  # type: ignore[arg-type]

    first, second, third = Span(0, 4, "屏幕太暗"), Span(5, 9, "电池耐用"), Span(10, 14, "何时有货")
    found = clauses_of(
        [
            mention("a", "positive", first, second),
            mention("b", "negative", first),
            mention("c", "neutral", first, second, third),
        ]
    )
    assert [(clause.text, clause.negative, clause.positive) for clause in found] == [
        ("屏幕太暗", True, False),
        ("电池耐用", False, True),
        ("何时有货", False, False),
    ]


def test_clauses_stand_in_an_order_of_their_own() -> None:
    first, second = Span(0, 4, "屏幕太暗"), Span(5, 9, "电池耐用")
    told = [
        clauses_of(
            Mention(name, "phone", "a", "negative", 0.9, DAY, spans) for name in ("f2", "f1")
        )
        for spans in ((first, second), (second, first))
    ]
    assert told[0] == told[1]
    assert [clause.place for clause in told[0]] == [("f1", 0), ("f1", 5), ("f2", 0), ("f2", 5)]


def test_a_complaint_is_said_aside_where_its_voice_praises() -> None:
    def mention(name: str, *, is_praise: bool) -> Mention:
        said = (Span(0, 4, "屏幕太暗"),)
        return Mention(name, "phone", "a", "negative", 0.9, DAY, said, is_praise=is_praise)

    found = clauses_of([mention("f1", is_praise=True), mention("f2", is_praise=False)])
    assert [clause.aside for clause in found] == [True, False]


def test_a_clause_has_the_opinions_that_it_holds() -> None:
    clauses = Span(0, 6, "屏幕真的太暗"), Span(7, 13, "电池也不耐用")
    said = ("屏幕太暗", "电池不耐用", "太暗", "客服态度差")
    mention = Mention("f1", "phone", "a", "negative", 0.9, DAY, clauses, opinions=said)
    assert [clause.opinions for clause in clauses_of([mention])] == [
        ("屏幕太暗", "太暗"),
        ("电池不耐用",),
    ]


def _did(store: Store, *edits: tuple[TopicEventKind, str, str]) -> None:
    with store.transaction() as transaction:
        transaction.add_topic_events(
            [
                TopicEvent(name, name, "phone", DAY, "王", kind, other, words=("ＷiFi",))
                for kind, name, other in edits
            ]
        )


def test_what_was_split_off_and_merged_again_is_split_off_no_more(tmp_path: Path) -> None:
    cold, loud = (Parted("noise", name, ("wifi",)) for name in ("cold", "loud"))
    with open_store(f"sqlite:///{tmp_path / 'voc.db'}") as store:
        _did(store, ("parted", "cold", "noise"), ("parted", "loud", "noise"))
        assert past_of(store, "phone").parted == (cold, loud)
        _did(store, ("joined", "cold", "noise"))
        past = past_of(store, "phone")
        assert past.parted == (loud,)
        assert past.joined == {"noise"}
        _did(store, ("parted", "cold", "noise"))
        assert past_of(store, "phone").parted == (loud, cold)
