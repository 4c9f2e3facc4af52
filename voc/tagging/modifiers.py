"""Reads what stands around a judging word: negation, degree, and how badly.

The words before it are read backwards. Negators turn the judgement, degree words multiply it, and
what stands between must be words that negation reaches over or few enough characters. How few
depends on the word: what went wrong is negated over a distance (没有发现任何漏油), a verdict only
right before it (没发票差评 stays bad).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from voc.tagging.lexicon import Entry, Kind, Role, Token

# Characters that a negator reaches over, besides words that it reaches over anyway.
_NEAR_REACH: Final[dict[Kind, int]] = {
    "verdict": 0,
    "act": 0,
    "quality": 1,
    "harm": 1,
    "bare": 0,
}
_FAR_REACH: Final[dict[Kind, int]] = {
    "verdict": 1,
    "act": 1,
    "quality": 3,
    "harm": 6,
    "bare": 2,
}
_COMPARING_REACH: Final = 4  # 没有店里好吃
_MOST_REACH: Final = 8  # 没有实体店卖的好
_MOST_AFTER: Final = 4  # words after a judging word among which its degree may stand

_TURNED_GOOD: Final = -0.8  # 不好 is nearly as strong as 差
_TURNED_GOOD_MILDLY: Final = -0.5  # 不太好, 不是很好
_TURNED_BAD: Final = -0.6  # 不差 is weaker than 好
_TWICE_TURNED: Final = 0.7  # 不是不好 is weaker than 好
_AMPLIFIED: Final = 1.3
_AMPLIFIED_NOT: Final = 0.4  # 漏油不严重
_LEAST_DEGREE: Final = 0.5
_MOST_DEGREE: Final = 1.6

_JUDGING: Final = Role.POLAR | Role.CONTEXTUAL
_REACHED_OVER: Final = Role.FILLER | Role.PAST | Role.HEARSAY | Role.OTHER_SIDE
_NEW_PREDICATE: Final = ("就", "才", "却")
_LINKS_DEGREE: Final = "得也的是就"


@dataclass(slots=True)
class Modifiers:
    """What stands around a judging word.

    Attributes:
        phrase_start: Where the word begins with what modifies it.
        phrase_end: Where it ends with what modifies it.
        negations: How many negators turn it.
        degree: What its strength is multiplied by.
        mild: Whether a degree word is negated with it (不太好).
        lack: Whether a negator says that there is not enough (不够大).
        excess: Whether a degree word says that there is too much (太大).
    """

    phrase_start: int
    phrase_end: int
    negations: int = 0
    degree: float = 1.0
    mild: bool = False
    lack: bool = False
    excess: bool = False


def modifiers_of(text: str, tokens: Sequence[Token], index: int) -> Modifiers:
    """Reads what modifies the judging word at `index` of a clause's tokens."""
    start, end, _ = tokens[index]
    found = Modifiers(start, end)
    _read_before(text, tokens, index, found)
    _read_after(text, tokens, index, found)
    found.degree = max(_LEAST_DEGREE, min(_MOST_DEGREE, found.degree))
    return found


def turned(score: float, modifiers: Modifiers) -> float:
    """Returns what negation makes of the score of a judging word."""
    if modifiers.negations == 0:
        return score
    if modifiers.negations % 2 == 0:
        return score * _TWICE_TURNED
    if score < 0:
        return score * _TURNED_BAD
    return score * (_TURNED_GOOD_MILDLY if modifiers.mild else _TURNED_GOOD)


def serves(tokens: Sequence[Token], index: int) -> bool:
    """Whether a judging word only says how much: 好 in 好贵, 严重 in 漏油严重, 多了 in 便宜多了."""
    roles = tokens[index].entry.roles
    if roles & (Role.DEGREE | Role.AMPLIFIER) and _serves_next(tokens, index):
        return True
    if roles & Role.AFTER_DEGREE and index:
        before = tokens[index - 1]
        if before.end == tokens[index].start and before.entry.roles & _JUDGING:
            return True
    return bool(roles & Role.AMPLIFIER) and _amplifies_before(tokens, index)


def _serves_next(tokens: Sequence[Token], index: int) -> bool:
    """Whether a word is the degree word of the next one: 好 in 好贵, 严重 in 严重的异响."""
    after = index + 1
    amplifies = tokens[index].entry.roles & Role.AMPLIFIER
    if amplifies and after < len(tokens) and tokens[after].entry.word == "的":
        after += 1
    if after >= len(tokens) or tokens[after].start != tokens[after - 1].end:
        return False
    following = tokens[after].entry
    return bool(following.roles & _JUDGING) and (following.score < 0 or not amplifies)


