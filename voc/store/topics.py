"""Discovered themes and which voices belong to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, insert, select

from voc.records import Evidence, NearAspect, Span, Topic, TopicMention
from voc.store import schema
from voc.store.moments import columns_of, moment_of
from voc.store.statements import chunks, conditions


@dataclass(frozen=True, slots=True)
class Assigned:
    """A stretch of a voice's text that belongs to a topic."""

    topic_id: str
    topic: str
    score: float
    span: Span
    muted: bool


def save(
    connection: Connection,
    industry: str,
    topics: Sequence[Topic],
    assignments: Sequence[tuple[str, str, float, Span]],
) -> None:
    """Replaces the topics of an industry; see `Transaction.save_topics`."""
    table = schema.topic
    query = select(table.c.topic_id).where(table.c.industry == industry, table.c.muted)
    muted = set(connection.execute(query).scalars())
    # The assignments of the topics go with them.
    connection.execute(delete(table).where(table.c.industry == industry))
    for chunk in chunks(topics):
        connection.execute(
            insert(table), [topic_row(topic, muted=topic.topic_id in muted) for topic in chunk]
        )
    for rows in chunks(assignments):
        connection.execute(insert(schema.topic_assignment), [_assignment_row(row) for row in rows])


def topic_row(topic: Topic, *, muted: bool) -> dict[str, Any]:
    """Returns a topic as a row of its table."""
    return {
        "topic_id": topic.topic_id,
        "topic": topic.topic,
        "industry": topic.industry,
        "keywords": topic.keywords,
        "count": topic.count,
        "negative_share": topic.negative_share,
        **columns_of("first_seen", topic.first_seen),
        **columns_of("last_seen", topic.last_seen),
        "evidence": [item.as_dict() for item in topic.evidence],
        "near_aspect": topic.near_aspect.as_dict() if topic.near_aspect else None,
        "muted": muted,
    }


def _assignment_row(assignment: tuple[str, str, float, Span]) -> dict[str, Any]:
    feedback_id, topic_id, score, span = assignment
    return {
        "feedback_id": feedback_id,
        "topic_id": topic_id,
        "score": score,
        "span_start": span.start,
        "span_end": span.end,
        "span_text": span.text,
    }


def all_of(
    connection: Connection, industry: str | Sequence[str] | None, *, with_muted: bool
) -> list[Topic]:
    """Returns topics, the largest first."""
    table = schema.topic
    query = (
        select(table)
        .where(*conditions(table, industry=industry), *(() if with_muted else (~table.c.muted,)))
        .order_by(table.c.count.desc(), table.c.topic_id)
    )
    return [topic_of(row) for row in connection.execute(query)]


def topic_of(row: Row[Any]) -> Topic:
    """Returns a row of the table `topic` as the record it was."""
    values = row._mapping
    return Topic(
        topic_id=values["topic_id"],
        topic=values["topic"],
        industry=values["industry"],
        keywords=tuple(values["keywords"]),
        count=values["count"],
        negative_share=values["negative_share"],
        first_seen=moment_of(row, "first_seen"),
        last_seen=moment_of(row, "last_seen"),
        evidence=tuple(Evidence(**item) for item in values["evidence"]),
        near_aspect=NearAspect(**near) if (near := values["near_aspect"]) else None,
    )


def one(connection: Connection, topic_id: str) -> Topic | None:
    """Returns a topic, muted or not."""
    table = schema.topic
    row = connection.execute(select(table).where(table.c.topic_id == topic_id)).first()
    return topic_of(row) if row else None


def doubtful(connection: Connection, topic_id: str, limit: int) -> list[tuple[Evidence, float]]:
    """Returns what belongs to a topic least surely, with how surely; one of a voice."""
    table = schema.topic_assignment
    query = (
        select(table)
        .where(table.c.topic_id == topic_id)
        .order_by(table.c.score, table.c.feedback_id, table.c.span_start)
    )
    found: dict[str, tuple[Evidence, float]] = {}
    for row in connection.execute(query):
        said = Evidence(row.feedback_id, row.span_start, row.span_end, row.span_text)
        found.setdefault(row.feedback_id, (said, row.score))
        if len(found) == limit:
            break
    return list(found.values())


def muted(connection: Connection) -> set[str]:
    """Returns the ids of the muted topics."""
    table = schema.topic
    return set(connection.execute(select(table.c.topic_id).where(table.c.muted)).scalars())


def members(connection: Connection, industries: Collection[str]) -> dict[str, set[str]]:
    """Returns the ids of the voices of each topic of some industries."""
    table, topic = schema.topic_assignment, schema.topic
    query = (
        select(table.c.topic_id, table.c.feedback_id)
        .join(topic, topic.c.topic_id == table.c.topic_id)
        .where(topic.c.industry.in_(sorted(industries)))
        .distinct()
    )
    found: dict[str, set[str]] = {}
    for name, voice in connection.execute(query):
        found.setdefault(name, set()).add(voice)
    return found


def places(connection: Connection, industry: str) -> dict[tuple[str, int], str]:
    """Returns the topic of each stretch of text that has one, by feedback and its start."""
    table, topic = schema.topic_assignment, schema.topic
    query = (
        select(table.c.feedback_id, table.c.span_start, table.c.topic_id)
        .join(topic, topic.c.topic_id == table.c.topic_id)
        .where(topic.c.industry == industry)
    )
    return {(row[0], row[1]): row[2] for row in connection.execute(query)}


def of(connection: Connection, feedback_id: str) -> list[TopicMention]:
    """Returns the topics of a voice that are not muted, the surest first, each once."""
    found: dict[str, TopicMention] = {}
    for item in assigned(connection, [feedback_id]).get(feedback_id, ()):
        if not item.muted:
            found.setdefault(item.topic_id, TopicMention(item.topic_id, item.topic, item.score))
    return list(found.values())


def assigned(connection: Connection, names: Iterable[str]) -> dict[str, list[Assigned]]:
    """Returns the assignments of some voices, the surest first; those of muted topics too."""
    found: dict[str, list[Assigned]] = {}
    for row in connection.execute(_assignments(names)):
        span = Span(row.span_start, row.span_end, row.span_text)
        found.setdefault(row.feedback_id, []).append(
            Assigned(row.topic_id, row.topic, row.score, span, row.muted)
        )
    return found


def _assignments(names: Iterable[str]) -> Select[Any]:
    table, topic = schema.topic_assignment, schema.topic
    return (
        select(table, topic.c.topic, topic.c.muted)
        .join(topic, topic.c.topic_id == table.c.topic_id)
        .where(table.c.feedback_id.in_(list(names)))
        .order_by(table.c.score.desc(), table.c.assignment_id)
    )
