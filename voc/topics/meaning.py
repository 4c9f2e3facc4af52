"""Where clauses lie by what they mean: a model's sentence vectors, centred and reduced.

What all clauses of a set have in common tells none apart, so that the mean is taken away, and of
the rest the directions in which clauses differ most are kept (principal components, Hotelling
1933).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from voc.inference.blas import one_blas_thread

Floats = npt.NDArray[np.float32]

MAX_DIRECTIONS: Final = 100
_LEAST_LENGTH: Final = 1e-6


class Meaning:
    """The directions of a set of sentence vectors.

    Args:
        sentences: `(n, width)` vectors of at least one clause; rows of zeros stand for clauses that
            the model could not read.
    """

    def __init__(self, sentences: Floats) -> None:
        read = sentences[_lengths(sentences) > _LEAST_LENGTH]
        self._mean = read.mean(axis=0) if len(read) else np.zeros(sentences.shape[1], np.float32)
        centred = read - self._mean
        spread = (centred.T @ centred).astype(np.float64)
        with one_blas_thread():  # several wait for each other, up to a second on a busy machine
            _, directions = np.linalg.eigh(spread)
        kept = directions[:, ::-1][:, :MAX_DIRECTIONS]
        # Of the two ways a direction may point, always the same is taken.
        signs = np.sign(kept[np.abs(kept).argmax(axis=0), np.arange(kept.shape[1])])
        self._directions = (kept * signs).astype(np.float32)

    def place(self, sentences: Floats) -> Floats:
        """Returns `(n, directions) float32` of length 1; zeros for clauses without a vector."""
        placed = (sentences - self._mean) @ self._directions
        lengths = _lengths(placed)
        unread = (_lengths(sentences) <= _LEAST_LENGTH) | (lengths <= _LEAST_LENGTH)
        placed /= np.maximum(lengths, _LEAST_LENGTH)[:, None]
        placed[unread] = 0.0
        return np.asarray(placed, dtype=np.float32)


def _lengths(vectors: Floats) -> Floats:
    return np.asarray(np.linalg.norm(vectors, axis=1), dtype=np.float32)
