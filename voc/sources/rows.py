"""Rows as tables give them, before they are feedback."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

MAX_VALUE_BYTES: Final = 32 * 1024 * 1024
"""Longest line or JSON object that is read; a longer one is a reject."""


@dataclass(frozen=True, slots=True)
class Row:
    """One data row.

    Attributes:
        number: Its number among the data rows and rejects of the file, from 1.
        place: Where it stands, as `reviews.csv:17`.
        values: Its cells by column; columns that a row does not have are missing.
        replaced: How many U+FFFD in it stand for bytes that could not be read.
    """

    number: int
    place: str
    values: dict[str, Any]
    replaced: int = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """A stretch of a file that is no row: where, why, and how it begins.

    After a `fatal` one nothing more of the file can be read.
    """

    place: str
    reason: str
    sample: str = ""
    fatal: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """A row as one format gives it, before it is numbered."""

    place: str
    values: dict[str, Any]
    replaced: int = 0


def column_names(cells: Iterable[str]) -> list[str]:
    """Returns the names in a header: trimmed, nameless ones as `column_3`, repeated as `评分_2`."""
    names: list[str] = []
    seen: set[str] = set()
    repeats: dict[str, int] = {}
    for number, cell in enumerate(cells, 1):
        base = cell.strip("\ufeff \t\r\n\u3000\x00") or f"column_{number}"
        name = base
        while name in seen:
            repeats[base] = repeats.get(base, 1) + 1
            name = f"{base}_{repeats[base]}"
        seen.add(name)
        names.append(name)
    return names
