"""Weighs the clauses of a text: what is claimed, and what a contrast leads to, counts most."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from voc.tagging.hits import Hit
from voc.tagging.lexicon import Role, Token

_AFTER_CONTRAST: Final = 1.25
_BEFORE_CONTRAST: Final = 0.6
_RESERVATION: Final = 0.5
_CONCESSION: Final = 0.4
_QUESTION: Final = 0.1
_WHY: Final = 0.8
_UNREAL: Final = 0.1
_PAST: Final = 0.5
_PAST_BEFORE_NOW: Final = 0.2
_HEARSAY: Final = 0.3
_LAST: Final = 1.2
_FOLLOWS_CONDITION: Final = ("就", "那", "才", "会", "将", "也", "我就", "我会", "肯定", "一定")


@dataclass(slots=True)
class Draft:
    """A clause while it is judged.

    Attributes:
        start: Where it begins in the text.
        end: Where it ends.
        tokens: Its words of the lexicon, in order.
        roles: All their roles.
        ends_sentence: Whether a sentence ends with it.
        hits: What judges in it.
        question: Whether it asks.
        why: Whether it asks why, and so takes for granted what it asks about.
        unreal: Whether it says what is wished, feared or supposed.
        contrast: Whether it begins with a word of contrast.
        weight: What it weighs in the text.
    """

    start: int
    end: int
    tokens: list[Token]
    roles: int
    ends_sentence: bool
    hits: list[Hit] = field(default_factory=list)
    question: bool = False
    why: bool = False
    unreal: bool = False
    contrast: bool = False
    weight: float = 1.0


def begins_with(draft: Draft, role: int) -> bool:
    """Whether a clause begins with a word of that role."""
    if not draft.roles & role:
        return False
    first = [token for token in draft.tokens[:2] if token.start - draft.start <= 1]
    return any(token.entry.roles & role for token in first)


def weigh(text: str, drafts: Sequence[Draft]) -> None:
    """Sets what each clause of a text weighs."""
    for index, draft in enumerate(drafts):
        draft.weight = _claimed(text, drafts, index)
        if not draft.contrast and begins_with(draft, Role.RESERVATION):
            draft.weight *= _RESERVATION
    for sentence in _sentences(drafts):
        turns = [index for index, draft in enumerate(sentence) if draft.contrast]
        for index, draft in enumerate(sentence if turns else ()):
            draft.weight *= _BEFORE_CONTRAST if index < turns[-1] else _AFTER_CONTRAST
    if drafts and drafts[-1].weight >= 1.0:
        drafts[-1].weight *= _LAST


def _sentences(drafts: Sequence[Draft]) -> Iterator[Sequence[Draft]]:
    """Returns the sentences; one that begins with a contrast belongs to the one before."""
    begin = 0
    for index, draft in enumerate(drafts):
        following = drafts[index + 1] if index + 1 < len(drafts) else None
        if following is None or (draft.ends_sentence and not following.contrast):
            yield drafts[begin : index + 1]
            begin = index + 1


def _claimed(text: str, drafts: Sequence[Draft], index: int) -> float:
    """Returns what a clause weighs by what it claims; marks conclusions of a condition."""
    draft = drafts[index]
    weight = 1.0
    if draft.question:
        weight *= _WHY if draft.why else _QUESTION
    draft.unreal = draft.unreal or _concludes(text, drafts, index)
    if draft.unreal:
        weight *= _UNREAL
    if draft.roles & Role.CONCESSION:
        weight *= _CONCESSION
    if draft.roles & Role.PAST and not draft.roles & (Role.NOW | Role.COMPARISON):
        later = drafts[index + 1 : index + 3]
        over = any(each.roles & Role.NOW or each.contrast for each in later)
        weight *= _PAST_BEFORE_NOW if over else _PAST
    return weight * _HEARSAY if draft.roles & Role.HEARSAY else weight


def _concludes(text: str, drafts: Sequence[Draft], index: int) -> bool:
    """Whether a clause says what follows from a condition: 就买 after 如果便宜."""
    if not index or not drafts[index - 1].unreal or drafts[index - 1].ends_sentence:
        return False
    return text.startswith(_FOLLOWS_CONDITION, drafts[index].start)
