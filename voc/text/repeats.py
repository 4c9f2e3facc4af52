"""Finds voices that are stored twice: one customer's words that came by two ways.

A chain that exports last week and this week gives the days between twice; a customer posts the same
complaint in two places, perhaps with a word changed. Short words are said alike by many, so more
than the text must agree.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import Final

from voc.text.bursts import PUBLIC_CHANNELS, Voice, names_account
from voc.text.duplicates import letters_of, near_duplicate_groups
from voc.text.normalise import normalise

_TELLING: Final = 8
"""Letters below which equal texts say nothing."""
_UNLIKELY: Final = 20
"""Letters from which on two customers do not happen to write the same."""
_WRITTEN_OUT: Final = 30
"""Letters from which on they do not happen to write nearly the same."""
_LIKENESS: Final = 0.9
_MUCH_LIKE: Final = 0.8
_POSTED_WITHIN: Final = timedelta(days=30)
_SAID_WITHIN: Final = timedelta(days=1)
_NUMBER: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?|[a-z]+[0-9]*")


def find_repeats(voices: Sequence[Voice]) -> dict[str, str]:
    """Returns the voices that repeat an earlier one, with the one they repeat.

    A voice repeats one whose text is the same but for punctuation, width, case and script, whose
    author, product and store are no others, and which was heard at the same moment. A text of 20
    letters or more needs less: the same author, the same day where no hour is told, or no time.

    A text of 30 letters or more also repeats one from another source that is nearly the same, with
    the same numbers, by the same author or where one is not known, within 30 days. And where anyone
    may post, a text of 8 letters repeats one of the same account, of the day before it, that is
    much the same, with the same numbers: thirty posts of one account are one voice.

    Args:
        voices: All voices; `occurred_at` is `None` where nobody told when they spoke.
    """
    ordered = sorted(voices, key=_order)
    found = _same(ordered)
    for looked_for in (_elsewhere, _again):
        more = looked_for([voice for voice in ordered if voice.feedback_id not in found])
        found = {name: more.get(first, first) for name, first in found.items()} | more
    return found


def _same(voices: Sequence[Voice]) -> dict[str, str]:
    found: dict[str, str] = {}
    known: dict[tuple[object, ...], Voice] = {}
    for voice in voices:
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


def _elsewhere(voices: Sequence[Voice]) -> dict[str, str]:
    """Returns the voices that were posted at another source before, nearly in the same words."""
    if len({voice.source for voice in voices}) < 2:
        return {}
    long = [voice for voice in voices if letters_of(voice.text)[0] >= _WRITTEN_OUT]
    return _nearly(long, _was_posted, likeness=_LIKENESS)


def _again(voices: Sequence[Voice]) -> dict[str, str]:
    """Returns the voices of an account that said much the same within a day before."""
    posts: dict[str, list[Voice]] = defaultdict(list)
    for voice in voices:
        is_dated = voice.occurred_at is not None and voice.channel in PUBLIC_CHANNELS
        if is_dated and voice.author and names_account(voice.author):
            posts[voice.author].append(voice)
    found: dict[str, str] = {}
    for said in posts.values():
        if len(said) > 1:
            telling = [voice for voice in said if letters_of(voice.text)[0] >= _TELLING]
            found |= _nearly(telling, _was_said_again, likeness=_MUCH_LIKE)
    return found


def _nearly(
    voices: Sequence[Voice], repeats: Callable[[Voice, Voice], bool], *, likeness: float
) -> dict[str, str]:
    """Returns the voices that are nearly the same as an earlier one, and repeat it."""
    groups: dict[int, list[Voice]] = defaultdict(list)
    numbers = near_duplicate_groups([voice.text for voice in voices], threshold=likeness)
    for number, voice in zip(numbers, voices, strict=True):
        groups[number].append(voice)
    found: dict[str, str] = {}
    for group in groups.values():
        firsts: list[Voice] = []
        for voice in group:
            first = next((one for one in firsts if repeats(one, voice)), None)
            if first is None:
                firsts.append(voice)
            else:
                found[voice.feedback_id] = first.feedback_id
    return found


def _was_posted(first: Voice, second: Voice) -> bool:
    return first.source != second.source and _is_near(first, second, _POSTED_WITHIN)


def _was_said_again(first: Voice, second: Voice) -> bool:
    return _is_near(first, second, _SAID_WITHIN)


def _is_near(first: Voice, second: Voice, within: timedelta) -> bool:
    if first.occurred_at and second.occurred_at:
        is_near = second.occurred_at - first.occurred_at <= within
    else:
        is_near = True
    return is_near and _may_be(first, second) and _numbers(first.text) == _numbers(second.text)


def _numbers(text: str) -> list[str]:
    """Returns the numbers and model names of a text; who tells of others tells of another case."""
    return sorted(_NUMBER.findall(normalise(text).text))


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
