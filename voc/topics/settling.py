"""Brings themes to rest: what belongs to them joins, what is left over is grouped, until no more.

A clause that has a theme keeps it as long as it is not far from it, so that themes of an earlier
run stay what they were, whatever else has come; and a run over what is at rest changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from voc.topics.corpus import Corpus
from voc.topics.meaning import Floats
from voc.topics.space import Vectors
from voc.topics.themes import BELONGS, Labels, closeness, group, nearest

_MOST_ROUNDS: Final = 12
# A clause that is less like its theme than this leaves it.
_STAYS: Final = BELONGS - 0.1
# Themes whose clauses are so alike on average are one.
_ONE: Final = 0.45
# Themes of the same words are one from this cosine between their means, and from less where
# customers judge by what the words have in common.
_NEAR: Final = 0.75
_NEAR_JUDGED: Final = 0.6
# Praise and complaint of one thing are at least so alike.
_SIDES: Final = 0.3


class Settling:
    """Settles the themes of a corpus.

    Args:
        corpus: The clauses.
        vectors: Vectors of the distinct ones, n of them.
        sample: Which of them are grouped into new themes.
        seed: Decides where grouping starts.
        min_voices: How many voices make a theme.
    """

    def __init__(
        self,
        corpus: Corpus,
        vectors: Vectors,
        sample: npt.NDArray[np.intp],
        *,
        seed: int,
        min_voices: int,
    ) -> None:
        self._corpus = corpus
        self._vectors = vectors
        self._sampled = np.zeros(len(vectors), dtype=np.bool_)
        self._sampled[sample] = True
        self._seed = seed
        self._min_voices = min_voices

    def first(self) -> Labels:
        """Groups the sample, where there were no themes before; returns `(n,)` labels."""
        labels = self._grouped(np.full(len(self._vectors), -1, dtype=np.intp))
        for _ in range(2):
            labels = nearest(self._vectors, self._means(labels).normalised())
            labels = self._corpus.large(labels, self._min_voices)
        return labels

    def opened(self, labels: Labels, themes: Sequence[int]) -> Labels:
        """Takes themes apart that people put together, for the middle of unlike ones is nowhere.

        Each part then settles by itself; `voc.topics.edits` puts them together again.
        """
        labels = labels.copy()
        for theme in themes:
            rows = np.flatnonzero(labels == theme)
            parts = group(self._vectors.take(rows), seed=self._seed)
            labels[rows] = np.where(parts >= 0, parts + int(labels.max(initial=-1)) + 1, -1)
        return labels

    def settled(self, labels: Labels, held: npt.NDArray[np.bool_] | None = None) -> Labels:
        """Returns `(n,)` themes 0 … n_themes − 1, the largest first, −1 for none.

        Args:
            labels: `(n,)` the themes so far, −1 for none.
            held: `(n,)` which clauses stay in theirs however unlike it they are, for it has a
                subject in common and no more; by default none.
        """
        labels = self._whole(labels)
        held = np.zeros(len(labels), dtype=np.bool_) if held is None else held
        rounds = [labels]
        while len(rounds) <= _MOST_ROUNDS:
            left = np.where(held, labels, self._left(labels))
            labels = self._whole(self._grouped(self._adopted(left)))
            for at, before in enumerate(rounds):
                if np.array_equal(labels, before):  # from here on the same rounds come again
                    return rounds[at + (_MOST_ROUNDS - at) % (len(rounds) - at)]
            rounds.append(labels)
        return labels

    def closeness(self, labels: Labels) -> Floats:
        """Returns `(n,)` how much each clause is like its theme; 0 for none."""
        return closeness(self._vectors, self._means(labels).normalised(), labels)

    def _whole(self, labels: Labels) -> Labels:
        """Parts praise from complaint, joins what is one, and drops what is no theme."""
        labels = self._corpus.large(labels, self._min_voices)
        labels = self._corpus.sides(labels, self._min_voices)
        return self._corpus.large(self._joined(labels), self._min_voices)

    def _left(self, labels: Labels) -> Labels:
        """Lets clauses go that have become unlike their theme."""
        return np.where(self.closeness(labels) >= _STAYS, labels, -1)

    def _adopted(self, labels: Labels) -> Labels:
        """Takes clauses without a theme to the nearest one, to its side that judges as they do."""
        means = self._means(labels)
        if not len(means):
            return labels
        free = np.flatnonzero(labels < 0)
        found = nearest(self._vectors.take(free), means.normalised())
        praises = self._corpus.praises(labels)
        twins = np.append(_twins(means, praises), -1)[found]
        other = (twins >= 0) & (praises[found] != self._corpus.positive[free])
        labels = labels.copy()
        labels[free] = np.where((found >= 0) & other, twins, found)
        return labels

    def _grouped(self, labels: Labels) -> Labels:
        """Makes themes of sampled clauses that have none, where enough voices say the same."""
        free = np.flatnonzero((labels < 0) & self._sampled)
        fresh = np.full(len(labels), -1, dtype=np.intp)
        fresh[free] = group(self._vectors.take(free), seed=self._seed)
        fresh = self._corpus.large(fresh, self._min_voices, fresh=True)
        return np.where(fresh >= 0, fresh + int(labels.max(initial=-1)) + 1, labels)

    def _joined(self, labels: Labels) -> Labels:
        """Joins themes that judge alike and are as alike as a theme is in itself.

        Or less so, where both are about the same (see `voc.topics.usage.Usage.cores`).
        """
        means = self._means(labels)
        alike = means.similarities(means)
        lengths = np.sqrt(alike.diagonal())
        cores, judged = self._corpus.usage.cores(labels)
        akin = (cores[:, None] == cores[None, :]) & (cores >= 0)
        near = np.where(judged[:, None] & judged[None, :], _NEAR_JUDGED, _NEAR)
        same = (alike >= _ONE) | (akin & (alike >= near * np.outer(lengths, lengths)))
        same &= _alike(self._corpus.praises(labels))
        return np.append(_components(same), -1)[labels]

    def _means(self, labels: Labels) -> Vectors:
        return self._vectors.means(labels, int(labels.max(initial=-1)) + 1)


def _twins(means: Vectors, praises: npt.NDArray[np.bool_]) -> Labels:
    """Returns for each theme the one that judges the same thing otherwise, −1 where none does."""
    across: Floats = np.where(_alike(praises), np.float32(0), means.similarities(means))
    most = np.maximum(across.max(axis=1, initial=0.0), _SIDES)
    pairs = (across >= most[:, None]) & (across >= most[None, :])
    return np.where(pairs.any(axis=1), pairs.argmax(axis=1), -1)


def _alike(praises: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    return np.asarray(praises[:, None] == praises[None, :])


def _components(same: npt.NDArray[np.bool_]) -> Labels:
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    if not len(same):
        return np.zeros(0, dtype=np.intp)
    return np.asarray(connected_components(csr_matrix(same), directed=False)[1], dtype=np.intp)
