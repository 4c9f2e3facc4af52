"""Themes that are one problem told in two ways: nearly the same voices speak of both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from itertools import combinations
from typing import Final

_SAME: Final = 0.4
"""Share of the voices of either that must speak of both."""


def twins_of(voices: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Returns for each theme that has a twin the one that stands for both.

    Two themes are twins where of all voices that speak of one of them two fifths speak of both
    (Jaccard 1912). The one with more voices stands for the other, of equals the first by id; what
    stands for another has no other standing for it, so that no chain joins what has little in
    common.

    Args:
        voices: The ids of the voices of each theme.
    """
    members = {name: set(said) for name, said in voices.items()}
    ranked = sorted(members, key=lambda name: (-len(members[name]), name))
    place = {name: at for at, name in enumerate(ranked)}
    themes: dict[str, list[str]] = {}
    for name in ranked:
        for voice in members[name]:
            themes.setdefault(voice, []).append(name)
    shared = Counter(pair for spoken in themes.values() for pair in combinations(spoken, 2))
    near: dict[str, list[tuple[float, str]]] = {}
    for (larger, smaller), n in shared.items():
        share = n / (len(members[larger]) + len(members[smaller]) - n)
        if share >= _SAME:
            near.setdefault(smaller, []).append((-share, larger))
    found: dict[str, str] = {}
    for smaller in sorted(near, key=place.__getitem__):
        for _, larger in sorted(near[smaller]):
            if larger not in found:
                found[smaller] = larger
                break
    return found
