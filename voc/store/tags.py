"""What models say of feedback: tags, mentions, and the flags of voices that should not count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    select,
)

from voc.records import (
    CHANNEL_NAME,
    UNHEARD,
    AspectMention,
    Mention,
    Opinion,
    Span,
    Tags,
    Turn,
    is_mixed,
)
from voc.store import schema
from voc.store.feedback import is_counted
from voc.store.moments import micros, moment
from voc.store.rows import StoredFeedback, TaggedRow
from voc.store.statements import IS_CURRENT, chunks, conditions, lock, one_or_more, upsert
from voc.store.topics import Assigned, assigned
from voc.store.withdrawals import INGEST_LOCK

Made = TypeVar("Made")

_SPREAD: Final = 7_919
_PRIME: Final = 1_000_003
"""Tell sets of voices apart whose `seq` have the same sum, and when they were tagged."""

_GOOD_RATING: Final = 0.8
"""Share of the highest rating from which a rating praises: four stars of five."""
_SURE_TONE: Final = 0.55
"""Probability from which a positive tone praises."""

_STREAM: Final = {"stream_results": True, "yield_per": 500}
_KEY: Final = ("feedback_id", "version", "model")
_TAG_VALUES: Final = (
    "industry", "sentiment", "sentiment_score", "intent", "urgency", "flags", "body", "tagged_at",
)  # fmt: skip
_VOICE: Final = (
    "feedback_id", "seq", "source", "channel", "product", "store", "region", "author",
    "customer_id", "rating", "rating_max", "nps", "csat", "ces", "url",
)  # fmt: skip
_PLACE: Final = ("product", "store", "region")
_WORDS: Final = ("text", "turns", "extra")
_VERDICT: Final = ("industry", "sentiment", "sentiment_score", "intent", "urgency")
_TONE: Final = {"sentiment": "tone", "sentiment_score": "tone_score"}
_TIME: Final = ("occurred_at", "created_at_offset_s", "ingested_at_offset_s")


def unchanged(
    connection: Connection, rows: Sequence[tuple[StoredFeedback, Made]]
) -> list[tuple[StoredFeedback, Made]]:
    """Returns the rows of voices that are as they were read; see `Transaction.unchanged`."""
    lock(connection, INGEST_LOCK)
    table = schema.feedback
    query = select(table.c.feedback_id, table.c.version, table.c.industry).where(IS_CURRENT)
    found = {
        tuple(row)
        for chunk in chunks({row.feedback_id for row, _ in rows})
        for row in connection.execute(query.where(table.c.feedback_id.in_(chunk)))
    }
    return [
        (row, made) for row, made in rows if (row.feedback_id, row.version, row.industry) in found
    ]


def save(
    connection: Connection,
    rows: Sequence[tuple[StoredFeedback, Tags]],
    now: datetime,
    unheard: Mapping[str, Sequence[AspectMention]],
) -> None:
    """Replaces the tags of the same voice, version and model; see `Transaction.save_tags`."""
    tagged_at = micros(now)
    last = {(row.feedback_id, row.version, tags.model): (row, tags) for row, tags in rows}
    # One order for all writers, so that none waits for another in a circle.
    for chunk in chunks(last[key] for key in sorted(last)):
        upsert(
            connection,
            schema.tags,
            [_tags_row(row, tags, tagged_at) for row, tags in chunk],
            update=_TAG_VALUES,
        )
        _replace_mentions(connection, chunk, unheard)


def _replace_mentions(
    connection: Connection,
    rows: Sequence[tuple[StoredFeedback, Tags]],
    unheard: Mapping[str, Sequence[AspectMention]],
) -> None:
    table = schema.mention
    key = [table.c[name] == bindparam(f"the_{name}") for name in _KEY]
    connection.execute(
        delete(table).where(*key),
        [
            {
                "the_feedback_id": row.feedback_id,
                "the_version": row.version,
                "the_model": tags.model,
            }
            for row, tags in rows
        ],
    )
    new = [
        values
        for row, tags in rows
        for values in _mention_rows(row, tags, unheard.get(row.feedback_id, ()))
    ]
    if new:
        connection.execute(insert(table), new)


def _tags_row(row: StoredFeedback, tags: Tags, tagged_at: int) -> dict[str, Any]:
    return {
        "feedback_id": row.feedback_id,
        "version": row.version,
        "model": tags.model,
        "industry": tags.industry or row.industry,
        "sentiment": tags.sentiment.label if tags.sentiment else None,
        "sentiment_score": tags.sentiment.score if tags.sentiment else None,
        "intent": tags.intent.label if tags.intent else None,
        "urgency": tags.urgency.label if tags.urgency else None,
        "flags": tags.flags,
        "body": tags.as_dict(),
        "tagged_at": tagged_at,
    }


def _mention_rows(
    row: StoredFeedback, tags: Tags, unheard: Sequence[AspectMention]
) -> Iterator[dict[str, Any]]:
    for position, mention in enumerate((*tags.aspects, *unheard)):
        yield {
            "feedback_id": row.feedback_id,
            "version": row.version,
            "model": tags.model,
            "position": position,
            "industry": tags.industry or row.industry or "",
            "aspect_id": mention.aspect_id,
            "sentiment": mention.sentiment,
            "score": mention.score,
            "occurred_at": micros(row.occurred_at),
            "urgency": tags.urgency.label if tags.urgency else "normal",
            "urgency_reasons": tags.urgency.reasons if tags.urgency else (),
            "evidence": [span.as_dict() for span in mention.evidence],
            "opinions": opinion_words(mention, tags.opinions),
        }


def opinion_words(mention: AspectMention, opinions: Iterable[Opinion]) -> list[str]:
    """Returns target and opinion words, as one, of the opinions that the evidence touches."""
    return [
        (item.target.text if item.target else "") + item.opinion.text
        for item in opinions
        if item.sentiment == mention.sentiment
        and any(item.opinion.touches(span) for span in mention.evidence)
    ]


def one(connection: Connection, feedback_id: str, model: str | None) -> Tags | None:
    """Returns the tags of a voice's current version: of `model`, or the newest of any."""
    table, voice = schema.tags, schema.feedback
    query = (
        select(table.c.body)
        .join(voice, same_version(table))
        .where(table.c.feedback_id == feedback_id, IS_CURRENT)
        .order_by(table.c.tagged_at.desc(), table.c.model)
    )
    if model is not None:
        query = query.where(table.c.model == model)
    body = connection.scalars(query.limit(1)).first()
    return Tags.from_dict(body) if body else None


