"""Sentence vectors of clauses, from the model that tags, where it has any."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from voc.errors import ModelError
from voc.pipeline.vectors import KeptVectors

Floats = NDArray[np.float32]

_BATCH: Final = 512
# What any model with vectors can read; one that cannot read this has none.
_PLAIN: Final = "好"


class Vectoriser(Protocol):
    """What gives vectors: the engine."""

    def vectors(self, texts: Sequence[str]) -> Floats:
        """Returns `(n_texts, width)` vectors, or raises `ModelError`."""


def sentences_of(
    engine: Vectoriser,
    texts: Sequence[str],
    *,
    kept: KeptVectors | None = None,
    told: Callable[[int, int], None] = lambda *_: None,
) -> Floats | None:
    """Returns `(n_texts, width)` vectors, or `None` where the model has none.

    A text is encoded once, however often it comes, and for itself where the others of its batch
    cannot be: one that the model cannot read at all has a vector of zeros.

    Args:
        engine: What gives the vectors.
        texts: Clauses.
        kept: Where vectors made before are found, and new ones kept as soon as they are made.
        told: Called with (done, total) as work goes on.
    """
    distinct = sorted(set(texts), key=lambda text: (len(text), text))
    found = kept.of(distinct) if kept else {}
    new = [text for text in distinct if text not in found]
    width = len(next(iter(found.values()))) if found else _width(engine) if texts else None
    if width is None:
        return None
    for start in range(0, len(new), _BATCH):
        batch = new[start : start + _BATCH]
        # As they come back from where they are kept: the same from run to run.
        made = dict(zip(batch, map(_rounded, _batch(engine, batch, width)), strict=True))
        if kept:
            kept.keep(made)
        found.update(made)
        told(len(distinct) - len(new) + start + len(batch), len(distinct))
    return np.stack([found[text] for text in texts]).astype(np.float32)


def _rounded(vector: Floats) -> Floats:
    return vector.astype(np.float16).astype(np.float32)


def _width(engine: Vectoriser) -> int | None:
    try:
        return int(engine.vectors([_PLAIN]).shape[1])
    except ModelError:
        return None


def _batch(engine: Vectoriser, texts: Sequence[str], width: int) -> list[Floats]:
    try:
        return list(engine.vectors(texts))
    except ModelError:
        if len(texts) == 1:
            return [np.zeros(width, dtype=np.float32)]
        return [vector for text in texts for vector in _batch(engine, [text], width)]
