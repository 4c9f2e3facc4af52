"""Comma-, tab-, semicolon- and bar-separated tables, as programs and people write them.

A record is read strictly (RFC 4180). Where that fails, its first line is read by itself with
patience (`"他说"好"，不错",5`), and if its cells do not fit the header either, it alone is
rejected and reading goes on with the next line. So a quote that is never closed costs one row.

A cell that is written as a formula of nothing but a text (`="0012"`), so that a spreadsheet keeps
its zeros, is that text.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from voc.sources.columns import has_text_column
from voc.sources.headings import completed, header_at, told_header
from voc.sources.lines import Line
from voc.sources.rows import MAX_VALUE_BYTES, Problem, Record, column_names

DELIMITERS: Final = (",", "\t", ";", "|")

_NO_DELIMITER: Final = "\x1f"
_END: Final = "\x1e"
_SNIFFED_LINES: Final = 30
_SNIFFED_CHARS: Final = 1_000_000
_ALIKE: Final = 0.8
"""Share of the rows below a header that are as wide as it."""
_WRITTEN_TEXT: Final = re.compile(r'\s*="((?:[^"]|"")*)"\s*')
_RECORD_CHARS: Final = 16 * 1024 * 1024
_RECORD_LINES: Final = 100_000
# What may be read again for the sake of unclosed quotes before quoted line ends are given up.
_PATIENCE_LINES: Final = 1_000_000
_PATIENCE_CHARS: Final = 256 * 1024 * 1024


class _RunawayRecordError(Exception):
    """A record has no end within the bounds."""


class DelimitedTable:
    """The records of a table whose first line, or one below a title, names its columns.

    Args:
        lines: The file's lines.
        name: The file's name, for places.
        delimiter: What separates cells, if known; otherwise it is told from the first lines.
        text: The text's column, where somebody tells it: its name tells the header.

    Attributes:
        columns: The columns, once the header has been read.
        notes: Which line is the header, where it is not the first one.
    """

    def __init__(
        self,
        lines: Iterator[Line],
        *,
        name: str,
        delimiter: str | None = None,
        text: str | None = None,
    ) -> None:
        csv.field_size_limit(max(csv.field_size_limit(), MAX_VALUE_BYTES))
        self._name = name
        self.notes: list[str] = []
        self._feed = _Feed(lines)
        first = self._feed.peek(_SNIFFED_LINES)
        heading = _Heading.of(first, delimiter, text)
        self._delimiter = heading.delimiter
        self._above = heading.above
        if heading.above:
            self._feed.pass_to(heading.line)
            names = completed(heading.names, heading.above)
            place = f"line {heading.line}"
            self.notes.append(told_header(place, names, heading.line - first[0].number))
        self._wasted_lines = 0
        self._wasted_chars = 0
        self._reader = csv.reader(self._feed, delimiter=self._delimiter, strict=True)
        self.columns: list[str] = []

    def records(self) -> Iterator[Record | Problem]:
        """Gives all records in order."""
        for line, cells in self._cells():
            if isinstance(cells, str):
                place = f"{self._name}:{line.number}"
                yield Problem(place, cells, line.text, fatal=line.is_last)
            elif not self.columns:
                names = completed(cells, self._above)
                self.columns = column_names(names) if any(map(str.strip, names)) else []
            elif cells:
                values = dict(zip(self.columns, cells, strict=False))
                yield Record(f"{self._name}:{line.number}", values, self._feed.replaced)

    def _cells(self) -> Iterator[tuple[Line, list[str] | str]]:
        """Gives each record's first line with its cells, or with the reason why it has none."""
        feed = self._feed
        while (first := feed.begin()) is not None:
            if first.problem:
                feed.drop()
                yield first, first.problem
                continue
            cells = self._strict()
            if cells is None or not self._fits(cells, alone=len(feed.taken) == 1):
                self._count_waste()
                feed.go_back_behind_first()
                yield first, self._patient(first)
            else:
                yield first, _trimmed(_plain(cells), len(self.columns))

    def _strict(self) -> list[str] | None:
        try:
            return next(self._reader)
        except (csv.Error, _RunawayRecordError):
            return None
        except StopIteration:
            return []

    def _fits(self, cells: Sequence[str], *, alone: bool) -> bool:
        """Whether the record can be what was meant, and not a quote that swallowed lines."""
        width = len(self.columns)
        if not width or not cells:
            return True
        if alone:
            return len(_trimmed(cells, width)) <= width
        return len(_trimmed(cells, width)) == width

    def _patient(self, line: Line) -> list[str] | str:
        """Reads one line that is no proper record by itself."""
        reason = ""
        for blanks_before_quotes in (False, True):
            cells = self._sloppy(line.text, skipinitialspace=blanks_before_quotes)
            if isinstance(cells, list):
                return _plain(cells)
            reason = reason or cells
        return reason

    def _sloppy(self, text: str, *, skipinitialspace: bool) -> list[str] | str:
        lines = [text.rstrip("\r\n").replace("\r", " ") + "\n", _END]
        reader = csv.reader(lines, delimiter=self._delimiter, skipinitialspace=skipinitialspace)
        try:
            cells = next(reader)
        except csv.Error as error:
            return f"the line cannot be split into cells ({error})"
        if cells and cells[-1].endswith(_END):
            return "a quote is opened and never closed"
        width = len(self.columns)
        cells = _trimmed(cells, width)
        if width and len(cells) > width:
            return f"the line has {len(cells)} cells, the header {width}"
        return cells

    def _count_waste(self) -> None:
        self._wasted_lines += len(self._feed.taken) - 1
        self._wasted_chars += self._feed.size
        if self._wasted_lines > _PATIENCE_LINES or self._wasted_chars > _PATIENCE_CHARS:
            self._feed.one_line_each = True


