"""The answer sheets of a survey's export: what each question holds, and the words as a text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from types import MappingProxyType
from typing import Any, Final

from voc.errors import UsageError, nearest
from voc.sources.answers import answer_columns
from voc.sources.base import Reject
from voc.sources.columns import ColumnMap, find_columns, has_text_column
from voc.sources.dialogues import turns_in_text
from voc.sources.names import ORDER_TIMES, fold
from voc.sources.open_questions import is_open, open_questions
from voc.sources.question_headers import Headers, headers_in, renamed
from voc.sources.rows import Row
from voc.sources.surveys import SKIPPED, answer_of
from voc.sources.tables import Table
from voc.sources.void_sheets import VOID, void_state
from voc.text.personal.columns import is_place_column
from voc.text.speakers import AGENT, CUSTOMER

_OF_TOOLS: Final = re.compile(
    "(?:提交|开始|结束)?(?:答卷|问卷|答题|作答|填答).*|所用时间|respondentid|responseid"
)
"""Columns, as `fold` writes them, that survey tools add and nothing else has."""
_NUMBERED: Final = re.compile(r"\s*(?:[Qq]|第)?\d{1,3}\s*(?:[、.．:：)）]|题)\s*\D")
_DIALOGUE: Final = re.compile("(?:对话|通话|会话|转写|录音)(?:内容|文本|结果|记录)?$|transcript")
PLAIN_REMEDY: Final = (
    "--text COLUMN reads one of them alone; kind: survey in the config names others."
)
"""How to tell other questions of a file that the config does not describe."""
_LEAST_NUMBERED: Final = 2
_MOMENTS: Final = ("recordeddate", "enddate", "结束时间", "完成时间", "startdate", "开始时间")
_OBJECTS: Final = frozenset({"json", "jsonl"})


@dataclass(frozen=True, slots=True)
class AnswerSheets:
    """How the sheets of one table are read.

    The open answers of a sheet are its text. Where there are several, each is a turn of the
    customer's behind its question as a turn of the agent's, so that an answer is read with its
    question and the question's own words are no customer's. Scores stand beside the text.

    Attributes:
        headers: What the columns ask.
        asked: The open questions.
        fields: Field: question, of all that is found; an empty one where a field is told to have
            none.
        is_guess: Whether nobody told which questions are open.
        words: What words on a scale count for, beside the usual ones.
        sample: Some sheets, by question.
        is_plain: Whether all the words stand in one column that is found without knowing of
            surveys, so that the table is read as well as any.
    """

    headers: Headers
    asked: Sequence[str]
    fields: Mapping[str, str]
    is_guess: bool
    words: Mapping[str, float]
    sample: Sequence[Mapping[str, Any]]
    is_plain: bool = False

    def rows(self, table: Table) -> Iterator[Row | Reject]:
        """Gives the sheets of a table, without headers that stand among them.

        One that its tool marks as a preview, a test or invalid is a reject.
        """
        for item in islice(table, self.headers.rows, None):
            if isinstance(item, Row) and (state := void_state(item.values)) is not None:
                yield Reject(table.name, item.place, VOID.format(state=state))
            else:
                yield item if isinstance(item, Reject) else self.of(item)

    def of(self, row: Row) -> Row:
        """Returns one sheet with its words as `text` or `turns`."""
        values = {
            name: _scaled(value, self.words)
            for name, value in renamed(row, self.headers).values.items()
        }
        answers = [(question, answer_of(values.get(question))) for question in self.asked]
        said = [(question, answer) for question, answer in answers if answer]
        kept = {
            name: value
            for name, value in values.items()
            if name not in self.asked and not is_place_column(name)
        }
        if len(said) > 1:
            kept |= {"text": None, "turns": _turns(said)}
        else:
            kept |= {"text": "".join(answer for _, answer in said), "turns": None}
        if len(said) == 1 < len(self.asked):
            kept["question"] = said[0][0]
        if len(said) < len(self.asked):
            kept[SKIPPED] = len(self.asked) - len(said)
        return Row(row.number, row.place, kept, row.replaced)

    def columns(self, first: Row) -> ColumnMap:
        """Finds the columns of the sheets, of which `first` is the first one."""
        names = list(dict.fromkeys([*first.values, *filter(None, self.fields.values())]))
        rows = [first.values, *self.sample]
        columns = find_columns(names, mapping=self.fields, sample_rows=rows)
        return replace(columns, answer=answer_columns(names, columns))


def find_sheets(
    table: Table,
    *,
    mapping: Mapping[str, str] = MappingProxyType({}),
    asked: Sequence[str] = (),
    words: Mapping[str, float] = MappingProxyType({}),
) -> AnswerSheets:
    """Finds which question of a survey's export holds what.

    Args:
        table: The export; nothing is taken from it.
        mapping: Field: question, whole or a part that only one question has, or its column.
        asked: The open questions, likewise; none: those that look like it, by their names or as
            each answer is a sentence of its own.
        words: What words on a scale count for, by the word as `fold` writes it.

    Raises:
        UsageError: A question is none or in doubt, or none looks open.
    """
    headers = headers_in(table)
    questions = list(headers.questions.values())
    told = {
        field: _question(text, questions, headers) if text else ""
        for field, text in mapping.items()
    }
    openly = [_question(text, questions, headers) for text in asked]
    rows = [
        {name: _scaled(value, words) for name, value in renamed(row, headers).values.items()}
        for row in table.sample()[headers.rows :]
    ]
    others = [*told.values(), *filter(is_place_column, questions)]
    sentences = open_questions(questions, rows, besides=others, openly=headers.openly)
    if openly:
        told["text"] = openly[0]
    elif sentences and not has_text_column(questions):
        told["text"] = sentences[0]
    columns = find_columns(questions, mapping=told, sample_rows=rows, several=True)
    is_guess = not openly
    openly = openly or _open_among(questions, columns, sentences, rows)
    moment = _moment_in(questions)
    is_order = moment and fold(columns["created_at"] or "") in ORDER_TIMES
    fields = {**moment, **columns.columns, **(moment if is_order else {}), **told}
    kept = {
        field: column
        for field, column in fields.items()
        if field not in ("text", "turns") and column not in openly
    }
    kept |= {"text": "text", "turns": "turns"}
    return AnswerSheets(headers, openly, kept, is_guess, words, rows)


def told_questions(sheets: AnswerSheets, remedy: str) -> str:
    """Returns the sentence that tells which questions were taken for open ones, as nobody did.

    Args:
        sheets: How they are read.
        remedy: The sentence that says how to tell others.
    """
    return f"the open questions are taken to be: {'、'.join(sheets.asked)}. {remedy}"


def _open_among(
    questions: Sequence[str],
    columns: ColumnMap,
    sentences: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
) -> list[str]:
    """Returns the open questions: by their names or answers, or else what is called the text."""
    text = columns["text"] or ""
    found = {name for name in sentences if name not in columns.used}
    found |= {name for name in (text, *columns.words) if is_open(name, rows)}
    return [name for name in questions if name in (found or {text})]


def _moment_in(questions: Sequence[str]) -> dict[str, str]:
    """Finds the column of when a sheet was filled in, by names that mean that in surveys alone."""
    by_name = {fold(name): name for name in reversed(questions)}
    found = [by_name[name] for name in _MOMENTS if name in by_name]
    return {"created_at": found[0]} if found else {}


def sheets_in(
    table: Table, *, mapping: Mapping[str, str], is_survey: bool = False
) -> AnswerSheets | None:
    """Finds the sheets of a file that may be a survey's export; `None` where it is none.

    Args:
        table: The file; nothing is taken from it.
        mapping: Field: column, as they are told; the text's is then the only open question.
        is_survey: Whether somebody said that it is a survey. Otherwise its columns must show it:
            a question of recommendation, or columns and questions as survey tools name them.

    Raises:
        UsageError: A column that is told is not there, or the words of a survey cannot be told.
    """
    if "turns" in mapping or not table.sample(1) or (not is_survey and table.format in _OBJECTS):
        return None
    headers = headers_in(table)
    is_sure = is_survey or headers.tell_survey
    if headers.rows and not is_sure:
        return None
    text = mapping.get("text")
    others = {field: column for field, column in mapping.items() if field != "text"}
    try:
        sheets = find_sheets(table, mapping=others, asked=[text] if text else [])
    except UsageError:
        if is_sure:
            raise
        return None
    if not (is_sure or _looks_asked(sheets)) or not sheets.asked or _hold_dialogues(sheets):
        return None
    return replace(sheets, is_plain=_is_plain(sheets, mapping))


def _is_plain(sheets: AnswerSheets, mapping: Mapping[str, str]) -> bool:
    """Whether the words stand in one column that is found without knowing of surveys."""
    if sheets.headers.rows or len(sheets.asked) > 1:
        return False
    questions = list(sheets.headers.questions)
    try:
        columns = find_columns(questions, mapping=mapping, sample_rows=sheets.sample)
    except UsageError:
        return False
    return [columns["text"]] == list(sheets.asked)


def _looks_asked(sheets: AnswerSheets) -> bool:
    """Whether columns have scores of surveys, and something no other table has beside them."""
    if not sheets.fields.keys() & {"nps", "csat", "ces"}:
        return False
    names = sheets.headers.questions.values()
    numbered = sum(_NUMBERED.match(name) is not None for name in names)
    if numbered >= _LEAST_NUMBERED or any(_OF_TOOLS.fullmatch(fold(name)) for name in names):
        return True
    return "nps" in sheets.fields and "channel" not in sheets.fields


def _hold_dialogues(sheets: AnswerSheets) -> bool:
    """Whether words are turns, or what looks like an answer is a transcript, by name or marks."""
    if any(_DIALOGUE.search(fold(name)) for name in sheets.asked):
        return True
    if any(isinstance(cell, list) for row in sheets.sample for cell in row.values()):
        return True
    cells = (row.get(name) for row in sheets.sample for name in sheets.asked)
    return any(isinstance(cell, str) and turns_in_text(cell) for cell in cells)


def _turns(said: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [
        {"speaker": speaker, "text": words}
        for question, answer in said
        for speaker, words in ((AGENT, question), (CUSTOMER, answer))
    ]


def _scaled(value: Any, words: Mapping[str, float]) -> Any:
    return words.get(fold(value), value) if words and isinstance(value, str) else value


def _question(text: str, questions: Sequence[str], headers: Headers) -> str:
    """Returns the question that a text names: whole, by a part that it alone has, by its column.

    Raises:
        UsageError: There is none, or there are several.
    """
    same = [name for name in questions if text == name or fold(text) == fold(name)]
    same += [headers.questions[text]] if text in headers.questions else []
    found = same[:1] or [name for name in questions if text in name]
    if len(found) == 1:
        return found[0]
    told = ", ".join(repr(name) for name in (found or questions)[:20])
    if found:
        raise UsageError(f"{text!r} stands in several questions: {told}. Tell more of it.")
    raise UsageError(
        f"There is no question {text!r}.{nearest(text, questions)} The questions are: {told}."
    )
