"""Judges texts by rules: the floor under the models, and their fallback.

The method, clause by clause:

1. The words of the lexicon are found in one pass and shared out to the clauses.
2. Each judging word is scored with its negation and degree (`modifiers`) and by what it is said of
   (`hits`). Comparison and irony then turn some of them.
3. A clause's score is `P(good) - P(bad)`, each hit taken for independent evidence of its strength:
   `P = 1 - (1 - s1)(1 - s2)…`.
4. A text's score is the mean of its judging clauses by weight. A clause weighs more after a
   contrast (但是) and less before one; less where it adds a small reservation (就是有点贵); little
   where nothing is claimed (a question, a wish, a condition), or where the past or what others say
   is told. Clauses that weigh less than one together do not reach the full score.

The weights were chosen by hand and checked on training rows; none of them alone moves accuracy by
more than a quarter of a point.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from voc.tagging.hits import Hit, clause_hits
from voc.tagging.lexicon import Entry, Lexicon, Role, Token, default_lexicon
from voc.tagging.weighing import Draft, begins_with, weigh
from voc.text.sentences import clauses as clause_spans

_IRONY: Final = -0.7
_HARMFUL: Final = -0.5

_STANDARD_FOLLOWS: Final = "跟和与同比较"
_LONGEST_NAME: Final = 7
_SENTENCE_ENDS: Final = frozenset("。！？!?\n")
_FINAL_PARTICLES: Final = frozenset({"吗", "么", "嘛?", "还是"})


@dataclass(frozen=True, slots=True)
class ClauseJudgement:
    """What a clause says.

    Attributes:
        start: Where it begins in the text.
        end: Where it ends.
        score: In [-1, 1]; 0 where nothing judges.
        hits: The judging words, in order.
        question: Whether it asks.
        hypothetical: Whether it says what is wished, feared or supposed.
        after_contrast: Whether a word of contrast (但是) turns to it.
        comparison: Whether it compares.
        weight: What it weighs in the text's score.
    """

    start: int
    end: int
    score: float
    hits: tuple[Hit, ...]
    question: bool
    hypothetical: bool
    after_contrast: bool
    comparison: bool
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a text says: its clauses in order, and its score in [-1, 1], 0 where nothing judges."""

    clauses: tuple[ClauseJudgement, ...]
    score: float


def judge(text: str, *, lexicon: Lexicon | None = None) -> Judgement:
    """Judges a normalised text.

    Args:
        text: A text as `voc.text.normalise` gives it; offsets point into it.
        lexicon: The lexicon; the bundled one where not given.
    """
    lexicon = lexicon or default_lexicon()
    drafts = _drafts(text, lexicon.tokens(text))
    subject: Entry | None = None
    for draft in drafts:
        draft.hits = clause_hits(text, draft.end, draft.tokens, subject=subject)
        if draft.roles & Role.COMPARISON:
            draft.hits = _compared(text, draft)
        subject = _named(draft)
        _mark_claims(text, draft)
    if any(draft.roles & (Role.IRONY | Role.IRONY_WITH_HARM) for draft in drafts):
        _turn_irony(drafts)
    weigh(text, drafts)
    judged = tuple(map(_finished, drafts))
    return Judgement(judged, _mean(judged))


def _drafts(text: str, tokens: Sequence[Token]) -> list[Draft]:
    """Shares the tokens out to the clauses; one across a border goes where it begins."""
    drafts = []
    place = 0
    for start, end in clause_spans(text):
        own: list[Token] = []
        roles = 0
        while place < len(tokens) and tokens[place].start < end:
            own.append(tokens[place])
            roles |= tokens[place].entry.roles
            place += 1
        ends = text[end - 1] in _SENTENCE_ENDS or text[end : end + 1] == "\n"
        drafts.append(Draft(start, end, own, roles, ends))
    return drafts


def _named(draft: Draft) -> Entry | None:
    """Returns what a clause names and does not judge itself, as 空间嘛 before 很大."""
    if draft.hits or draft.ends_sentence or draft.end - draft.start > _LONGEST_NAME:
        return None
    subjects = (each.entry for each in draft.tokens if each.entry.roles & Role.SUBJECT)
    return next(subjects, None)


def _compared(text: str, draft: Draft) -> list[Hit]:
    """Sees which side of a comparison is judged: the side that stands first is the subject.

    别家比这家好 judges the other side, so the hits after 比 are turned; 不如别家好 says all with
    不如, so the praise after it does not count.
    """
    at = next(token for token in draft.tokens if token.entry.roles & Role.COMPARISON)
    first = next((token for token in draft.tokens if token.entry.roles & Role.OTHER_SIDE), None)
    other_first = (
        first is not None
        and first.start - draft.start <= 2
        and first.end <= at.start
        and text[draft.start] not in _STANDARD_FOLLOWS
    )
    inferior = bool(at.entry.roles & Role.POLAR) or at.entry.word in ("比不上", "比不了", "不及")
    hits = [hit for hit in draft.hits if not (inferior and hit.start >= at.end and hit.score > 0)]
    if not other_first:
        return hits
    return [replace(hit, score=-hit.score) if hit.start >= at.start else hit for hit in hits]


def _mark_claims(text: str, draft: Draft) -> None:
    """Marks a clause that asks, or that says what is wished, feared or supposed."""
    draft.question = _asks(text, draft)
    draft.why = bool(draft.roles & Role.WHY)
    draft.unreal = bool(draft.roles & Role.UNREAL)
    draft.contrast = begins_with(draft, Role.CONTRAST)


def _asks(text: str, draft: Draft) -> bool:
    if "?" in text[max(draft.start, draft.end - 3) : draft.end]:
        return True
    if not draft.roles & Role.QUESTION:
        return False
    for token in draft.tokens:
        if token.entry.roles & Role.QUESTION:
            final = token.entry.word in _FINAL_PARTICLES
            if not final or not text[token.end : draft.end].strip("!?,.。~… \n"):
                return True
    return False


def _turn_irony(drafts: Sequence[Draft]) -> None:
    """Turns praise in a clause with a cue of irony, and in the clause after it."""
    for index, draft in enumerate(drafts):
        if draft.roles & Role.IRONY or _is_ironic(drafts, index):
            for each in drafts[index : index + 2]:
                each.hits = [_turned(hit) for hit in each.hits]


def _is_ironic(drafts: Sequence[Draft], index: int) -> bool:
    """Whether a faint cue of irony stands beside what went wrong: 真是好手机,三天就死机."""
    near = drafts[index : index + 3]
    if not drafts[index].roles & Role.IRONY_WITH_HARM or any(each.contrast for each in near):
        return False
    return any(
        hit.score <= _HARMFUL and hit.kind == "harm" and not hit.negated
        for each in near
        for hit in each.hits
    )


def _turned(hit: Hit) -> Hit:
    return replace(hit, score=hit.score * _IRONY) if hit.score > 0 else hit


def _finished(draft: Draft) -> ClauseJudgement:
    bad = good = 1.0
    for hit in draft.hits:
        if hit.score < 0:
            bad *= 1 + hit.score
        else:
            good *= 1 - hit.score
    return ClauseJudgement(
        draft.start,
        draft.end,
        bad - good,
        tuple(draft.hits),
        draft.question,
        draft.unreal,
        draft.contrast,
        bool(draft.roles & Role.COMPARISON),
        draft.weight,
    )


def _mean(clauses: Sequence[ClauseJudgement]) -> float:
    judging = [clause for clause in clauses if clause.hits]
    total = sum(clause.weight for clause in judging)
    return sum(clause.weight * clause.score for clause in judging) / max(total, 1.0)
