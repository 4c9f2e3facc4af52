"""Rows of a file as voices, without a store: what `voc score` tags and `voc route` routes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from voc.config import Settings
from voc.errors import RowError
from voc.records import Feedback
from voc.sources.answer_sheets import PLAIN_REMEDY, AnswerSheets, sheets_in, told_questions
from voc.sources.base import Reject
from voc.sources.columns import ColumnMap, find_columns
from voc.sources.feedback import to_feedback
from voc.sources.names import by_field
from voc.sources.rows import Row
from voc.sources.tables import Table
from voc.text.privacy import mask


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row that was read.

    Attributes:
        number: Its number among the rows, from 1.
        place: Where it stands.
        row: Its cells as they stand; `None` where they cannot be told.
        voice: The feedback; a masked reject where it is none.
        has_id: Whether a column names it.
    """

    number: int
    place: str
    row: Row | None
    voice: Feedback | Reject
    has_id: bool = False


class FileRows:
    """The rows of a table, a survey's export with all of its open answers.

    Args:
        table: The file; nothing is taken from it before it is iterated.
        mapping: Field: column, where columns are told.
        settings: For the zone and limits.
        remedy: The sentence that says how to tell other open questions.

    Raises:
        UsageError: A column that is told is not there, or the words of a survey cannot be told.
    """

    def __init__(
        self,
        table: Table,
        mapping: Mapping[str, str],
        settings: Settings,
        *,
        remedy: str = PLAIN_REMEDY,
    ) -> None:
        self._table = table
        self._remedy = remedy
        self._mapping = mapping
        self._settings = settings
        sheets = sheets_in(table, mapping=by_field(mapping))
        self._sheets: AnswerSheets | None = None if sheets is None or sheets.is_plain else sheets

    @property
    def notes(self) -> tuple[str, ...]:
        """How the table was read, once it was: its header, its sheets, its questions."""
        if self._sheets is None or not self._sheets.is_guess:
            return self._table.notes
        return (*self._table.notes, told_questions(self._sheets, self._remedy))

    def __iter__(self) -> Iterator[FileRow]:
        """Gives the rows in order.

        Raises:
            UsageError: A column that is told is not there, or the text's cannot be told.
        """
        columns: ColumnMap | None = None
        headers = self._sheets.headers.rows if self._sheets else 0
        for number, item in enumerate(islice(self._table, headers, None), 1):
            if isinstance(item, Reject):
                yield FileRow(number, item.place, None, _masked(item))
                continue
            row = self._sheets.of(item) if self._sheets else item
            columns = columns or self._columns(row)
            yield FileRow(
                number, item.place, item, self._voice(row, item, columns), bool(columns["id"])
            )

    def _columns(self, first: Row) -> ColumnMap:
        if self._sheets is not None:
            return self._sheets.columns(first)
        values = [row.values for row in (first, *self._table.sample())]
        names = self._table.header or list(dict.fromkeys(name for row in values for name in row))
        return find_columns(names, mapping=self._mapping, sample_rows=values)

    def _voice(self, row: Row, item: Row, columns: ColumnMap) -> Feedback | Reject:
        try:
            return to_feedback(
                row,
                columns,
                source=self._table.name,
                channel="survey" if self._sheets else None,
                zone=self._settings.zone,
                # One more than is read, so that the engine sees that there is more and says so.
                max_chars=self._settings.text.max_chars + 1,
            )
        except RowError as error:
            return _masked(Reject(self._table.name, item.place, error.reason, str(item.values)))


def _masked(reject: Reject) -> Reject:
    """Returns a reject with personal data masked in all that is told of it."""
    place, reason, sample = (
        mask(part).text for part in (reject.place, reject.reason, reject.sample)
    )
    return Reject(reject.source, place, reason, sample)
