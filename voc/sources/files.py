"""A file of feedback as a source that knows how far it has been read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from voc.errors import RowError, UsageError, nearest
from voc.records import Channel
from voc.sources.answer_sheets import PLAIN_REMEDY, AnswerSheets, sheets_in, told_questions
from voc.sources.answers import answer_columns
from voc.sources.base import Draft, Gone, Item, Page, ReadProgress, Reject
from voc.sources.calls import TurnColumns, gathered, names_of, turn_columns
from voc.sources.columns import ColumnMap, find_columns, told_order_time
from voc.sources.doubts import Doubts
from voc.sources.feedback import to_feedback
from voc.sources.file_state import file_state, rows_to_pass_over
from voc.sources.identity import Repeats, native_id
from voc.sources.mediums import Medium, medium_of
from voc.sources.names import FIELDS, ORDER_TIMES, by_field, fold
from voc.sources.one_call import (
    is_one_call,
    name_beside_others,
    name_of_file,
    named_by_file,
)
from voc.sources.phones import told_phone
from voc.sources.question_headers import headers_in
from voc.sources.rows import Row
from voc.sources.tables import COMPRESSED_ENDINGS, STDIN, Table, read_rows
from voc.sources.times import time_in_name
from voc.sources.values import DELETED, says_yes

_NOTHING: Final = "there is nothing in it to read: no row, no turn, no words"
_NAMED_PARTS: Final = 4
_TOLD: Final = "told"
"""Key of a cursor: the columns and the channel that were told for a file."""
_NEEDED: Final = frozenset({"text", "turns", "id"})
_SHEETS: Final = "by_sheets"
"""Key of a cursor: the rows were read as the answer sheets of a survey."""
_MAY_BE_SILENT: Final = frozenset(FIELDS) - _NEEDED - {"channel"}


class FileSource:
    """A file of feedback, or standard input.

    Args:
        path: The file, or `-` for standard input.
        name: Name of the source; the file's name without its endings (`reviews.csv.gz` is
            `reviews`) where it is not told. Feedback is named by source and id, so two files of
            one name in two folders would overwrite each other: the cursor remembers the file it
            belongs to, and `read` refuses it for another one. Name one of them otherwise.
        channel: Where the feedback comes from; told by the rows or the columns if not here.
        product: The product, where a row names none.
        mapping: Field: column, as `--map` tells them; `deleted` names the column that says that a
            voice is gone, and an empty column that a field has none.
        text: The text's column.
        id: The id's column.
        zone: The zone of times that name none.
        max_chars: Longest text kept, in code points.
        joins: Whether the name was told for files that hold voices of one another, so that the
            cursor may be that of another file: this one is then read from its beginning.
        remembers: Whether columns and channel stay with the cursor, to be used again where they are
            not told: of a file that the config does not describe.
        snapshot_share: As `Exporting` has it.
        call: Name of the call in a file that holds one; by the file's own where it is not told.
        moment: When its rows without a time were said; by the file's name and time if not told.

    Attributes:
        doubts: What is doubtful in the rows that were read last.
        notes: How its table was read: its header, its sheets, numbers that were cut.
        recalled: What was not told but remembered, as options that tell it.
        has_ids: Whether a column names its rows; else their words do, so that an edit is another.
        fields: Field: column, as its table was read last.
        beside: Its columns that hold no field.
        is_new: Whether nothing was ever read of it before the last time.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        name: str | None = None,
        channel: Channel | None = None,
        product: str | None = None,
        mapping: Mapping[str, str] = MappingProxyType({}),
        text: str | None = None,
        id: str | None = None,  # noqa: A002 - as `--id` is called
        zone: ZoneInfo,
        max_chars: int,
        joins: bool = False,
        remembers: bool = False,
        snapshot_share: float | None = None,
        call: str | None = None,
        moment: datetime | None = None,
    ) -> None:
        self.snapshot_share = snapshot_share
        self._path = None if str(path) == STDIN else Path(path)
        self.name = name or (source_name(self._path) if self._path else "stdin")
        self._channel = channel
        self._product = product
        self._told = by_field(mapping)
        self._told |= {"text": text} if text is not None else {}
        self._told |= {"id": id} if id is not None else {}
        self._zone = zone
        self._max_chars = max_chars
        self._joins = joins
        self._call = call or (name_beside_others(self._path, joins=joins) if self._path else "")
        self._remembers = remembers
        self._moment = moment
        self.doubts = Doubts(channel_told=channel is not None)
        self.notes: tuple[str, ...] = ()
        self._medium: Medium | None = None
        self._gathers = False
        self._sheets: AnswerSheets | None = None
        self._were_sheets = True
        self._silent: frozenset[str] = frozenset()
        self._remembered: dict[str, str] = {}
        self.recalled: tuple[str, ...] = ()
        self.has_ids = True
        self.fields: Mapping[str, str] = MappingProxyType({})
        self.beside: tuple[str, ...] = ()
        self.is_new = False
        self._progress = ReadProgress(0, None)

    @property
    def progress(self) -> ReadProgress:
        """How far the reading under way, or the last one, has come."""
        return self._progress

    @property
    def remembers(self) -> bool:
        """Whether what is told of the file is used again where it is not told."""
        return self._remembers

    @property
    def _columns_told(self) -> dict[str, str]:
        told = {**self._remembered, **self._told}
        return {field: column for field, column in told.items() if field != DELETED}

    @property
    def _deleted(self) -> str:
        """The column that says that a voice is gone, or an empty name."""
        return self._told.get(DELETED, self._remembered.get(DELETED, ""))

    @property
    def _is_snapshot(self) -> bool:
        return self.snapshot_share is not None

    def check(self) -> None:
        """Looks whether the file can be read: at its header and its first rows, and no further.

        Raises:
            UsageError: A told column does not exist, or the text's cannot be told.
            SourceError: The file cannot be read.
        """
        with read_rows(self._path or STDIN, text=self._told.get("text")) as table:
            rows, _ = self._rows(table)
            first = next((item for item in rows if isinstance(item, Row)), None)
            if first is not None:
                self._columns(table, first)
            elif table.header and self._sheets is None:
                find_columns(table.header, mapping=self._columns_told)

    def read(self, cursor: Mapping[str, Any] | None) -> Iterator[Page]:
        """Gives the pages behind `cursor`.

        A file that has not changed since it was read to its end gives none. One of lines that
        has grown goes on at its old end; one that has changed otherwise, or is read with other
        settings, is read anew.

        Raises:
            UsageError: A told column does not exist, the text's cannot be told, or the cursor
                belongs to another file of the same name.
            SourceError: The file cannot be read.
        """
        told = (cursor or {}).get(_TOLD) or {}
        self.is_new = cursor is None
        self._recall(told)
        self.doubts = Doubts(channel_told=self._channel is not None)
        self._were_sheets = _SHEETS in (cursor or {})
        state = self._state(self._path) if self._path else {}
        rows_done = rows_to_pass_over(
            cursor or {}, state, path=self._path, name=self.name, joins=self._joins
        )
        if rows_done is None:
            self.recalled = ()
            return
        if self._remembers:
            told = {"columns": {**self._remembered, **self._told}, "channel": self._channel}
        state |= {_TOLD: told}
        yield from self.read_behind(0 if self._is_snapshot else rows_done, state)

    def _recall(self, told: Mapping[str, Any]) -> None:
        """Takes what was told when the source was read before, as far as it is not told now."""
        if not self._remembers:
            return
        known = told.get("columns", {})
        self._remembered = {name: known[name] for name in known if name not in self._told}
        self.recalled = tuple(f"--map {field}={name}" for field, name in self._remembered.items())
        if self._channel is None and told.get("channel") is not None:
            self._channel = told["channel"]
            self.recalled += (f"--channel {self._channel}",)

    def read_behind(self, rows_done: int, state: Mapping[str, Any]) -> Iterator[Page]:
        """Gives the pages behind so many rows; their cursors hold `state` too. Raises as `read`."""
        state = dict(state)
        source = self._path or STDIN
        with read_rows(source, text=self._told.get("text"), limit=state.get("size")) as table:
            rows, turns = self._rows(table)
            state |= {"by_turns": True} if turns else {}
            if self._sheets is not None:
                state |= {_SHEETS: True}
                rows_done = rows_done if self._were_sheets else 0
            if self._path is not None and "id" not in self._told and is_one_call(table, turns):
                rows = named_by_file(rows, file=name_of_file(self._path.name), call=self._call)
            for page in self._pages(table, rows, state, rows_done):
                self.notes = table.notes
                yield page

    def _rows(self, table: Table) -> tuple[Iterable[Row | Reject], TurnColumns | None]:
        """Gives the rows, one a voice, and the columns of turns where they were gathered."""
        sheets = self._answer_sheets(table)
        self._sheets = sheets if sheets is not None and not sheets.is_plain else None
        if self._sheets is not None:
            return self._sheets.rows(table), None
        turns = None if sheets or self._columns_told else self._turn_columns(table)
        return gathered(table, turns) if turns else table, turns

    def _answer_sheets(self, table: Table) -> AnswerSheets | None:
        """Finds how a survey's export is read; `None` of what is read as any table."""
        if self._channel not in (None, "survey"):
            return None
        told = self._usable([*table.columns, *headers_in(table).questions.values()])
        is_survey = self._channel is not None
        sheets = sheets_in(table, mapping=told, is_survey=is_survey)
        if sheets is not None and sheets.is_guess and not sheets.is_plain:
            guessed = "It was taken for a survey's export; --channel names another. "
            remedy = PLAIN_REMEDY if is_survey else f"{guessed}{PLAIN_REMEDY}"
            self.doubts.note_reading(told_questions(sheets, remedy))
        return sheets

    def _turn_columns(self, table: Table) -> TurnColumns | None:
        """Finds the columns of a table with one row a turn, and whether those were written."""
        sample = table.sample()
        names = names_of(sample[0], sample, table.header) if sample else []
        turns = turn_columns(names)
        self._gathers = turns is not None
        if turns is not None:
            calls = [row for row in gathered(sample, turns) if isinstance(row, Row)]
            self._medium = medium_of([call.values["turns"] for call in calls], names)
        return turns

    def _pages(
        self, table: Table, rows: Iterable[Row | Reject], state: Mapping[str, Any], rows_done: int
    ) -> Iterator[Page]:
        repeats = Repeats()
        columns: ColumnMap | None = None
        draft, rows_read = Draft(), 0
        moment = self._moment or (moment_of(self._path, self._zone) if self._path else None)
        for number, item in enumerate(rows, 1):
            voice: Item
            if isinstance(item, Row):
                columns = columns or self._columns(table, item)
                if number <= rows_done:
                    native_id(item, columns, repeats)
                    continue
                voice = self._voice(item, columns, repeats)
            elif number > rows_done:
                voice = replace(item, source=self.name)
            else:
                continue
            if draft.is_full or not draft.takes(voice):
                self._progress = table.progress
                rows_done = number - 1
                behind = {**state, "rows": rows_done, "done": False}
                yield self._page(draft, behind, done=False)
            draft.add(voice, moment=moment)
            rows_read = number
        self._progress = table.progress
        rows_done = max(rows_done, rows_read)
        if not rows_done:
            self.doubts.note_reading(_NOTHING)
        behind = {**state, "rows": rows_done, "done": True}
        yield self._page(draft, behind, done=True)

    def _page(self, draft: Draft, behind: Mapping[str, Any], *, done: bool) -> Page:
        return draft.page(behind, done=done, is_snapshot=self._is_snapshot, silent=self._silent)

    def _columns(self, table: Table, first: Row) -> ColumnMap:
        # Turns that were gathered stand beside the single rows they were gathered from.
        sample = [] if self._gathers else table.sample()
        names = names_of(first, sample, () if self._gathers else table.header)
        alike = [row for row in table.sample() if "turns" in row.values] or sample
        values = [row.values for row in (first, *alike)]
        if self._told.get(DELETED) and self._deleted not in names:
            raise UsageError(
                f"There is no column {self._deleted!r} for deleted.{nearest(self._deleted, names)}"
            )
        if self._sheets is not None:
            columns = self._sheets.columns(first)
            self._note_columns(columns)
            self._silent = silent_fields(columns, self._columns_told)
            return columns
        told = self._usable(names)
        columns = find_columns(names, mapping=told, sample_rows=values)
        self._note_columns(columns)
        self.fields = columns.columns
        self.beside = tuple(name for name in names if name not in columns.used)
        self._silent = silent_fields(columns, told)
        self.has_ids = bool(columns["id"] or columns["turns"])
        is_survey = "survey" in (self._channel, columns.channel)
        answer = answer_columns(names, columns) if is_survey else None
        return replace(columns, medium=self._medium or columns.medium, answer=answer)

    def _note_columns(self, columns: ColumnMap) -> None:
        """Tells of columns that were taken for want of better ones."""
        if columns.phone is not None:
            self.doubts.note_reading(told_phone(columns.phone))
        time = columns["created_at"]
        if (
            time is not None
            and fold(time) in ORDER_TIMES
            and not self._columns_told.get("created_at")
        ):
            self.doubts.note_reading(told_order_time(time))

    def _usable(self, names: Sequence[str]) -> dict[str, str]:
        """The columns that are told, and of those that are remembered the ones that are there.

        What names a voice, and its words, must be: other ones would be other voices.
        """
        there = {"", *map(fold, names)}
        lacking = {
            field
            for field, column in self._remembered.items()
            if field not in _NEEDED and fold(column) not in there
        }
        gone = {f"--map {field}={self._remembered[field]}" for field in lacking}
        self.recalled = tuple(option for option in self.recalled if option not in gone)
        return {name: one for name, one in self._columns_told.items() if name not in lacking}

    def _voice(self, row: Row, columns: ColumnMap, repeats: Repeats) -> Item:
        if self._deleted and says_yes(row.values.get(self._deleted)):
            return Gone(native_id(row, columns, repeats))
        try:
            voice = to_feedback(
                row,
                columns,
                source=self.name,
                channel=self._channel or ("survey" if self._sheets else None),
                product=self._product,
                zone=self._zone,
                max_chars=self._max_chars,
                repeats=repeats,
            )
        except RowError as error:
            sample = str(row.values.get(columns["text"] or "", ""))
            return Reject(self.name, row.place, error.reason, sample)
        self.doubts.note(row, voice, columns)
        return voice

    def _state(self, path: Path) -> dict[str, Any]:
        """What tells the file, and how it is read, from any other."""
        told = [sorted(self._columns_told.items()), self._channel, self._product, self._max_chars]
        told += [self._deleted] if self._deleted else []
        told += ["snapshot"] if self._is_snapshot else []
        settings = repr([*told, str(self._zone)]).encode()
        return file_state(path) | {"settings": hashlib.blake2b(settings, digest_size=8).hexdigest()}


def moment_of(path: Path, zone: ZoneInfo) -> datetime:
    """Returns when what a file holds was said at the latest, as its name or its own time tells.

    Of its folders the nearest three are looked at, as in 2026/11/03/001.json.
    """
    name = "/".join(path.resolve().parts[-_NAMED_PARTS:])
    changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return time_in_name(name, zone, now=datetime.now(UTC), changed=changed) or changed


def silent_fields(columns: ColumnMap, told: Mapping[str, str]) -> frozenset[str]:
    """Returns the fields that a file says nothing of; one told to have no column is empty."""
    spoken = columns.columns.keys() | told.keys()
    return _MAY_BE_SILENT - spoken - ({"rating_max"} if "rating" in spoken else set())


def source_name(path: Path) -> str:
    """Returns a file's name without the endings that say how it is written."""
    inner = path.with_suffix("") if path.suffix.lower() in COMPRESSED_ENDINGS else path
    return inner.stem
