"""Names of themes: a phrase that customers used, as 低速换挡顿挫 or 没人管排队."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from voc.topics.wordlists import word_list
from voc.topics.words import Reading, Word

MIN_NAME: Final = 4
MAX_NAME: Final = 12
_EASY: Final = 8
_READ_CLAUSES: Final = 300
_MOST_FILLERS: Final = 3

# What it is worth that a phrase judges, or says what is wrong.
_JUDGES: Final = 1.6
_TROUBLES: Final = 1.4
# From how many clauses on a phrase of one voice is worth less, and how much.
_MANY: Final = 40
_LONE: Final = 0.75
# How words begin that say what is wrong.
_TROUBLE: Final = frozenset("不没无未难乱太差坏慢贵少缺漏破裂堵吵脏臭霉拖欠骗抢占违骂吼凶")


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
    """

    reading: Reading
    text: str
    voice: str
    closeness: float
    fitting: bool
    opinions: tuple[str, ...] = ()


def name_of(
    members: Sequence[Member],
    weights: Mapping[str, float],
    *,
    complaint: bool,
    taken: Collection[str] = (),
) -> str:
    """Names a theme by words that stand together in one of its clauses.

    The phrase of 4 to 12 characters wins that holds the heaviest keywords with the fewest words
    between them, that judges, and that more voices use.

    Args:
        members: The theme's clauses.
        weights: The theme's words with their weights, heaviest first.
        complaint: Whether the name should say what is wrong.
        taken: Names that other themes have.
    """
    chosen = _closest_first(members)
    for phrase in ranked_phrases(chosen, weights, complaint=complaint):
        if phrase.text not in taken:
            return phrase.text
    return _last_resort(chosen, weights, taken)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand together in a clause and may name what it is about.

    Attributes:
        text: The phrase as the customer wrote it.
        words: Those of its words that have content.
        voices: How many use it.
    """

    text: str
    words: frozenset[str]
    voices: int


def ranked_phrases(
    members: Sequence[Member],
    weights: Mapping[str, float],
    *,
    complaint: bool,
    shortest: int = MIN_NAME,
    known: Collection[str] | None = None,
) -> list[Phrase]:
    """Returns the phrases that may name what clauses are about, best first.

    Args:
        members: The clauses; of very many, the first ones are read.
        weights: Words with their weights.
        complaint: Whether a name should say what is wrong.
        shortest: Characters of the shortest phrase.
        known: The words that names may hold; `None`: any, those of one clause alone for less.
    """
    shared = known
    if shared is None:
        uses = Counter(word for member in members for word in set(member.reading.content()))
        shared = {word for word, n in uses.items() if n > 1}
    voices: dict[str, set[str]] = defaultdict(set)
    best: dict[str, tuple[float, Member, frozenset[str]]] = {}
    for member in members[:_READ_CLAUSES]:
        for phrase, first, last in _phrases(member.reading, shortest):
            words = member.reading.words[first : last + 1]
            content = frozenset(word.text for word in words if word.tells)
            if known is not None and not content.issubset(known):
                continue
            voices[phrase].add(member.voice)
            worth = _worth(words, weights, shared) * _wholeness(member.reading, first, last)
            worth *= _manner(member) * _telling(phrase, words, member, complaint=complaint)
            if worth > (best[phrase][0] if phrase in best else 0.0):
                best[phrase] = (worth, member, content)
    ranked = sorted(
        best,
        key=lambda one: (
            -best[one][0] * _commonness(len(voices[one]), len(members)),
            len(one),
            one,
        ),
    )
    return [
        Phrase(_as_written(phrase, best[phrase][1].text), best[phrase][2], len(voices[phrase]))
        for phrase in ranked
    ]


def _closest_first(members: Sequence[Member]) -> list[Member]:
    return sorted(members, key=lambda one: (not one.fitting, -one.closeness, one.text))


def _phrases(reading: Reading, shortest: int) -> Iterator[tuple[str, int, int]]:
    """Yields stretches of words without a gap that may stand as a name, with their ends."""
    openers, closers = word_list("name_openers"), word_list("name_closers")
    words = reading.words
    for first, opener in enumerate(words):
        if not (opener.tells or opener.text in openers):
            continue
        for last in range(first, len(words)):
            closer = words[last]
            if last > first and not _joins(reading.text, words[last - 1], closer):
                break
            length = closer.end - opener.start
            if length > MAX_NAME:
                break
            if length >= shortest and (closer.tells or closer.text in closers):
                yield reading.text[opener.start : closer.end], first, last


def _joins(text: str, before: Word, after: Word) -> bool:
    """Says whether two words stand together; Latin ones do with a blank between them."""
    gap = text[before.end : after.start]
    return gap == "" or (gap == " " and before.text.isascii() and after.text.isascii())


def _worth(words: Sequence[Word], weights: Mapping[str, float], shared: Collection[str]) -> float:
    """Values a phrase by the weights of its words; those that say nothing make it worse.

    Of the words that only one clause has, the heaviest counts by half and the others not at all.
    """
    telling = {word.text for word in words if word.tells}
    edges = word_list("name_openers") | word_list("name_closers")
    fillers = sum(not word.tells and word.text not in edges for word in words)
    if not telling or fillers > _MOST_FILLERS:
        return 0.0
    length = words[-1].end - words[0].start
    worth = sum(weights.get(word, 0.0) for word in telling if word in shared)
    rare = [weights.get(word, 0.0) for word in telling if word not in shared]
    worth += 0.5 * max(rare, default=0.0)
    worth *= 0.8**fillers * 0.95 ** max(0, length - _EASY)
    if any(word.text.isascii() or word.text.isdecimal() for word in words):
        worth *= 0.6
    return worth if len(words) > 1 else 0.6 * worth


def _wholeness(reading: Reading, first: int, last: int) -> float:
    """Values a phrase that begins and ends where the customer's own did; particles do not count."""
    words, particles = reading.words, word_list("name_particles")
    while last + 1 < len(words) and words[last + 1].text in particles:
        last += 1
    before = words[first - 1] if first and words[first - 1].end == words[first].start else None
    follows = last + 1 < len(words) and words[last + 1].start == words[last].end
    after = words[last + 1] if follows else None
    worth = 1.15 if before is None else 0.75 if before.tells else 1.0
    return worth * (1.25 if after is None else 0.5 if after.tells else 0.7)


