from __future__ import annotations

from datetime import datetime, timedelta, timezone

from voc.records import Evidence, NearAspect, Span, Topic, TopicMention
from voc.store import Store

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=timezone(timedelta(hours=8)))


def topic(topic_id: str, count: int = 1, industry: str = "snack") -> Topic:
    return Topic(
        topic_id=topic_id,
        topic=f"主题{topic_id}",
        industry=industry,
        keywords=("发货", "慢"),
        count=count,
        negative_share=0.75,
        first_seen=NOW - timedelta(days=3),
        last_seen=NOW,
        evidence=(Evidence("fb_1", 0, 3, "发货慢"),),
        near_aspect=NearAspect("logistics", 0.75) if count > 1 else None,
    )


def test_topics_come_back_the_largest_first(store: Store) -> None:
    with store.transaction() as tx:
        tx.save_topics("snack", [topic("a", 1), topic("b", 5)], [])
        tx.save_topics("bank", [topic("c", 9, "bank")], [])
    assert store.topics("snack") == [topic("b", 5), topic("a", 1)]
    assert [item.topic_id for item in store.topics()] == ["c", "b", "a"]
    assert store.topics()[0].first_seen.isoformat() == (NOW - timedelta(days=3)).isoformat()


def test_an_industry_is_replaced_with_its_assignments(store: Store) -> None:
    span = Span(0, 3, "发货慢")
    with store.transaction() as tx:
        tx.save_topics("snack", [topic("a"), topic("b")], [("fb_1", "a", 0.5, span)])
        tx.save_topics("bank", [topic("c", 1, "bank")], [("fb_2", "c", 0.5, span)])
    with store.transaction() as tx:
        tx.save_topics("snack", [topic("b", 2)], [("fb_1", "b", 0.25, span)])
    assert [item.topic_id for item in store.topics()] == ["b", "c"]
    assert store.topics_of("fb_1") == [TopicMention("b", "主题b", 0.25)]
    assert store.topics_of("fb_2") == [TopicMention("c", "主题c", 0.5)]


def test_topics_of_a_voice_the_surest_first_each_once(store: Store) -> None:
    span = Span(0, 3, "发货慢")
    found = [("fb", "a", 0.25, span), ("fb", "b", 0.5, span), ("fb", "b", 0.75, span)]
    with store.transaction() as tx:
        tx.save_topics("snack", [topic("a"), topic("b")], found)
    assert store.topics_of("fb") == [
        TopicMention("b", "主题b", 0.75),
        TopicMention("a", "主题a", 0.25),
    ]
    assert store.topic_of("fb") == TopicMention("b", "主题b", 0.75)
    assert store.topic_of("fb_none") is None
