"""Removes a person: voices with all that was made of them, quotes of them, and orders.

What a person said stands in rows of its own, which go, and is quoted in others, which lose the
quotes. The audit keeps ids alone and stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Table, delete, func, or_, select, update

from voc.records import EMERGING_IN_TITLE, EMERGING_SENTENCE
from voc.store import issues, quotes, schema, workorders
from voc.store.rows import Forgotten
from voc.store.statements import chunks, lock
from voc.store.withdrawals import INGEST_LOCK

GONE: Final = "（已按本人要求删除）"
_FORGOTTEN: Final = "本人要求删除"


def count(connection: Connection, customer_id: str) -> Forgotten:
    """Returns what would go."""
    names = _voices(connection, customer_id)
    return Forgotten(
        feedback=len(names),
        customers=_number(connection, schema.customer, customer_id),
        orders=_number(connection, schema.customer_order, customer_id),
        issues=len(_issues(connection, names)),
        quotes=sum(len(quotes.found(connection, *where, names)) for where in quotes.QUOTING),
        delivered=_delivered(connection, names),
    )


def forget(connection: Connection, customer_id: str, now: datetime) -> Forgotten:
    """Removes a person; see `Transaction.forget`."""
    lock(connection, INGEST_LOCK)
    workorders.lock_all(connection)
    told = count(connection, customer_id)
    names = _voices(connection, customer_id)
    touched = _issues(connection, names)
    themes = _themes(connection, names)
    _drop_actions(connection, customer_id, names)
    for table, column in quotes.QUOTING:
        quotes.replace(connection, table, column, names, GONE)
    _drop_requests(connection, names)
    for chunk in chunks(names):
        for table in _of_one_voice():
            connection.execute(delete(table).where(table.c.feedback_id.in_(chunk)))
        rejects = schema.reject
        connection.execute(delete(rejects).where(rejects.c.place.in_(chunk)))
    _recount(connection, touched, now)
    _drop_themes(connection, themes)
    # Vectors of clauses are found by a hash, not by whose they are; the next run makes them again.
    connection.execute(delete(schema.clause_vector))
    for table in (schema.customer, schema.customer_order):
        connection.execute(delete(table).where(table.c.customer_id == customer_id))
    return told


def _voices(connection: Connection, customer_id: str) -> list[str]:
    """Returns the voices of a person, in any version: as customer, as author, or by the id."""
    table = schema.feedback
    is_theirs = or_(
        table.c.customer_id == customer_id,
        table.c.author == customer_id,
        table.c.native_id == customer_id,
    )
    return sorted(connection.scalars(select(table.c.feedback_id).where(is_theirs).distinct()))


def _of_one_voice() -> list[Table]:
    """Returns the tables whose rows belong to one voice, those that refer to others first."""
    tables = reversed(schema.metadata.sorted_tables)
    return [table for table in tables if "feedback_id" in table.c]


def _number(connection: Connection, table: Table, customer_id: str) -> int:
    query = select(func.count()).select_from(table).where(table.c.customer_id == customer_id)
    return connection.execute(query).scalar_one()


def _issues(connection: Connection, names: Sequence[str]) -> set[str]:
    table = schema.issue_evidence
    return {
        name
        for chunk in chunks(names)
        for name in connection.scalars(
            select(table.c.issue_id).where(table.c.feedback_id.in_(chunk)).distinct()
        )
    }


def _themes(connection: Connection, names: Sequence[str]) -> set[str]:
    table = schema.topic_assignment
    return {
        name
        for chunk in chunks(names)
        for name in connection.scalars(
            select(table.c.topic_id).where(table.c.feedback_id.in_(chunk)).distinct()
        )
    }


def _drop_themes(connection: Connection, themes: Collection[str]) -> None:
    """Drops themes that nobody else speaks of: their names and keywords are the person's words."""
    topic, said, event = schema.topic, schema.topic_assignment, schema.topic_event
    for chunk in chunks(themes):
        kept = set(connection.scalars(select(said.c.topic_id).where(said.c.topic_id.in_(chunk))))
        gone = [name for name in chunk if name not in kept]
        connection.execute(delete(topic).where(topic.c.topic_id.in_(gone)))
        connection.execute(update(event).where(event.c.topic_id.in_(gone)).values(topic=GONE))


