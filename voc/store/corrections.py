"""What people say is right instead of what the engine said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, select

from voc.records import plain
from voc.store import schema
from voc.store.moments import columns_of, moment_of
from voc.store.statements import conditions, insert_new

CorrectionField = Literal["sentiment", "aspect", "intent", "urgency"]
_PLAIN: Final = (
    "correction_id", "feedback_id", "version", "field", "aspect_id", "label", "actor", "key_id",
    "note",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Correction:
    """A person's label for one feedback.

    Attributes:
        correction_id: Names it; the same one again changes nothing.
        feedback_id: The voice.
        version: The version of it that the person saw.
        field: What is corrected.
        label: What is right: a polarity, an intent, an urgency; of an aspect also `none`, where
            the text does not speak of it.
        actor: Who says so.
        at: When.
        aspect_id: The aspect, where one is corrected.
        key_id: The key it came by.
        note: Why.
    """

    correction_id: str
    feedback_id: str
    version: int
    field: CorrectionField
    label: str
    actor: str
    at: datetime
    aspect_id: str | None = None
    key_id: str | None = None
    note: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return {name: plain(getattr(self, name)) for name in self.__slots__}


def add(connection: Connection, item: Correction) -> None:
    """Keeps a correction, once."""
    row = {**{name: getattr(item, name) for name in _PLAIN}, **columns_of("at", item.at)}
    insert_new(connection, schema.correction, [row], key="correction_id")


def some(
    connection: Connection, *, feedback_id: str | Sequence[str] | None = None
) -> list[Correction]:
    """Returns corrections in the order they came."""
    table = schema.correction
    query = (
        select(table).where(*conditions(table, feedback_id=feedback_id)).order_by(table.c.position)
    )
    return [_correction(row) for row in connection.execute(query)]


def _correction(row: Row[Any]) -> Correction:
    return Correction(**{name: getattr(row, name) for name in _PLAIN}, at=moment_of(row, "at"))
