"""Places of which far more complain than of all others, by how much feedback they have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from voc.report.issue_figures import Standout

FEWEST: Final = 10
"""Feedback below which nothing can be said of a place."""

_FEWEST_VOICES: Final = 3
_ALPHA: Final = 0.01
"""Chance that among all that is compared any place seems to stand out, if all are alike."""


def standouts(
    voices: Mapping[str, int], fed: Mapping[str, int], *, matters: int = 1
) -> list[Standout]:
    """Returns the places that stand out, those first that do so by most.

    A place does where as many complaints as it has, or more, are too unlikely by the share of all
    others together: by the binomial test, corrected for the number of places and matters.

    Args:
        voices: How many complain in each place.
        fed: All feedback of each place, those without complaints too.
        matters: How many matters are compared like this one.
    """
    from scipy.special import betainc

    all_voices, all_fed = sum(voices.values()), sum(fed.values())
    found = []
    for name, count in voices.items():
        of = max(fed.get(name, 0), count)
        rest = all_fed - of
        if of < FEWEST or count < _FEWEST_VOICES or rest < FEWEST:
            continue
        elsewhere = (all_voices - count) / rest
        more = count / of - elsewhere
        chance = float(betainc(count, of - count + 1, elsewhere)) if elsewhere else 0.0
        if more > 0 and chance * len(fed) * matters <= _ALPHA:
            found.append((-more, Standout(name, count, 100 * count / of, 100 * elsewhere)))
    return [one for _, one in sorted(found, key=lambda item: (item[0], item[1].name))]
