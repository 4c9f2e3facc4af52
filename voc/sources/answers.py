"""What names an answer sheet without an id: not its columns, which change with the questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final

from voc.sources.columns import ColumnMap
from voc.sources.identity import NO_VALUE, written
from voc.sources.names import ORDER_TIMES, fold
from voc.sources.surveys import answer_of
from voc.sources.times import read_time
from voc.text.speakers import CUSTOMER

_SERIAL: Final = frozenset(
    fold(name)
    for name in ("序号", "No.", "Serial Number", "Respondent ID", "受访者ID", "受访者编号")
)
_WHO: Final = ("customer_id", "author")
_NO_ANSWER: Final = frozenset(name for name in ORDER_TIMES if "下单" in name or "发货" in name)
"""Times that never named a sheet: it would get another id by them."""
_SAID: Final = ("text", "turns", "nps", "csat", "ces", "rating")


@dataclass(frozen=True, slots=True)
class AnswerColumns:
    """The columns that tell one answer sheet from all others, by field.

    A running number alone names none, as an export may count its own rows: it does so beside the
    time of the answer. Without it these are who answered and when, what was said, and its scores.
    """

    serial: str | None
    fields: Mapping[str, str]

    def of(self, values: Mapping[str, Any]) -> dict[str, Any] | None:
        """Returns what names a sheet; `None` where it tells neither who answered nor when."""
        told = dict(self._told(values))
        if "created_at" in told and (serial := _given(values.get(self.serial or ""))):
            return {"serial": serial, "created_at": told["created_at"]}
        return told if told.keys() & {"created_at", *_WHO} else None

    def _told(self, values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for field, column in self.fields.items():
            value = _words(values.get(column))
            if field == "created_at":
                moment = read_time(value, UTC)
                value = moment.isoformat() if moment else value
            if (given := _given(value)) is not None:
                yield field, given


def _given(value: Any) -> str | None:
    """A cell as it was filled in; `None` where it was not."""
    if value is None or written(value).strip().lower() in NO_VALUE:
        return None
    return answer_of(written(value))


def _words(value: Any) -> Any:
    """The answers to several questions without these, which may be worded anew."""
    if not isinstance(value, list):
        return value
    turns = (turn for turn in value if isinstance(turn, Mapping))
    return "\n".join(str(turn.get("text")) for turn in turns if turn.get("speaker") == CUSTOMER)


def answer_columns(names: Sequence[str], columns: ColumnMap) -> AnswerColumns:
    """Finds what names the sheets of a survey whose columns are found."""
    free = (name for name in names if fold(name) in _SERIAL and name not in columns.used)
    known = {field: columns[field] for field in ("created_at", *_WHO, *_SAID)}
    if fold(known["created_at"] or "") in _NO_ANSWER:
        known["created_at"] = None
    return AnswerColumns(next(free, None), {field: one for field, one in known.items() if one})