def newest_of(connection: Connection, names: Sequence[str]) -> dict[str, Tags]:
    """Returns the newest tags, of any model, of the current versions of voices, by their ids."""
    table, voice = schema.tags, schema.feedback
    query = (
        select(table.c.feedback_id, table.c.body)
        .join(voice, same_version(table))
        .where(table.c.feedback_id.in_(names), IS_CURRENT)
        .order_by(table.c.tagged_at, table.c.model.desc())
    )
    return {row.feedback_id: Tags.from_dict(row.body) for row in connection.execute(query)}


def same_version(table: Any) -> ColumnElement[bool]:
    """Returns the condition that a row of `table` was made from a row of `feedback`."""
    voice = schema.feedback
    return and_(voice.c.feedback_id == table.c.feedback_id, voice.c.version == table.c.version)


def within(column: Any, since: datetime | None, until: datetime | None) -> list[Any]:
    """Returns the conditions that a moment lies from `since` on and before `until`."""
    found = []
    if since is not None:
        found.append(column >= micros(since))
    if until is not None:
        found.append(column < micros(until))
    return found


def tagged(
    connection: Connection,
    *,
    model: str,
    industry: str | Sequence[str] | None,
    since: datetime | None,
    until: datetime | None,
    product: str | Sequence[str] | None,
    store: str | Sequence[str] | None,
    urgency: str | Sequence[str] | None,
    with_words: bool,
) -> Iterator[TaggedRow]:
    """Yields voices with the tags of `model`; see `Store.tagged`."""
    table, voice = schema.tags, schema.feedback
    wanted = (
        (table.c.industry, industry),
        (voice.c.product, product),
        (voice.c.store, store),
        (table.c.urgency, urgency),
    )
    query = (
        select(
            *(voice.c[name] for name in (*_VOICE, *_TIME)),
            *((voice.c[name] for name in _WORDS) if with_words else ()),
            *(table.c[name] for name in (*_VERDICT, "flags")),
        )
        .join(table, same_version(table))
        .where(
            IS_CURRENT,
            table.c.model == model,
            *(one_or_more(column, value) for column, value in wanted if value is not None),
            *within(voice.c.occurred_at, since, until),
        )
        .order_by(voice.c.occurred_at, voice.c.feedback_id)
    )
    for chunk in connection.execute(query, execution_options=_STREAM).partitions():
        raised = _flags(connection, [row.feedback_id for row in chunk])
        for row in chunk:
            yield _tagged_row(row, raised.get(row.feedback_id, ()), with_words)


