"""Themes by what belongs to them: their clauses, the words of these, and who says them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voc.topics.clauses import Clause
from voc.topics.corpus import COMPLAINT, Corpus
from voc.topics.keywords import keywords_of, weights_of
from voc.topics.meaning import Floats
from voc.topics.phrases import Member
from voc.topics.themes import Labels


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme by its parts: places among the distinct clauses, all clauses, and its words."""

    places: npt.NDArray[np.intp]
    clauses: tuple[Clause, ...]
    weights: Mapping[str, float]
    keywords: tuple[str, ...]

    @property
    def voices(self) -> frozenset[str]:
        return frozenset(clause.feedback_id for clause in self.clauses)

    @property
    def negative_share(self) -> float:
        return sum(clause.negative for clause in self.clauses) / len(self.clauses)

    @property
    def complaint(self) -> bool:
        return self.negative_share >= COMPLAINT


def themes_of(corpus: Corpus, labels: Labels) -> list[Theme]:
    """Returns the themes of clauses, in the order of their numbers."""
    n_themes = int(labels.max(initial=-1)) + 1
    clauses: list[list[Clause]] = [[] for _ in range(n_themes)]
    for clause, label in zip(corpus.clauses, labels[corpus.copy_of], strict=True):
        if label >= 0:
            clauses[label].append(clause)
    places = [np.flatnonzero(labels == label) for label in range(n_themes)]
    readings = [[corpus.readings[at] for at in theme] for theme in places]
    weights = weights_of(readings, without=corpus.silent)
    keywords = keywords_of(readings, weights)
    return [
        Theme(at, tuple(said), weight, words)
        for at, said, weight, words in zip(places, clauses, weights, keywords, strict=True)
    ]


def members_of(theme: Theme, corpus: Corpus, closeness: Floats) -> list[Member]:
    """Returns the clauses of a theme as its name is made of them.

    Args:
        theme: The theme.
        corpus: All clauses.
        closeness: `(n,)` how much each is like its theme.
    """
    members, complaint = [], theme.complaint
    for at in theme.places:
        clause = corpus.clauses[corpus.distinct[at]]
        members.append(
            Member(
                corpus.readings[at],
                clause.text,
                clause.feedback_id,
                float(closeness[at]),
                clause.negative == complaint,
                corpus.opinions[at],
                corpus.judging[at],
            )
        )
    return members
