"""Keywords of themes by class-based TF-IDF (Grootendorst 2022, BERTopic)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from voc.topics.words import Reading

MAX_KEYWORDS: Final = 8


def weights_of(
    themes: Sequence[Sequence[Reading]], *, without: frozenset[str] = frozenset()
) -> list[dict[str, float]]:
    """Weighs the words of themes: how much a theme uses each, against how much all of them do.

    Args:
        themes: The clauses of each theme; a word counts once a clause.
        without: Words that are no keywords although they have content.

    Returns:
        For each theme its words with their weight, heaviest first.
    """
    uses = [
        Counter(word for reading in theme for word in set(reading.content(without=without)))
        for theme in themes
    ]
    total: Counter[str] = Counter()
    for counts in uses:
        total.update(counts)
    mean_size = total.total() / max(len(themes), 1)
    weights = []
    for counts, theme in zip(uses, themes, strict=True):
        weight = {
            word: n / len(theme) * math.log1p(mean_size / total[word]) for word, n in counts.items()
        }
        weights.append(dict(sorted(weight.items(), key=lambda item: (-item[1], item[0]))))
    return weights


def keywords_of(theme: Sequence[Reading], weights: Mapping[str, float]) -> tuple[str, ...]:
    """Returns the heaviest words, those that two clauses or more use first, 8 at most."""
    uses = Counter(word for reading in theme for word in set(reading.content()))
    shared = [word for word in weights if uses[word] > 1]
    return tuple((shared or list(weights))[:MAX_KEYWORDS])
