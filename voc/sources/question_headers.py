"""What the columns of a survey's export ask, where rows below the header belong to it.

A second row may say `Response` or `Open-Ended Response` or name the parts of a question
(SurveyMonkey); rows of codes, of questions and of import ids follow one another (Qualtrics).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from voc.sources.identity import named
from voc.sources.names import fold
from voc.sources.rows import Row, column_names
from voc.sources.tables import Table
from voc.sources.values import number_in

_IMPORT_ID: Final = '{"ImportId"'
_OPEN_ID: Final = re.compile(r'\{"ImportId":"QID\d+_TEXT"')
_OPEN_PARTS: Final = frozenset(
    fold(name)
    for name in (
        "Open-Ended Response", "Open-Ended Comment", "Open-Ended", "开放式回答", "开放式答案",
    )
)  # fmt: skip
_PLAIN_PARTS: Final = _OPEN_PARTS | {fold(name) for name in ("Response", "回答", "答复", "回复")}
_UNNAMED: Final = "column_"


@dataclass(frozen=True, slots=True)
class Headers:
    """What the columns of an export ask.

    Attributes:
        questions: The question of each column, each once.
        rows: Rows below the header that belong to it.
        openly: Questions of which these say that they are open.
    """

    questions: Mapping[str, str]
    rows: int = 0
    openly: frozenset[str] = frozenset()

    @property
    def tell_survey(self) -> bool:
        """Whether only a survey has such rows: 回复 below a header may as well be a row's kind."""
        return self.rows > 1 or bool(self.openly)


def headers_in(table: Table) -> Headers:
    """Returns what the columns of a table ask; nothing is taken from it."""
    first, second = [*table.sample(2), None, None][:2]
    return headers_of(table.columns, first, second)


def headers_of(names: Sequence[str], first: Row | None, second: Row | None) -> Headers:
    """Returns the questions by their columns, and how many rows below the header are none.

    Args:
        names: The columns as the header names them.
        first: The first row below it.
        second: The second one.
    """
    if first is not None and second is not None and _are_import_ids(second):
        asked = [named(first.values.get(name)) or name for name in names]
        questions = dict(zip(names, column_names(asked), strict=True))
        openly = (name for name in names if _OPEN_ID.match(str(second.values.get(name))))
        return Headers(questions, 2, frozenset(questions[name] for name in openly))
    if first is not None and _are_parts(first, names):
        questions = dict(zip(names, column_names(_with_parts(names, first)), strict=True))
        openly = (name for name in names if fold(_part(first, name)) in _OPEN_PARTS)
        return Headers(questions, 1, frozenset(questions[name] for name in openly))
    return Headers({name: name for name in names})


def _part(row: Row, name: str) -> str:
    return named(row.values.get(name)) or ""


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


def renamed(row: Row, headers: Headers) -> Row:
    """Returns a row with its values under their questions."""
    values = {headers.questions.get(name, name): value for name, value in row.values.items()}
    return Row(row.number, row.place, values, row.replaced)
