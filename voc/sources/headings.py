"""Which row of a table is its header, where titles or the headings of groups stand above it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any, Final

from voc.sources.columns import has_text_column
from voc.sources.names import EXACT, fold
from voc.sources.values import is_number_like

ROWS_SEARCHED: Final = 10
_LONGEST_NAME: Final = 60
_MOST_NAMES: Final = 2_000
_KNOWN: Final = frozenset(name for names in EXACT.values() for name in names)
_SHOWN: Final = 5

Names = Sequence[Any]
"""The cells of a row; one that is no text is no name."""


def header_at(rows: Sequence[Names], *, text: str | None = None) -> int:
    """Returns the index of the header among the first rows of a table: 0 unless a later one is.

    A later row is the header where one of its cells is a whole name of the text's column, all are
    words, and it fills more cells than each row above. It names every column that a row above
    names, or else is made of known names; so does a row below one that could be a header itself.

    Args:
        rows: The first rows; an empty cell is an empty text.
        text: The text's column, where somebody tells it.
    """
    found = widest = 0
    for index, row in enumerate(rows[:ROWS_SEARCHED]):
        filled = sum(map(_is_filled, row))
        above = rows[:index]
        if index and filled > max(widest, 1) and _is_header(row, above, text):
            found = index
        if text is not None and text in row:
            break
        widest = max(widest, filled)
    return found


def completed(header: Names, above: Sequence[Names]) -> list[str]:
    """Returns a header with what stands above its empty cells, as a name written over two rows."""
    names = [str(name) for name in header]
    for row in reversed(above):
        if len(_filled(row)) > 1:
            names += [""] * (len(row) - len(names))
            names = [
                name if name.strip() or column >= len(row) else str(row[column])
                for column, name in enumerate(names)
            ]
    return names


def told_header(place: str, names: Names, above: int) -> str:
    """Returns the sentence that tells which row was taken for the header, and what it is below."""
    named = [str(name).strip() for name in names if _is_filled(name)]
    shown = "、".join(named[:_SHOWN]) + ("…" if len(named) > _SHOWN else "")
    lines = "1 line above it was" if above == 1 else f"{above} lines above it were"
    return f"{place} was taken as the header ({shown}); {lines} passed over."


def _is_header(row: Names, above: Sequence[Names], text: str | None) -> bool:
    if any(not isinstance(cell, str) or is_number_like(cell) for cell in row if _is_filled(cell)):
        return False
    names = _filled(row)
    if not _has_text(names, text):
        return False
    could_be_headers = any(_has_text(_filled(other), text) for other in above)
    if _names_all(row, above) and not could_be_headers:
        return True
    return sum(fold(name) in _KNOWN for name in names) >= 1


def _has_text(names: Names, text: str | None) -> bool:
    return (text is not None and text in names) or has_text_column(names, exact=True)


def _names_all(row: Names, above: Sequence[Names]) -> bool:
    """Whether a row fills each cell that is filled in a row above, titles left aside."""
    return all(
        column < len(row) and _is_filled(row[column])
        for other in above
        if len(_filled(other)) > 1
        for column, cell in enumerate(other)
        if _is_filled(cell)
    )


def _is_filled(cell: Any) -> bool:
    return bool(str(cell).strip())


def _filled(row: Names) -> list[str]:
    names = (str(cell).strip() for cell in row if _is_filled(cell))
    return [name for name in islice(names, _MOST_NAMES) if len(name) <= _LONGEST_NAME]
