"""The tables of an xlsx workbook: which sheets hold the feedback, and where their header is."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import IO, Any, Final

from voc.sources.columns import has_text_column
from voc.sources.headings import ROWS_SEARCHED, completed, header_at, told_header
from voc.sources.merged import MergedCells
from voc.sources.rows import Record, column_names
from voc.sources.sheets import Leading, SheetColumns, joined, leading_columns, united
from voc.sources.spreadsheetml import Cells, Sheet, Workbook

_LAST_ROW_SEARCHED: Final = 1_000
_SAMPLE_CHARS: Final = 200
_LISTED_SHEETS: Final = 10


@dataclass(frozen=True, slots=True)
class _Table:
    sheet: Sheet
    header_row: int
    rows_above: int
    columns: tuple[str, ...]
    merged: MergedCells
    sample: tuple[Cells, ...] = ()

    @property
    def shape(self) -> SheetColumns:
        rows = [_named(cells, self.columns) for cells in self.sample]
        return SheetColumns(self.sheet.name, self.columns, rows)


class WorkbookTable:
    """The rows of a workbook.

    The header is the first row that holds anything, among the first thousand; rows above it with
    a single cell, as a title over merged cells, are passed over, and so are headings of groups
    (`header_at`). What stands in merged cells holds for each of their rows; but ids and what
    customers said stand in the first one alone, for they are said once.

    Read is the first sheet with a column that looks like a text's (or the first sheet that holds
    anything); then, one behind the other, those with the same header, and those that are known to
    hold feedback under other names (`joined`), which get the names of the first. Hidden sheets are
    read only where there is no other. Rows without any value are none.

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
        tables = [table for table in tables if table.columns]
        self._tables = _chosen(tables, text)
        read = [table.columns for table in self._tables]
        self.columns = united(read, text=text) if len({*read}) > 1 else [*read[0]] if read else []
        self.notes = [_told_header(table) for table in self._tables if table.rows_above]
        hidden = [sheet.name for sheet in self.workbook.sheets if visible and not sheet.visible]
        self.notes += _told_sheets(tables, self._tables, hidden)

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
        columns = tuple(column_names(_spread(names, merged.wide(number))))
        sample = tuple(_begun(cells) for _, cells in rows[index + 1 :])
        return _Table(sheet, number, index, columns, merged, sample)


def _begun(cells: Cells) -> Cells:
    """Returns a row with no more than the beginnings of its texts."""
    return {
        column: value[:_SAMPLE_CHARS] if isinstance(value, str) else value
        for column, value in cells.items()
    }


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
    found = [(table, joined(first.shape, table.shape, text=text)) for table in tables]
    return [replace(table, columns=names) for table, names in found if names is not None]


def _told_header(table: _Table) -> str:
    place = f"row {table.header_row} of the sheet {table.sheet.name!r}"
    return told_header(place, table.columns, table.rows_above)


def _told_sheets(tables: list[_Table], chosen: list[_Table], hidden: list[str]) -> list[str]:
    """Says which sheets are read, where their columns differ, and which are not."""
    read = [table.sheet.name for table in chosen]
    left = [table.sheet.name for table in tables if table.sheet.name not in read]
    differ = len({table.columns for table in tables if table.sheet.name in read}) > 1
    return (
        [f"read are the sheets {_listed_names(read)}, whose columns differ."] * differ
        + [
            f"not read are the sheets {_listed_names(left)}: no column of theirs is known to hold"
            " customers' words. Name it there as in the sheet that is read, or put such a sheet"
            " into a file of its own."
        ]
        * bool(left)
        + [
            f"not read are the hidden sheets {_listed_names(hidden)}. Show them in the workbook, if"
            " they hold feedback."
        ]
        * bool(hidden)
    )


def _listed_names(names: list[str]) -> str:
    more = len(names) - _LISTED_SHEETS
    shown = ", ".join(map(repr, names[:_LISTED_SHEETS]))
    return f"{shown} and {more} more" if more > 0 else shown


def _named(cells: Cells, columns: tuple[str, ...]) -> dict[str, Any]:
    return {
        columns[column] if column < len(columns) else f"column_{column + 1}": value
        for column, value in cells.items()
    }
