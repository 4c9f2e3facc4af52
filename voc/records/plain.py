"""Ids that last, and plain JSON values."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any


def stable_id(prefix: str, *parts: str | None) -> str:
    """Returns an id that is the same for the same parts, as `prefix_` and 20 hex digits."""
    joined = "\x1f".join("" if part is None else part for part in parts)
    digest = hashlib.blake2b(joined.encode("utf-8", "surrogatepass"), digest_size=10)
    return f"{prefix}_{digest.hexdigest()}"


def plain(value: Any) -> Any:
    """Returns `value` as JSON values: datetimes as ISO 8601, tuples as lists, mappings copied."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, frozenset, set)):
        return [plain(item) for item in value]
    return value


def without_blanks(values: Mapping[str, Any]) -> dict[str, Any]:
    """Returns values as JSON values, those that say nothing left out."""
    return {key: plain(value) for key, value in values.items() if value not in (None, (), [], {})}
