"""How good themes are: coherence, diversity, and how much of one run another one finds again."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

Place = TypeVar("Place", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Figures:
    """What a run is worth.

    Attributes:
        coverage: Share of the clauses that have a theme.
        npmi: Of its keywords; NaN, which passes nothing, where no voices were given.
        diversity: Of its keywords.
        rand: Adjusted Rand index with another run; NaN where there is none.
        seconds: That it took.
        peak_mb: Memory; 0 where it is not known.
    """

    coverage: float
    npmi: float
    diversity: float
    rand: float
    seconds: float
    peak_mb: float


def passes(told: Mapping[str, Figures], *, many: int) -> dict[str, bool]:
    """Returns what must hold of the runs of `tests.benchmarks.topics`, and whether it does.

    Args:
        told: The figures by the names of the runs; what must hold beside BERTopic is told where
            it ran, and what must of many clauses where these were read.
        many: How many clauses these are.
    """
    ours, theirs = told["voc"], told.get("BERTopic")
    found = {"coverage of 85 % at least": ours.coverage >= 0.85}
    for name in ("voc again", "voc other seed", "voc 10 % more"):
        found[f"{name}: adjusted Rand of 0.85 at least"] = told[name].rand >= 0.85
    if theirs:
        found["NPMI no lower than BERTopic's"] = ours.npmi >= theirs.npmi
        found["diversity no lower than BERTopic's"] = ours.diversity >= theirs.diversity
    crowd, crowded = told.get(f"voc {many}"), told.get(f"BERTopic {many}")
    if crowd:
        found[f"{many} clauses in 3 minutes"] = crowd.seconds <= 180
        found[f"{many} clauses in 2 GB"] = 0 < crowd.peak_mb <= 2_000
    if crowd and crowded:
        found["five times as fast as BERTopic"] = crowded.seconds >= 5 * crowd.seconds
    return found


def coherence(themes: Sequence[Sequence[str]], voices: Sequence[Set[str]]) -> float:
    """Returns the mean NPMI of the keywords of themes (Bouma 2009; Lau et al. 2014), in [−1, 1].

    Args:
        themes: The keywords of each theme.
        voices: The words of each voice; two words meet where one voice uses both.
    """
    wanted = {word for words in themes for word in words}
    users: dict[str, set[int]] = defaultdict(set)
    for place, said in enumerate(voices):
        for word in said & wanted:
            users[word].add(place)
    means = []
    for words in themes:
        pairs = [
            _npmi(users[one], users[other], len(voices)) for one, other in combinations(words, 2)
        ]
        if pairs:
            means.append(sum(pairs) / len(pairs))
    return sum(means) / len(means) if means else math.nan


def _npmi(one: Set[int], other: Set[int], n: int) -> float:
    both = len(one & other)
    if both == 0:
        return -1.0
    if both == n:
        return 1.0
    return math.log(both * n / (len(one) * len(other))) / -math.log(both / n)


def diversity(themes: Sequence[Sequence[str]]) -> float:
    """Returns the share of keywords that no other theme has (Dieng et al. 2020), in [0, 1]."""
    words = [word for theme in themes for word in theme]
    return len(set(words)) / len(words) if words else math.nan


def support(name: Set[str], voices: Sequence[Set[str]]) -> float:
    """Returns the share of a theme's voices that use the rarest word of its name, in [0, 1].

    Args:
        name: The words of the name that have content.
        voices: The words of each voice of the theme.
    """
    if not name or not voices:
        return math.nan
    return min(sum(word in said for said in voices) for word in name) / len(voices)


def agreement(one: Mapping[Place, str], other: Mapping[Place, str]) -> float:
    """Returns the adjusted Rand index over what has a theme in both runs (Hubert, Arabie 1985)."""
    from sklearn.metrics import adjusted_rand_score

    both = [key for key in one if key in other]
    return float(adjusted_rand_score([one[key] for key in both], [other[key] for key in both]))
