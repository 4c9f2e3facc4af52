"""What voices say of topics: how many of their clauses, and whether one complains."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection, Result, select

from voc.store import schema
from voc.store.feedback import is_counted
from voc.store.rows import TopicVoice
from voc.store.statements import IS_CURRENT, conditions
from voc.store.tags import same_version

_STREAM: Final = {"stream_results": True, "yield_per": 500}


def of_topics(
    connection: Connection, *, model: str, industry: str | Sequence[str] | None
) -> Iterator[TopicVoice]:
    """Yields what each voice says of each topic it speaks of; see `Store.topic_voices`."""
    table, topic = schema.topic_assignment, schema.topic
    query = (
        select(table.c.feedback_id, table.c.topic_id, table.c.span_start)
        .join(topic, topic.c.topic_id == table.c.topic_id)
        .where(is_counted(table.c.feedback_id), *conditions(topic, industry=industry))
        .order_by(table.c.feedback_id, table.c.topic_id, table.c.span_start)
    )
    judged = _judged(connection, model, connection.execute(query, execution_options=_STREAM))
    for (feedback_id, topic_id), clauses in groupby(judged, key=lambda one: one[:2]):
        verdicts = [verdict for *_, verdict in clauses]
        known = [verdict for verdict in verdicts if verdict is not None]
        yield TopicVoice(feedback_id, topic_id, len(known), any(known) if known else None)


def _judged(
    connection: Connection, model: str, places: Result[Any]
) -> Iterator[tuple[str, str, bool | None]]:
    """Yields clauses with whether they complain: `None` where `model` judged none there."""
    table = schema.mention
    for chunk in places.partitions():
        query = (
            select(table.c.feedback_id, table.c.sentiment, table.c.evidence)
            .join(schema.feedback, same_version(table))
            .where(
                IS_CURRENT,
                # As no index has it: else SQLite reads all mentions of the model for each chunk.
                table.c.model.concat("") == model,
                table.c.feedback_id.in_({row.feedback_id for row in chunk}),
            )
        )
        negative: dict[tuple[str, int], bool] = {}
        for said in connection.execute(query):
            for span in said.evidence:
                place = (said.feedback_id, span["start"])
                negative[place] = negative.get(place, False) or said.sentiment == "negative"
        for row in chunk:
            verdict = negative.get((row.feedback_id, row.span_start))
            yield row.feedback_id, row.topic_id, verdict