def _telling(phrase: str, words: Sequence[Word], member: Member, *, complaint: bool) -> float:
    """Values a phrase that judges: one that holds an opinion whole, or says what is wrong.

    A phrase that does neither, as 小区门口, names a thing and no problem.
    """
    if any(opinion in phrase for opinion in member.opinions if len(opinion) > 1):
        return _JUDGES
    troubles = any(word.text[0] in _TROUBLE for word in words)
    return _TROUBLES if complaint and troubles else 1.0


def _manner(member: Member) -> float:
    return (1.0 if member.fitting else 0.5) * (0.8 + 0.2 * member.closeness)


def _commonness(n_voices: int, n_members: int) -> float:
    """Values a phrase that more voices use; what one alone says names many badly."""
    if n_voices == 1 and n_members >= _MANY:
        return _LONE
    return 1.0 + 0.25 * math.log2(n_voices)


def _as_written(phrase: str, text: str) -> str:
    """Gives a phrase the letters that the customer wrote, where only their case differs."""
    lowered = text.lower()
    at = lowered.find(phrase)
    if at < 0 or len(lowered) != len(text):
        return phrase
    return text[at : at + len(phrase)]


def _last_resort(
    members: Sequence[Member], weights: Mapping[str, float], taken: Collection[str]
) -> str:
    """Names a theme whose clauses hold no phrase: by a short clause, else by its first keyword."""
    for member in members:
        words = member.reading.words
        clause = member.reading.text[words[0].start : words[-1].end] if words else ""
        if 2 <= len(clause) <= MAX_NAME and clause not in taken:
            return _as_written(clause, member.text)
    return next((word for word in weights if word not in taken), members[0].text[:MAX_NAME])
