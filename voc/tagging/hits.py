"""Scores the judging words of a clause by the words around them and by what they are said of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from voc.tagging.lexicon import Entry, Kind, Role, Token
from voc.tagging.modifiers import Modifiers, modifiers_of, serves, turned

_OF_SUBJECT: Final = 0.55  # strength of 高 in 油耗高
_TOO_MUCH_OF_GOOD: Final = 0.1  # 空间太大 is hardly praise
_NOT_ENOUGH: Final = -0.4  # 不够大, whatever is meant
_SUBJECT_REACH: Final = 6  # characters between a word such as 高 and what it is said of

_JUDGING: Final = Role.POLAR | Role.CONTEXTUAL
_MODIFYING: Final = Role.DEGREE | Role.NEGATOR | Role.AMPLIFIER
_LEADS_PREDICATE: Final = "又"
_ENDS_PREDICATE: Final = frozenset("得死爆成到了的啊呀吧哦啦呢哈嘛滴哒!,.?;~…、 \n。)】\"'")


@dataclass(frozen=True, slots=True)
class Hit:
    """A judging word in a text.

    Attributes:
        start: Where the word begins.
        end: Where it ends.
        word: The word.
        score: What it says here, in [-1, 1], negation and degree counted.
        negated: Whether an odd number of negations turned it.
        degree: What degree words multiplied it by.
        phrase_start: Where the word begins with its negation and degree words.
        phrase_end: Where it ends with them.
        kind: Kind of the word in the lexicon.
    """

    start: int
    end: int
    word: str
    score: float
    negated: bool
    degree: float
    phrase_start: int
    phrase_end: int
    kind: Kind


class _Subject(NamedTuple):
    """What a word such as 高 is said of, and which token of the clause names it."""

    entry: Entry
    place: int


def clause_hits(
    text: str, end: int, tokens: Sequence[Token], *, subject: Entry | None = None
) -> list[Hit]:
    """Scores the judging words of a clause.

    Args:
        text: The normalised text.
        end: Where the clause ends.
        tokens: The words of the lexicon in the clause, in order.
        subject: What the clause before spoke of, where this one names nothing (空间嘛,很大).

    Returns:
        The hits in order.
    """
    hits: dict[int, Hit] = {}
    for index, (_, _, entry) in enumerate(tokens):
        if not entry.roles & _JUDGING or serves(tokens, index):
            continue
        if entry.roles & Role.CONTEXTUAL:
            named = _subject(tokens, index)
            around = modifiers_of(text, tokens, index)
            predicate = _is_predicate(text, end, tokens, index)
            said_of = named.entry if named else subject
            score = _contextual_score(entry, around, said_of, predicate=predicate)
            if score and named:
                hits.pop(named.place, None)  # 噪音小: 噪音 judges nothing by itself
        elif entry.kind == "bare" and not _is_predicate(text, end, tokens, index):
            continue
        else:
            around = modifiers_of(text, tokens, index)
            stays = entry.kind == "act" and entry.score < 0
            score = entry.score if stays else turned(entry.score, around)
        if score:
            hits[index] = _hit(tokens[index], score, around)
    return list(hits.values())


def _hit(token: Token, score: float, around: Modifiers) -> Hit:
    return Hit(
        token.start,
        token.end,
        token.entry.word,
        max(-1.0, min(1.0, score * around.degree)),
        around.negations % 2 == 1,
        around.degree,
        around.phrase_start,
        around.phrase_end,
        token.entry.kind,
    )


def _contextual_score(
    entry: Entry, around: Modifiers, subject: Entry | None, *, predicate: bool
) -> float:
    """Scores a word such as 高 by what it is said of."""
    sign = subject.signs.get(entry.axis, 0) if subject else 0
    if sign:
        score = sign * entry.direction * _OF_SUBJECT
        too_much = around.excess or entry.word[0] == "太"
        if too_much and score > 0 and entry.axis != "speed":
            score = _TOO_MUCH_OF_GOOD
        return turned(score, around)
    if around.lack:
        around.negations = 0
        return _NOT_ENOUGH
    if around.negations:
        return 0.0
    if around.excess:
        return entry.excess
    return entry.score if predicate else 0.0


def _subject(tokens: Sequence[Token], index: int) -> _Subject | None:
    """Finds what a word such as 高 is said of: the noun right after it, else the nearest before."""
    start, end, entry = tokens[index]
    after = index + 1
    if after < len(tokens) and tokens[after].entry.word == "的" and tokens[after].start == end:
        after, end = after + 1, tokens[after].end
    if after < len(tokens) and tokens[after].start == end:
        named = tokens[after].entry
        if named.roles & Role.SUBJECT and entry.axis in named.signs:
            return _Subject(named, after)
    gap = 0
    for place in range(index - 1, -1, -1):
        gap += start - tokens[place].end
        start, _, named = tokens[place]
        if gap > _SUBJECT_REACH or named.roles & Role.CONTRAST:
            return None
        if named.roles & Role.SUBJECT and entry.axis in named.signs:
            return _Subject(named, place)
    return None


def _is_predicate(text: str, end: int, tokens: Sequence[Token], index: int) -> bool:
    """Whether a short word says something here, and is not a part of another word."""
    start, stop, _ = tokens[index]
    if index and tokens[index - 1].end == start and tokens[index - 1].entry.roles & _MODIFYING:
        return True
    if text[max(0, start - 1) : start] == _LEADS_PREDICATE:
        return True
    if index + 1 < len(tokens) and tokens[index + 1].start == stop:
        following = tokens[index + 1].entry
        if following.roles & Role.AFTER_DEGREE:
            return True
    return stop >= end or text[stop] in _ENDS_PREDICATE