def _delivered(connection: Connection, names: Sequence[str]) -> int:
    table = schema.outbox
    query = select(func.count()).select_from(table).where(table.c.state == "delivered")
    return sum(
        connection.execute(query.where(quotes.holds(table.c.payload, chunk))).scalar_one()
        for chunk in chunks(names, 50)
    )


def _drop_requests(connection: Connection, names: Sequence[str]) -> None:
    """Forgets what was answered once: it may repeat what a person noted of a voice."""
    table = schema.request_made
    for chunk in chunks(names, 50):
        connection.execute(delete(table).where(quotes.holds(table.c.result, chunk)))


def _drop_actions(connection: Connection, customer_id: str, names: Sequence[str]) -> None:
    """Forgets what rules did about a person's voices: tags given, messages, and what waits."""
    outbox, order, part = schema.outbox, schema.order_review, schema.order_part
    actions = schema.voice_action
    connection.execute(delete(actions).where(actions.c.customer_id == customer_id))
    for chunk in chunks(names, 50):
        told = quotes.holds(outbox.c.payload, chunk) & outbox.c.key.startswith("va_")
        connection.execute(delete(outbox).where(told))
        connection.execute(delete(order).where(quotes.holds(order.c.part, chunk)))
        connection.execute(update(part).where(quotes.holds(part.c.part, chunk)).values(part=GONE))


def _recount(connection: Connection, touched: set[str], now: datetime) -> None:
    """Counts what is left of issues; one without a voice is closed and loses its title."""
    table, place = schema.issue, schema.issue_evidence
    for name in sorted(touched):
        query = select(func.count(place.c.feedback_id.distinct())).where(place.c.issue_id == name)
        left = connection.execute(query).scalar_one()
        title = connection.scalars(select(table.c.title).where(table.c.issue_id == name)).one()
        kept = EMERGING_IN_TITLE.sub("", title) if left else GONE
        _hide_words(connection, name, title=title, kept=kept)
        values = {"count": left, "stake": None, "emerging_term": None, "title": kept}
        connection.execute(update(table).where(table.c.issue_id == name).values(values))
        if not left:
            issues.set_status(connection, name, "closed", "voc", _FORGOTTEN, now, settles=False)


def _hide_words(connection: Connection, issue_id: str, *, title: str, kept: str) -> None:
    """Takes what was new in an issue out of its work orders and their messages.

    And writes what is left of its title instead of that. Both are words of its voices.
    """
    order, outbox, review = schema.work_order, schema.outbox, schema.order_review
    if kept != title:
        connection.execute(
            update(review)
            .where(review.c.issue_id == issue_id)
            .values(title=func.replace(review.c.title, title, kept))
        )
    news = "|".join((EMERGING_SENTENCE.pattern, EMERGING_IN_TITLE.pattern))
    words = re.compile(f"(?P<title>{re.escape(title)})|{news}")

    def hidden(found: re.Match[str]) -> str:
        if found["title"]:
            return kept
        return "" if EMERGING_IN_TITLE.fullmatch(found[0]) else GONE

    def without(text: str) -> str:
        return words.sub(hidden, text)

    rows = list(connection.execute(select(order).where(order.c.issue_id == issue_id)))
    for row in rows:
        connection.execute(
            update(order)
            .where(order.c.work_order_id == row.work_order_id)
            .values(title=without(row.title), description=without(row.description))
        )
        query = select(outbox.c.position, outbox.c.payload).where(outbox.c.key == row.work_order_id)
        for position, payload in list(connection.execute(query)):
            told = _replaced(payload, without)
            if told != payload:  # most messages tell of neither
                place = outbox.c.position == position
                connection.execute(update(outbox).where(place).values(payload=told))


def _replaced(value: Any, without: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return without(value)
    if isinstance(value, Mapping):
        gone = {"emerging_term": None} if "emerging_term" in value else {}
        return {name: _replaced(item, without) for name, item in value.items()} | gone
    if isinstance(value, list):
        return [_replaced(item, without) for item in value]
    return value
