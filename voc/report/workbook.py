"""The report as a workbook: one sheet a section, every text a text and nothing that runs.

A spreadsheet takes what begins with `=`, `+`, `-` or `@` for a formula when a sheet is saved as CSV
and opened again, so that such texts get an apostrophe before them, as OWASP's notes on CSV
injection advise; within the workbook all texts are stored as strings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, Final

from voc.report.cells import Cell, Form, Number, Sheet, form_of
from voc.report.figures import Figures
from voc.report.sheets import sheets

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

LONGEST_CELL: Final = 32_000
"""Characters; a cell holds 32,767."""

_RUNS: Final = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_WIDEST: Final = 60
_NUMBER_WIDTH: Final = 10
_BUTTON_WIDTH: Final = 3
_MEASURED_ROWS: Final = 200
_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def to_xlsx(figures: Figures) -> bytes:
    """Returns the report as the bytes of an xlsx file."""
    import xlsxwriter

    target = BytesIO()
    with xlsxwriter.Workbook(target, dict(_OPTIONS)) as book:
        book.set_properties({"title": text_cell(figures.title)})
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        forms = {form: _format(book, form) for form in Form}
        for sheet in sheets(figures):
            _write(book.add_worksheet(sheet.name), sheet, head, forms)
    return target.getvalue()


def text_cell(text: str) -> str:
    """Returns a text as it may stand in a cell: cut, printable, and no formula anywhere."""
    clean = _UNPRINTABLE.sub("", text)[:LONGEST_CELL]
    return f"'{clean}" if _RUNS.match(clean.lstrip(" \u00a0\u3000\ufeff\u200b")) else clean


def _format(book: Workbook, form: Form) -> Format:
    return book.add_format(
        {"num_format": form.value, "text_wrap": form is Form.TEXT, "valign": "top"}
    )


def _write(page: Worksheet, sheet: Sheet, head: Format, forms: Mapping[Form, Format]) -> None:
    for column, title in enumerate(sheet.columns):
        cells = [row[column] for row in sheet.rows[:_MEASURED_ROWS]]
        page.set_column(column, column, _width(title, cells))
        page.write_string(0, column, text_cell(title), head)
    for line, row in enumerate(sheet.rows, start=1):
        for column, cell in enumerate(row):
            _put(page, (line, column), cell, forms[form_of(cell)])
    page.autofilter(0, 0, len(sheet.rows), len(sheet.columns) - 1)
    page.freeze_panes(1, 1)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)


def _put(page: Worksheet, place: tuple[int, int], cell: Cell, form: Format) -> None:
    match cell:
        case str():
            page.write_string(*place, text_cell(cell), form)
        case Number():
            page.write_number(*place, cell.value, form)
        case date():
            page.write_datetime(*place, cell, form)
        case int():
            page.write_number(*place, cell, form)


def _width(title: str, cells: Sequence[Cell]) -> int:
    """Returns the width of a column in digits, twice as many as Chinese characters."""
    widths = [_cell_width(cell) for cell in cells if cell is not None]
    return min(_WIDEST, max(2 * len(title) + _BUTTON_WIDTH, *widths, _NUMBER_WIDTH) + 2)


def _cell_width(cell: Cell) -> int:
    if isinstance(cell, str):
        return 2 * len(cell)
    return len(Form.MOMENT) if form_of(cell) is Form.MOMENT else _NUMBER_WIDTH
