"""Quotes of voices in what is made of many: themes, alerts, work orders and messages.

A quote stands in a record, a list entry or a line that names its voice, and goes as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Connection, Table, or_, select, type_coerce, update

from voc.store import schema
from voc.store.columns import SafeText
from voc.store.statements import chunks

QUOTING: Final = (
    (schema.topic, schema.topic.c.evidence),
    (schema.alert, schema.alert.c.feedback_ids),
    (schema.work_order, schema.work_order.c.description),
    (schema.outbox, schema.outbox.c.payload),
)
"""What quotes voices, or names them, beside rows that belong to one voice."""

_PREFIX: Final = "fb_"
_NAME: Final = re.compile(rf"{_PREFIX}[0-9a-f]{{20}}")
_FEW: Final = 5


def found(
    connection: Connection,
    table: Table,
    column: Column[Any],
    names: Sequence[str],
    *conditions: ColumnElement[bool],
) -> dict[Any, Any]:
    """Returns what rows hold that name one of the voices, by their keys."""
    if not names:
        return {}
    (key,) = table.primary_key
    # A database looks for a few words fast; for many, what names any voice is read through once.
    words = names if len(names) <= _FEW else [_PREFIX]
    query = select(key, type_coerce(column, SafeText)).where(holds(column, words), *conditions)
    gone = frozenset(names)
    rows = connection.execute(query, execution_options={"yield_per": 500})
    keys = [row[0] for row in rows if not gone.isdisjoint(_NAME.findall(row[1]))]
    return {
        row[0]: row[1]
        for chunk in chunks(keys)
        for row in connection.execute(select(key, column).where(key.in_(chunk)))
    }


def holds(column: Column[Any], words: Sequence[str]) -> ColumnElement[bool]:
    """The condition that a column, as it is written, holds one of the words."""
    written = type_coerce(column, SafeText)
    return or_(*(written.contains(word, autoescape=True) for word in words))


def replace(
    connection: Connection,
    table: Table,
    column: Column[Any],
    names: Sequence[str],
    note: str,
    *conditions: ColumnElement[bool],
) -> None:
    """Takes quotes of voices out of a column; lines of text give way to `note`."""
    (key,) = table.primary_key
    gone = frozenset(names)
    for row_key, value in found(connection, table, column, names, *conditions).items():
        connection.execute(
            update(table).where(key == row_key).values({column.name: without(value, gone, note)})
        )


def without(value: Any, gone: frozenset[str], note: str) -> Any:
    """Returns JSON without the records, list entries and lines that name one of the voices."""
    if isinstance(value, str):
        return "\n".join(_line(line, gone, note) for line in value.split("\n"))
    if isinstance(value, Mapping):
        return {name: without(item, gone, note) for name, item in value.items()}
    if isinstance(value, list):
        return [without(item, gone, note) for item in value if not _is_theirs(item, gone)]
    return value


def _is_theirs(item: Any, gone: frozenset[str]) -> bool:
    name = item.get("feedback_id") if isinstance(item, Mapping) else item
    return isinstance(name, str) and name in gone


def _line(line: str, gone: frozenset[str], note: str) -> str:
    if not any(name in line for name in gone):
        return line
    return line[: len(line) - len(line.lstrip())] + note
