"""Merged cells of a sheet: their value, which stands in the first one, holds for all of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

Cells = dict[int, Any]

TAG: Final = "mergeCell"
_MOST: Final = 1_000_000
_MOST_AT_ONCE: Final = 256
_WIDE_UNTIL_ROW: Final = 1_000
_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})")
_ROW_BITS, _COLUMN_BITS = 24, 15
_COLUMN_MASK: Final = (1 << _COLUMN_BITS) - 1
_ROW_MASK: Final = (1 << _ROW_BITS) - 1


class MergedCells:
    """The ranges of one sheet that are merged, in some 50 bytes each."""

    def __init__(self) -> None:
        self._ranges: list[int] = []
        self._wide: dict[int, list[tuple[int, int]]] = {}

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Takes the tag of a range; those behind the first million are left unmerged."""
        found = _RANGE.fullmatch(attributes.get("ref", "")) if tag == TAG else None
        if found is None or len(self._ranges) >= _MOST:
            return
        first, last = int(found[2]), int(found[4])
        column, last_column = column_number(found[1]), column_number(found[3])
        if column < last_column and first <= _WIDE_UNTIL_ROW:
            self._wide.setdefault(first, []).append((column, last_column))
        if first < last:
            self._ranges.append((first << _ROW_BITS | last) << _COLUMN_BITS | column)

    def wide(self, row: int) -> list[tuple[int, int]]:
        """Returns the first and the last column of what is merged over several columns of a row."""
        return self._wide.get(row, [])

    def filled(
        self,
        rows: Iterator[tuple[int, Cells]],
        *,
        besides: Collection[int] = (),
        leading: Collection[int] = (),
        behind: int = 0,
    ) -> Iterator[tuple[int, Cells]]:
        """Gives rows with the value of a merged cell in each row that it spans.

        A cell that holds something of its own keeps it. A row that holds nothing stays away.

        Args:
            rows: As `Workbook.rows` gives them.
            besides: Columns whose cells count for their first row alone.
            leading: Columns that make a row what it is: one in which their cell is merged with the
                one above belongs to that row, and is given as it stands.
            behind: Ranges that begin in this row or above it count for their first row alone.
        """
        self._ranges.sort()
        position = 0
        under_way: dict[int, tuple[int, Any]] = {}
        for number, cells in rows:
            under_way = {key: cell for key, cell in under_way.items() if cell[0] >= number}
            if not any(column in under_way for column in leading):
                for column, (_, value) in under_way.items():
                    if column not in besides:
                        cells.setdefault(column, value)
            while position < len(self._ranges) and self._first(position) <= number:
                last, column = self._end(position)
                if number == self._first(position) > behind and column in cells:
                    under_way[column] = last, cells[column]
                position += 1
            if len(under_way) > _MOST_AT_ONCE:
                under_way.clear()
            yield number, cells

    def _first(self, position: int) -> int:
        return self._ranges[position] >> (_ROW_BITS + _COLUMN_BITS)

    def _end(self, position: int) -> tuple[int, int]:
        packed = self._ranges[position]
        return packed >> _COLUMN_BITS & _ROW_MASK, packed & _COLUMN_MASK


def column_number(letters: str) -> int:
    """Returns the number of a column from 0: 0 of A, 27 of AB."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
