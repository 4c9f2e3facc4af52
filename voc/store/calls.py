"""Conversations of the store, with what models said of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select

from voc.records import CONVERSATIONS, CallTags
from voc.store import schema
from voc.store.feedback import is_counted, stored
from voc.store.rows import StoredCall
from voc.store.statements import IS_CURRENT, chunks, one_or_more
from voc.store.tags import same_version, within

_STREAM: Final = {"stream_results": True, "yield_per": 100}


def conversations(
    connection: Connection,
    *,
    model: str,
    industry: str | Sequence[str] | None,
    since: datetime | None,
    until: datetime | None,
) -> Iterator[StoredCall]:
    """Yields conversations that `model` tagged and that count; see `Store.conversations`."""
    table, voice = schema.tags, schema.feedback
    wanted = [] if industry is None else [one_or_more(table.c.industry, industry)]
    query = (
        select(voice, table.c.body, table.c.industry.label("tagged_industry"))
        .join(table, same_version(table))
        .where(
            IS_CURRENT,
            is_counted(voice.c.feedback_id),
            table.c.model == model,
            voice.c.channel.in_(CONVERSATIONS),
            *wanted,
            *within(voice.c.occurred_at, since, until),
        )
        .order_by(voice.c.occurred_at, voice.c.feedback_id)
    )
    for row in connection.execute(query, execution_options=_STREAM):
        call = row.body.get("call")
        yield StoredCall(
            stored(row),
            CallTags.from_dict(call) if call else None,
            row.tagged_industry,
            tuple(mention["aspect_id"] for mention in row.body["aspects"]),
        )


def tags_of(connection: Connection, names: Sequence[str], model: str) -> dict[str, CallTags]:
    """Returns what `model` said of the current versions of conversations, by their ids."""
    table, voice = schema.tags, schema.feedback
    query = (
        select(table.c.feedback_id, table.c.body)
        .join(voice, same_version(table))
        .where(IS_CURRENT, table.c.model == model, voice.c.channel.in_(CONVERSATIONS))
    )
    rows = (
        row
        for chunk in chunks(names)
        for row in connection.execute(query.where(table.c.feedback_id.in_(chunk)))
    )
    return {
        row.feedback_id: CallTags.from_dict(row.body["call"])
        for row in rows
        if row.body.get("call")
    }
