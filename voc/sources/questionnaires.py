"""Exports of survey tools: two rows of headers, several open questions, scales in words.

Read are the usual shapes: one row an answer sheet below one row of questions (问卷星, 倍市得);
a second row that says `Response` or `Open-Ended Response` or names the parts of a question
(SurveyMonkey); rows of codes, of questions and of import ids (Qualtrics).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from voc.errors import UsageError, nearest
from voc.records import Channel
from voc.sources.answers import answer_columns
from voc.sources.base import Reject
from voc.sources.columns import ColumnMap, find_columns, has_text_column
from voc.sources.files import FileSource, silent_fields
from voc.sources.identity import named
from voc.sources.names import by_field, fold
from voc.sources.open_questions import open_questions
from voc.sources.rows import Row, column_names
from voc.sources.surveys import SKIPPED, answer_of
from voc.sources.tables import Table
from voc.sources.values import number_in
from voc.text.speakers import AGENT, CUSTOMER

_IMPORT_ID: Final = '{"ImportId"'
_PLAIN_PARTS: Final = frozenset(
    fold(name)
    for name in (
        "Response", "Open-Ended Response", "Open-Ended Comment", "Open-Ended", "开放式回答",
        "开放式答案", "回答", "答复", "回复",
    )
)  # fmt: skip
_UNNAMED: Final = "column_"
_PRIVATE: Final = frozenset(
    fold(name)
    for name in (
        "来自IP", "IP", "IP地址", "IP Address", "IPAddress", "LocationLatitude",
        "LocationLongitude", "经度", "纬度",
    )
)  # fmt: skip
"""Columns that tools add of where somebody answered; they are not kept."""


@dataclass(frozen=True, slots=True)
class Headers:
    """What the columns of an export ask.

    Attributes:
        questions: The question of each column, each once.
        rows: Rows below the header that belong to it.
    """

    questions: Mapping[str, str]
    rows: int


class SurveySource(FileSource):
    """A survey's export.

    The open answers of a sheet are its text. Where there are several, each is a turn of the
    customer's behind its question as a turn of the agent's, so that an answer is read with its
    question and the question's own words are no customer's. Scores stand beside the text.

    Args:
        path: The file.
        name: Name of the source.
        mapping: Field: question, whole or a part that only one question has.
        open_questions: The open questions, likewise; none: those that look like it, by their
            names or as each answer is a sentence of its own.
        words: What words on a scale count for, beside the usual ones: 完全同意: 7.
        channel: Where the answers come from, if not from a survey.
        product: The product, where a sheet names none.
        zone: The zone of times that name none.
        max_chars: Longest text kept, in code points.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        name: str,
        mapping: Mapping[str, str],
        open_questions: Sequence[str],
        words: Mapping[str, float],
        channel: Channel | None,
        product: str | None,
        zone: ZoneInfo,
        max_chars: int,
    ) -> None:
        shape = {"survey": ""} | {
            f"open:{number}": text for number, text in enumerate(open_questions)
        }
        shape |= {f"word:{word}": str(value) for word, value in words.items()}
        super().__init__(
            path,
            name=name,
            channel=channel or "survey",
            product=product,
            zone=zone,
            max_chars=max_chars,
        )
        self._mapping = by_field(mapping)
        self._shape = shape
        self._fields: dict[str, str] = {}
        self._open_questions = tuple(open_questions)
        self._words = {fold(word): value for word, value in words.items()}

    @property
    def _columns_told(self) -> dict[str, str]:
        return {**self._mapping, **self._shape}

    def _prepared(self, table: Table) -> Iterator[Row | Reject]:
        """Gives the sheets, without headers that stand among them, with their words as text."""
        first, second = [*table.sample(2), None, None][:2]
        headers = headers_of(table.columns, first, second)
        asked = self._find(headers, table.sample()[headers.rows :])
        for item in islice(table, headers.rows, None):
            yield item if isinstance(item, Reject) else self._sheet(_renamed(item, headers), asked)

    def _find(self, headers: Headers, sample: Sequence[Row]) -> list[str]:
        """Finds which question holds what; returns the open ones."""
        questions = list(headers.questions.values())
        told = {
            field: _question(text, questions) if text else ""
            for field, text in self._mapping.items()
        }
        asked = [_question(text, questions) for text in self._open_questions]
        rows = [
            {name: self._scaled(value) for name, value in _renamed(row, headers).values.items()}
            for row in sample
        ]
        private = [name for name in questions if fold(name) in _PRIVATE]
        sentences = open_questions(questions, rows, besides=[*told.values(), *private])
        if asked:
            told["text"] = asked[0]
        elif sentences and not has_text_column(questions):
            told["text"] = sentences[0]
        columns = find_columns(questions, mapping=told, sample_rows=rows)
        if not asked:
            free = [name for name in sentences if name not in columns.used]
            asked = [name for name in questions if name == columns["text"] or name in free]
            self.doubts.note_questions(asked)
        self._fields = {
            field: column
            for field, column in columns.columns.items()
            if field not in ("text", "turns") and column not in asked
        } | {"text": "text", "turns": "turns"}
        return asked

    def _sheet(self, row: Row, asked: Sequence[str]) -> Row:
        values = {
            name: self._scaled(value)
            for name, value in row.values.items()
            if fold(name) not in _PRIVATE and name not in asked
        }
        answers = [(question, answer_of(row.values.get(question))) for question in asked]
        said = [(question, answer) for question, answer in answers if answer]
        if len(said) > 1:
            values |= {"text": None, "turns": _turns(said)}
        else:
            values |= {"text": "".join(answer for _, answer in said), "turns": None}
        if len(said) == 1 < len(asked):
            values["question"] = said[0][0]
        if len(said) < len(asked):
            values[SKIPPED] = len(asked) - len(said)
        return Row(row.number, row.place, values, row.replaced)

    def _scaled(self, value: Any) -> Any:
        return self._words.get(fold(value), value) if isinstance(value, str) else value

    def _columns(self, table: Table, first: Row) -> ColumnMap:  # noqa: ARG002 - as of any file
        names = dict.fromkeys([*first.values, *self._fields.values()])
        columns = find_columns(list(names), mapping=self._fields, sample_rows=[first.values])
        self._silent = silent_fields(columns, self._mapping)
        return replace(columns, answer=answer_columns(list(names), columns))


