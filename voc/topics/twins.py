"""Themes that are one problem told in two ways.

Nearly the same voices speak of both, or their names tell the same.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Mapping
from itertools import combinations
from typing import Final

_SAME: Final = 0.4
"""Share of the voices of either that must speak of both."""


def twins_of(
    voices: Mapping[str, Collection[str]], matters: Mapping[str, Hashable]
) -> dict[str, str]:
    """Returns for each theme that has a twin the one that stands for both.

    Two themes are twins where of all voices that speak of one of them two fifths speak of both
    (Jaccard 1912), or where their names tell the same. The one with more voices stands for the
    other, of equals the first by id; what stands for another has no other standing for it, so that
    no chain joins what has little in common.

    Args:
        voices: The ids of the voices of each theme.
        matters: What the names of some of them tell.
    """
    members = {name: set(said) for name, said in voices.items()}
    ranked = sorted(members, key=lambda name: (-len(members[name]), name))
    found = _by_voices(members, ranked)
    alike: dict[Hashable, list[str]] = defaultdict(list)
    for name in ranked:
        if name in matters:
            alike[matters[name]].append(name)
    place = {name: at for at, name in enumerate(ranked)}
    for names in alike.values():
        heads = {found.get(name, name) for name in names}
        heir = min(heads, key=place.__getitem__)
        others = heads - {heir}
        found |= {name: heir for name, head in found.items() if head in others}
        found |= dict.fromkeys(others, heir)
    return found


def _by_voices(members: Mapping[str, set[str]], ranked: list[str]) -> dict[str, str]:
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
