"""What earlier runs found and what people made of it, so that themes last.

A run does not begin anew: the clauses of each earlier theme, placed in this run's space, are where
that theme lies now, and only what lies near none is grouped afresh. As themes are known by their
clauses and not by vectors kept from before, they outlast a change of the model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from voc.records import Topic
from voc.topics.clauses import Place


@dataclass(frozen=True, slots=True)
class Parted:
    """A theme that a person split off: what in `parent` uses one of `words` is `child`'s."""

    parent: str
    child: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Past:
    """What there was before a run.

    Attributes:
        topics: Themes of earlier runs; those of other industries only keep their ids.
        known: The theme of each clause that had one, by the clause's place.
        joined: Ids of themes into which people merged others.
        parted: What people split off, in the order of their doing so.
    """

    topics: Sequence[Topic] = ()
    known: Mapping[Place, str] = field(default_factory=dict)
    joined: frozenset[str] = frozenset()
    parted: tuple[Parted, ...] = ()

    def of(self, industry: str) -> list[Topic]:
        """Returns the earlier themes of an industry."""
        return [topic for topic in self.topics if topic.industry == industry]


NOTHING_BEFORE: Final = Past()
