"""What recent voices of an issue say that earlier ones did not, as 盖子 of 260 who say 洒了.

A hundred complain of packaging every fortnight, and a new lid adds thirty: the issue rises and its
title stays. What is new in it is the word that the voices of the last days hold more often than
chance explains, by the exact test of Fisher (Statistical Methods for Research Workers, 5th ed.,
1934) over how many of both, they and those before, hold it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from voc.issues.crowds import CROWD
from voc.issues.trends import day_of
from voc.records import EmergingTerm, Mention

WINDOWS: Final = (7, 14, 28)
"""Days of which the voices are compared with those before."""
LEAST_SAYING: Final = 5
"""Voices of the window that must say a word."""
_SHARE: Final = 0.15
"""What part of the window's voices they must be: what fewer say is not what is new in it."""
_TIMES: Final = 3.0
"""How many times the share before theirs must be."""
_FALSE: Final = 0.001
"""Chance, of all words and windows together, that one is told where nothing has changed."""
_MOST_READ: Final = 3_000

Words = Mapping[str, Collection[str]]
"""What each voice says that may be told, by its id."""


def emerging_term(
    read: Callable[[Sequence[Mention]], Words], voices: Sequence[Mention], *, as_of: datetime
) -> EmergingTerm | None:
    """Returns the word that recent voices of an issue say and earlier ones hardly did.

    Args:
        read: Returns the words of voices; asked only where there are voices enough.
        voices: The issue's voices, sorted by time; the last 3,000 are looked at.
        as_of: The moment that is looked back from; days are those of its zone.

    Returns:
        The word that chance explains least, in the window in which it does; `None` where there is
        none, or no crowd before the windows: there the title tells what is new.
    """
    heard = voices[-_MOST_READ:]
    today = day_of(as_of, as_of)
    days_ago = {one.feedback_id: today - day_of(one.occurred_at, as_of) for one in heard}
    if not any(_is_comparable(days_ago, days) for days in WINDOWS):
        return None
    words = read(heard)
    found = [one for days in WINDOWS for one in _of_window(words, days_ago, days)]
    sure = [one for one in found if one.p * len(found) <= _FALSE and _is_telling(one)]
    return min(sure, key=lambda one: (one.p, one.window_days, one.term), default=None)


def _is_comparable(days_ago: Mapping[str, int], days: int) -> bool:
    recent = sum(ago < days for ago in days_ago.values())
    return recent >= LEAST_SAYING and len(days_ago) - recent >= CROWD


def _of_window(words: Words, days_ago: Mapping[str, int], days: int) -> Iterator[EmergingTerm]:
    """Yields every word that enough voices of a window say."""
    from scipy.stats import hypergeom

    if not _is_comparable(days_ago, days):
        return
    recent = [voice for voice, ago in days_ago.items() if ago < days]
    saying = Counter(word for voice in recent for word in words[voice])
    saying_ever = Counter(word for voice in days_ago for word in words[voice])
    for word, n in sorted(saying.items()):
        if n >= LEAST_SAYING:
            ever = saying_ever[word]
            p = float(hypergeom.sf(n - 1, len(days_ago), ever, len(recent)))
            before = len(days_ago) - len(recent)
            yield EmergingTerm(word, days, n, len(recent), ever - n, before, p)


def _is_telling(one: EmergingTerm) -> bool:
    share, before = one.saying / one.voices, one.saying_before / one.voices_before
    return share >= _SHARE and share >= _TIMES * before
