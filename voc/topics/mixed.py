"""Names of themes whose voices share a subject but no problem, as 开发商（推诿、欺骗等）."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from voc.records import AND_MORE, MIXED
from voc.topics.phrases import Member, voices_by_word

_SAID: Final = 2


def mixed_names(
    heads: Sequence[str],
    members: Sequence[Member],
    weights: Mapping[str, float],
    common: Collection[str],
    *,
    least: float,
) -> Iterator[str]:
    """Yields names for a theme in which no problem stands for most, best first.

    Args:
        heads: Words that several voices use, heaviest first: the first is the theme's subject.
        members: The theme's clauses.
        weights: The theme's words with their weights.
        common: Words that everybody speaks of; they tell nothing of a subject.
        least: How many voices must judge by a word that is told.
    """
    if not heads:
        return
    subject, *others = heads
    said = _judged_by(members, weights, least)
    told = [
        word for word in said if word not in common and word not in subject and subject not in word
    ]
    # Of several themes of one subject, the second is told apart by what else it speaks of.
    for at in range(0, len(told), _SAID):
        yield subject + AND_MORE.format("、".join(told[at : at + _SAID]))
    yield f"{subject}{MIXED}"
    yield from (subject + AND_MORE.format(other) for other in others)


def _judged_by(members: Sequence[Member], weights: Mapping[str, float], least: float) -> list[str]:
    """Returns the words that so many voices judge by, those of most weight first."""
    worth = {
        word: n * weights.get(word, 0.0)
        for word, n in voices_by_word(members, judged=True).items()
        if len(word) > 1 and n >= least
    }
    return sorted(worth, key=lambda word: (-worth[word], word))
