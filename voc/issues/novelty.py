"""What recent voices of an issue say that earlier ones did not, as 盖子 among those who say 洒了.

A hundred complain of packaging every fortnight, and a new lid adds thirty: the issue rises, and
most of it is as before. What is new in it is the word that the voices of the last days hold more
often than chance explains, by the exact test of Fisher (Statistical Methods for Research Workers,
5th ed., 1934) over how many of both, they and those before, hold it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from voc.issues.crowds import CROWD
from voc.issues.moods import VAGUE
from voc.issues.trends import day_of
from voc.records import EmergingTerm, Mention
from voc.text.kinds import may_name_person, word_kinds
from voc.topics.phrases import Member
from voc.topics.said import is_matter
from voc.topics.wordlists import word_list

WINDOWS: Final = (7, 14, 28)
"""Days of which the voices are compared with those before."""
LEAST_SAYING: Final = 5
"""Voices of the window that must say a word."""
_LEAST_DAYS: Final = 2
"""Days on which they must say it: five posts of one evening may be one customer's."""
_SHARE: Final = 0.15
"""What part of the window's voices they must be: what fewer say is not what is new in it."""
_TIMES: Final = 3.0
"""How many times the share before theirs must be."""
_FALSE: Final = 0.001
"""Chance that an issue is told a word in a run where nothing has changed, of all words together."""
# Kinds of words that tell when, where or how, or are sayings.
_OF_NO_MATTER: Final = frozenset(("t", "ns", "nt", "d", "l"))
_OCCASION: Final = re.compile(
    "双(?:十一|十二)|(?:国庆|春|中秋|端午|清明|情人|母亲|父亲|儿童|教师|圣诞|元宵|劳动|妇女|七夕|重阳)节?"
    "|.*(?:假期|长假|周末)"
)
_SHORTEST: Final = 2
MOST_READ: Final = 2_000
"""Voices that are read of the longest window, and of the time before; of more, some evenly."""

Words = Mapping[str, Collection[str]]
"""What each voice says that may be told, by its id."""


def emerging_term(
    read: Callable[[Sequence[Mention]], Words], voices: Sequence[Mention], *, as_of: datetime
) -> EmergingTerm | None:
    """Returns the word that recent voices of an issue say and earlier ones hardly did.

    Args:
        read: Returns the words of voices; asked only where there are voices enough.
        voices: The issue's voices, sorted by time.
        as_of: The moment that is looked back from; days are those of its zone.

    Returns:
        The word that chance explains least, in the window in which it does; `None` where there is
        none, or no crowd before the windows: there the title tells what is new.
    """
    today = day_of(as_of, as_of)
    aged = [(today - day_of(one.occurred_at, as_of), one) for one in voices]
    recent = [one for one in aged if 0 <= one[0] < max(WINDOWS)]
    before = [one for one in aged if one[0] >= max(WINDOWS)]
    heard = [*_some(before), *_some(recent)]
    days_ago = {one.feedback_id: ago for ago, one in heard}
    windows = [days for days in WINDOWS if _is_comparable(days_ago, days)]
    if not windows:
        return None
    words = read([one for _, one in heard])
    often = Counter(word for voice in days_ago for word in words[voice])
    tests = len(windows) * sum(n >= LEAST_SAYING for n in often.values())
    is_sample = len(heard) < len(recent) + len(before)
    found = [
        one
        for days in windows
        for one in _of_window(words, often, days_ago, days, is_sample=is_sample)
        if one.p * tests <= _FALSE
    ]
    return min(found, key=lambda one: (one.p, one.window_days, one.term), default=None)


def telling_words(
    voices: Sequence[Mention], members: Iterable[Member], is_keyword: Callable[[str], bool]
) -> dict[str, set[str]]:
    """Returns the words that tell what each voice speaks of, by its id.

    Left out are names of persons and of where they were, days, and what asks or only judges.

    Args:
        voices: The voices.
        members: Their clauses.
        is_keyword: Whether a word is one of the taxonomy.
    """
    places = {name for one in voices for name in (one.product, one.store, one.region) if name}
    said: dict[str, set[str]] = {voice.feedback_id: set() for voice in voices}
    for one in members:
        said[one.voice].update(one.reading.content())
    telling = {
        word
        for word in set().union(*said.values())
        if _tells(word, is_keyword) and not any(word in name for name in places)
    }
    return {voice: words & telling for voice, words in said.items()}


def _tells(word: str, is_keyword: Callable[[str], bool]) -> bool:
    if len(word) < _SHORTEST or word in VAGUE or word in word_list("name_asks"):
        return False
    if is_keyword(word):
        return True
    is_known = word_kinds().get(word, "n") not in _OF_NO_MATTER and is_matter(word)
    is_named = may_name_person(word) or _OCCASION.fullmatch(word)
    return is_known and not is_named and word not in word_list("broad_words")


def _some(aged: Sequence[tuple[int, Mention]]) -> Sequence[tuple[int, Mention]]:
    return aged[:: -(-len(aged) // MOST_READ) or 1]


def _is_comparable(days_ago: Mapping[str, int], days: int) -> bool:
    recent = sum(ago < days for ago in days_ago.values())
    return recent >= LEAST_SAYING and len(days_ago) - recent >= CROWD


def _of_window(
    words: Words, often: Counter[str], days_ago: Mapping[str, int], days: int, *, is_sample: bool
) -> Iterator[EmergingTerm]:
    """Yields the words that are told by far more of a window's voices than of those before."""
    recent = [voice for voice, ago in days_ago.items() if ago < days]
    before = len(days_ago) - len(recent)
    saying: dict[str, list[int]] = {}
    for voice in recent:
        for word in words[voice]:
            saying.setdefault(word, []).append(days_ago[voice])
    for word, on in sorted(saying.items()):
        earlier = often[word] - len(on)
        share = len(on) / len(recent)
        is_enough = len(on) >= LEAST_SAYING and len(set(on)) >= _LEAST_DAYS and share >= _SHARE
        if is_enough and share >= _TIMES * earlier / before:
            p = _chance(len(on), of=len(recent), ever=often[word], total=len(days_ago))
            yield EmergingTerm(word, days, len(on), len(recent), earlier, before, p, is_sample)


def _chance(n: int, *, of: int, ever: int, total: int) -> float:
    """Returns the chance that so many or more of those who say a word are among so many voices."""
    from scipy.stats import hypergeom

    return float(hypergeom.sf(n - 1, total, ever, of))
