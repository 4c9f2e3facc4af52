"""The tables of an xlsx workbook: which sheets hold the feedback, and where their header is."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, Final

from voc.sources.columns import has_text_column
from voc.sources.rows import Record, column_names
from voc.sources.spreadsheetml import Cells, Sheet, Workbook

_ROWS_SEARCHED: Final = 1_000
_ROWS_ABOVE_HEADER: Final = 10


@dataclass(frozen=True, slots=True)
class _Table:
    sheet: Sheet
    header_row: int
    columns: tuple[str, ...]


class WorkbookTable:
    """The rows of a workbook.

    The header is the first row that holds anything, among the first thousand; rows above it with
    a single cell, as a title over merged cells, are passed over. When all sheets have the same
    header, all are read, one behind the other. Otherwise it is the first sheet with a column that
    looks like a text's (or the first sheet that holds anything), and those with the same header
    as it. Hidden sheets are read only where there is no other. Rows without any value are none.

    Args:
        file: The workbook; it must be seekable and stays the caller's.
        name: The file's name, for places.
        text: The text's column, where somebody tells it: it decides between sheets.
    """

    def __init__(self, file: IO[bytes], *, name: str, text: str | None = None) -> None:
        self._name = name
        self.workbook = Workbook(file, name=name)
        visible = [sheet for sheet in self.workbook.sheets if sheet.visible]
        tables = [self._table(sheet) for sheet in visible or self.workbook.sheets]
        self._tables = _chosen([table for table in tables if table.columns], text)
        self.columns = list(self._tables[0].columns) if self._tables else []

    def records(self) -> Iterator[Record]:
        """Gives all rows in order."""
        for table in self._tables:
            for number, cells in self.workbook.rows(table.sheet):
                if number > table.header_row:
                    place = f"{self._name}:{table.sheet.name}!{number}"
                    yield Record(place, _named(cells, table.columns))

    def _table(self, sheet: Sheet) -> _Table:
        found = self.workbook.rows(sheet, until=_ROWS_SEARCHED)
        rows = list(itertools.islice(found, _ROWS_ABOVE_HEADER))
        headers = (row for row in rows if _can_be_header(row[1]))
        number, cells = next(headers, None) or (rows[0] if rows else (0, {}))
        names = [str(cells.get(column, "")) for column in range(max(cells, default=-1) + 1)]
        return _Table(sheet, number, tuple(column_names(names)))


def _can_be_header(cells: Cells) -> bool:
    return len(cells) > 1 or has_text_column([str(cell) for cell in cells.values()], exact=True)


def _chosen(tables: list[_Table], text: str | None) -> list[_Table]:
    if not tables:
        return []
    told = (table for table in tables if text in table.columns)
    likely = (table for table in tables if has_text_column(table.columns))
    first = next(told, None) or next(likely, None) or tables[0]
    return [table for table in tables if table.columns == first.columns]


def _named(cells: Cells, columns: tuple[str, ...]) -> dict[str, Any]:
    return {
        columns[column] if column < len(columns) else f"column_{column + 1}": value
        for column, value in cells.items()
    }
