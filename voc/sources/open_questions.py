"""Finds the open questions of a survey: columns in which each answer is a sentence of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from statistics import median
from typing import Any, Final

from voc.sources.scales import answer_on_scale
from voc.sources.surveys import answer_of
from voc.sources.values import is_number_like
from voc.text.personal.columns import is_personal_column

_LEAST_ANSWERS: Final = 3
_LEAST_CHARS: Final = 6
"""Of the answer in the middle; options and names are shorter as a rule."""
_LEAST_VARIED: Final = 0.8
_LEAST_SAID: Final = 0.5
# What sentences hold, and places, names and options hardly.
_SAYS: Final = re.compile(
    "[的了不很是有太没要就都也还能会可把被让吗呢吧啊得着过]|希望|建议|非常"
    r"|\b(?:the|is|was|not|and|to|it|too|very|my)\b",
    re.IGNORECASE,
)
_TICKED: Final = re.compile("[┋;；|]|(?<=[^。！？!?]),(?=[^ ])")


def open_questions(
    names: Iterable[str], rows: Sequence[Mapping[str, Any]], *, besides: Iterable[str] = ()
) -> list[str]:
    """Returns the columns whose answers are varied sentences, in order.

    Args:
        names: The questions.
        rows: Some sheets, by question.
        besides: Columns that hold something else.
    """
    others = set(besides)
    return [
        name
        for name in names
        if name not in others
        and not is_personal_column(name)
        and _are_sentences([answer_of(row.get(name)) for row in rows])
    ]


def _are_sentences(answers: Iterable[str | None]) -> bool:
    given = [answer for answer in answers if answer]
    if len(given) < _LEAST_ANSWERS or median(map(len, given)) < _LEAST_CHARS:
        return False
    if any(is_number_like(answer) for answer in given):
        return False
    words = [answer for answer in given if answer_on_scale(answer) is None]
    said = sum(_SAYS.search(answer) is not None for answer in words)
    parts = list(chain.from_iterable(map(_TICKED.split, given)))
    return (
        len(set(given)) >= _LEAST_VARIED * len(given)
        and len(set(parts)) >= _LEAST_VARIED * len(parts)
        and said >= _LEAST_SAID * len(given)
    )
