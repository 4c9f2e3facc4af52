"""Places of which far more complain than of all others, by how much feedback they have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from voc.issues.shares import wilson
from voc.report.issue_figures import Standout

FEWEST: Final = 10
"""Feedback below which nothing can be said of a place."""

_FEWEST_VOICES: Final = 3
_SURE: Final = 3.0
"""Standard errors: of hundreds of cells hardly one stands out by chance."""


def standouts(voices: Mapping[str, int], fed: Mapping[str, int]) -> list[Standout]:
    """Returns the places that stand out, those first that surely do so by most.

    A place does where the score interval of its share of complaints, of three standard errors, lies
    above the share of all others together.

    Args:
        voices: How many complain in each place.
        fed: All feedback of each place, those without complaints too.
    """
    all_voices, all_fed = sum(voices.values()), sum(fed.values())
    found = []
    for name, count in voices.items():
        of = max(fed.get(name, 0), count)
        rest = all_fed - of
        if of < FEWEST or count < _FEWEST_VOICES or rest < FEWEST:
            continue
        elsewhere = (all_voices - count) / rest
        surely = wilson(count, of, z=_SURE)[0] - elsewhere
        if surely > 0:
            found.append((-surely, Standout(name, count, 100 * count / of, 100 * elsewhere)))
    return [one for _, one in sorted(found, key=lambda item: (item[0], item[1].name))]
