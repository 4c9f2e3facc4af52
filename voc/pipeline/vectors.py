"""Sentence vectors kept in the store from run to run, in half precision."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh64_intdigest

from voc.store import Store

Floats = NDArray[np.float32]

_SIGNED_BITS = (1 << 63) - 1


class KeptVectors:
    """The vectors that one model made of the store's clauses.

    Args:
        store: Where they are kept.
        model: The model that tags; one sharpened for an industry has the vectors of its base.
    """

    def __init__(self, store: Store, model: str) -> None:
        self._store = store
        self._model = model.partition("+")[0]

    def of(self, texts: Collection[str]) -> dict[str, Floats]:
        """Returns the `(width,)` vectors that are kept, by text."""
        keys = {_key(text): text for text in texts}
        kept = self._store.clause_vectors(self._model, keys)
        return {
            keys[key]: np.frombuffer(vector, dtype="<f2").astype(np.float32)
            for key, vector in kept.items()
        }

    def keep(self, vectors: Mapping[str, Floats]) -> None:
        """Keeps vectors, by text."""
        rows = {_key(text): vector.astype("<f2").tobytes() for text, vector in vectors.items()}
        with self._store.transaction() as transaction:
            transaction.keep_clause_vectors(self._model, rows)

    def keep_only(self, texts: Iterable[str]) -> None:
        """Forgets the vectors of other models, and of clauses that nobody says any more."""
        keys = {_key(text) for text in texts}
        with self._store.transaction() as transaction:
            transaction.keep_only_clause_vectors(self._model, keys)


def _key(text: str) -> int:
    return xxh64_intdigest(text.encode("utf-8", "surrogatepass")) & _SIGNED_BITS
