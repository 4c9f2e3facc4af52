"""What a tagger is: it reads prepared texts and says what it finds in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from voc.records import AspectMention, Intent, Opinion, Sentiment, Task
from voc.tagging.prepare import Prepared
from voc.tagging.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True)
class Findings:
    """What a tagger finds in one text; only the tasks it was asked for can be relied on.

    Attributes:
        sentiment: Of the whole text.
        intent: Of the whole text.
        aspects: Of the taxonomy, surest first.
        opinions: In order.
        flags: What to say of how they were found, as `Tags.flags`.
    """

    sentiment: Sentiment
    intent: Intent
    aspects: tuple[AspectMention, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    flags: tuple[str, ...] = ()


class Tagger(Protocol):
    """Finds sentiment, intent, aspects and opinions; thread-safe."""

    @property
    def identifier(self) -> str:
        """Name and version of the model."""

    def find(
        self, texts: Sequence[Prepared], taxonomy: Taxonomy | None, tasks: frozenset[Task]
    ) -> list[Findings]:
        """Returns what it finds in each text, in order."""


@runtime_checkable
class Vectoriser(Protocol):
    """A tagger that also has sentence vectors."""

    def vectors(self, texts: Sequence[Prepared]) -> NDArray[np.float32]:
        """Returns (n_texts, width) vectors of unit length."""


@runtime_checkable
class Questioner(Protocol):
    """A tagger that also knows which question to a shop's service a text asks."""

    def questions(self, texts: Sequence[Prepared]) -> list[tuple[str, float]]:
        """Returns the question of each text, with its probability."""
