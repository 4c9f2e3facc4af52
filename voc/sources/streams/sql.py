"""A query of a database, by growing watermark, in pages that keep memory flat."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, TextClause, text
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError

from voc.config.streams import SqlSourceSettings
from voc.errors import RowError, SourceError
from voc.records import Channel, Feedback
from voc.sources.base import (
    PAGE_ROWS,
    Draft,
    Gone,
    Item,
    Page,
    ReadProgress,
    Reject,
    digest_of_told,
)
from voc.sources.columns import ColumnMap, find_columns
from voc.sources.databases import cell_of, database_url, read_only, said, shown
from voc.sources.feedback import to_feedback
from voc.sources.identity import native_id
from voc.sources.names import by_field
from voc.sources.rows import Row
from voc.sources.streams.consuming import MOST_TRIES, AwayError, pause_s
from voc.sources.streams.watermarks import (
    Mark,
    earlier,
    is_ahead,
    read_mark,
    time_of,
    write_mark,
)
from voc.sources.values import DELETED, says_yes

_MOST_COUNTED: Final = 10_000
"""Rows without a watermark that are counted."""


@dataclass(frozen=True, slots=True)
class _State:
    """How far a query was read.

    Attributes:
        position: Watermark and key of the last row read.
        floor: Lowest watermark at which a run was cut off, or behind which rows lay ahead of now:
            rows that are late there are looked for by the next run.
        done: Whether the run came to its end.
        asked: A hash of what was asked for, and of how it was read; empty where it is not known.
    """

    position: tuple[Mark, Mark] | None = None
    floor: Mark | None = None
    done: bool = False
    asked: str = ""

    @classmethod
    def of(cls, cursor: Mapping[str, Any] | None) -> _State:
        kept = (cursor or {}).get("sql") or {}
        position, floor = kept.get("position"), kept.get("floor")
        return cls(
            (_mark(position[0]), _mark(position[1])) if position else None,
            _mark(floor) if floor else None,
            bool(kept.get("done")),
            str(kept.get("asked", "")),
        )

    def as_cursor(self) -> dict[str, Any]:
        position = [list(mark) for mark in self.position] if self.position else None
        floor = list(self.floor) if self.floor else None
        told = {"position": position, "floor": floor, "done": self.done, "asked": self.asked}
        return {"sql": told}


def _mark(value: Sequence[str]) -> Mark:
    return value[0], value[1]


class SqlSource:
    """A query as a source.

    Rows are read by growing watermark and, within one, by growing key, so that none is lost or
    doubled where a page ends between equals. Each run begins `lag` before the end of the last one,
    for rows that were committed late; what is known is a duplicate. A watermark that lies ahead of
    now, as of a clock that is wrong, holds up no later row: the next run begins at the last one
    that does not, or at the first row where all do. A row whose `deleted` column says so is
    withdrawn. Where the query gives all there is (`snapshot`), each run reads all of it; so does
    the one behind a change of the query, its columns, the map or the zone, as rows that were read
    before say something else now.

    Args:
        name: Name of the source.
        settings: The query, and where it is asked.
        base: Folder that the path of a SQLite file starts from.
        channel: Where the feedback comes from, where its rows do not tell.
        zone: The zone of times that name none.
        max_chars: Longest text kept, in code points.

    Raises:
        MissingExtraError: The database's driver is not installed.
    """

    def __init__(
        self,
        name: str,
        settings: SqlSourceSettings,
        *,
        base: Path,
        channel: Channel | None,
        zone: ZoneInfo,
        max_chars: int,
    ) -> None:
        self.name = name
        self._settings = settings
        self.snapshot_share = settings.snapshot_share if settings.snapshot else None
        self._told = {"id": settings.key} | by_field(settings.map)
        self._deleted = self._told.pop(DELETED, None)
        self._channel = channel
        self._zone = zone
        self._max_chars = max_chars
        self._url = database_url(settings.url, name=name, base=base)
        self._rows = 0
        query = " ".join(settings.query.split())
        self._asked_for = digest_of_told(
            query, settings.watermark, settings.key, sorted(settings.map.items()), str(zone)
        )
        self._begin_telling()

    def _begin_telling(self) -> None:
        self._ahead: tuple[int, str] = (0, "")
        self._unmarked = 0
        self._is_anew = False
        self._said, self._gone = 0, 0

    @property
    def progress(self) -> ReadProgress:
        """How many rows were read."""
        return ReadProgress(self._rows, None)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be told of the last run."""
        (ahead, first), name = self._ahead, self._settings.watermark
        said = {
            "The query, its map or the timezone is another than before, so all rows were read"
            " anew.": self._is_anew,
            f"{self._unmarked}{' or more' * (self._unmarked == _MOST_COUNTED)} rows have no {name}"
            " and are not read; give each one a value, as by"
            f" COALESCE({name}, …) AS {name} in the query.": self._unmarked,
            f"{ahead} rows have a {name} that lies ahead (the first: {first}); they are read, and"
            " the next run looks before them all the same. Mend them, or where all rows do, the"
            " setting timezone.": ahead,
            f"All {self._gone} rows say by {self._deleted} that they are gone; see whether it is"
            " the right column.": self._gone > 1 and not self._said,
        }
        return tuple(sentence for sentence, is_so in said.items() if is_so)

    def read(self, cursor: Mapping[str, Any] | None) -> Iterator[Page]:
        """Gives the rows behind `cursor`; a connection that is lost is made anew.

        Raises:
            SourceError: The database cannot be reached, or does not take the query.
        """
        self._begin_telling()
        state = self._begun(_State.of(cursor))
        with read_only(self._url, name=self.name) as engine:
            if unmarked := self._without_mark(engine):
                yield Page((), (unmarked,), state.as_cursor(), done=False)
            columns: ColumnMap | None = None
            while True:
                moment = datetime.now(UTC)
                rows = self._fetched(engine, state.position)
                if rows and columns is None:
                    columns = find_columns(self._names(rows[0]), mapping=self._told)
                for page, behind in self._pages(rows, columns, state, moment):
                    yield page
                    state = behind
                if state.done:
                    return

    def _begun(self, state: _State) -> _State:
        """Where a run begins: one that was cut off goes on, another one looks back first."""
        anew = _State(asked=self._asked_for)
        if self.snapshot_share is not None or state.position is None:
            return anew
        if state.asked not in ("", self._asked_for):
            self._is_anew = True
            return anew
        watermark, state = state.position[0], replace(state, asked=self._asked_for)
        if state.floor is None and self._is_ahead(watermark, datetime.now(UTC)):
            return anew
        if not state.done:
            return replace(state, floor=_lower(state.floor, watermark))
        floor = _lower(state.floor, watermark)
        begin = earlier(floor, self._settings.lag, self._settings.watermark)
        return replace(anew, position=(begin, ("none", "")))

    def _is_ahead(self, watermark: Mark, moment: datetime) -> bool:
        """Says whether a watermark lies ahead of a moment."""
        return is_ahead(watermark, moment, self._zone, lag=self._settings.lag)

    def _pages(
        self,
        rows: Sequence[Mapping[str, Any]],
        columns: ColumnMap | None,
        state: _State,
        moment: datetime,
    ) -> Iterator[tuple[Page, _State]]:
        draft = Draft()
        for row in rows:
            assert columns is not None
            item = self._item(row, columns)
            self._gone += isinstance(item, Gone)
            self._said += isinstance(item, Feedback)
            if not draft.takes(item) or draft.is_full:
                yield draft.page(state.as_cursor(), done=False, is_snapshot=True), state
            position = self._position(row)
            draft.add(item, moment=time_of(position[0], self._zone))
            last, state = state.position, replace(state, position=position, done=False)
            if self._is_ahead(position[0], moment):
                if last is not None and not self._is_ahead(last[0], moment):
                    state = replace(state, floor=_lower(state.floor, last[0]))
                count, first = self._ahead
                self._ahead = count + 1, first or f"{position[0][1]}, {position[1][1]}"
        self._rows += len(rows)
        state = replace(state, done=len(rows) < PAGE_ROWS)
        yield draft.page(state.as_cursor(), done=state.done, is_snapshot=True), state

    def _position(self, row: Mapping[str, Any]) -> tuple[Mark, Mark]:
        told = self._settings
        try:
            return (
                write_mark(row[told.watermark], told.watermark),
                write_mark(row[told.key], told.key),
            )
        except SourceError as error:
            raise SourceError(f"{self.name}: {error}.") from error

    def _names(self, row: Mapping[str, Any]) -> list[str]:
        """The columns that hold what a customer said: not those that only tell of the row."""
        told = set(self._told.values())
        hidden = {self._settings.watermark, self._deleted} - told
        return [name for name in row if name not in hidden]

    def _item(self, row: Mapping[str, Any], columns: ColumnMap) -> Item:
        place = f"{self.name}:{str(row[self._settings.key])[:80]}"
        try:
            values = {name: cell_of(row[name]) for name in self._names(row)}
            self._check_bytes(row, values, columns)
            read = Row(0, place, {name: cell for name, cell in values.items() if cell is not None})
            if self._deleted is not None and says_yes(cell_of(row[self._deleted])):
                return Gone(native_id(read, columns, None))
            return to_feedback(
                read,
                columns,
                source=self.name,
                channel=self._channel,
                product=self._settings.product,
                zone=self._zone,
                max_chars=self._max_chars,
            )
        except RowError as error:
            return Reject(self.name, place, error.reason)

    def _check_bytes(
        self, row: Mapping[str, Any], values: Mapping[str, Any], columns: ColumnMap
    ) -> None:
        """Refuses a row that has bytes which are no words where a field is read.

        Raises:
            RowError: It has.
        """
        for name in columns.used & values.keys():
            if row[name] is not None and values[name] is None:
                raise RowError(f"{name!r} holds bytes that are no UTF-8; cast it in the query")

    def _without_mark(self, engine: Engine) -> Reject | None:
        """Counts rows that have no watermark, which no run could ever come to."""
        name = self._settings.watermark
        column = engine.dialect.identifier_preparer.quote(name)
        unmarked = f"{self._inner('1 AS one')} WHERE {column} IS NULL LIMIT {_MOST_COUNTED}"
        query = text(f"SELECT COUNT(*) AS count FROM ({unmarked}) AS voc_unmarked")
        self._unmarked = self._asked(engine, query, {})[0]["count"]
        if not self._unmarked:
            return None
        return Reject(self.name, name, f"rows without {name} are not read; give each one a value")

    def _fetched(
        self, engine: Engine, position: tuple[Mark, Mark] | None
    ) -> Sequence[Mapping[str, Any]]:
        quote = engine.dialect.identifier_preparer.quote
        mark, key = quote(self._settings.watermark), quote(self._settings.key)
        where, values = f"{mark} IS NOT NULL", {}
        if position is not None:
            values = {"mark": read_mark(position[0])}
            where = f"{mark} >= :mark"
            if position[1][0] != "none":
                values["key"] = read_mark(position[1])
                where = f"({mark} > :mark OR ({mark} = :mark AND {key} > :key))"
        order = f"ORDER BY {mark}, {key} LIMIT {PAGE_ROWS}"
        rows = self._asked(engine, text(f"{self._inner('*')} WHERE {where} {order}"), values)
        self._check_columns(rows)
        return rows

    def _inner(self, wanted: str) -> str:
        query = self._settings.query.replace(":", r"\:")  # which would name a parameter
        return f"SELECT {wanted} FROM ({query}\n) AS voc_rows"

    def _check_columns(self, rows: Sequence[Mapping[str, Any]]) -> None:
        needed = (self._settings.watermark, self._settings.key, self._deleted)
        missing = [name for name in needed if name is not None and rows and name not in rows[0]]
        if missing:
            raise SourceError(
                f"{self.name}: the query gives no column {missing[0]!r}; it gives"
                f" {', '.join(rows[0])}. Mend sources.{self.name}."
            )

    def _asked(
        self, engine: Engine, query: TextClause, values: Mapping[str, Any]
    ) -> Sequence[Mapping[str, Any]]:
        """Asks; a lost connection is tried again with growing pauses."""
        for failures in range(1, MOST_TRIES):
            try:
                return self._asked_once(engine, query, values)
            except AwayError:
                time.sleep(pause_s(failures))
        return self._asked_once(engine, query, values)

    def _asked_once(
        self, engine: Engine, query: TextClause, values: Mapping[str, Any]
    ) -> Sequence[Mapping[str, Any]]:
        try:
            with engine.connect() as connection:
                return [dict(row) for row in connection.execute(query, values).mappings()]
        except (OperationalError, InterfaceError) as error:
            if not self._is_away(error):
                raise self._refused(error) from error
            raise AwayError(f"{self._where}: {said(error)}.") from error
        except SQLAlchemyError as error:
            raise self._refused(error) from error

    def _is_away(self, error: SQLAlchemyError) -> bool:
        """Whether it is the place that fails; SQLite, which has none, calls everything so."""
        return self._url.get_backend_name() != "sqlite" or "locked" in str(error)

    def _refused(self, error: SQLAlchemyError) -> SourceError:
        return SourceError(
            f"{self._where}: does not take the query ({said(error)}). Mend"
            f" sources.{self.name}.query."
        )

    @property
    def _where(self) -> str:
        return f"{self.name}: {shown(self._url)}"


def _lower(one: Mark | None, other: Mark) -> Mark:
    return other if one is None else min(one, other, key=read_mark)
