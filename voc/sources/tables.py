"""Tables of any kind, row by row: csv, tsv, jsonl, json, xlsx, parquet; plain, .gz or .zst.

Transcripts of calls (srt, vtt, txt, and the json of recognisers of speech) give a row each.

What is read is bounded in memory by one row and not by the file. A row that cannot be read is
given as a `Reject` in its place, and reading goes on behind it.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path, PurePath
from types import TracebackType
from typing import Any, Final, Literal, get_args

from voc.errors import SourceError, UsageError, nearest
from voc.sources.base import ReadProgress, Reject
from voc.sources.compressed import Compression, Input
from voc.sources.delimited import DelimitedTable
from voc.sources.jsonl import ObjectScanner, is_one_a_line, line_records
from voc.sources.lines import read_lines, utf8_chunks
from voc.sources.long_numbers import LongNumbers
from voc.sources.parquet import ParquetTable, row_count
from voc.sources.rows import Problem, Record, Row
from voc.sources.transcripts import recognised, transcript_records
from voc.sources.workbook import WorkbookTable

Format = Literal["csv", "tsv", "jsonl", "json", "xlsx", "parquet", "srt", "vtt", "txt"]
Items = Iterator[Record | Problem]

FORMATS: Final[tuple[Format, ...]] = get_args(Format)
ENDINGS: Final[Mapping[str, Format]] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".srt": "srt",
    ".vtt": "vtt",
    ".txt": "txt",
}
COMPRESSED_ENDINGS: Final[Mapping[str, Compression]] = {
    ".gz": "gz",
    ".gzip": "gz",
    ".zst": "zst",
    ".zstd": "zst",
}
RECORDING_ENDINGS: Final = frozenset(
    {".wav", ".wave", ".mp3", ".m4a", ".aac", ".amr", ".flac", ".ogg", ".opus", ".wma"}
)
STDIN: Final = "-"
_JSON: Final = frozenset({"json", "jsonl"})
_SPREADSHEETS: Final = frozenset({"csv", "tsv", "xlsx"})
_TRANSCRIPTS: Final = frozenset({"srt", "vtt", "txt"})

_SAMPLE_CELLS: Final = 200_000
_SAMPLE_ITEMS: Final = 1_000


class Table(Iterator[Row | Reject], AbstractContextManager["Table"]):
    """An open table, given row by row. Close it, or use it in a `with` statement.

    Attributes:
        name: The file's name, or `stdin`.
        format: How it is written.
        is_recognised: Whether it is a transcript of a call, or a row read so far is a recogniser's.
    """

    def __init__(
        self, source: Input, kind: Format, *, encoding: str | None, text: str | None
    ) -> None:
        self.name = source.name
        self.format = kind
        self.is_recognised = kind in _TRANSCRIPTS
        self._input = source
        self._share_read: Callable[[], float] | None = None
        self._header: Callable[[], Sequence[str]] = tuple
        self._notes: Callable[[], Sequence[str]] = tuple
        self._long_numbers = LongNumbers()
        self._on_close: list[Callable[[], None]] = [source.close]
        self._waiting: deque[Row | Reject] = deque()
        self._number = 0
        try:
            self._items = self._open(kind, encoding=encoding, text=text)
        except BaseException:
            self.close()
            raise

    @property
    def header(self) -> list[str]:
        """The columns of a file that names them before its rows; none of json."""
        return list(self._header())

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be told of how the table is read, as far as it has been."""
        return (*self._notes(), *self._long_numbers.sentences())

    @property
    def columns(self) -> list[str]:
        """The columns: those of the header, or of json those of the rows of `sample`."""
        rows = (row.values for row in self.sample())
        return self.header or list(dict.fromkeys(name for row in rows for name in row))

    @property
    def progress(self) -> ReadProgress:
        if self._share_read is not None:
            self._input.advance(self._share_read())
        return self._input.progress

    def sample(self, count: int = 100) -> list[Row]:
        """Returns the next rows, at most `count` and fewer of wide ones, without taking them."""
        rows: list[Row] = []
        cells = 0
        for item in list(self._waiting):
            rows += [item] if isinstance(item, Row) else []
        while len(rows) < count and cells < _SAMPLE_CELLS and len(self._waiting) < _SAMPLE_ITEMS:
            item_or_none = self._next_item()
            if item_or_none is None:
                break
            self._waiting.append(item_or_none)
            if isinstance(item_or_none, Row):
                rows.append(item_or_none)
                cells += sum(1 + _length(value) // 100 for value in item_or_none.values.values())
        return rows[:count]

    def __next__(self) -> Row | Reject:
        item = self._waiting.popleft() if self._waiting else self._next_item()
        if item is None:
            raise StopIteration
        return item

    def close(self) -> None:
        for action in reversed(self._on_close):
            action()
        self._on_close.clear()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _next_item(self) -> Row | Reject | None:
        item = next(self._items, None)
        if item is None:
            return None
        if isinstance(item, Problem):
            if item.fatal and not self._number and not self._header():
                raise SourceError(f"{self.name}: {item.reason}.")
            self._number += 1
            return Reject(self.name, item.place, item.reason, item.sample)
        self._number += 1
        values = item.values
        if self.format in _SPREADSHEETS:
            self._long_numbers.note(item.place, values)
        if self.format in _JSON:
            found = recognised(values)
            values, self.is_recognised = found or values, self.is_recognised or found is not None
        return Row(self._number, item.place, values, item.replaced)

    def _open(self, kind: Format, *, encoding: str | None, text: str | None) -> Items:
        if kind in ("csv", "tsv"):
            lines = read_lines(self._input.chunks(), encoding=encoding)
            delimiter = "\t" if kind == "tsv" else None
            delimited = DelimitedTable(lines, name=self.name, delimiter=delimiter, text=text)
            self._header = lambda: delimited.columns
            self._notes = lambda: delimited.notes
            return delimited.records()
        if kind in ("srt", "vtt", "txt"):
            chunks = self._input.chunks()
            return transcript_records(chunks, kind=kind, name=self.name, encoding=encoding)
        if kind == "jsonl":
            return line_records(read_lines(self._input.chunks(), encoding=encoding), name=self.name)
        if kind == "json":
            chunks = utf8_chunks(self._input.chunks(), encoding)
            head = next(chunks, b"")
            chunks = itertools.chain([head], chunks)
            if is_one_a_line(head):
                return line_records(read_lines(chunks, encoding="utf-8"), name=self.name)
            return ObjectScanner(chunks, name=self.name).records()
        file = self._input.seekable()
        self._on_close.append(file.close)
        if kind == "parquet":
            parquet = ParquetTable(file, name=self.name)
            self._header = lambda: parquet.columns
            self._share_read = lambda: parquet.rows_read / max(parquet.rows, 1)
            return parquet.records()
        sheets = WorkbookTable(file, name=self.name, text=text)
        self._on_close.append(sheets.workbook.close)
        self._header = lambda: sheets.columns
        self._notes = lambda: sheets.notes
        self._share_read = lambda: sheets.workbook.share_read
        return sheets.records()


def read_rows(
    source: Path | str,
    *,
    format: Format | None = None,  # noqa: A002 - as `--format` would be called
    encoding: str | None = None,
    text: str | None = None,
    limit: int | None = None,
) -> Table:
    """Opens a table.

    Args:
        source: A file, or `-` for standard input, which is jsonl unless `format` says otherwise.
        format: How it is written, where its name's ending does not tell.
        encoding: The encoding of a text file, where it is known; found where it is not.
        text: The text's column, where it is told: it decides between the sheets of a workbook.
        limit: Read no more than this many bytes of the file, for one that is being written.

    Raises:
        UsageError: The ending, the format or the encoding is unknown.
        SourceError: The file cannot be read at all.
    """
    if str(source) == STDIN:
        opened = Input(None)
        return Table(opened, format or "jsonl", encoding=encoding, text=text)
    path = Path(source)
    kind, compression = format_of(path, told=format)
    opened = Input(path, compression=compression, limit=limit)
    return Table(opened, kind, encoding=encoding, text=text)


def format_of(path: PurePath, *, told: str | None = None) -> tuple[Format, Compression | None]:
    """Returns how a file is written and packed, by its name or as told.

    Raises:
        UsageError: The name's ending or the told format is unknown.
    """
    if told is not None and told not in FORMATS:
        known = ", ".join(FORMATS)
        raise UsageError(f"There is no format {told!r}.{nearest(told, FORMATS)} Known: {known}.")
    compression = COMPRESSED_ENDINGS.get(path.suffix.lower())
    inner = path.with_suffix("") if compression else path
    kind = told or ENDINGS.get(inner.suffix.lower())
    if kind is None and is_recording(path):
        raise UsageError(
            f"{path}: is a recording, which a recogniser of speech must hear. Name one in the"
            " config, under sources: as hotline: {kind: folder, path: 'calls/*.wav', recogniser:"
            " {kind: sherpa-onnx, …}} (the whole of it: configs/sources/folder.yaml); then:"
            " voc ingest hotline"
        )
    if kind is None:
        endings = ", ".join(ENDINGS)
        raise UsageError(
            f"{path}: how it is written cannot be told by its ending {inner.suffix!r}."
            f"{nearest(inner.suffix, ENDINGS)} Name it {endings}, each also with .gz or .zst."
        )
    return kind, compression


def is_recording(path: PurePath) -> bool:
    """Whether a file holds sound, by its name."""
    return path.suffix.lower() in RECORDING_ENDINGS


def row_count_hint(path: Path) -> int | None:
    """Returns the number of rows where the file itself says it (parquet), else `None`."""
    kind, compression = format_of(path)
    if kind != "parquet" or compression is not None:
        return None
    with Input(path) as source:
        return row_count(source.seekable(), name=source.name)


def _length(value: Any) -> int:
    return len(value) if isinstance(value, (str, list, dict)) else 1