def _turns(said: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [
        {"speaker": speaker, "text": words}
        for question, answer in said
        for speaker, words in ((AGENT, question), (CUSTOMER, answer))
    ]


def headers_of(names: Sequence[str], first: Row | None, second: Row | None) -> Headers:
    """Returns the questions by their columns, and how many rows below the header are none.

    Args:
        names: The columns as the header names them.
        first: The first row below it.
        second: The second one.
    """
    if first is not None and second is not None and _are_import_ids(second):
        asked = [named(first.values.get(name)) or name for name in names]
        return Headers(dict(zip(names, column_names(asked), strict=True)), rows=2)
    if first is not None and _are_parts(first, names):
        asked = _with_parts(names, first)
        return Headers(dict(zip(names, column_names(asked), strict=True)), rows=1)
    return Headers({name: name for name in names}, rows=0)


def _are_import_ids(row: Row) -> bool:
    return any(str(value).startswith(_IMPORT_ID) for value in row.values.values())


def _are_parts(row: Row, names: Sequence[str]) -> bool:
    """Whether a row says of every question what part of it a column holds, or that it is whole."""
    parts = [named(row.values.get(name)) for name in names]
    plain = sum(part is not None and fold(part) in _PLAIN_PARTS for part in parts)
    return plain > 0 and all(part is None or number_in(part) is None for part in parts)


def _with_parts(names: Sequence[str], row: Row) -> list[str]:
    """Joins a question, which stands over its first part alone, with each of its parts."""
    joined: list[str] = []
    question = ""
    for name in names:
        question = question if name.startswith(_UNNAMED) else name
        part = named(row.values.get(name))
        whole = part is None or fold(part) in _PLAIN_PARTS
        joined.append(question or name if whole else f"{question or name} {part}")
    return joined


def _renamed(row: Row, headers: Headers) -> Row:
    values = {headers.questions.get(name, name): value for name, value in row.values.items()}
    return Row(row.number, row.place, values, row.replaced)


def _question(text: str, questions: Sequence[str]) -> str:
    """Returns the question that a text names, as a whole or by a part that it alone has.

    Raises:
        UsageError: There is none, or there are several.
    """
    same = [name for name in questions if text == name or fold(text) == fold(name)]
    found = same[:1] or [name for name in questions if text in name]
    if len(found) == 1:
        return found[0]
    told = ", ".join(repr(name) for name in (found or questions)[:20])
    if found:
        raise UsageError(f"{text!r} stands in several questions: {told}. Tell more of it.")
    raise UsageError(
        f"There is no question {text!r}.{nearest(text, questions)} The questions are: {told}."
    )
