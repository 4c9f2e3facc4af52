"""Phrases of clauses that may name what these are about, by what they say and who says it."""

from __future__ import annotations

import functools
import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from voc.records import is_mixed, told_of
from voc.topics.stretches import edges, stretches
from voc.topics.synonyms import UNKNOWN, Synonyms
from voc.topics.wordlists import word_list
from voc.topics.words import Reading, Word

MIN_NAME: Final = 4
_EASY: Final = 8
_READ_CLAUSES: Final = 300
_MOST_FILLERS: Final = 3

# What it is worth that a phrase judges, or says what is wrong.
_JUDGES: Final = 1.6
_TROUBLES: Final = 1.4
# What it is worth where only one voice puts the words so.
_LONE: Final = 0.75
# What it is worth that a phrase begins, and ends, where the customer's clause does.
_BEGINS: Final = 1.15
_ENDS: Final = 1.25
_WHOLE: Final = _BEGINS * _ENDS
# What names do without, and what it is worth with it.
_LIMP: Final = frozenset("就还也都又却才便竟")
_LIMPS: Final = 0.5
# What stands within a sentence, not within a name: 冻结了开发商.
_DONE: Final = "了"
# How words begin that say what is wrong.
_TROUBLE: Final = frozenset("不没无未难乱太差坏慢贵少缺漏破裂堵吵脏臭霉拖欠骗抢占违骂吼凶")
_NO_TROUBLE: Final = (
    *("不动产", "不断", "不同", "不仅", "不少", "不久", "不过", "不忘"),
    *("未来", "差不多", "少数"),
)
_DENIES: Final = frozenset("不没未")
_IMPOSSIBLE: Final = re.compile(
    "[\u4e00-\u9fff]不(?:[\u4e00-\u9fff]|起来|出来|进去|上去|下来|过来|清楚)"
)
# What looks as if it could not be done, and is a saying.
_SAYINGS: Final = frozenset(
    (
        *("了不起", "巴不得", "恨不得", "舍不得", "忍不住", "对不起", "说不定", "免不了", "少不了"),
        *("用不着", "要不是"),
    )
)
# Too high is wrong, as a price, and not high is wrong, as quality.
_BOTH_WAYS: Final = frozenset("高冷凉")
# From so many voices on, a phrase stands for all only if so many, or this share of them, say it.
SOME: Final = 8
MANY: Final = 40
_LEAST: Final = 3
_SHARE: Final = 0.05


