"""The window of an aspect in a text: the clauses that speak of it, what they say, what shows it.

A window is the clauses of the aspect's keywords and the clause after each, for customers name a
thing first and judge it then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voc.records import POLARITIES
from voc.tagging.keywords import KeywordHit
from voc.tagging.rules import Judgement

CONTRADICTION = 0.2  # the rules' score from which they overrule the head; chosen on dev
_NEGATIVE, _POSITIVE = POLARITIES.index("negative"), POLARITIES.index("positive")
_CLEAR = 0.1  # the rules' score from which a clause judges


@dataclass(frozen=True, slots=True)
class Window:
    """The clauses, by index, that speak of an aspect (`hit`) and those read along with them."""

    hit: tuple[int, ...]
    read: tuple[int, ...]


def window(judgement: Judgement, hits: Sequence[KeywordHit]) -> Window:
    """Returns the window of one aspect's hits; without hits it is the whole text."""
    clauses = judgement.clauses
    hit = sorted(
        {
            index
            for index, clause in enumerate(clauses)
            if any(clause.start <= place.start < clause.end for place in hits)
        }
    )
    if not hit:
        return Window((), tuple(range(len(clauses))))
    read = {near for index in hit for near in (index, index + 1) if near < len(clauses)}
    return Window(tuple(hit), tuple(sorted(read)))


def window_text(text: str, judgement: Judgement, part: Window) -> str:
    """Returns the text of a window, clauses joined by spaces."""
    clauses = [judgement.clauses[index] for index in part.read]
    return " ".join(text[clause.start : clause.end] for clause in clauses) or text


def window_score(judgement: Judgement, part: Window) -> float:
    """Returns the rules' score of a window: that of its hits, else of all it reads, in [-1, 1]."""
    for indices in (part.hit, part.read):
        scores = [judgement.clauses[index].score for index in indices]
        judged = [score for score in scores if score]
        if judged:
            return sum(judged) / len(judged)
    return 0.0


def overruled(label: int, judgement: Judgement, part: Window) -> int:
    """Returns the polarity, turned where the rules judge the hit clauses the other way.

    A negation that the head has not met (没有任何异响) is what rules are for; on dev sets they are
    right more often than the head where the two contradict each other.
    """
    if not part.hit:
        return label
    score = sum(judgement.clauses[index].score for index in part.hit) / len(part.hit)
    if label == _NEGATIVE and score >= CONTRADICTION:
        return _POSITIVE
    if label == _POSITIVE and score <= -CONTRADICTION:
        return _NEGATIVE
    return label


def evidence_places(judgement: Judgement, part: Window, label: int) -> list[tuple[int, int]]:
    """Returns the stretches that speak for a mention, the clearest first.

    They are the hit clauses; one that judges nothing is joined by the next, where that judges as
    the mention does (这个座椅，坐久了腰疼).
    """
    clauses = judgement.clauses
    sign = label - 1
    if not part.hit:
        best = max(clauses, key=lambda clause: abs(clause.score), default=None)
        return [(best.start, best.end)] if best else []
    found = []
    for index in part.hit:
        start, end, strength = clauses[index].start, clauses[index].end, clauses[index].score * sign
        if strength < _CLEAR and index + 1 in part.read and index + 1 not in part.hit:
            following = clauses[index + 1].score * sign
            if following >= _CLEAR:
                end, strength = clauses[index + 1].end, following
        found.append((-strength, start, end))
    return [(start, end) for _, start, end in sorted(found)]
