"""What stands in the cells of the workbook: texts, counts, days, and numbers with their format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from voc.insights import Mean, Proportion, RateRatio


class Form(StrEnum):
    """How a cell shows its value, as spreadsheets write number formats."""

    TEXT = "General"
    COUNT = "0"
    SHARE = "0.0%"
    TENTHS = "0.0"
    HUNDREDTHS = "0.00"
    P_VALUE = "0.000"
    MONEY = "#,##0"
    DAY = "yyyy-mm-dd"
    MOMENT = "yyyy-mm-dd hh:mm"


@dataclass(frozen=True, slots=True)
class Number:
    """A number that is no count; a share lies in [0, 1] and is shown in per cent."""

    value: float
    form: Form


Cell = str | int | date | Number | None
"""A text, a count, a day or a moment without a zone, another number, or nothing."""

FIRST_YEAR: Final = 1900
"""Spreadsheets know no day before it."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with its heading.

    Attributes:
        name: At most 31 characters.
        columns: Their headings, each another one.
        rows: As many cells in each as there are columns.
        total: How many rows there would be; `None` where all of them are in the sheet.
    """

    name: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    total: int | None = None


def form_of(cell: Cell) -> Form:
    """Returns how a cell shows its value."""
    match cell:
        case Number(form=form):
            return form
        case datetime():
            return Form.MOMENT
        case date():
            return Form.DAY
        case int():
            return Form.COUNT
    return Form.TEXT


def number(value: float | None, form: Form) -> Number | None:
    """Returns a number, or an empty cell where there is none."""
    return None if value is None else Number(value, form)


def share(figure: Proportion) -> tuple[Cell, Cell, Cell]:
    """Returns a share and both ends of its interval."""
    return bounded(figure.share, figure.low, figure.high, Form.SHARE)


def mean(figure: Mean) -> tuple[Cell, Cell, Cell]:
    """Returns a mean and both ends of its interval."""
    return bounded(figure.value, figure.low, figure.high, Form.HUNDREDTHS)


def ratio(figure: RateRatio | None) -> tuple[Cell, Cell, Cell]:
    """Returns a ratio and both ends of its interval, three empty cells where there is none."""
    if figure is None:
        return None, None, None
    return bounded(figure.value, figure.low, figure.high, Form.TENTHS)


def bounded(
    value: float | None, low: float | None, high: float | None, form: Form
) -> tuple[Cell, Cell, Cell]:
    """Returns a number and both ends of its interval, each empty where it is not known."""
    return number(value, form), number(low, form), number(high, form)


def day(text: str | None) -> date | str | None:
    """Returns the day of an ISO 8601 date; one that a spreadsheet does not know stays a text."""
    return _known(date.fromisoformat(text), text) if text else None


def moment(text: str | None) -> date | str | None:
    """Returns a moment in ISO 8601 as clocks showed it there, since spreadsheets know no zones."""
    return _known(datetime.fromisoformat(text).replace(tzinfo=None), text) if text else None


def _known(when: date, text: str) -> date | str:
    return when if when.year >= FIRST_YEAR else text
