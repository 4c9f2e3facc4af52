"""Finds dev rows that repeat training rows: nothing may be chosen or measured on those.

The data's own split told texts apart after dropping punctuation; a review that was copied with a
word changed, or that two sets share, went through.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

GRAM = 6
REPEATS = 0.5  # share of a text's n-grams in one training text from which it repeats that
_COMMONPLACE = 50  # training texts in which an n-gram may stand and still be looked up
_SKIPPED = re.compile(r"[\W_]+")


def repeats(texts: Sequence[str], known: Iterable[str]) -> list[bool]:
    """Returns which texts nearly repeat one of the known ones.

    Args:
        texts: The texts to judge.
        known: What they may repeat.
    """
    wanted = [grams(text) for text in texts]
    looked_up = set().union(*wanted) if wanted else set()
    places: dict[str, list[int]] = defaultdict(list)
    for index, text in enumerate(known):
        for gram in grams(text) & looked_up:
            if len(places[gram]) < _COMMONPLACE:
                places[gram].append(index)
    found = []
    for own in wanted:
        shared = Counter(index for gram in own for index in places.get(gram, ()))
        found.append(max(shared.values(), default=0) > REPEATS * len(own))
    return found


def grams(text: str) -> set[str]:
    """Returns the character n-grams of a text without its punctuation; a shorter one is one."""
    plain = _SKIPPED.sub("", text)
    return {plain[start : start + GRAM] for start in range(max(1, len(plain) - GRAM + 1))}
