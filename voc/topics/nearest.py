"""The aspect that comes nearest to what no aspect hears.

头好痒 holds no keyword of 使用体验, and what is said of it elsewhere is like it. A logistic
regression over the sentence vectors of complaints that one aspect is heard in tells how probable
each aspect is of the others; a theme is near the aspect that is probable in the mean of what is
unheard in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Final

import numpy as np

from voc.records import NearAspect
from voc.topics.meaning import Floats

_LEAST_HEARD: Final = 200
"""Clauses that must be heard, for the rest to be told by them."""
_MOST_READ: Final = 20_000
"""Clauses that are learnt from; of more, some evenly."""
_LEAST_UNHEARD: Final = 3
_PROBABLE: Final = 0.4
"""Mean probability from which on a theme is near an aspect.

With half of the keywords hidden, 82 to 87 of 100 themes near one are near the right one (see
`tests/benchmarks/nearest.py`).
"""
_C: Final = 5.0
"""Inverse strength of the penalty on vectors of length 1."""


def nearest_aspects(
    themes: Sequence[str | None],
    heard: Sequence[Collection[str]],
    sentences: Floats,
    rows: Sequence[int] | None = None,
) -> dict[str, NearAspect]:
    """Returns the aspect that each theme is near to, by the id of the theme, where it is near one.

    Args:
        themes: The theme of each of n complaining clauses, `None` where it has none.
        heard: The aspects that each is heard to speak of.
        sentences: `(m, width)` sentence vectors; a row of zeros for one that was not read.
        rows: Which rows of these are those of the n clauses; `None`: all, in order.

    Raises:
        MissingExtraError: scikit-learn is missing.
    """
    places = range(len(themes)) if rows is None else rows
    read = np.asarray(sentences.any(axis=1))
    known = [at for at, one in enumerate(heard) if len(one) == 1 and read[places[at]]]
    known = known[:: -(-len(known) // _MOST_READ) or 1]
    aspects = [next(iter(heard[at])) for at in known]
    if len(known) < _LEAST_HEARD or len(set(aspects)) < 2:
        return {}
    unheard: dict[str, list[int]] = defaultdict(list)
    for at, theme in enumerate(themes):
        if theme is not None and not heard[at] and read[places[at]]:
            unheard[theme].append(places[at])
    return _near(unheard, sentences, [places[at] for at in known], aspects)


def _near(
    unheard: Mapping[str, Sequence[int]],
    sentences: Floats,
    known: Sequence[int],
    aspects: Sequence[str],
) -> dict[str, NearAspect]:
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import normalize

    # Of very many clauses there is no room for a second copy of all vectors.
    model = LogisticRegression(C=_C, max_iter=300)
    model.fit(normalize(sentences[known]), list(aspects))
    found = {}
    for theme, rows in unheard.items():
        if len(rows) >= _LEAST_UNHEARD:
            mean = model.predict_proba(normalize(sentences[rows])).mean(axis=0)
            best = int(mean.argmax())
            if mean[best] >= _PROBABLE:
                probability = round(float(mean[best]), 4)
                found[theme] = NearAspect(str(model.classes_[best]), probability)
    return found
