"""Finds voices that are stored twice: one customer's words that came by two ways.

A chain that exports last week and this week gives the days between twice; a customer posts the same
complaint in two places. Short words are said alike by many, so more than the text must agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time
from typing import Final

from voc.text.bursts import Voice
from voc.text.duplicates import letters_of

_TELLING: Final = 8
"""Letters below which equal texts say nothing."""
_UNLIKELY: Final = 20
"""Letters from which on two customers do not happen to write the same."""


def find_repeats(voices: Sequence[Voice]) -> dict[str, str]:
    """Returns the voices that repeat an earlier one, with the one they repeat.

    A voice repeats one whose text is the same but for punctuation, width, case and script, whose
    author, product and store are no others, and which was heard at the same moment. A text of 20
    letters or more needs less: the same author, the same day where no hour is told, or no time.

    Args:
        voices: All voices; `occurred_at` is `None` where nobody told when they spoke.
    """
    found: dict[str, str] = {}
    known: dict[tuple[object, ...], Voice] = {}
    for voice in sorted(voices, key=_order):
        length, text = letters_of(voice.text)
        if length < _TELLING:
            continue
        marks = [(text, *mark) for mark in _marks(voice, is_long=length >= _UNLIKELY)]
        same = (known[mark] for mark in marks if mark in known)
        first = next((one for one in same if _may_be(one, voice)), None)
        if first is not None:
            found[voice.feedback_id] = first.feedback_id
            continue
        for mark in marks:
            known.setdefault(mark, voice)
        if length >= _UNLIKELY:
            known.setdefault((text, "undated"), voice)
    return found


def _order(voice: Voice) -> tuple[bool, float, str]:
    at = voice.occurred_at
    return at is None, at.timestamp() if at else 0.0, voice.feedback_id


def _marks(voice: Voice, *, is_long: bool) -> Iterator[tuple[object, ...]]:
    """Yields what a voice shares with one that it repeats, beside the text."""
    at = voice.occurred_at
    if at is not None and (is_long or _tells_the_hour(at)):
        yield "moment", at
    if is_long and voice.author:
        yield "author", voice.author
    if is_long and at is None:
        yield ("undated",)


def _may_be(first: Voice, second: Voice) -> bool:
    """Whether nothing speaks against two voices being one."""
    pairs = (
        (first.author, second.author),
        (first.product, second.product),
        (first.store, second.store),
    )
    return not any(one and other and one != other for one, other in pairs)


def _tells_the_hour(at: datetime) -> bool:
    return at.timetz().replace(tzinfo=None) != time()
