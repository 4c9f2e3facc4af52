"""Answers made up so that it is known what can be learnt from them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from voc.tagging.aspects import IMPOSSIBLE
from voc.tagging.sharpening.answers import Answers

SIZE, N_FEATURES, WIDTH = 3, 4, 6

Made = Callable[..., Answers]


@pytest.fixture
def made() -> Made:
    """Makes answers on `rows` texts of three aspects.

    The sentence vector tells whether a text speaks of aspect 0, unless `learnable` is false: then
    nothing tells it. The tagger's own logits say right what is to be said of aspects 1 and 2, and
    hold aspect 0 for impossible.
    """

    def make(rows: int, *, seed: int = 0, learnable: bool = True) -> Answers:
        random = np.random.default_rng(seed)
        spoken = random.random((rows, SIZE)) < 0.4
        known = np.where(spoken, 3.0, -3.0) + random.normal(size=spoken.shape)
        known[:, 0] = IMPOSSIBLE
        vectors = random.normal(size=(rows, WIDTH))
        if learnable:
            vectors[:, 0] += np.where(spoken[:, 0], 3, -3)
        polarities = random.integers(0, 3, size=spoken.shape)
        gold = spoken[:, :, None] & (np.arange(3) == polarities[:, :, None])
        polarity = 4.0 * gold + random.normal(size=gold.shape)
        return Answers(
            known=known.astype(np.float32),
            alone=random.normal(size=spoken.shape).astype(np.float32),
            polarity=polarity.astype(np.float32),
            features=random.normal(size=(rows, SIZE, N_FEATURES)).astype(np.float32),
            vectors=vectors.astype(np.float32),
            silent=np.zeros(rows, dtype=np.bool_),
            gold=gold,
            threshold=np.full(SIZE, 0.5, dtype=np.float32),
        )

    return make
