"""Exports of survey tools that the config describes, with its own open questions and scales.

Read are the usual shapes: one row an answer sheet below one row of questions (问卷星, 倍市得);
a second row that says `Response` or `Open-Ended Response` or names the parts of a question
(SurveyMonkey); rows of codes, of questions and of import ids (Qualtrics).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from voc.records import Channel
from voc.sources.answer_sheets import AnswerSheets, find_sheets, told_questions
from voc.sources.files import FileSource
from voc.sources.names import by_field, fold
from voc.sources.tables import Table


class SurveySource(FileSource):
    """A survey's export, read as `AnswerSheets` says.

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
        self._open_questions = tuple(open_questions)
        self._words = {fold(word): value for word, value in words.items()}

    @property
    def _columns_told(self) -> dict[str, str]:
        return {**self._mapping, **self._shape}

    def _answer_sheets(self, table: Table) -> AnswerSheets | None:
        sheets = find_sheets(
            table, mapping=self._mapping, asked=self._open_questions, words=self._words
        )
        if sheets.is_guess:
            self.doubts.note_reading(told_questions(sheets, "open: in the config names others."))
        return sheets
