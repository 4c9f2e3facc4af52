"""Finds an industry's keywords in texts: the evidence of aspects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voc.config import Aspect
from voc.text.matching import WordMatcher
from voc.text.normalise import normalise


@dataclass(frozen=True, slots=True)
class KeywordHit:
    """A keyword found at `[start, end)` of a normalised text; `aspect` is the aspect's index."""

    start: int
    end: int
    aspect: int


class KeywordMatcher:
    """Finds the keywords of aspects in normalised texts; the name of an aspect is one of them.

    Attributes:
        targets: The index of the aspect of each keyword.
    """

    def __init__(self, aspects: Sequence[Aspect]) -> None:
        self.targets: dict[str, int] = {}
        for index, aspect in enumerate(aspects):
            for word in (*aspect.keywords, aspect.name):
                self.targets.setdefault(normalise(word).text, index)
        self._matcher = WordMatcher(self.targets)

    def hits(self, text: str) -> list[KeywordHit]:
        """Returns the hits in a normalised text, in order; of overlapping ones the longest."""
        return [KeywordHit(*found) for found in self._matcher.find(text)]