def mark(connection: Connection, *, model: str, industry: str | Sequence[str] | None) -> str:
    """Returns what changes with the tagged voices; see `Store.tagged_mark`."""
    table, voice = schema.tags, schema.feedback
    query = (
        select(
            func.count(),
            func.coalesce(func.sum(voice.c.seq), 0),
            func.coalesce(func.sum((voice.c.seq * _SPREAD + table.c.tagged_at) % _PRIME), 0),
        )
        .select_from(voice)
        .join(table, same_version(table))
        .where(IS_CURRENT, table.c.model == model, *conditions(table, industry=industry))
    )
    return ":".join(str(int(value)) for value in connection.execute(query).one())


def _tagged_row(row: Row[Any], raised: Iterable[str], with_words: bool) -> TaggedRow:
    values = row._mapping
    return TaggedRow(
        **{name: values[name] for name in (*_VOICE, *_VERDICT)},
        occurred_at=_occurred_at(row),
        flags=frozenset((*values["flags"], *raised)),
        is_dated=values["created_at_offset_s"] is not None,
        text=values["text"] if with_words else "",
        turns=tuple(Turn(**turn) for turn in values["turns"]) if with_words else (),
        channel_name=values["extra"].get(CHANNEL_NAME) if with_words else None,
    )


def _occurred_at(row: Row[Any]) -> datetime:
    offset: int | None = row.created_at_offset_s
    occurred_at: int = row.occurred_at
    return moment(occurred_at, row.ingested_at_offset_s if offset is None else offset)


def count_without_industry(
    connection: Connection, *, since: datetime | None, until: datetime | None
) -> int:
    """Returns how many voices neither were ingested nor tagged for an industry."""
    table, voice = schema.tags, schema.feedback
    tagged_for_one = (
        select(table.c.version).where(same_version(table), table.c.industry.is_not(None)).exists()
    )
    query = select(func.count(voice.c.seq)).where(
        IS_CURRENT,
        voice.c.industry.is_(None),
        ~tagged_for_one,
        *within(voice.c.occurred_at, since, until),
    )
    return connection.execute(query).scalar_one()


def mentions(
    connection: Connection,
    *,
    model: str,
    industry: str | Sequence[str] | None,
    sentiment: str | Sequence[str] | None,
    since: datetime | None,
    until: datetime | None,
    with_flagged: bool,
    with_unheard: bool,
) -> Iterator[Mention]:
    """Yields what voices say of aspects; see `Store.mentions`."""
    table, voice, verdict = schema.mention, schema.feedback, schema.tags
    wanted = ((table.c.industry, industry), (table.c.sentiment, sentiment))
    query = (
        select(
            *(column for column in table.c if column.name not in ("version", "model")),
            *(voice.c[name] for name in (*_PLACE, "channel", "rating", "rating_max", *_TIME[1:])),
            *(verdict.c[name].label(told) for name, told in _TONE.items()),
        )
        .join(voice, same_version(table))
        .join(verdict, and_(*(table.c[name] == verdict.c[name] for name in _KEY)))
        .where(
            IS_CURRENT,
            table.c.model == model,
            *(one_or_more(column, value) for column, value in wanted if value is not None),
            *within(table.c.occurred_at, since, until),
        )
        .order_by(table.c.occurred_at, table.c.feedback_id, table.c.aspect_id, table.c.position)
    )
    if not with_unheard:
        query = query.where(table.c.aspect_id != UNHEARD)
    if not with_flagged:
        query = query.where(is_counted(table.c.feedback_id))
    for chunk in connection.execute(query, execution_options=_STREAM).partitions():
        topics = assigned(connection, {row.feedback_id for row in chunk})
        for row in chunk:
            yield _mention(row, topics.get(row.feedback_id, ()))


def judged_texts(connection: Connection, *, model: str) -> Iterator[str]:
    """Yields the evidence of mentions; see `Store.judged_texts`."""
    table = schema.mention
    query = (
        select(table.c.evidence)
        .join(schema.feedback, same_version(table))
        .where(IS_CURRENT, table.c.model == model, is_counted(table.c.feedback_id))
    )
    for evidence in connection.execute(query, execution_options=_STREAM).scalars():
        yield from (span["text"] for span in evidence)


