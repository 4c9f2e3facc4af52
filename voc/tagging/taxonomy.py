"""A taxonomy as taggers use it: its aspects, their keywords, and where those stand in a text."""

from __future__ import annotations

from collections.abc import Sequence

from voc.config import Aspect
from voc.tagging.keywords import KeywordHit, KeywordMatcher


class Taxonomy:
    """The aspects that texts are asked about.

    Args:
        aspects: The aspects, flat.
        industry: Id of the industry whose aspects they are, all of them; `None` for chosen ones.

    Attributes:
        aspects: The aspects.
        industry: As given.
        targets: The index of the aspect of each keyword.
    """

    def __init__(self, aspects: Sequence[Aspect], *, industry: str | None) -> None:
        self.aspects = tuple(aspects)
        self.industry = industry
        self._matcher = KeywordMatcher(aspects)
        self.targets = self._matcher.targets

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of the aspects, in order."""
        return tuple(aspect.id for aspect in self.aspects)

    def hits(self, text: str) -> list[KeywordHit]:
        """Returns the keywords in a normalised text."""
        return self._matcher.hits(text)
