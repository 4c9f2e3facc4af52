"""Keeps the ids of themes: a theme of this run that is one of an earlier run is that theme."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from voc.records import Topic

# Two themes are one if they share so much, as the mean of words and verbatims.
_SAME: Final = 0.3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A theme of this run, by what it can be known by.

    Attributes:
        keywords: Its keywords, heaviest first.
        voices: The feedbacks it holds.
    """

    keywords: tuple[str, ...]
    voices: frozenset[str]


def matched(
    candidates: Sequence[Candidate], existing: Sequence[Topic], *, seen: Collection[str]
) -> list[Topic | None]:
    """Finds for each theme the earlier one that it continues, each earlier one once.

    Likeness is the mean of the Jaccard index of keywords and the share of the earlier theme's
    verbatims that the new one holds; keywords alone where none of them is in the input.

    Args:
        candidates: The themes of this run.
        existing: The themes of earlier runs, of the same industry.
        seen: The feedbacks in the input of this run.
    """
    pairs = sorted(
        (
            (-likeness, place, index)
            for place, candidate in enumerate(candidates)
            for index, topic in enumerate(existing)
            if (likeness := _likeness(candidate, topic, seen)) >= _SAME
        ),
    )
    continued: list[Topic | None] = [None] * len(candidates)
    used: set[int] = set()
    for _, place, index in pairs:
        if continued[place] is None and index not in used:
            continued[place] = existing[index]
            used.add(index)
    return continued


def _likeness(candidate: Candidate, topic: Topic, seen: Collection[str]) -> float:
    ours, theirs = set(candidate.keywords), set(topic.keywords)
    words = len(ours & theirs) / max(len(ours | theirs), 1)
    verbatims = {evidence.feedback_id for evidence in topic.evidence}.intersection(seen)
    if not verbatims:
        return words
    return (words + len(verbatims & candidate.voices) / len(verbatims)) / 2
