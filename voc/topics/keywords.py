"""Keywords of themes by class-based TF-IDF (Grootendorst 2022, BERTopic)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from voc.topics.words import Reading

MAX_KEYWORDS: Final = 8
_HEAD: Final = 1
# What fewer of the clauses use tells of one or two voices, not of the theme.
_LEAST_SHARE: Final = 0.02


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


def keywords_of(
    themes: Sequence[Sequence[Reading]], weights: Sequence[Mapping[str, float]]
) -> list[tuple[str, ...]]:
    """Returns the keywords of themes, heaviest first, 8 at most.

    A theme's heaviest word says what it is about, whoever else has it; of the others, each
    goes to the one theme that it is heaviest in, so that keywords tell themes apart. Two clauses at
    least, and one in 50, use a keyword; others are taken only where there is none.

    Args:
        themes: The clauses of each theme.
        weights: The weights of each theme's words, heaviest first, as `weights_of` gives them.
    """
    shared = [_shared(theme, weight) for theme, weight in zip(themes, weights, strict=True)]
    owner: dict[str, tuple[float, int]] = {}
    for place, (words, weight) in enumerate(zip(shared, weights, strict=True)):
        for word in words:
            owner[word] = max(owner.get(word, (0.0, 0)), (weight[word], -place))
    return [
        tuple(word for at, word in enumerate(words) if at < _HEAD or owner[word][1] == -place)[
            :MAX_KEYWORDS
        ]
        for place, words in enumerate(shared)
    ]


def _shared(theme: Sequence[Reading], weights: Mapping[str, float]) -> list[str]:
    uses = Counter(word for reading in theme for word in set(reading.content()))
    least = max(2, _LEAST_SHARE * len(theme))
    return [word for word in weights if uses[word] >= least] or list(weights)
