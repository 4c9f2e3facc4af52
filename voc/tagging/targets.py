"""Finds what an opinion is about, by jieba's parts of speech and the keywords of an industry."""

from __future__ import annotations

import functools
from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from voc.tagging.wordlists import read_word_lists
from voc.text.matching import WordMatcher

Spot = tuple[int, int]

_DATA: Final = Path(__file__).parent / "data" / "targets.txt"
_MOST_BETWEEN: Final = 4  # characters between target and opinion besides words of [between]
_NOUNS: Final = frozenset({"n", "nz", "nt", "ng", "vn", "an", "eng", "nrt", "nr", "ns", "j", "l"})
_VERBS: Final = frozenset({"v", "vn", "vi"})
_OF_ACTIONS: Final = frozenset(
    ["效果", "速度", "能力", "情况", "程度", "态度", "质量", "时间", "流程"]
)


class _Word(NamedTuple):
    start: int
    end: int
    text: str
    flag: str


class Keywords:
    """Keywords of an industry, ready to be found in texts.

    Args:
        words: The keywords, normalised.
    """

    def __init__(self, words: Collection[str]) -> None:
        self._words = frozenset(words)
        self._matcher = WordMatcher({word: None for word in self._words if len(word) > 1})

    def __contains__(self, word: object) -> bool:
        return word in self._words

    def spots(self, text: str) -> list[Spot]:
        """Returns where keywords of two characters and more stand."""
        return [(start, end) for start, end, _ in self._matcher.find(text)]


class TargetFinder:
    """Finds targets in one text.

    Args:
        text: The normalised text.
        keywords: Keywords of the industry; they win over other nouns.
        opinions: Where the opinions stand. With keywords they are borders of words, whatever the
            dictionary holds (价格便宜 is a word of it).
    """

    def __init__(self, text: str, keywords: Keywords, opinions: Iterable[Spot]) -> None:
        self._text = text
        self._keywords = keywords
        taken = list(opinions)
        self._spots = _apart(keywords.spots(text), taken)
        self._words = _words(text, taken, self._spots)
        self._starts = [word.start for word in self._words]

    def after(self, end: int) -> Spot | None:
        """Returns the noun that an opinion ending at `end` is an attribute of: 恶劣的态度."""
        if self._text[end : end + 1] != "的":
            return None
        first = place = bisect_left(self._starts, end + 1)
        while place < len(self._words) and self._is_nominal(self._words[place]):
            place += 1
        if place == first or self._words[first].start != end + 1:
            return None
        return self._chosen((self._words[first].start, self._words[place - 1].end))

    def before(self, left: int, start: int) -> Spot | None:
        """Returns the nearest noun phrase in `[left, start)`, or else its last keyword."""
        gap = 0
        for place in range(bisect_left(self._starts, start) - 1, -1, -1):
            word = self._words[place]
            if word.start < left or gap > _MOST_BETWEEN:
                break
            spot = self._phrase(place, left)
            if spot is not None and not self._is_standard(spot):
                return self._chosen(spot)
            if word.text not in _between():
                gap += word.end - word.start
        return self._keyword(left, start)

    def _keyword(self, left: int, start: int) -> Spot | None:
        """Returns the last keyword in `[left, start)`."""
        last = bisect_left(self._spots, (start, start)) - 1
        if last < 0:
            return None
        spot = self._spots[last]
        if spot[0] < left or spot[1] > start or self._is_standard(spot):
            return None
        return self._chosen(spot)

    def _phrase(self, place: int, left: int) -> Spot | None:
        """Returns the longest noun phrase that begins from `left` on and ends with a word."""
        words = self._words
        first, end = place, words[place].end
        if not self._is_nominal(words[place]):
            return None
        while first and words[first - 1].start >= left:
            known = self._text[words[first].start : end]
            acted = known in _OF_ACTIONS and words[first - 1].flag in _VERBS
            if not acted and not self._is_nominal(words[first - 1]):
                break
            first -= 1
        return words[first].start, end

    def _is_nominal(self, word: _Word) -> bool:
        if word.flag == "k" or word.text in self._keywords:
            return True
        return word.flag in _NOUNS and word.text not in _whole() and word.text not in _between()

    def _is_standard(self, spot: Spot) -> bool:
        """Whether a noun phrase is what something is compared with: 超市 in 比超市便宜."""
        return "比" in self._text[max(0, spot[0] - 1) : spot[0] + 1]

    def _chosen(self, spot: Spot) -> Spot | None:
        own = self._text[spot[0] : spot[1]]
        return spot if own not in _whole() else None


def _apart(spots: Iterable[Spot], taken: Sequence[Spot]) -> list[Spot]:
    """Returns the spots that overlap none of those taken; both are in order."""
    apart = []
    place = 0
    for start, end in spots:
        while place < len(taken) and taken[place][1] <= start:
            place += 1
        if place == len(taken) or end <= taken[place][0]:
            apart.append((start, end))
    return apart


def _words(text: str, opinions: Iterable[Spot], spots: Iterable[Spot]) -> list[_Word]:
    """Cuts a text into words with parts of speech.

    Keywords are words, with the flag `k`; pieces of a word cut at a border are nouns.
    """
    import rjieba

    keywords = dict(spots)
    borders = {border for spot in (*opinions, *keywords.items()) for border in spot}
    words: list[_Word] = []
    start = kept = 0
    for word, flag in rjieba.tag(text):
        end = start + len(word)
        cuts = [place for place in range(start + 1, end) if place in borders]
        for stop in (*cuts, end):
            if start in keywords:
                kept = keywords[start]
                words.append(_Word(start, kept, text[start:kept], "k"))
            elif start >= kept:
                words.append(_Word(start, stop, text[start:stop], "n" if cuts else flag))
            start = stop
    return words


@functools.cache
def _word_sets() -> dict[str, frozenset[str]]:
    sets: dict[str, set[str]] = {"whole": set(), "between": set()}
    for line in read_word_lists(_DATA):
        name = " ".join(line.heading)
        if name not in sets:
            raise line.error(f"a heading is one of {', '.join(sets)}")
        sets[name].update(line.words)
    return {name: frozenset(words) for name, words in sets.items()}


def _whole() -> frozenset[str]:
    return _word_sets()["whole"]


def _between() -> frozenset[str]:
    return _word_sets()["between"]
