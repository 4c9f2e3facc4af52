"""What became of topics, and what people do with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from voc.errors import UsageError
from voc.records import Span, Topic, TopicMention
from voc.store import Store, TopicEvent

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=timezone(timedelta(hours=8)))


def topic(topic_id: str, *, days: int = 0, industry: str = "snack") -> Topic:
    day = NOW - timedelta(days=days)
    return Topic(topic_id, f"主题{topic_id}", industry, ("发货",), 1, 0.5, day, day)


@pytest.fixture
def filled(store: Store) -> Store:
    places = [
        ("fb_1", "a", 0.5, Span(0, 3, "发货慢")),
        ("fb_2", "a", 0.5, Span(4, 9, "发货漏了货")),
        ("fb_2", "b", 0.4, Span(0, 3, "包装破")),
        ("fb_3", "c", 0.4, Span(0, 3, "利率高")),
    ]
    with store.transaction() as tx:
        tx.save_topics("snack", [topic("a"), topic("b", days=3)], places[:3])
        tx.save_topics("bank", [topic("c", industry="bank")], places[3:])
    return store


def test_a_name_a_person_gave(filled: Store) -> None:
    with filled.transaction() as tx:
        tx.rename_topic(topic("a"), "发货太慢", "王", NOW)
    renamed = filled.topic("a")
    assert renamed is not None
    assert renamed.topic == "发货太慢"
    assert filled.topic_events(topic_id="a") == [
        TopicEvent("a", "主题a", "snack", NOW, "王", "renamed", words=("发货太慢",))
    ]


def test_a_muted_topic_is_nowhere_until_it_is_wanted_again(filled: Store) -> None:
    with filled.transaction() as tx:
        tx.mute_topic(topic("a"), True, "王", NOW)
    assert [item.topic_id for item in filled.topics("snack")] == ["b"]
    assert [item.topic_id for item in filled.topics("snack", with_muted=True)] == ["a", "b"]
    assert filled.muted_topics() == {"a"}
    assert filled.topics_of("fb_2") == [TopicMention("b", "主题b", 0.4)]
    with filled.transaction() as tx:
        tx.save_topics("snack", [topic("a"), topic("b")], [])
    assert filled.muted_topics() == {"a"}
    with filled.transaction() as tx:
        tx.mute_topic(topic("a"), False, "王", NOW)
    assert filled.muted_topics() == set()
    assert [event.kind for event in filled.topic_events(topic_id="a")] == ["muted", "unmuted"]


def test_a_merged_topic_goes_into_the_other(filled: Store) -> None:
    with filled.transaction() as tx:
        tx.merge_topics(topic("a"), topic("b", days=3), "王", NOW)
    [left] = filled.topics("snack")
    assert (left.topic_id, left.count) == ("b", 2)
    assert (left.first_seen, left.last_seen) == (NOW - timedelta(days=3), NOW)
    assert filled.topic("a") is None
    assert filled.topic_places("snack") == {("fb_1", 0): "b", ("fb_2", 4): "b", ("fb_2", 0): "b"}
    [event] = filled.topic_events(industry="snack", kind="joined")
    assert (event.topic_id, event.other, event.actor) == ("a", "b", "王")


def test_what_is_split_off_by_words(filled: Store) -> None:
    child = replace(topic("d"), topic="漏发")
    with filled.transaction() as tx:
        assert tx.split_topic(topic("a"), child, ["少发"], "王", NOW, least=1) == 0
    with pytest.raises(UsageError, match="min_voices"), filled.transaction() as tx:
        tx.split_topic(topic("a"), child, ["漏了"], "王", NOW, least=2)
    assert filled.topic("d") is None
    assert filled.topic_events() == []
    with filled.transaction() as tx:
        assert tx.split_topic(topic("a"), child, ["少发", "漏了"], "王", NOW, least=1) == 1
    assert filled.topic_places("snack")["fb_2", 4] == "d"
    assert {item.topic_id: item.count for item in filled.topics("snack")} == {
        "a": 1, "b": 1, "d": 1,
    }  # fmt: skip
    [event] = filled.topic_events(kind="parted")
    assert (event.topic_id, event.other, event.words) == ("d", "a", ("少发", "漏了"))


@pytest.mark.parametrize("word", ["app", "APP", "ＡＰＰ", "闪退"])
def test_words_are_found_in_any_form(store: Store, word: str) -> None:
    with store.transaction() as tx:
        tx.save_topics("snack", [topic("a")], [("fb_1", "a", 0.5, Span(0, 5, "App閃退"))])
        child = replace(topic("d"), topic="闪退")
        assert tx.split_topic(topic("a"), child, [word], "王", NOW, least=1) == 1


def test_what_belongs_least_surely_comes_first_one_of_a_voice(store: Store) -> None:
    scores = [("fb_1", 0.9), ("fb_2", 0.3), ("fb_2", 0.2), ("fb_3", 0.6)]
    places = [
        (name, "a", score, Span(at, at + 3, "发货慢")) for at, (name, score) in enumerate(scores)
    ]
    with store.transaction() as tx:
        tx.save_topics("snack", [topic("a")], places)
    found = store.doubtful_verbatims("a", limit=2)
    assert [(said.feedback_id, said.start, score) for said, score in found] == [
        ("fb_2", 2, 0.2),
        ("fb_3", 3, 0.6),
    ]


def test_places_are_of_one_industry(filled: Store) -> None:
    assert filled.topic_places("bank") == {("fb_3", 0): "c"}


def test_what_runs_tell_outlasts_the_topic(filled: Store) -> None:
    died = TopicEvent("a", "主题a", "snack", NOW, "voc", "died")
    with filled.transaction() as tx:
        tx.save_topics("snack", [], [])
        tx.add_topic_events([died])
    assert filled.topic_events(topic_id="a") == [died]
    assert died.as_dict()["at"] == NOW.isoformat()


def test_a_topic_that_is_gone_is_told(filled: Store) -> None:
    with (
        pytest.raises(UsageError, match="no topic 'x' any more; voc topics lists"),
        filled.transaction() as tx,
    ):
        tx.rename_topic(topic("x"), "名字", "王", NOW)
    assert filled.topic_events() == []
