"""Words that customers use for one another, as 噪音 and 噪声 or 臭味 and 恶臭.

Words of one meaning stand in clauses of one meaning (Harris 1954). Two are one where the mean
vectors of the clauses that hold them nearly coincide and they have a character in common, as
Chinese words of one meaning mostly do; but not where what differs are opposites, numbers or
directions, as in 公办 and 民办 or 南站 and 西站, which stand in like clauses too.
"""

from __future__ import annotations

import functools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from voc.text.normalise import normalise
from voc.topics.meaning import Floats
from voc.topics.subjects import FEW_CLAUSES
from voc.topics.wordlists import word_list, word_sets
from voc.topics.words import Reading, Word

_ONE: Final = 0.86
"""Cosine between the mean vectors, from which two words are one."""
_KNOWN: Final = 20
"""So many clauses tell how a word is used."""
_COMPOUND: Final = 4
"""Words of so many characters are two, as 噪音扰民, if customers use both halves more often."""


class Synonyms:
    """The words of a set of clauses, by what they stand for.

    Args:
        readings: The words of clauses, n of them; of fewer than 2,000 nothing is learnt.
        sentences: `(n, width)` their sentence vectors, where a model gives them; rows of zeros for
            those that were not read.
    """

    def __init__(self, readings: Sequence[Reading] = (), sentences: Floats | None = None) -> None:
        self._parts: dict[str, tuple[str, ...]] = {}
        self._same: dict[str, str] = {}
        if len(readings) < FEW_CLAUSES or sentences is None:
            return
        said = [set(reading.content()) for reading in readings]
        uses = Counter(word for words in said for word in words if len(word) > 1)
        states = _states(uses)
        self._parts = {
            word: parts
            for word in uses
            if len(parts := halves(word)) > 1 and all(uses[half] > uses[word] for half in parts)
        }
        said = [
            {states.get(part, part) for word in words for part in self._halves(word)}
            for words in said
        ]
        uses = Counter(word for words in said for word in words if len(word) > 1)
        words = sorted(
            (word for word, n in uses.items() if n >= _KNOWN), key=lambda word: (-uses[word], word)
        )
        same = _attached(words, _means(words, said, sentences))
        self._same = {word: same.get(one, one) for word, one in states.items()} | same

    def of(self, words: Iterable[str]) -> list[str]:
        """Returns words with compounds in two, each as the commonest one that means the same."""
        halves, same = self._parts, self._same
        return [same.get(part, part) for word in words for part in halves.get(word) or (word,)]

    def by_kind(self) -> Synonyms:
        """Returns the same where words of one kind of trouble, and words for one thing, are one."""
        kinds = _kinds() | _things()
        found = Synonyms()
        found._parts = self._parts
        found._same = kinds | {word: kinds.get(one, one) for word, one in self._same.items()}
        return found

    def parted(self, reading: Reading) -> Reading:
        """Returns a clause with compounds in two."""
        if not any(word.text in self._parts for word in reading.words):
            return reading
        return replace(
            reading, words=tuple(part for word in reading.words for part in self._cut(word))
        )

    def judging(self, reading: Reading, opinions: Iterable[str]) -> frozenset[str]:
        """Returns the words of a clause that its opinions hold, as what they stand for.

        Args:
            reading: The clause's words.
            opinions: What is judged and how, as one, of each of its opinions.
        """
        told = "\n".join(normalise(opinion).text for opinion in opinions)
        parts = [part for word in reading.content() for part in self._halves(word)] if told else []
        return frozenset(self._same.get(part, part) for part in parts if part in told)

    def _halves(self, word: str) -> tuple[str, ...]:
        return self._parts.get(word, (word,))

    def _cut(self, word: Word) -> Iterator[Word]:
        start = word.start
        for half in self._halves(word.text):
            yield Word(start, start + len(half), half, word.tells)
            start += len(half)


# What tells how much, as in 超慢.
DEGREES: Final = "很太超好巨真最挺特更极老"
# How verdicts begin that are of all there is, and end.
_ALL: Final = "都全又也还"
_ENDINGS: Final = ("了", "的", "透", "掉")
# What is missing is no state, and 高 is no trouble by itself.
_NO_STATES: Final = frozenset("没无缺高")
# What looks like a form of a state and is another word.
_OTHERS: Final = frozenset(("超重", "老少", "老小", "最小", "全黑", "老旧", "还欠", "又破", "好破"))
# What makes a word its opposite: 不方便.
_DENYING: Final = frozenset("不没无未非")


