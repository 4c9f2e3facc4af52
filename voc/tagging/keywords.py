"""Finds an industry's keywords in texts: the evidence of aspects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ahocorasick

from voc.config import Aspect
from voc.text.normalise import normalise


@dataclass(frozen=True, slots=True)
class KeywordHit:
    """A keyword found at `[start, end)` of a normalised text; `aspect` is the aspect's index."""

    start: int
    end: int
    aspect: int


class KeywordMatcher:
    """Finds the keywords of aspects; where they overlap, the leftmost longest counts.

    The name of an aspect is one of its keywords. Matching is on normalised texts, by Aho and
    Corasick (1975).
    """

    def __init__(self, aspects: Sequence[Aspect]) -> None:
        self.size = len(aspects)
        self._automaton = ahocorasick.Automaton()
        words: dict[str, int] = {}
        for index, aspect in enumerate(aspects):
            for word in (*aspect.keywords, aspect.name):
                words.setdefault(normalise(word).text, index)
        for word, index in words.items():
            if word:
                self._automaton.add_word(word, (index, len(word)))
        self._automaton.make_automaton()
        self._empty = not words
        self.targets = words

    def hits(self, text: str) -> list[KeywordHit]:
        """Returns the hits in a normalised text, in order."""
        if self._empty or not text:
            return []
        return [
            KeywordHit(last - length + 1, last + 1, index)
            for last, (index, length) in self._automaton.iter_long(text)
        ]
