"""The tables of an xlsx workbook: which sheets hold the feedback, and where their header is."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, Final

from voc.sources.columns import has_text_column
from voc.sources.headings import ROWS_SEARCHED, completed, header_at, told_header
from voc.sources.merged import MergedCells
from voc.sources.rows import Record, column_names
from voc.sources.sheets import Leading, leading_columns
from voc.sources.spreadsheetml import Cells, Sheet, Workbook

_LAST_ROW_SEARCHED: Final = 1_000


@dataclass(frozen=True, slots=True)
class _Table:
    sheet: Sheet
    header_row: int
    rows_above: int
    columns: tuple[str, ...]
    merged: MergedCells


class WorkbookTable:
    """The rows of a workbook.

    The header is the first row that holds anything, among the first thousand; rows above it with
    a single cell, as a title over merged cells, are passed over, and so are headings of groups
    (`header_at`). What stands in merged cells holds for each of their rows; but ids and what
    customers said stand in the first one alone, for they are said once. When all sheets have the
    same header, all are read, one behind the other. Otherwise it is the first sheet with a column
    that looks like a text's (or the first sheet that holds anything), and those with the same
    header as it. Hidden sheets are read only where there is no other. Rows without any value are
    none.

    Args:
        file: The workbook; it must be seekable and stays the caller's.
        name: The file's name, for places.
        text: The text's column, where somebody tells it: it decides between sheets.

    Attributes:
        columns: The columns of the rows.
        notes: What is to be told of how the sheets are read.
    """

    def __init__(self, file: IO[bytes], *, name: str, text: str | None = None) -> None:
        self._name = name
        self._text = text
        self.workbook = Workbook(file, name=name)
        visible = [sheet for sheet in self.workbook.sheets if sheet.visible]
        tables = [self._table(sheet) for sheet in visible or self.workbook.sheets]
        self._tables = _chosen([table for table in tables if table.columns], text)
        self.columns = list(self._tables[0].columns) if self._tables else []
        self.notes = [
            told_header(
                f"row {table.header_row} of the sheet {table.sheet.name!r}",
                table.columns,
                table.rows_above,
            )
            for table in self._tables
            if table.rows_above
        ]

    def records(self) -> Iterator[Record]:
        """Gives all rows in order."""
        for table in self._tables:
            leading = leading_columns(table.columns, self._text)
            for number, cells in self._rows(table, leading):
                if number > table.header_row:
                    place = f"{self._name}:{table.sheet.name}!{number}"
                    yield Record(place, _named(cells, table.columns))

    def _rows(self, table: _Table, leading: Leading) -> Iterator[tuple[int, Cells]]:
        rows = self.workbook.rows(table.sheet)
        return table.merged.filled(
            rows, besides=leading.ids, leading=leading.words, behind=table.header_row
        )

    def _table(self, sheet: Sheet) -> _Table:
        merged = self.workbook.merged(sheet)
        found = merged.filled(self.workbook.rows(sheet, until=_LAST_ROW_SEARCHED))
        rows = list(itertools.islice(found, ROWS_SEARCHED))
        if not rows:
            return _Table(sheet, 0, 0, (), merged)
        listed = [_listed(cells) for _, cells in rows]
        index = header_at(listed, text=self._text)
        if index:
            names = completed(listed[index], listed[:index])
        else:
            can_be = (at for at, (_, cells) in enumerate(rows) if _can_be_header(cells))
            index = next(can_be, 0)
            names = [str(name) for name in listed[index]]
        number = rows[index][0]
        return _Table(
            sheet, number, index, tuple(column_names(_spread(names, merged.wide(number)))), merged
        )


def _listed(cells: Cells) -> list[Any]:
    return [cells.get(column, "") for column in range(max(cells) + 1)]


def _spread(names: list[str], wide: list[tuple[int, int]]) -> list[str]:
    """Returns the names of a header, each over all columns that its cell is merged over."""
    if sum(map(bool, names)) < 2:
        return names
    spread = list(names)
    for first, last in wide:
        if first < len(names):
            spread += [""] * (last + 1 - len(spread))
            spread[first : last + 1] = [name or names[first] for name in spread[first : last + 1]]
    return spread


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