def halves(word: str) -> tuple[str, ...]:
    """Returns a word of four characters in two, as 噪音 and 扰民; any other as it is."""
    is_compound = len(word) == _COMPOUND
    return (word[: _COMPOUND // 2], word[_COMPOUND // 2 :]) if is_compound else (word,)


@functools.cache
def _kinds() -> dict[str, str]:
    """Words that tell of trouble, in whatever form, with one of their kind."""
    found = {word: min(kind) for kind in word_sets("name_kinds") for word in kind}
    return {form: found[word] for form, word in plain_states().items() if word in found} | found


def kind_of(word: str) -> str:
    """Returns one word for all of the kind of trouble that a word tells of; "" if of none."""
    return _kinds().get(word, "")


@functools.cache
def plain_states() -> dict[str, str]:
    """Returns states of one syllable by all their forms, as 慢 by 慢, 太慢, 都慢 and 慢了.

    And by what else says so, as 慢 by 等了 and 才送到 (see `voc/topics/data/name_states.txt`).
    """
    words = {word for word in word_list("name_kinds") | word_list("name_states") if len(word) == 1}
    befores, afters = (*DEGREES, *_ALL), ("", *_ENDINGS)
    found = {
        form: word
        for word in sorted(words - _NO_STATES)
        for form in (*(f"{one}{word}" for one in befores), *(f"{word}{one}" for one in afters))
        if form not in _OTHERS
    }
    for line in word_sets("name_states"):
        plain = [word for word in line if len(word) == 1]
        if len(plain) == 1:
            found |= dict.fromkeys(line, plain[0])
    return found


@functools.cache
def _things() -> dict[str, str]:
    """Words for a thing, with one of those for the same."""
    return {word: min(things) for things in word_sets("name_things") for word in things}


def _states(uses: Mapping[str, int]) -> dict[str, str]:
    """Returns words of one syllable that say what is wrong, in all their forms, as the commonest.

    As 好慢, 超慢 and 慢 are 太慢, and 都凉 and 凉的 are 凉了.
    """
    forms: dict[str, list[str]] = defaultdict(list)
    for word in sorted(uses):
        if word in plain_states():
            forms[plain_states()[word]].append(word)
    found = dict[str, str]()
    for plain, words in forms.items():
        commonest = max(words, key=lambda word: uses[word])
        found |= dict.fromkeys([plain, *words], commonest)
    return found


def troubles() -> frozenset[str]:
    """Returns one word of each kind of trouble that is known, as `Synonyms.by_kind` does."""
    return frozenset(_kinds().values())


UNKNOWN: Final = Synonyms()
"""Where nothing is learnt: each word stands for itself."""


def _means(words: Sequence[str], said: Sequence[set[str]], sentences: Floats) -> Floats:
    """Returns `(n_words, width)` the middles of the clauses of words, at length 1 or 0."""
    from scipy import sparse

    numbers = {word: at for at, word in enumerate(words)}
    places = [
        (numbers[word], row)
        for row, clause in enumerate(said)
        if sentences[row].any()
        for word in clause & numbers.keys()
    ]
    rows, columns = zip(*places, strict=True) if places else ((), ())
    ones = np.ones(len(places), dtype=np.float32)
    belongs = sparse.csr_matrix((ones, (rows, columns)), shape=(len(words), len(said)))
    read = sentences.any(axis=1)
    mean = sentences[read].mean(axis=0) if read.any() else np.zeros(sentences.shape[1], np.float32)
    sums = belongs @ sentences - np.asarray(belongs.sum(axis=1)) * mean
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    return np.asarray(sums / np.maximum(lengths, 1e-6), dtype=np.float32)


def _attached(words: Sequence[str], means: Floats) -> dict[str, str]:
    """Returns words with the commoner one that each is most like; that one stands for itself.

    Args:
        words: The commonest first, n of them.
        means: `(n, width)` their vectors at length 1 or 0.
    """
    alike = means @ means.T
    found: dict[str, str] = {}
    for at, word in enumerate(words):
        commoner = np.flatnonzero(alike[at, :at] >= _ONE)
        for other in commoner[np.argsort(-alike[at, commoner], kind="stable")].tolist():
            if words[other] not in found and is_akin(word, words[other]):
                found[word] = words[other]
                break
    return found


def is_akin(one: str, other: str) -> bool:
    """Says whether two words may mean the same by how they are written.

    They share a character, are nearly as long (交通 is more than 轨道交通), neither denies the
    other, and what differs are no opposites.
    """
    shared = set(one) & set(other)
    if not shared or abs(len(one) - len(other)) > 1:
        return False
    mine, theirs = set(one) - shared, set(other) - shared
    if (mine | theirs) & _DENYING and not (mine and theirs):
        return False
    return not any(mine & kind and theirs & kind for kind in word_sets("opposites"))