class _Feed:
    """Hands lines to the csv reader, and takes back those of a record that fails."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._waiting: deque[Line] = deque()
        self.taken: list[Line] = []
        self.size = 0
        self.one_line_each = False

    @property
    def replaced(self) -> int:
        return sum(line.replaced for line in self.taken)

    def peek(self, count: int) -> list[Line]:
        """Returns the next lines that can be used, without taking them."""
        room = _SNIFFED_CHARS
        while len(self._waiting) < count and room > 0:
            line = next(self._lines, None)
            if line is None:
                break
            self._waiting.append(line)
            room -= len(line.text)
        return [line for line in self._waiting if not line.problem]

    def pass_to(self, number: int) -> None:
        """Drops the peeked lines before one."""
        while self._waiting[0].number < number:
            self.drop()

    def begin(self) -> Line | None:
        """Begins a record; returns its first line, or `None` at the end."""
        self.taken.clear()
        self.size = 0
        if not self._waiting:
            line = next(self._lines, None)
            if line is None:
                return None
            self._waiting.append(line)
        return self._waiting[0]

    def drop(self) -> None:
        self._waiting.popleft()

    def go_back_behind_first(self) -> None:
        self._waiting.extendleft(reversed(self.taken[1:]))

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.one_line_each and self.taken:
            raise _RunawayRecordError
        line = self._waiting.popleft() if self._waiting else next(self._lines)
        if self.taken and (
            line.problem
            or len(self.taken) >= _RECORD_LINES
            or self.size + len(line.text) > _RECORD_CHARS
        ):
            self._waiting.appendleft(line)
            raise _RunawayRecordError
        self.taken.append(line)
        self.size += len(line.text)
        return line.text


class _Heading(NamedTuple):
    """Where the header is: what separates its cells, its line and names, the rows above it.

    `is_alike` says that rows as wide as it follow.
    """

    delimiter: str
    line: int = 0
    names: Sequence[str] = ()
    above: Sequence[Sequence[str]] = ()
    is_alike: bool = False

    @classmethod
    def of(cls, lines: Sequence[Line], delimiter: str | None, text: str | None) -> _Heading:
        """Finds it in the first lines."""
        sniffed = delimiter or sniff_delimiter([line.text for line in lines])
        found = cls._at(lines, sniffed, text)
        if found.above or delimiter or found.is_sure(text):
            return found
        others = (cls._at(lines, other, text) for other in DELIMITERS if other != sniffed)
        return next((other for other in others if other.above and other.is_alike), found)

    @classmethod
    def _at(cls, lines: Sequence[Line], delimiter: str, text: str | None) -> _Heading:
        texts = [line.text.rstrip("\r\n").replace("\r", " ") + "\n" for line in lines]
        reader = csv.reader(texts, delimiter=delimiter)
        rows: list[tuple[int, list[str]]] = []
        begin = 0
        for cells in reader:
            if any(map(str.strip, cells)):
                rows.append((lines[begin].number, _plain(cells)))
            begin = reader.line_num
        # The last row may go on behind the lines that are looked at.
        whole = rows[:-1] if len(lines) >= _SNIFFED_LINES else rows
        index = header_at([cells for _, cells in whole], text=text)
        if not index:
            return cls(delimiter, names=rows[0][1] if rows else ())
        line, names = whole[index]
        above = [cells for _, cells in whole[:index]]
        is_alike = _are_alike(names, [cells for _, cells in rows[index + 1 :]])
        return cls(delimiter, line, names, above, is_alike)

    def is_sure(self, text: str | None) -> bool:
        """Whether the names of the first row are those of a header."""
        return text in self.names or has_text_column(self.names, exact=True)


def _are_alike(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether there are rows, and nearly all of them as wide as the header."""
    return 0 < _ALIKE * len(rows) <= sum(len(row) == len(header) for row in rows)


def _plain(cells: list[str]) -> list[str]:
    """Returns cells with the text alone of those that are a formula of a text."""
    if not any('="' in cell for cell in cells):
        return cells
    found = ((cell, _WRITTEN_TEXT.fullmatch(cell)) for cell in cells)
    return [cell if text is None else text[1].replace('""', '"') for cell, text in found]


def sniff_delimiter(lines: Sequence[str]) -> str:
    """Returns the delimiter that splits the first lines most alike, or one that splits nothing."""
    best, best_score = _NO_DELIMITER, 0.0
    lines = [line.replace("\r", "") for line in lines]
    for delimiter in DELIMITERS:
        widths = [len(cells) for cells in csv.reader(lines, delimiter=delimiter) if cells]
        if not widths or widths[0] < 2:
            continue
        score = widths.count(widths[0]) / len(widths) * 10 + min(widths[0], 20) / 20
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _trimmed(cells: Sequence[str], width: int) -> list[str]:
    """Returns the cells without empty ones beyond the header."""
    cells = list(cells)
    while width and len(cells) > width and not cells[-1].strip():
        cells.pop()
    return cells
