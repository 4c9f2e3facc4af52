"""Names of themes whose voices share a subject but no problem, as 路灯（没有、昏暗等）."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import count
from typing import Final

from voc.records import AND_MORE, MIXED, OTHER
from voc.topics.phrases import Phrase, is_trouble
from voc.topics.synonyms import UNKNOWN, Synonyms

_SAID: Final = 2
_LONGEST: Final = 6
# A name longer than this tells one thing.
_FULL: Final = 14


def mixed_names(
    subject: str,
    told: Sequence[Phrase],
    words: Sequence[str],
    beside: Sequence[str],
    others: Sequence[str],
    *,
    common: Collection[str],
    apart: str = "",
    kinds: Synonyms = UNKNOWN,
) -> Iterator[str]:
    """Yields names for a theme in which no problem stands for most, best first, without end.

    Args:
        subject: What the voices speak of.
        told: Phrases that tell more of the subject, as 没有路灯 of 路灯, best first.
        words: Words by which several voices judge, best first.
        beside: Words that many use beside it; they are told where nothing else is.
        others: Further words that several voices use, heaviest first.
        common: Words that everybody speaks of; they tell nothing of a subject.
        apart: The theme's heaviest word, where fewer say it than the subject; it is told first.
        kinds: Words that tell the same; one of them is told.
    """
    said = [apart] if apart else []
    said += _of_each_kind(subject, told, kinds)
    said += [word for word in words if _stands(word)]
    said = _apart((word for word in said if word == apart or word not in common), subject)
    said = said or _apart((word for word in beside if word not in common), subject)
    # Of several themes of one subject, the second is told apart by what else it speaks of.
    for at in range(0, len(said), _SAID):
        both, first = (AND_MORE.format("、".join(said[at : at + n])) for n in (_SAID, 1))
        yield subject + (both if len(subject + both) <= _FULL else first)
    yield f"{subject}{MIXED}"
    yield from (subject + AND_MORE.format(other) for other in _apart(others, subject))
    yield subject + OTHER.format("")
    yield from (subject + OTHER.format(number) for number in count(2))


def _of_each_kind(subject: str, told: Sequence[Phrase], kinds: Synonyms) -> list[str]:
    """Returns what phrases say beside the subject, of those that tell the same the first."""
    said: dict[frozenset[str], str] = {}
    for phrase in told:
        for rest in _beside(subject, phrase):
            said.setdefault(frozenset(kinds.of(phrase.words)) - {subject}, rest)
    return list(said.values())


def _beside(subject: str, phrase: Phrase) -> Iterator[str]:
    """Yields what a phrase says before or after its subject, if not both, and in whole words.

    Or all that it says, where it judges without naming the subject. What goes on in the clause is
    cut off and tells nothing.
    """
    before, found, after = phrase.text.partition(subject)
    rest = before or after
    if found:
        said = sum(len(word) for word in phrase.words if word in rest)
        is_whole = len(rest) == said or rest in (phrase.first.text, phrase.last.text)
        is_cut = not phrase.ends if after else bool(phrase.before)
        is_told = is_whole and not is_cut and not (before and after)
    else:
        is_told = phrase.judges and phrase.first.tells
        is_told = is_told and phrase.ends and phrase.before in ("", subject)
    if is_told and (_SAID <= len(rest) <= _LONGEST or (rest and is_trouble(rest))):
        yield rest


def _stands(word: str) -> bool:
    """Says whether a word tells something by itself, as 坏 does and 井 does not."""
    return len(word) > 1 or is_trouble(word)


def _apart(said: Iterable[str], subject: str) -> list[str]:
    """Leaves out what shares its words with the subject or with what stands before it."""
    kept: list[str] = []
    for one in said:
        again = any(_shares(one, other) * 2 >= min(len(one), len(other)) for other in kept)
        if _shares(one, subject) * 2 < len(one) and not again:
            kept.append(one)
    return kept


def _shares(one: str, other: str) -> int:
    return len(set(one) & set(other))
