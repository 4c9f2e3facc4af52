"""Groups clauses into themes and finds the theme of further clauses.

Clauses near one another are first gathered into small clusters by spherical k-means, where there
are many, and these are joined by average linkage (UPGMA, Sokal and Michener 1958) as long as
their clauses are alike on average. No number of themes is asked for, and nothing forces a clause
into one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from voc.topics.meaning import Floats
from voc.topics.space import Vectors

Labels = npt.NDArray[np.intp]

# Clusters whose clauses are on average less alike than this are two themes.
_ALIKE: Final = 0.3
# The rest of their voices makes clauses of different problems more alike, by so much of its share.
_ALIKE_BY_CONTEXT: Final = 0.2
# A clause less like its nearest theme belongs to none.
BELONGS: Final = 0.35
# Above so many clauses, they are gathered into so many clusters first.
_MOST_CLUSTERS: Final = 2_000
_ROUNDS: Final = 8
_BLOCK: Final = 2_048
# How fast certainty falls as the second theme, or none, comes near.
_TEMPERATURE: Final = 0.07


def group(vectors: Vectors, *, seed: int) -> Labels:
    """Groups clauses.

    Args:
        vectors: The clauses' vectors at length 1.
        seed: Decides from where k-means starts.

    Returns:
        `(n,)` labels 0 … n_groups − 1, in order of appearance; −1 for clauses without any term.
    """
    labels = np.full(len(vectors), -1, dtype=np.intp)
    rows = np.flatnonzero(np.diff(vectors.sharp.indptr))
    if len(rows):
        labels[rows] = _joined(vectors.take(rows), seed)
    return labels


def _joined(vectors: Vectors, seed: int) -> Labels:
    from sklearn.cluster import AgglomerativeClustering

    clusters = _gathered(vectors, seed)
    n_clusters = int(clusters.max()) + 1
    if n_clusters < 2:
        return clusters
    means = vectors.means(clusters, n_clusters)
    distances = 1.0 - means.similarities(means).astype(np.float64)
    np.fill_diagonal(distances, 0.0)
    alike = _ALIKE + _ALIKE_BY_CONTEXT * vectors.context
    linkage = AgglomerativeClustering(
        n_clusters=None, metric="precomputed", linkage="average", distance_threshold=1 - alike
    )
    return _renumbered(linkage.fit_predict(np.clip(distances, 0.0, None))[clusters])


def nearest(vectors: Vectors, themes: Vectors) -> Labels:
    """Finds the theme of each clause.

    Args:
        vectors: The clauses' vectors at length 1.
        themes: The themes' vectors at length 1.

    Returns:
        `(n,)` numbers of themes, −1 where none is near.
    """
    labels = np.full(len(vectors), -1, dtype=np.intp)
    for rows, block in _blocks(vectors, themes):
        labels[rows] = np.where(block.max(axis=1) >= BELONGS, block.argmax(axis=1), -1)
    return labels


def closeness(vectors: Vectors, themes: Vectors, labels: Labels) -> Floats:
    """Returns `(n,)` the similarity of each clause to its theme; 0 for no theme.

    Args:
        vectors: The clauses' vectors at length 1.
        themes: The themes' vectors at length 1.
        labels: `(n,)` numbers of themes, −1 for none.
    """
    close = np.zeros(len(vectors), dtype=np.float32)
    placed = np.flatnonzero(labels >= 0)
    # By theme, so that a stretch of clauses meets its own few themes and not all.
    placed = placed[np.argsort(labels[placed], kind="stable")]
    for start in range(0, len(placed), _BLOCK):
        rows = placed[start : start + _BLOCK]
        own, at = np.unique(labels[rows], return_inverse=True)
        block = vectors.take(rows).similarities(themes.take(own))
        close[rows] = block[np.arange(len(rows)), at]
    return close


def certainty(vectors: Vectors, themes: Vectors, labels: Labels) -> tuple[Floats, Floats]:
    """Tells how surely clauses belong to their themes.

    Args:
        vectors: The clauses' vectors at length 1.
        themes: The themes' vectors at length 1.
        labels: `(n,)` numbers of themes, −1 for none.

    Returns:
        `(n,)` how surely, in [0, 1]: the softmax of the similarities, with the threshold standing
        for "none of them"; and `(n,)` the similarity to the clause's theme. Both 0 for no theme.
    """
    sure = np.zeros(len(vectors), dtype=np.float32)
    close = np.zeros(len(vectors), dtype=np.float32)
    for rows, block in _blocks(vectors, themes):
        own = block[np.arange(len(block)), np.maximum(labels[rows], 0)]
        odds = np.exp((block - own[:, None]) / _TEMPERATURE).sum(axis=1)
        odds += np.exp((BELONGS - own) / _TEMPERATURE)
        sure[rows] = np.where(labels[rows] >= 0, 1.0 / odds, 0.0)
        close[rows] = np.where(labels[rows] >= 0, np.clip(own, 0.0, 1.0), 0.0)
    return sure, close


def _blocks(vectors: Vectors, themes: Vectors) -> Iterator[tuple[slice, Floats]]:
    """Yields the similarities of a stretch of clauses at a time; nothing without themes."""
    if len(themes) == 0:
        return
    for start in range(0, len(vectors), _BLOCK):
        rows = slice(start, start + _BLOCK)
        yield rows, vectors.take(rows).similarities(themes)


def _gathered(vectors: Vectors, seed: int) -> Labels:
    """Gathers clauses into `_MOST_CLUSTERS` clusters or fewer by spherical k-means."""
    if len(vectors) <= _MOST_CLUSTERS:
        return np.arange(len(vectors), dtype=np.intp)
    picked = np.random.default_rng(seed).choice(len(vectors), _MOST_CLUSTERS, replace=False)
    centres = vectors.take(np.sort(picked))
    labels = np.zeros(len(vectors), dtype=np.intp)
    for _ in range(_ROUNDS):
        for rows, block in _blocks(vectors, centres):
            labels[rows] = block.argmax(axis=1)
        labels = _renumbered(labels)
        centres = vectors.means(labels, int(labels.max()) + 1).normalised()
    return labels


def _renumbered(labels: npt.NDArray[Any]) -> Labels:
    """Numbers groups by their first member, so that equal groupings have equal labels."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    order = np.argsort(np.argsort(first))
    return order[inverse].astype(np.intp)
