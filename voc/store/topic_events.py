"""What became of topics: what runs tell of them, and what people do with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, get_args

from sqlalchemy import Connection, delete, insert, select, update

from voc.errors import UsageError
from voc.records import Topic
from voc.store import schema
from voc.store.moments import columns_of, moment_of
from voc.store.rows import TopicEvent, TopicEventKind
from voc.store.statements import chunks, conditions
from voc.store.topics import topic_row
from voc.text.normalise import normalise


def add(connection: Connection, events: Sequence[TopicEvent]) -> None:
    """Keeps events, in their order."""
    for event in events:
        if event.kind not in get_args(TopicEventKind):
            raise ValueError(f"{event.kind!r} is no kind of topic event")
    for chunk in chunks(events):
        connection.execute(insert(schema.topic_event), [_row(event) for event in chunk])


def some(
    connection: Connection,
    *,
    topic_id: str | Sequence[str] | None,
    industry: str | Sequence[str] | None,
    kind: str | Sequence[str] | None,
) -> list[TopicEvent]:
    """Returns events in their order."""
    table = schema.topic_event
    wanted = conditions(table, topic_id=topic_id, industry=industry, kind=kind)
    query = select(table).where(*wanted).order_by(table.c.position)
    return [
        TopicEvent(
            topic_id=row.topic_id,
            topic=row.topic,
            industry=row.industry,
            at=moment_of(row, "at"),
            actor=row.actor,
            kind=row.kind,
            other=row.other,
            words=tuple(row.words),
        )
        for row in connection.execute(query)
    ]


def rename(connection: Connection, topic: Topic, name: str, actor: str, now: datetime) -> None:
    """Gives a topic a name; see `Transaction.rename_topic`."""
    _change(connection, topic, topic=name)
    add(connection, [_event(topic, "renamed", actor, now, words=(name,))])


def mute(connection: Connection, topic: Topic, muted: bool, actor: str, now: datetime) -> None:
    """Mutes a topic or lets it speak again; see `Transaction.mute_topic`."""
    _change(connection, topic, muted=muted)
    add(connection, [_event(topic, "muted" if muted else "unmuted", actor, now)])


def merge(connection: Connection, topic: Topic, into: Topic, actor: str, now: datetime) -> None:
    """Puts a topic into another one of its industry; see `Transaction.merge_topics`."""
    place = schema.topic_assignment
    own = place.c.topic_id == topic.topic_id
    connection.execute(update(place).where(own).values(topic_id=into.topic_id))
    table = schema.topic
    connection.execute(delete(table).where(table.c.topic_id == topic.topic_id))
    _recount(connection, into)
    first, last = min(topic.first_seen, into.first_seen), max(topic.last_seen, into.last_seen)
    _change(connection, into, **columns_of("first_seen", first), **columns_of("last_seen", last))
    add(connection, [_event(topic, "joined", actor, now, other=into.topic_id)])


def split(
    connection: Connection,
    topic: Topic,
    child: Topic,
    words: Sequence[str],
    actor: str,
    now: datetime,
    least: int,
) -> int:
    """Makes a topic of what another one says with certain words; see `Transaction.split_topic`."""
    place = schema.topic_assignment
    query = select(place.c.assignment_id, place.c.span_text, place.c.feedback_id).where(
        place.c.topic_id == topic.topic_id
    )
    told = [normalise(word).text for word in words]
    rows = [
        row
        for row in connection.execute(query)
        if any(word in normalise(row.span_text).text for word in told)
    ]
    if not rows:
        return 0
    n_voices = len({row.feedback_id for row in rows})
    if n_voices < least:
        raise UsageError(
            f"Voices in {topic.topic_id} that use {'，'.join(words)}: {n_voices}; a topic needs"
            f" {least} (topics.min_voices). Give more words, or lower that setting."
        )
    moved = [row.assignment_id for row in rows]
    connection.execute(insert(schema.topic), [topic_row(child, muted=False)])
    for names in chunks(moved):
        chosen = place.c.assignment_id.in_(list(names))
        connection.execute(update(place).where(chosen).values(topic_id=child.topic_id))
    for one in (topic, child):
        _recount(connection, one)
    parted = _event(child, "parted", actor, now, other=topic.topic_id, words=tuple(words))
    add(connection, [parted])
    return len(moved)


def _change(connection: Connection, changed: Topic, **values: Any) -> None:
    table = schema.topic
    query = update(table).where(table.c.topic_id == changed.topic_id).values(**values)
    if not connection.execute(query).rowcount:
        raise UsageError(
            f"There is no topic {changed.topic_id!r} any more; voc topics lists all there are."
        )


def _recount(connection: Connection, topic: Topic) -> None:
    place = schema.topic_assignment
    query = select(place.c.feedback_id).where(place.c.topic_id == topic.topic_id).distinct()
    _change(connection, topic, count=len(connection.execute(query).all()))


def _event(
    topic: Topic,
    kind: TopicEventKind,
    actor: str,
    now: datetime,
    *,
    other: str | None = None,
    words: tuple[str, ...] = (),
) -> TopicEvent:
    return TopicEvent(topic.topic_id, topic.topic, topic.industry, now, actor, kind, other, words)


def _row(event: TopicEvent) -> dict[str, Any]:
    return {
        "topic_id": event.topic_id,
        "topic": event.topic,
        "industry": event.industry,
        **columns_of("at", event.at),
        "actor": event.actor,
        "kind": event.kind,
        "other": event.other,
        "words": event.words,
    }