def polarities(
    connection: Connection, *, model: str
) -> dict[tuple[str, str, str | None, str | None], tuple[int, int]]:
    """Counts mentions by place; see `Store.polarities`."""
    table, voice = schema.mention, schema.feedback
    place = (table.c.industry, table.c.aspect_id, voice.c.product, voice.c.store)
    negative = func.sum(case((table.c.sentiment == "negative", 1), else_=0))
    query = (
        select(*place, negative.label("negative"), func.count().label("total"))
        .join(voice, same_version(table))
        .where(
            IS_CURRENT,
            table.c.model == model,
            table.c.aspect_id != UNHEARD,
            is_counted(table.c.feedback_id),
        )
        .group_by(*place)
    )
    return {
        (row.industry, row.aspect_id, row.product, row.store): (row.negative, row.total)
        for row in connection.execute(query)
    }


def _mention(row: Row[Any], topics: Sequence[Assigned]) -> Mention:
    evidence = [Span(**span) for span in row.evidence]
    topic = _topic(evidence, topics)
    if topic is not None:
        evidence.sort(key=lambda span: not topic.span.touches(span))
    return Mention(
        feedback_id=row.feedback_id,
        industry=row.industry,
        aspect_id=row.aspect_id,
        sentiment=row.sentiment,
        score=row.score,
        occurred_at=_occurred_at(row),
        evidence=tuple(evidence),
        product=row.product,
        store=row.store,
        region=row.region,
        channel=row.channel,
        urgency=row.urgency,
        urgency_reasons=tuple(row.urgency_reasons),
        opinions=tuple(row.opinions),
        topic_id=None if topic is None or topic.muted else topic.topic_id,
        is_praise=_is_praise(row),
    )


def _is_praise(row: Row[Any]) -> bool:
    """Says whether a voice as a whole praises: by its rating, else by its tone."""
    if row.rating is not None and row.rating_max:
        return bool(row.rating / row.rating_max >= _GOOD_RATING)
    return bool(row.tone == "positive" and (row.tone_score or 0.0) >= _SURE_TONE)


def _topic(evidence: Sequence[Span], topics: Sequence[Assigned]) -> Assigned | None:
    """Returns the surest topic whose span the evidence touches; of any span without evidence.

    Those of a subject and no problem, as 店员（多方面）, come after the others. What is said of one
    that is muted is of no other topic.
    """
    for topic in sorted(topics, key=lambda one: is_mixed(one.topic)):
        if not evidence or any(topic.span.touches(span) for span in evidence):
            return topic
    return None


def models(connection: Connection) -> dict[str, int]:
    """Counts the current voices that each model tagged; see `Store.models`."""
    table = schema.tags
    query = (
        select(table.c.model, func.count().label("voices"))
        .join(schema.feedback, same_version(table))
        .where(IS_CURRENT)
        .group_by(table.c.model)
        .order_by(func.max(table.c.tagged_at).desc(), table.c.model)
    )
    return {row.model: row.voices for row in connection.execute(query)}


def count_untagged(
    connection: Connection,
    *,
    model: str,
    industry: str | Sequence[str] | None,
    since: datetime | None,
    until: datetime | None,
) -> int:
    """Returns how many current voices `model` has not tagged; see `Store.count_untagged`."""
    table, voice = schema.tags, schema.feedback
    tagged_by_it = select(table.c.version).where(same_version(table), table.c.model == model)
    query = select(func.count(voice.c.seq)).where(
        IS_CURRENT,
        ~tagged_by_it.exists(),
        *conditions(voice, industry=industry),
        *within(voice.c.occurred_at, since, until),
    )
    return connection.execute(query).scalar_one()


def set_flags(connection: Connection, kind: str, rows: Sequence[tuple[str, str]]) -> None:
    """Replaces all flags of `kind`."""
    connection.execute(delete(schema.flag).where(schema.flag.c.kind == kind))
    values = [
        {"kind": kind, "feedback_id": feedback_id, "flag_group": group}
        for feedback_id, group in dict(rows).items()
    ]
    for chunk in chunks(values):
        connection.execute(insert(schema.flag), chunk)


def flags(connection: Connection, kind: str) -> dict[str, str]:
    """Returns the group of each voice flagged with `kind`."""
    table = schema.flag
    query = select(table.c.feedback_id, table.c.flag_group).where(table.c.kind == kind)
    return {row[0]: row[1] for row in connection.execute(query)}


def _flags(connection: Connection, names: Sequence[str]) -> dict[str, list[str]]:
    table = schema.flag
    query = select(table.c.feedback_id, table.c.kind).where(table.c.feedback_id.in_(names))
    found: dict[str, list[str]] = {}
    for name, kind in connection.execute(query):
        found.setdefault(name, []).append(kind)
    return found