@dataclass(frozen=True, slots=True)
class Member:
    """A clause of a theme.

    Attributes:
        reading: Its words.
        text: It as it was written.
        voice: The feedback it is from.
        closeness: How much it is like the theme, in [0, 1].
        fitting: Whether it judges as most of the theme's clauses do.
        opinions: What is judged and how, as one, in normal form.
        judging: The words by which it judges, as what they stand for.
    """

    reading: Reading
    text: str
    voice: str
    closeness: float
    fitting: bool
    opinions: tuple[str, ...] = ()
    judging: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand together in a clause and may name what it is about.

    Attributes:
        text: The phrase as the customer wrote it.
        words: Those of its words that have content, as what they stand for.
        voices: How many use it.
        support: How many use all its words in one clause, in whatever order.
        judges: Whether it holds an opinion or says what is wrong; 小区门口 does neither.
        first: Its first word.
        last: Its last word.
        whole: Whether it is all that a clause says, without a word that tells nothing.
        before: The word with content that it directly follows, if any.
        ends: Whether none directly follows it.
    """

    text: str
    words: frozenset[str]
    voices: int
    support: int
    judges: bool
    first: Word
    last: Word
    whole: bool
    before: str
    ends: bool


def voices_by_word(members: Iterable[Member], synonyms: Synonyms = UNKNOWN) -> Counter[str]:
    """Counts the voices that use each word with content, or one that it stands for."""
    said = {
        (member.voice, word) for member in members for word in synonyms.of(member.reading.content())
    }
    return Counter(word for _, word in said)


def least_support(n_voices: int) -> int:
    """Returns how many of so many voices must say what is to stand for all of them."""
    if n_voices < SOME:
        return 1
    return 2 if n_voices < MANY else max(_LEAST, math.ceil(_SHARE * n_voices))


def ranked_phrases(
    members: Sequence[Member],
    weights: Mapping[str, float],
    *,
    complaint: bool,
    shortest: int = MIN_NAME,
    least: int = 1,
    known: Collection[str] | None = None,
    cut_off: Collection[str] = (),
    synonyms: Synonyms = UNKNOWN,
) -> list[Phrase]:
    """Returns the phrases that may name what clauses are about, best first.

    Best is what holds the heaviest words with the fewest others between them, judges, begins and
    ends where a customer's clause does, and is said by most.

    Args:
        members: The clauses; phrases are taken from the first ones only if they are very many.
        weights: Words with their weights.
        complaint: Whether a name should say what is wrong.
        shortest: Characters of the shortest phrase.
        least: How many voices must use all words of a phrase in one clause.
        known: The words that phrases may hold; `None`: any, those of one clause alone for less.
        cut_off: Words that end no phrase.
        synonyms: Words that stand for one another, so that who uses one uses the other.
    """
    usage = _Usage(members, synonyms, least)
    shared = usage.shared if known is None else known
    weighed = usage.weighed(weights)
    voices: dict[str, set[str]] = defaultdict(set)
    best: dict[str, tuple[float, Phrase]] = {}
    for member in members[:_READ_CLAUSES]:
        for text, first, last in stretches(member.reading, shortest, cut_off, usage.rare):
            words = member.reading.words[first : last + 1]
            support = usage.support(words)
            if support < least:
                continue
            content = frozenset(word.text for word in words if word.tells)
            meant = synonyms.of(content)
            stammers = len(set(meant)) < len(meant)  # as 噪音 and 声音 do
            if stammers or not (known is None or content.issubset(known)):
                continue
            voices[text].add(member.voice)
            telling = _telling(text, words, member, complaint=complaint)
            before, after = _neighbours(member.reading, first, last)
            wholeness = _wholeness(before, after)
            worth = _worth(words, weighed, shared) * wholeness * _manner(member) * telling
            if worth > (best[text][0] if text in best else 0.0):
                best[text] = (
                    worth,
                    Phrase(
                        text=as_written(text, member.text),
                        words=frozenset(meant),
                        voices=0,
                        support=support,
                        judges=telling > 1.0,
                        first=words[0],
                        last=words[-1],
                        whole=wholeness >= _WHOLE and not _fillers(words),
                        before=before.text if before and before.tells else "",
                        ends=not (after and after.tells),
                    ),
                )
    found = [
        (-worth * _commonness(phrase), len(text), text, phrase)
        for text, (worth, one) in best.items()
        if (phrase := _counted(one, len(voices[text]))).support >= least and not _is_unfit(phrase)
    ]
    return [phrase for *_, phrase in sorted(found, key=lambda one: one[:3])]


def _is_unfit(phrase: Phrase) -> bool:
    """Says whether a phrase ends in the midst of what was said, or swears.

    As 加快教育 of 加快教育均衡发展 and 冻结了开发商 do, or 太tm慢.
    """
    asks = phrase.words & word_list("name_asks")
    torn = bool(asks and not phrase.ends) or _DONE in phrase.text[1:-1]
    return torn or any(word in phrase.text.lower() for word in word_list("name_rude"))


def _counted(phrase: Phrase, voices: int) -> Phrase:
    """Adds how many use the phrase; words as 没有 and 很大 are only of what they stand beside."""
    loose = phrase.first.tells and phrase.last.text not in word_list("name_verdicts")
    support = phrase.support if loose else voices
    return replace(phrase, voices=voices, support=support)


class _Usage:
    """Which clauses use which words, or what these stand for.

    Attributes:
        rare: The words of too few clauses to be in a phrase.
    """

    def __init__(self, members: Sequence[Member], synonyms: Synonyms, least: int) -> None:
        self._voices = [member.voice for member in members]
        words: dict[str, Word] = {}
        said: dict[str, set[int]] = defaultdict(set)
        for at, member in enumerate(members):
            for word in member.reading.words:
                words[word.text] = word
                said[word.text].add(at)
        self._clauses: dict[str, set[int]] = {}
        self._needed: dict[str, list[str]] = {}
        for text, word in words.items():
            meant = synonyms.of([text])
            for one in {text, *meant}:
                self._clauses[one] = said[text].union(self._clauses.get(one, ()))
            if _is_needed(word):
                self._needed[text] = meant
        self.rare = {
            text
            for text, needed in self._needed.items()
            if min(len(self._clauses[one]) for one in needed) < least
        }
        self._known: dict[frozenset[str], int] = {}

    @property
    def shared(self) -> set[str]:
        """The words of more than one clause."""
        return {word for word, clauses in self._clauses.items() if len(clauses) > 1}

    def support(self, words: Iterable[Word]) -> int:
        """Counts the voices that use all words in one clause."""
        needed = frozenset(one for word in words for one in self._needed.get(word.text, ()))
        if needed not in self._known:
            clauses = sorted((self._clauses[one] for one in needed), key=len)
            both = set.intersection(*clauses) if clauses else ()
            self._known[needed] = len({self._voices[at] for at in both})
        return self._known[needed]

    def weighed(self, weights: Mapping[str, float]) -> dict[str, float]:
        """Returns the weights of words, or of what they stand for where that weighs more."""
        return {
            text: max(weights.get(text, 0.0), sum(weights.get(one, 0.0) for one in needed))
            for text, needed in self._needed.items()
            if text not in self.rare
        }


def _is_needed(word: Word) -> bool:
    """Says whether a word is one: a single character without content, as 又, may be another."""
    text = word.text
    return word.tells or len(text) > 1 or text.isascii() or text in edges()


def _worth(words: Sequence[Word], weights: Mapping[str, float], shared: Collection[str]) -> float:
    """Values a phrase by the weights of its words; those that say nothing make it worse.

    Of the words that only one clause has, the heaviest counts by half and the others not at all.
    """
    telling = {word.text for word in words if word.tells}
    fillers = _fillers(words)
    if not telling or fillers > _MOST_FILLERS:
        return 0.0
    length = words[-1].end - words[0].start
    worth = sum(weights.get(word, 0.0) for word in telling if word in shared)
    rare = [weights.get(word, 0.0) for word in telling if word not in shared]
    worth += 0.5 * max(rare, default=0.0)
    worth *= 0.8**fillers * 0.95 ** max(0, length - _EASY)
    worth *= _LIMPS if any(word.text in _LIMP for word in words) else 1.0
    if any(word.text.isascii() or word.text.isdecimal() for word in words):
        worth *= 0.6
    return worth if len(words) > 1 or length >= MIN_NAME else 0.6 * worth


def _fillers(words: Sequence[Word]) -> int:
    ends = edges()
    return sum(not word.tells and word.text not in ends for word in words)


def _neighbours(reading: Reading, first: int, last: int) -> tuple[Word | None, Word | None]:
    """Returns the words directly before and after a phrase; particles after it do not count."""
    words, particles = reading.words, word_list("name_particles")
    while last + 1 < len(words) and words[last + 1].text in particles:
        last += 1
    before = words[first - 1] if first and words[first - 1].end == words[first].start else None
    follows = last + 1 < len(words) and words[last + 1].start == words[last].end
    return before, words[last + 1] if follows else None


def _wholeness(before: Word | None, after: Word | None) -> float:
    """Values a phrase that begins and ends where the customer's own did."""
    worth = _BEGINS if before is None else 0.75 if before.tells else 1.0
    return worth * (_ENDS if after is None else 0.5 if after.tells else 0.7)


