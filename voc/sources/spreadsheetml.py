"""Reads the sheets of an xlsx workbook as a stream, whatever its author had in mind.

The libraries that read xlsx hold a whole sheet in memory, copy a shared string into every cell
that names it and lay out every cell up to the last: a few kilobytes can ask them for gigabytes.
Here expat hands over one row at a time, and shared strings lie in a temporary file. ECMA-376
part 1, section 18.
"""

from __future__ import annotations

import re
import tempfile
from array import array
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import IO, Any, Final, NoReturn

from voc.sources.merged import TAG, MergedCells, column_number
from voc.sources.package import Package

Cells = dict[int, Any]
Fail = Callable[[str], NoReturn]

_MAX_CELL_CHARS: Final = 16 * 1024**2
_MAX_COLUMNS: Final = 200_000
_MAX_STYLES: Final = 100_000
_LARGEST_WHOLE: Final = 1e30
_STRINGS_IN_MEMORY: Final = 32 * 1024**2
_STRINGS = "xl/sharedStrings.xml"
_ABOVE_FOLDER = re.compile(r"^/?(?:\.\./)*(?:xl/)?")
_REFERENCE = re.compile(r"([A-Z]{1,4})(\d+)")

# Number formats built in for dates; 27-36 and 50-58 are those of Chinese, Japanese and Korean.
_DATE_FORMATS: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_NOT_OF_FORMAT = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_DATE_LETTERS = re.compile(r"[ymdhs年月日时分秒]|AM/PM|上午/下午", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name, whether it is shown, and the part of the package that it lies in."""

    name: str
    visible: bool
    part: str


class Workbook:
    """An xlsx file.

    Args:
        file: The file; it must be seekable and stays the caller's.
        name: The file's name, for messages.

    Raises:
        SourceError: It is no xlsx, is protected by a password, or is not safe to read.
    """

    def __init__(self, file: IO[bytes], *, name: str) -> None:
        self._package = Package(file, name=name)
        self._day_zero = datetime(1899, 12, 30)  # noqa: DTZ001 - sheets know no zones
        self._strings: SharedStrings | None = None
        self.sheets = self._read_sheets()
        self._date_styles = self._read_date_styles()

    @property
    def share_read(self) -> float:
        """How much of the sheets has been read, from 0 to 1."""
        total = sum(self._package.size(sheet.part) for sheet in self.sheets)
        return min(1.0, self._package.bytes_parsed / max(total, 1))

    def close(self) -> None:
        if self._strings:
            self._strings.close()
        self._package.close()

    def rows(self, sheet: Sheet, *, until: int | None = None) -> Iterator[tuple[int, Cells]]:
        """Gives the rows that hold anything, as (row from 1, {column from 0: value}).

        The sheet is not read further once row `until` has been passed.

        Values are str, int, float, bool or a naive datetime; of a formula the value that was
        last computed; of merged cells the first one has it. Error values (#N/A) are left out.
        """
        if self._strings is None:
            self._strings = SharedStrings(self._package.fail)
            if _STRINGS in self._package:
                for _ in self._package.parse(_STRINGS, self._strings):
                    pass
        reader = SheetReader(self._strings, self._date_styles, self._day_zero, self._package.fail)
        for _ in self._package.parse(sheet.part, reader):
            while reader.rows:
                yield reader.rows.popleft()
            if until is not None and reader.row > until:
                return

    def merged(self, sheet: Sheet) -> MergedCells:
        """Returns what is merged in a sheet, which its part tells only behind all its rows."""
        found = MergedCells()
        self._package.read_tags_from(sheet.part, TAG, found.start)
        return found

    def _read_sheets(self) -> list[Sheet]:
        if "xl/workbook.xml" not in self._package:
            self._package.fail("is a zip archive but no workbook. Save it as xlsx or csv.")
        targets: dict[str, str] = {}
        found: list[tuple[str, bool, str]] = []

        def relation(tag: str, attributes: Mapping[str, str]) -> None:
            if tag == "Relationship" and attributes.get("Type", "").endswith("/worksheet"):
                target = _ABOVE_FOLDER.sub("", attributes.get("Target", ""))
                targets[attributes.get("Id", "")] = f"xl/{target}"

        def sheet(tag: str, attributes: Mapping[str, str]) -> None:
            if tag == "workbookPr" and attributes.get("date1904") in ("1", "true"):
                self._day_zero = datetime(1904, 1, 1)  # noqa: DTZ001 - sheets know no zones
            elif tag == "sheet":
                shown = attributes.get("state", "visible") == "visible"
                found.append((attributes.get("name", ""), shown, attributes.get("id", "")))

        self._package.read_tags("xl/_rels/workbook.xml.rels", relation)
        self._package.read_tags("xl/workbook.xml", sheet)
        sheets = [Sheet(name, shown, targets[key]) for name, shown, key in found if key in targets]
        return [sheet for sheet in sheets if sheet.part in self._package]

    def _read_date_styles(self) -> frozenset[int]:
        """The cell styles that show a number as a date."""
        formats: dict[int, str] = {}
        styles: list[int] = []
        lists: list[str] = []

        def start(tag: str, attributes: Mapping[str, str]) -> None:
            number = _whole(attributes.get("numFmtId"))
            if tag in ("cellXfs", "cellStyleXfs", "dxfs"):
                lists.append(tag)
            elif tag == "numFmt":
                formats[number] = attributes.get("formatCode", "")
            elif tag == "xf" and lists[-1:] == ["cellXfs"] and len(styles) < _MAX_STYLES:
                styles.append(number)

        self._package.read_tags("xl/styles.xml", start)
        return frozenset(
            style
            for style, number in enumerate(styles)
            if (shows_date(formats[number]) if number in formats else number in _DATE_FORMATS)
        )


class _Words:
    """Collects the text of one cell or string, without the readings given above characters."""

    def __init__(self, fail: Fail) -> None:
        self._fail = fail
        self._pieces: list[str] = []
        self._chars = 0
        self._collecting = False
        self._readings = 0

    def start(self, tag: str) -> None:
        if tag == "rPh":
            self._readings += 1
        elif tag in ("t", "v"):
            self._collecting = not self._readings

    def end(self, tag: str) -> None:
        if tag == "rPh":
            self._readings -= 1
        elif tag in ("t", "v"):
            self._collecting = False

    def add(self, text: str) -> None:
        if self._collecting:
            self._chars += len(text)
            if self._chars > _MAX_CELL_CHARS:
                self._fail(f"a cell holds over {_MAX_CELL_CHARS:,} characters.")
            self._pieces.append(text)

    def take(self) -> str:
        pieces, self._pieces, self._chars = self._pieces, [], 0
        return pieces[0] if len(pieces) == 1 else "".join(pieces)


class SharedStrings:
    """The strings that cells name by number; many of them lie in a temporary file."""

    def __init__(self, fail: Fail) -> None:
        self._file = tempfile.SpooledTemporaryFile(_STRINGS_IN_MEMORY)  # noqa: SIM115
        self._ends = array("Q", [0])
        self._text = _Words(fail)

    def get(self, index: int) -> str | None:
        """Returns a string by its number from 0, or `None` where there is none."""
        if not 0 <= index < len(self._ends) - 1:
            return None
        begin, end = self._ends[index], self._ends[index + 1]
        self._file.seek(begin)
        return self._file.read(end - begin).decode("utf-8")

    def close(self) -> None:
        self._file.close()

    def start(self, tag: str, _: Mapping[str, str]) -> None:
        self._text.start(tag)

    def words(self, text: str) -> None:
        self._text.add(text)

    def end(self, tag: str) -> None:
        self._text.end(tag)
        if tag == "si":
            data = self._text.take().encode("utf-8")
            self._file.write(data)
            self._ends.append(self._ends[-1] + len(data))


class SheetReader:
    """Puts together the rows of a sheet from its tags."""

    def __init__(
        self,
        strings: SharedStrings,
        date_styles: frozenset[int],
        day_zero: datetime,
        fail: Fail,
    ) -> None:
        self.rows: deque[tuple[int, Cells]] = deque()
        self._strings = strings
        self._date_styles = date_styles
        self._day_zero = day_zero
        self._fail = fail
        self.row = 0
        self._column = -1
        self._cells: Cells = {}
        self._kind = "n"
        self._style = 0
        self._text = _Words(fail)

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "c":
            self._begin_cell(attributes)
        elif tag == "row":
            self.row = _whole(attributes.get("r"), self.row + 1)
            self._column = -1
        else:
            self._text.start(tag)

    def words(self, text: str) -> None:
        self._text.add(text)

    def end(self, tag: str) -> None:
        if tag == "c":
            value = self._value(self._text.take())
            if value is not None and value != "":
                self._cells[self._column] = value
        elif tag == "row" and self._cells:
            self.rows.append((self.row, self._cells))
            self._cells = {}
        else:
            self._text.end(tag)

    def _begin_cell(self, attributes: Mapping[str, str]) -> None:
        reference = _REFERENCE.fullmatch(attributes.get("r", ""))
        self._column = column_number(reference[1]) if reference else self._column + 1
        if self._column >= _MAX_COLUMNS:
            self._fail(f"row {self.row} has over {_MAX_COLUMNS:,} columns.")
        self._kind = attributes.get("t", "n")
        self._style = _whole(attributes.get("s"))

    def _value(self, text: str) -> Any:
        if not text or self._kind == "e":
            return None
        if self._kind == "s":
            return self._strings.get(_whole(text, -1))
        if self._kind in ("str", "inlineStr"):
            return text
        if self._kind == "b":
            return text.strip() in ("1", "true")
        try:
            return self._number_or_date(text)
        except (ValueError, OverflowError, InvalidOperation):
            return text

    def _number_or_date(self, text: str) -> Any:
        if self._kind == "d":
            return datetime.fromisoformat(text)
        number = float(text)
        if self._style in self._date_styles and 0 <= number < 3_000_000:
            return self._day_zero + timedelta(seconds=round(number * 86_400, 3))
        if not number.is_integer() or abs(number) > _LARGEST_WHOLE:
            return number
        # A float does not hold all digits that may be written of a longer one.
        return int(number) if abs(number) < 2**53 else int(Decimal(text.strip()))


def shows_date(code: str) -> bool:
    """Whether a number format, as `yyyy"年"m"月"d"日"`, shows a date (not an elapsed time)."""
    if _ELAPSED.search(code):
        return False
    return bool(_DATE_LETTERS.search(_NOT_OF_FORMAT.sub("", code.split(";")[0])))


def _whole(text: str | None, otherwise: int = 0) -> int:
    return int(text) if text and len(text) < 12 and text.isdecimal() else otherwise
