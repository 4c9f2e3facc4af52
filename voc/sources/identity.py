"""What names a row of a file: its own id, or one made of its values."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from voc.sources.rows import Row
from voc.text.normalise import sanitise

if TYPE_CHECKING:
    from voc.sources.columns import ColumnMap

FIELD_CHARS: Final = 200
NO_VALUE: Final = frozenset(["", *r"nan null none n/a #n/a nat - -- 无 \N".lower().split()])


def native_id(row: Row, columns: ColumnMap, repeats: Repeats | None) -> str:
    """Returns the id of a row: its own, or one made of its values as `to_feedback` tells."""
    column = columns["id"]
    if own := own_id(row.values.get(column) if column is not None else None):
        return own
    answer = columns.answer.of(row.values) if columns.answer else None
    digest = _digest(row.values if answer is None else answer)
    number = repeats.before(digest) if repeats is not None else 0
    return f"row-{digest.hex()}" + (f"-{number + 1}" if number else "")


def own_id(value: Any) -> str:
    """Returns the id that a cell holds; an empty text where it holds none."""
    own = sanitise(written(value)[: FIELD_CHARS + 1])[0].strip() if value is not None else ""
    return own if len(own) <= FIELD_CHARS and own.lower() not in NO_VALUE else ""


class Repeats:
    """Counts how often each row was seen in a file, in 12 to 24 bytes a distinct row."""

    def __init__(self) -> None:
        self._slots = array("Q", bytes(8 << 12))
        self._used = 0
        self._again: dict[int, int] = {}

    def before(self, digest: bytes) -> int:
        """Returns how many rows with this digest came before, and counts this one."""
        key = int.from_bytes(digest[:8], "big") or 1
        if self._add(key):
            return 0
        self._again[key] = self._again.get(key, 0) + 1
        return self._again[key]

    def _add(self, key: int) -> bool:
        slots = self._slots
        mask = len(slots) - 1
        place = key & mask
        while slots[place]:
            if slots[place] == key:
                return False
            place = (place + 1) & mask
        slots[place] = key
        self._used += 1
        if self._used * 3 > len(slots) * 2:
            self._grow()
        return True

    def _grow(self) -> None:
        old, self._used = self._slots, 0
        self._slots = array("Q", bytes(16 * len(old)))
        for key in old:
            if key:
                self._add(key)


def written(value: Any) -> str:
    """Returns a cell as a person would write it: 1001 for 1001.0, ISO 8601 for times."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(value)


def _digest(values: Mapping[str, Any]) -> bytes:
    """A hash of a row's names and values, whatever the order of its columns."""
    digest = hashlib.blake2b(digest_size=10)
    for name, value in sorted(values.items()):
        if value is not None and value != "":
            digest.update(f"{name}\x1f{written(value)}\x1e".encode("utf-8", "surrogatepass"))
    return digest.digest()


def named(value: Any, *, limit: int = FIELD_CHARS) -> str | None:
    """Returns a cell of a few words, clean; `None` where it says that there is none.

    A customer's id is read by it wherever it stands, so that its pseudonym is always the same.
    """
    if value is None or isinstance(value, (dict, list)):
        return None
    text = sanitise(written(value).replace("\r\n", "\n").replace("\r", "\n"))[0]
    text = text.strip("\ufeff \t\n\u3000")[:limit]
    return None if text.lower() in NO_VALUE else text