def _telling(phrase: str, words: Sequence[Word], member: Member, *, complaint: bool) -> float:
    """Values a phrase that judges: that holds an opinion whole, says what is wrong or asks for it.

    A phrase that does neither, as 小区门口, names a thing and no problem; what ends in praise is
    none either.
    """
    if complaint and words[-1].text in word_list("name_praises"):
        return 1.0
    if any(opinion in phrase for opinion in member.opinions if len(opinion) > 1):
        return _JUDGES
    if len(words) > 1 and words[-1].text in word_list("name_verdicts"):
        return _TROUBLES
    if len(words) > 1 and words[0].text in word_list("name_asks") and words[-1].tells:
        return _TROUBLES
    return _TROUBLES if complaint and any(is_trouble(word.text) for word in words) else 1.0


def is_trouble(word: str) -> bool:
    """Says whether a word begins as those do that say what is wrong, as 破裂, 堵 and 没有.

    Or as what cannot be done, 进不去 and 打不通. One that denies trouble does not, as 不贵.
    """
    is_denied = word[:1] in _DENIES and word[1:] in plain_troubles()
    is_impossible = _IMPOSSIBLE.fullmatch(word) is not None and word not in _SAYINGS
    begins = word[:1] in _TROUBLE and not is_denied
    return (begins or is_impossible) and not word.startswith(_NO_TROUBLE)


@functools.cache
def plain_troubles() -> frozenset[str]:
    """Returns the words of one syllable that say what is wrong; 不高 and 不冷 may be wrong too."""
    words = {word for word in word_list("name_kinds") if len(word) == 1}
    return frozenset(words - _BOTH_WAYS)


def is_bare_subject(name: str) -> bool:
    """Says whether a theme's name is a subject without what is wrong with it, as 送餐（多方面）."""
    return is_mixed(name) and not is_trouble(told_of(name))


def _manner(member: Member) -> float:
    return (1.0 if member.fitting else 0.5) * (0.8 + 0.2 * member.closeness)


def _commonness(phrase: Phrase) -> float:
    """Values a phrase that more voices use; what one alone says names many badly."""
    lone = _LONE if phrase.voices == 1 and phrase.support > 1 else 1.0
    return lone * math.sqrt(math.sqrt(phrase.voices * phrase.support))


def as_written(phrase: str, text: str) -> str:
    """Gives a phrase the letters that the customer wrote, where only their case differs."""
    lowered = text.lower()
    at = lowered.find(phrase)
    if at < 0 or len(lowered) != len(text):
        return phrase
    return text[at : at + len(phrase)]
