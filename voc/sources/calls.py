"""Exports with one row a turn (call id, role, seconds, text), gathered into one row a call."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from voc.sources.base import Reject
from voc.sources.names import EXACT, LIKELY_TEXT, SURE_TEXT, fold
from voc.sources.rows import Row
from voc.sources.transcripts import seconds
from voc.sources.values import number_in


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CALL: Final = _names(
    "callid sessionid conversationid dialogid dialogueid recordid 通话编号 通话id 通话号 录音编号 "
    "录音id 会话编号 会话id 呼叫编号 呼叫id 来电编号 通话流水号 录音流水号 会话流水号 呼叫流水号 "
    "来电流水号 话单号"
)
_SPEAKER: Final = _names(
    "speaker spk role rl speakerid spkid 角色 说话人 发言人 讲话人 说话方 发言方 声道 "
    "speakerrole 说话角色 说话人角色 发言角色 讲话角色"
)
_START: Final = _names(
    "bg startms start starts startsec startseconds starttime begin begintime offset 开始秒 开始 "
    "起始 开始时间 起始时间 开始秒数 秒 秒数 开始(秒) 起始秒"
)
_END: Final = _names(
    "ed endms end ends endsec endseconds endtime stop 结束秒 结束 结束时间 结束秒数 结束(秒)"
)
_MILLISECONDS: Final = _names("bg ed startms endms")
_UNIT: Final = re.compile(r"\((?:(?P<ms>ms|毫秒)|s|sec|秒)\)$")
_TEXTS: Final = _names("onebest 话术 转写 转写内容 识别结果 语音内容 说话内容 发言内容").union(
    SURE_TEXT, LIKELY_TEXT
)
_ONLY_CALL: Final = "\0"
_MOST_OPEN: Final = 256
_MOST_TURNS: Final = 10_000


@dataclass(frozen=True, slots=True)
class TurnColumns:
    """Which columns of an export hold a turn; `call` is `None` where the file is one call."""

    text: str
    speaker: str | None
    call: str | None
    start: str | None
    end: str | None


def turn_columns(names: Sequence[str]) -> TurnColumns | None:
    """Tells whether a table has one row a turn: who speaks, and which call or second it is in.

    A table of nothing but words with seconds, as recognisers write them, is one call as well.
    """
    found: dict[str, str] = {}
    kinds = (("call", _CALL), ("speaker", _SPEAKER), ("start", _START), ("end", _END))
    for name in names:
        key = _UNIT.sub("", fold(name))
        kind = next((kind for kind, known in kinds if key in known), None)
        kind = kind or ("text" if key in _TEXTS else None)
        if kind:
            found.setdefault(kind, name)
    has_seconds = {"start", "end"} <= found.keys()
    if "text" not in found or not (
        ("speaker" in found and ("call" in found or "start" in found)) or has_seconds
    ):
        return None
    text = found["text"]
    return TurnColumns(text, *(found.get(kind) for kind in ("speaker", "call", "start", "end")))


def gathered(rows: Iterable[Row | Reject], columns: TurnColumns) -> Iterator[Row | Reject]:
    """Gives one row a call, its turns in the order of the file, or of their seconds where told.

    Rows of several calls may alternate: 256 calls are held open. A call that goes on behind that,
    or beyond 10,000 turns, goes on as a row of its own, so that nothing is lost. Of columns beside
    those of turns the first value of a call counts.
    """
    open_calls: OrderedDict[str, _Call] = OrderedDict()
    parts: dict[str, int] = {}
    for row in rows:
        if isinstance(row, Reject):
            yield row
            continue
        name = _call_of(row, columns)
        call = open_calls.get(name)
        if call is None or len(call.turns) >= _MOST_TURNS:
            if call is not None:
                yield open_calls.pop(name).row(columns)
            elif len(open_calls) >= _MOST_OPEN:
                yield open_calls.popitem(last=False)[1].row(columns)
            parts[name] = parts.get(name, 0) + 1
            call = open_calls[name] = _Call(row, parts[name])
        open_calls.move_to_end(name)
        call.add(row, columns)
    for call in open_calls.values():
        yield call.row(columns)


def _call_of(row: Row, columns: TurnColumns) -> str:
    value = row.values.get(columns.call) if columns.call else None
    return _ONLY_CALL if value in (None, "") else str(value)


@dataclass(slots=True)
class _Call:
    """A call under way; ids that change within it are those of its turns."""

    first: Row
    part: int
    turns: list[dict[str, Any]] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    replaced: int = 0
    turn_ids: set[str] = field(default_factory=set)

    def add(self, row: Row, columns: TurnColumns) -> None:
        start, end = (
            _seconds(row.values.get(name), name) if name else None
            for name in (columns.start, columns.end)
        )
        start, end = seconds(start, end)
        text = row.values.get(columns.text)
        speaker = row.values.get(columns.speaker) if columns.speaker else ""
        self.turns.append(
            {
                "speaker": _whole(speaker),
                "text": "" if text is None else str(text).strip(),
                "start_s": start,
                "end_s": end,
            }
        )
        self.replaced += row.replaced
        own = {columns.text, columns.speaker, columns.start, columns.end}
        for name, value in row.values.items():
            if name in own:
                continue
            if self.values.get(name) in (None, ""):
                self.values[name] = value
            elif columns.call is None and value != self.values[name] and fold(name) in EXACT["id"]:
                self.turn_ids.add(name)

    def row(self, columns: TurnColumns) -> Row:
        if all(turn["start_s"] is not None for turn in self.turns):
            self.turns.sort(key=lambda turn: float(turn["start_s"]))
        kept = {name: one for name, one in self.values.items() if name not in self.turn_ids}
        values = {**kept, "turns": self.turns}
        if columns.call and self.values.get(columns.call) not in (None, ""):
            native = str(_whole(values.pop(columns.call)))
            values["id"] = native if self.part == 1 else f"{native}#{self.part}"
        return Row(self.first.number, self.first.place, values, self.replaced)


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _seconds(value: Any, column: str) -> float | None:
    """Reads 12.5, "12.5", "00:12.5" or "1:02:03"; `None` where it is no number of seconds."""
    number = number_in(value)
    if number is not None and _is_in_milliseconds(fold(column)):
        return number / 1000
    if number is not None or not isinstance(value, str) or len(value) > 20:
        return number
    parts = [number_in(part) for part in value.replace(",", ".").split(":")]
    if not 2 <= len(parts) <= 3 or any(part is None or part < 0 for part in parts):
        return None
    total = 0.0
    for part in parts:
        total = total * 60 + (part or 0.0)
    return total


def _is_in_milliseconds(name: str) -> bool:
    unit = _UNIT.search(name)
    return name in _MILLISECONDS or (unit is not None and unit["ms"] is not None)


def names_of(first: Row, sample: Sequence[Row], header: Sequence[str]) -> list[str]:
    """Returns the columns of a table by its header, or else by its first rows."""
    values: Iterator[Mapping[str, Any]] = (row.values for row in (first, *sample))
    return list(header) or list(dict.fromkeys(name for row in values for name in row))
