"""How much the store holds, and whether it is sound."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, inspect, select, text

from voc.store import schema
from voc.store.migrate import current_revision
from voc.store.rows import StoreCounts
from voc.store.statements import IS_CURRENT


def counts(connection: Connection) -> StoreCounts:
    """Returns how much of each kind there is."""
    voice, tags, mention = schema.feedback, schema.tags, schema.mention
    issue, order, outbox = schema.issue, schema.work_order, schema.outbox

    def number(table: Table, *conditions: Any) -> int:
        query = select(func.count()).select_from(table).where(*conditions)
        return connection.execute(query).scalar_one()

    def of_current(table: Table) -> ColumnElement[bool]:
        same = (table.c.feedback_id == voice.c.feedback_id, table.c.version == voice.c.version)
        return select(voice.c.seq).where(*same, IS_CURRENT).exists()

    tagged = select(func.count(tags.c.feedback_id.distinct())).where(of_current(tags))
    return StoreCounts(
        feedback=number(voice, IS_CURRENT),
        versions=number(voice),
        tagged=connection.execute(tagged).scalar_one(),
        mentions=number(mention, of_current(mention)),
        rejects=number(schema.reject),
        topics=number(schema.topic),
        issues=number(issue),
        open_issues=number(issue, issue.c.status.in_(["open", "reopened"])),
        work_orders=number(order),
        open_work_orders=number(order, order.c.status.not_in(["resolved", "closed", "rejected"])),
        pending_messages=number(outbox, outbox.c.state == "pending"),
        dead_messages=number(outbox, outbox.c.state == "dead"),
    )


def problems(connection: Connection) -> list[str]:
    """Returns what is wrong with the store, each as a sentence; nothing where it is sound."""
    found = list(_schema_problems(connection))
    if connection.dialect.name == "sqlite":
        found += _sqlite_problems(connection)
    return found or list(_content_problems(connection))


def _schema_problems(connection: Connection) -> Iterator[str]:
    revision = current_revision(connection)
    if revision != schema.REVISION:
        yield (
            f"The store has schema {revision or 'none'}, this voc needs {schema.REVISION}. "
            "Any command that opens it brings it up to date."
        )
    missing = schema.metadata.tables.keys() - set(inspect(connection).get_table_names())
    if missing:
        yield f"The store lacks the tables {', '.join(sorted(missing))}. Restore a backup."


def _sqlite_problems(connection: Connection) -> Iterator[str]:
    for line in connection.execute(text("PRAGMA integrity_check(20)")).scalars():
        if line != "ok":
            yield f"SQLite finds the file damaged: {line}. Restore a backup."
    for table, row, parent, _ in connection.execute(text("PRAGMA foreign_key_check")):
        yield f"Row {row} of {table} belongs to a row of {parent} that is not there."
    mode = connection.execute(text("PRAGMA journal_mode")).scalar_one()
    if mode != "wal":
        yield (
            f"SQLite's journal mode is {mode}, not wal: readers and the writer wait for each "
            "other. Keep the file on a local disk."
        )


def _content_problems(connection: Connection) -> Iterator[str]:
    voice = schema.feedback
    current = select(voice.c.feedback_id).where(IS_CURRENT)
    query = select(func.count(voice.c.feedback_id.distinct())).where(
        voice.c.feedback_id.not_in(current),
        voice.c.feedback_id.not_in(select(schema.withdrawal.c.feedback_id)),
    )
    without = connection.execute(query).scalar_one()
    if without:
        yield f"{without} voices have no current version. Restore a backup."
