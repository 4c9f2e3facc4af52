"""Column types that keep the same values on every engine.

PostgreSQL refuses NUL and lone surrogates, SQLite takes them; JSON types of engines reorder and
round. So text is made storable before it is bound, is compared by code point, and JSON is kept as
text that this module writes and reads.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import BigInteger, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from voc.errors import UsageError
from voc.records import plain
from voc.text.normalise import sanitise


def storable(text: str) -> str:
    """Returns `text`, as long, with U+FFFD for what no engine can hold."""
    # What is printable is storable, and this is by far the faster test.
    return text if text.isprintable() else sanitise(text)[0]


def json_text(value: Any) -> str:
    """Returns `value` as compact JSON with sorted keys, holding only storable characters.

    Raises:
        UsageError: It is nested deeper than Python can follow.
    """
    try:
        text = _encoded(value)
        if "\\" in text or not text.isprintable():  # an escape may stand for a control character
            text = _encoded(_storable(plain(value)))
    except (RecursionError, ValueError):
        raise UsageError(
            "A JSON value is nested too deep, or within itself, for the store; cut it first."
        ) from None
    return text


def _encoded(value: Any) -> str:
    try:
        return _ENCODER.encode(value)
    except TypeError:  # keys of several types, which cannot be sorted
        return _ENCODER.encode(plain(value))


def _as_json(value: Any) -> Any:
    """Returns what stands for a value that JSON does not know."""
    known = plain(value)
    return str(value) if known is value else known


_ENCODER: Final = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=_as_json
)


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        return {storable(str(key)): _storable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_storable(item) for item in value]
    return value


class SafeText(TypeDecorator[str]):
    """Text of any length; characters that no engine can hold are replaced when it is bound."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        # By code point, as SQLite sorts; a locale's order would differ between servers.
        return Text(collation="C") if dialect.name == "postgresql" else Text()

    def bind_processor(
        self,
        dialect: Dialect,  # noqa: ARG002 - the signature is SQLAlchemy's
    ) -> Callable[[str | None], str | None]:
        return _sanitised


class Json(TypeDecorator[Any]):
    """Any JSON value, kept as text."""

    impl = SafeText
    cache_ok = True

    def bind_processor(
        self,
        dialect: Dialect,  # noqa: ARG002
    ) -> Callable[[Any], str]:
        return json_text

    def result_processor(
        self,
        dialect: Dialect,  # noqa: ARG002
        coltype: object,  # noqa: ARG002
    ) -> Callable[[str | None], Any] | None:
        return _parsed


def _sanitised(value: str | None) -> str | None:
    return None if value is None else storable(value)


def _parsed(value: str | None) -> Any:
    if value == "[]":  # most are
        return []
    return None if value is None else json.loads(value)


RowNumber: Final = BigInteger().with_variant(Integer(), "sqlite")
"""A growing number that SQLite keeps as its rowid."""
