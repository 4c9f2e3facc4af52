"""The days that feedback really covers: without the few voices that bear a wrong date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

STRAY_GAP_DAYS: Final = 28
STRAY_SHARE: Final = 0.005


def core_days(counts: Mapping[int, int]) -> tuple[date, date] | None:
    """Returns the first and the last day of feedback, without strays at either end.

    A few voices with a wrong year must not stretch every chart and empty every recent window.
    Those before a gap of more than `STRAY_GAP_DAYS` days without any feedback are left out while
    they are no more than `STRAY_SHARE` of all; likewise those after one. Where feedback begins
    again after such a silence, its first voices are taken for strays until there are more of them.

    Args:
        counts: Feedback by day (`date.toordinal`); days without any are left out.
    """
    ordered = sorted(counts)
    if not ordered:
        return None
    sizes = [counts[day] for day in ordered]
    first = _strays(ordered, sizes)
    mirrored = [-day for day in reversed(ordered)]
    last = len(ordered) - 1 - _strays(mirrored, sizes[::-1])
    return date.fromordinal(ordered[first]), date.fromordinal(ordered[last])


def _strays(ordered: Sequence[int], sizes: Sequence[int]) -> int:
    """Returns how many days at the beginning are strays."""
    allowed = STRAY_SHARE * sum(sizes)
    passed, cut = 0, 0
    for place in range(len(ordered) - 1):
        passed += sizes[place]
        if passed > allowed:
            break
        if ordered[place + 1] - ordered[place] > STRAY_GAP_DAYS:
            cut = place + 1
    return cut
