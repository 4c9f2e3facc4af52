"""Feedback as it came: versions, cursors, rejects."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Row,
    delete,
    func,
    insert,
    select,
    update,
)

from voc.records import FILLED, UNCOUNTED, Feedback, Turn, stable_id
from voc.store import schema, withdrawals
from voc.store.columns import json_text, storable
from voc.store.moments import columns_of, micros, moment, moment_of
from voc.store.rows import IngestCounts, Reject, SourceCount, StoredFeedback
from voc.store.statements import IS_CURRENT, ROWS, chunks, insert_new, lock, upsert

_INGEST_LOCK: Final = withdrawals.INGEST_LOCK
_TEXTS: Final = (
    "source", "native_id", "channel", "text", "title", "author", "url", "product", "store",
    "region", "customer_id",
)  # fmt: skip
_NUMBERS: Final = ("rating", "rating_max")
_GRADES: Final = ("nps", "csat", "ces")


def is_counted(feedback_id: Column[Any]) -> ColumnElement[bool]:
    """Returns the condition that a voice counts: no paid post, advert or copy, not the company's.

    Args:
        feedback_id: The column of its id.
    """
    flag = schema.flag.c
    flagged = select(flag.kind).where(
        flag.kind.in_(sorted(UNCOUNTED)), flag.feedback_id == feedback_id
    )
    return ~flagged.exists()


@dataclass(slots=True)
class _Versions:
    """What is stored of one voice: its newest version, with its hash, and its industry."""

    newest: int = 0
    hashes: set[str] = field(default_factory=set)
    newest_hash: str | None = None
    industry: str | None = None


def add(
    connection: Connection,
    feedback: Sequence[Feedback],
    *,
    industry: str | None,
    now: datetime,
    keeps_industry: bool,
    restores: bool,
    silent: frozenset[str],
    moments: Mapping[str, datetime],
) -> IngestCounts:
    """Stores what is new; see `Transaction.add_feedback`."""
    # One ingest at a time, so that a later `seq` is never committed before an earlier one and a
    # reader that goes on after the greatest seen misses nothing.
    lock(connection, _INGEST_LOCK)
    counts = IngestCounts()
    for chunk in chunks(feedback):
        rows = [_row(item, industry, now, moments) for item in chunk]
        known = _known(connection, {row["feedback_id"] for row in rows})
        if silent:
            held = _held(connection, rows, known)
            for place, (item, row) in enumerate(zip(chunk, rows, strict=True)):
                told = _completed(item, held.get(row["feedback_id"]), silent)
                if told is not item:
                    rows[place] = _row(told, industry, now, moments)
                    counts += IngestCounts(kept=1)
        others = {
            name: versions.industry
            for name, versions in known.items()
            if industry not in (None, versions.industry)
            and not (keeps_industry and versions.industry)
        }
        for name in others:
            known[name].industry = industry
        counts += _add_chunk(connection, rows, known, restores=restores)
        if industry is not None:
            assign(connection, others, industry)
        counts += IngestCounts(reassigned=len(others))
    return counts


def _held(
    connection: Connection, rows: Sequence[Mapping[str, Any]], known: Mapping[str, _Versions]
) -> dict[str, Feedback]:
    """Returns the current version of the voices that came with other content, by their ids."""
    changed = {
        row["feedback_id"]
        for row in rows
        if row["feedback_id"] in known
        and row["content_hash"] != known[row["feedback_id"]].newest_hash
    }
    if not changed:
        return {}
    table = schema.feedback
    query = select(table).where(table.c.feedback_id.in_(changed), IS_CURRENT)
    return {row.feedback_id: stored(row).feedback for row in connection.execute(query)}


def _completed(item: Feedback, held: Feedback | None, silent: frozenset[str]) -> Feedback:
    """Returns a voice with what is known of fields that its source says nothing of.

    What was filled in from orders is left to them, and gives way to what a source said.
    """
    if held is None:
        return item
    filled, was_filled = item.extra.get(FILLED, ()), held.extra.get(FILLED, ())
    kept = {
        name: getattr(held, name)
        for name in silent
        if name not in was_filled
        and (getattr(item, name) is None or name in filled)
        and getattr(held, name) is not None
    }
    if not kept:
        return item
    extra = {name: value for name, value in item.extra.items() if name != FILLED}
    left = [name for name in filled if name not in kept]
    return replace(item, **kept, extra={**extra, FILLED: left} if left else extra)


def _add_chunk(
    connection: Connection,
    rows: list[dict[str, Any]],
    known: dict[str, _Versions],
    *,
    restores: bool,
) -> IngestCounts:
    before = set(known)
    newest: dict[str, dict[str, Any]] = {}
    new: list[dict[str, Any]] = []
    last = {row["feedback_id"]: position for position, row in enumerate(rows)}
    for position, row in enumerate(rows):
        name = row["feedback_id"]
        versions = known.setdefault(name, _Versions())
        content_hash = row["content_hash"]
        # Former words are a stale copy, unless the source shows them as what it holds now.
        is_now = restores and position == last[name] and content_hash != versions.newest_hash
        if content_hash in versions.hashes and not is_now:
            continue
        if name in newest:
            newest[name]["is_current"] = False
        versions.newest += 1
        versions.hashes.add(content_hash)
        versions.newest_hash = content_hash
        row["version"] = versions.newest
        if name in before:
            row["industry"] = versions.industry
        newest[name] = row
        new.append(row)
    _supersede(connection, before & newest.keys())
    if new:
        connection.execute(insert(schema.feedback), new)
    again = known.keys() if restores else before & newest.keys()
    withdrawals.restore(connection, withdrawals.known(connection, again))
    withdrawals.hide(connection, withdrawals.known(connection, newest.keys() - again))
    accepted = len(newest.keys() - before)
    undated = [row for row in new if row["created_at"] is None]
    return IngestCounts(
        accepted,
        len(rows) - len(new),
        len(new) - accepted,
        undated=len(undated),
        placed=sum(row["occurred_at"] != row["ingested_at"] for row in undated),
    )


def _known(connection: Connection, names: set[str]) -> dict[str, _Versions]:
    table = schema.feedback
    query = select(
        table.c.feedback_id, table.c.version, table.c.content_hash, table.c.industry
    ).order_by(table.c.version)
    known: dict[str, _Versions] = {}
    for name, version, content_hash, industry in connection.execute(
        query.where(table.c.feedback_id.in_(names))
    ):
        versions = known.setdefault(name, _Versions())
        versions.newest, versions.industry = version, industry
        versions.newest_hash = content_hash
        versions.hashes.add(content_hash)
    return known


def assign(connection: Connection, former: Mapping[str, str | None], industry: str) -> None:
    """Gives voices an industry, in all their versions, and drops what was derived for another.

    Args:
        connection: A write transaction.
        former: Industry so far, by feedback id.
        industry: Their industry from now on.
    """
    if not former:
        return
    table, tags, names = schema.feedback, schema.tags, list(former)
    connection.execute(
        update(table).where(table.c.feedback_id.in_(names)).values(industry=industry)
    )
    connection.execute(delete(tags).where(tags.c.feedback_id.in_(names)))  # mentions go with them
    assignment, topic = schema.topic_assignment, schema.topic
    connection.execute(delete(assignment).where(assignment.c.feedback_id.in_(names)))
    left = select(table.c.industry).where(table.c.industry.is_not(None))
    connection.execute(
        delete(topic).where(
            topic.c.industry.in_({name for name in former.values() if name}),
            topic.c.industry.not_in(left),
        )
    )


def reassign(
    connection: Connection, source: str, industry: str, *, after: int
) -> tuple[int, int | None]:
    """Gives the next voices of a source an industry; see `Transaction.reassign`."""
    lock(connection, _INGEST_LOCK)
    table = schema.feedback
    query = (
        select(table.c.seq, table.c.feedback_id, table.c.industry)
        .where(table.c.source == source, table.c.seq > after)
        .where(table.c.industry.is_distinct_from(industry))
        .order_by(table.c.seq)
        .limit(ROWS)
    )
    rows = list(connection.execute(query))
    former = {row.feedback_id: row.industry for row in rows}
    assign(connection, former, industry)
    return len(former), rows[-1].seq if rows else None


def _supersede(connection: Connection, names: set[str]) -> None:
    if not names:
        return
    table, assignment = schema.feedback, schema.topic_assignment
    connection.execute(
        update(table).where(table.c.feedback_id.in_(names), IS_CURRENT).values(is_current=False)
    )
    # Their spans point into the text that was edited.
    connection.execute(delete(assignment).where(assignment.c.feedback_id.in_(names)))


def _row(
    item: Feedback, industry: str | None, now: datetime, moments: Mapping[str, datetime]
) -> dict[str, Any]:
    row: dict[str, Any] = {name: _storable(getattr(item, name)) for name in _TEXTS}
    row |= {name: _finite(getattr(item, name)) for name in _NUMBERS}
    row |= {name: getattr(item, name) for name in _GRADES}
    row |= {"turns": [turn.as_dict() for turn in item.turns], "extra": item.extra}
    content_hash = _content_hash(row, item.created_at)
    return {
        **row,
        **columns_of("created_at", item.created_at),
        **columns_of("ingested_at", now),
        "occurred_at": micros(item.created_at or min(moments.get(item.native_id, now), now)),
        "feedback_id": stable_id("fb", row["source"], row["native_id"]),
        "is_current": True,
        "content_hash": content_hash,
        "industry": industry,
    }


def _content_hash(row: Mapping[str, Any], created_at: datetime | None) -> str:
    """Returns a hash over what a field says: an instant written with another offset is the same.

    Fields without a value are left out, so that a field added later does not make edits of all; so
    are those that were filled from orders, as a later order makes no other feedback.
    """
    extra = {name: value for name, value in row["extra"].items() if name != FILLED}
    filled = row["extra"].get(FILLED, ())
    said = {
        name: value
        for name, value in {**row, "extra": extra}.items()
        if value not in (None, [], {}) and name not in filled
    }
    if created_at is not None:
        said["created_at"] = micros(created_at)
    line = json_text(said).encode()
    return hashlib.blake2b(line, digest_size=16).hexdigest()


def _storable(value: str | None) -> str | None:
    return None if value is None else storable(value)


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None


def stored(row: Row[Any]) -> StoredFeedback:
    """Returns a row of the table `feedback` as the record it was."""
    values = row._mapping
    created_at = moment(values["created_at"], values["created_at_offset_s"])
    ingested_at = moment_of(row, "ingested_at")
    feedback = Feedback(
        **{name: values[name] for name in (*_TEXTS, *_NUMBERS, *_GRADES)},
        turns=tuple(Turn(**turn) for turn in values["turns"]),
        created_at=created_at,
        extra=values["extra"],
    )
    return StoredFeedback(
        seq=values["seq"],
        feedback_id=values["feedback_id"],
        version=values["version"],
        industry=values["industry"],
        feedback=feedback,
        ingested_at=ingested_at,
        occurred_at=created_at or moment(values["occurred_at"], values["ingested_at_offset_s"]),
    )


def one(connection: Connection, feedback_id: str) -> StoredFeedback | None:
    """Returns the current version of a voice."""
    table = schema.feedback
    query = select(table).where(table.c.feedback_id == feedback_id, IS_CURRENT)
    row = connection.execute(query).first()
    return stored(row) if row else None


def untagged(connection: Connection, model: str, *, limit: int, after: int) -> list[StoredFeedback]:
    """Returns current versions without tags of `model`, by growing `seq`, from above `after`."""
    table, tags = schema.feedback, schema.tags
    has_tags = (
        select(tags.c.version)
        .where(
            tags.c.feedback_id == table.c.feedback_id,
            tags.c.version == table.c.version,
            tags.c.model == model,
        )
        .exists()
    )
    query = (
        select(table)
        .where(IS_CURRENT, table.c.seq > after, ~has_tags)
        .order_by(table.c.seq)
        .limit(limit)
    )
    return [stored(row) for row in connection.execute(query)]


def gone(connection: Connection, names: Iterable[str]) -> set[str]:
    """Returns which voices are not there, or withdrawn; see `Transaction.gone`."""
    lock(connection, _INGEST_LOCK)
    table, wanted = schema.feedback, set(names)
    query = select(table.c.feedback_id).where(IS_CURRENT)
    for chunk in chunks(sorted(wanted)):
        found = connection.scalars(query.where(table.c.feedback_id.in_(chunk)))
        wanted.difference_update(found)
    return wanted


def since(connection: Connection, at: datetime) -> list[StoredFeedback]:
    """Returns current versions of what was said at a time or later, by growing `seq`."""
    table = schema.feedback
    query = select(table).where(IS_CURRENT, table.c.occurred_at >= micros(at))
    return [stored(row) for row in connection.execute(query.order_by(table.c.seq))]


def newest_seq(connection: Connection) -> int:
    """Returns the `seq` of the version that came in last; 0 where there is none."""
    return connection.scalar(select(func.max(schema.feedback.c.seq))) or 0


def standing(connection: Connection) -> tuple[int, int]:
    """Returns the newest `seq` and how many voices are current."""
    table = schema.feedback
    current = select(func.count()).select_from(table).where(IS_CURRENT).scalar_subquery()
    newest, count = connection.execute(select(func.max(table.c.seq), current)).one()
    return newest or 0, count


def sources(connection: Connection) -> list[SourceCount]:
    """Returns each source with its number of voices and the last time one came in."""
    table = schema.feedback
    query = (
        select(
            table.c.source,
            func.count(table.c.feedback_id.distinct()),
            func.max(table.c.ingested_at),
        )
        .group_by(table.c.source)
        .order_by(table.c.source)
    )
    gone = withdrawals.counts(connection)
    return [
        SourceCount(source, count - gone.get(source, 0), moment(last), gone.get(source, 0))
        for source, count, last in connection.execute(query)
    ]


def undated(connection: Connection) -> dict[str, int]:
    """Returns how many current voices of each source tell no time, where there are any."""
    table = schema.feedback
    count = func.count().label("voices")
    query = select(table.c.source, count).where(IS_CURRENT, table.c.created_at.is_(None))
    rows = connection.execute(query.group_by(table.c.source))
    return {row.source: row.voices for row in rows}


def undated_until(connection: Connection, ends: Mapping[str, datetime]) -> set[str]:
    """Returns voices without a time that came until a moment of their source; see `Store`."""
    table = schema.feedback
    found: set[str] = set()
    for source, end in ends.items():
        query = select(table.c.feedback_id).where(
            IS_CURRENT,
            table.c.source == source,
            table.c.created_at.is_(None),
            table.c.ingested_at <= micros(end),
        )
        found.update(connection.scalars(query))
    return found


def industries(connection: Connection) -> list[str]:
    """Returns the industries of feedback and tags."""
    named = select(schema.feedback.c.industry).union(select(schema.tags.c.industry))
    return sorted(name for name in connection.scalars(named) if name)


def save_cursor(connection: Connection, source: str, cursor: Mapping[str, Any]) -> None:
    """Keeps how far a source was read, in place of what was kept."""
    row = {"source": source, "position": cursor}
    upsert(connection, schema.source_cursor, [row], update=["position"])


def cursor(connection: Connection, source: str) -> dict[str, Any] | None:
    """Returns how far a source was read."""
    table = schema.source_cursor
    query = select(table.c.position).where(table.c.source == source)
    found: dict[str, Any] | None = connection.scalars(query).first()
    return found


def add_rejects(
    connection: Connection, source: str, rows: Sequence[tuple[str, str, str]], now: datetime
) -> int:
    """Keeps rows that could not be read, each once; see `Transaction.add_rejects`."""
    values = {
        name: {
            "reject_id": name,
            "source": source,
            "place": place,
            "reason": reason,
            "sample": sample,
            **columns_of("at", now),
        }
        for place, reason, sample in rows
        for name in [stable_id("rj", source, place, reason)]
    }
    known = schema.reject.c.reject_id
    added = 0
    for chunk in chunks(values.values()):
        names = [each["reject_id"] for each in chunk]
        before = connection.scalar(select(func.count()).where(known.in_(names))) or 0
        insert_new(connection, schema.reject, chunk, key="reject_id")
        added += len(chunk) - before
    return added


def rejects(connection: Connection, source: str | None) -> list[Reject]:
    """Returns the rows set aside, in the order they came."""
    table = schema.reject
    query = select(table).order_by(table.c.position)
    if source is not None:
        query = query.where(table.c.source == source)
    return [
        Reject(row.source, row.place, row.reason, row.sample, moment_of(row, "at"))
        for row in connection.execute(query)
    ]


def put_meta(connection: Connection, name: str, value: str) -> None:
    upsert(connection, schema.meta, [{"name": name, "value": value}], update=["value"])


def keep_meta(connection: Connection, name: str, value: str) -> str:
    """Keeps `value` unless the name has one; returns the one that is kept."""
    upsert(connection, schema.meta, [{"name": name, "value": value}])
    return meta(connection, name) or value


def meta(connection: Connection, name: str) -> str | None:
    query = select(schema.meta.c.value).where(schema.meta.c.name == name)
    return connection.scalars(query).first()