def _amplifies_before(tokens: Sequence[Token], index: int) -> bool:
    """Whether a word says how badly something went: 严重 in 漏油严重, 厉害 in 抖得很厉害."""
    for place in range(index, 0, -1):
        before = tokens[place - 1]
        roles = before.entry.roles
        if tokens[place].start - before.end > 1:
            return False
        if roles & Role.POLAR and not roles & (Role.DEGREE | Role.AMPLIFIER):
            return before.entry.score < 0
        if not roles & (Role.DEGREE | Role.FILLER | Role.NEGATOR):
            return False
    return False


def _read_before(text: str, tokens: Sequence[Token], index: int, found: Modifiers) -> None:
    left, _, judged = tokens[index]
    gap = 0
    graded = False
    coordinate = -1
    for place in range(index - 1, -1, -1):
        start, end, entry = tokens[place]
        roles = entry.roles
        gap += left - end
        if gap > _MOST_REACH:
            return
        if roles & Role.NEGATOR:
            if gap > _reach(text, tokens, place, judged, graded=graded):
                return
            if _turns(text, tokens[place], tokens[index]):
                found.negations += 1
                found.mild |= graded
                found.lack |= bool(roles & Role.LACK)
                found.phrase_start = start
            gap = 0
        elif roles & (Role.DEGREE | Role.AMPLIFIER):
            if gap == 0:
                found.degree *= entry.degree if roles & Role.DEGREE else _AMPLIFIED
                found.excess |= bool(roles & Role.EXCESS)
                found.phrase_start = start
                graded = True
        elif gap == 0 and _is_coordinate(tokens, place, judged):
            coordinate = place - 1
        elif place != coordinate:
            if roles & (_JUDGING | Role.CONTRAST):
                return
            if not roles & _REACHED_OVER:
                gap += end - start
        left = start


def _reach(text: str, tokens: Sequence[Token], place: int, judged: Entry, *, graded: bool) -> int:
    """Returns how many characters the negator at `place` may stand away from a judging word."""
    negator = tokens[place].entry
    if not negator.roles & Role.FAR:
        return _NEAR_REACH[judged.kind]
    compares = negator.word.endswith(("没有", "没")) and not graded
    if compares and judged.score > 0 and judged.kind != "verdict":
        following = text[tokens[place].end : tokens[place].end + _MOST_REACH + 2]
        return _MOST_REACH if following.find("的") > 0 else _COMPARING_REACH
    return _FAR_REACH[judged.kind]


def _turns(text: str, negator: Token, judged: Token) -> bool:
    """Whether a negator in reach does turn the judging word.

    It does not in 好不好, 不要上当, 没用几天就坏了, 没吃过这么难吃的, 没有比这更好的, nor in 没卡,
    which means that there is no card.
    """
    start, end, entry = negator
    if end - start == 1 and text[max(0, start - 1) : start] == text[end : end + 1]:
        return text[max(0, start - 2) : start - 1] == text[start]
    kind = judged.entry.kind
    if entry.roles & Role.WARNING and judged.entry.score < 0 and kind in ("verdict", "act"):
        return False
    if kind == "bare" and entry.word in ("没", "无", "没有"):
        return False
    between = text[end : judged.start]
    if any(word in between for word in _NEW_PREDICATE):
        return False
    superlative = ("过" in between and "么" in between) or (
        between.startswith("比") and ("更" in between or "还" in between)
    )
    return not superlative


def _is_coordinate(tokens: Sequence[Token], place: int, judged: Entry) -> bool:
    """Whether 和 at `place` follows a like word, so that both share a negation (没有异味和杂质)."""
    if not place or not tokens[place].entry.roles & Role.CONNECTOR:
        return False
    before = tokens[place - 1]
    like = before.entry.roles & Role.POLAR and before.entry.score * judged.score > 0
    return bool(like) and before.end == tokens[place].start


def _read_after(text: str, tokens: Sequence[Token], index: int, found: Modifiers) -> None:
    """Reads 极了 in 好极了, 严重 in 漏油严重, and 不严重 in 漏油不严重."""
    bad = tokens[index].entry.score < 0
    weakened = False
    right = tokens[index].end
    for place in range(index + 1, min(index + 1 + _MOST_AFTER, len(tokens))):
        start, end, entry = tokens[place]
        roles = entry.roles
        between = text[right:start]
        if len(between) > 1 or (between and between not in _LINKS_DEGREE):
            return
        if roles & Role.AFTER_DEGREE and place == index + 1:
            found.degree *= entry.degree
            found.phrase_end = end
            return
        if roles & Role.AMPLIFIER and bad:
            found.degree *= _AMPLIFIED_NOT if weakened else _AMPLIFIED
            found.phrase_end = end
            return
        if not roles & (Role.DEGREE | Role.FILLER | Role.NEGATOR):
            return
        weakened |= bool(roles & Role.NEGATOR)
        right = end
