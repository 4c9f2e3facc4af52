"""Dialogues in one cell of a table, whose turns follow each other on one line.

客服：您好 客户：我的手机坏了 · 【坐席】您好【客户】… · [00:05] 客服：您好<br>[00:09] 客户：… –
parted by blanks, `;`, `|`, `<br>` or `\\n` written out, or by the end of a sentence. A review may
quote as much, and a form may have fields of these names (客户：张三 客服：1001), so a cell is split
only where that it is a dialogue is sure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from voc.sources.stamps import BOXED_TIME, STAMP, TIME_ALONE, seconds_of
from voc.text.personal.name_shapes import NICKNAME, USUAL_NAME
from voc.text.personal.names import is_name
from voc.text.roles import agent_score
from voc.text.speakers import AGENT, CUSTOMER, LABEL, NO_CLOCK, NUMBERED, ROLE, role_in

_GAP: Final = r"[ \t]{0,9}"
_BEGUN: Final = r"(?=[^\s;；|｜。！？!?…~～])"
_PARTED: Final = rf"(?:^|(?<=[\s;；|｜])|(?<=<br>)|(?<=<br/>)|(?<=<br />)|(?<=\\n)){_BEGUN}"
_ENDED: Final = rf"(?<=[。！？!?…~～]){_BEGUN}"
_TIME: Final = rf"(?<![0-9]){TIME_ALONE}"
_COLON: Final = rf"{_GAP}[:：](?!//){NO_CLOCK}"
_BOXED: Final = (
    rf"[【\[［]{_GAP}(?P<boxed>{LABEL}){_GAP}[】\]］]"
    rf"(?:{_GAP}(?:{USUAL_NAME}|{NICKNAME})?{_COLON})?(?:{_GAP}(?P<behind>{BOXED_TIME}))?"
)
_MARK: Final = re.compile(
    rf"(?:{_PARTED}|(?P<ended>{_ENDED}))(?P<time>{TIME_ALONE}{_GAP})?"
    rf"(?P<label>(?![【\[［])(?:{LABEL}|{NUMBERED}))(?:(?:{_GAP}(?P<beside>{_TIME}))?{_COLON}"
    rf"|(?<![\]】]){_GAP}(?P<alone>{_TIME})(?=\s)(?!{_GAP}(?:{LABEL}|{NUMBERED}){_COLON}))"
    rf"|(?P<when>[\[(（【]{_GAP}{STAMP}{_GAP}[\])）】]{_GAP}|(?<!\d){STAMP}[ \t]{_GAP})?{_BOXED}",
    re.IGNORECASE,
)
_TIMES: Final = ("time", "beside", "alone", "when", "behind")
_NUMBERED: Final = re.compile(NUMBERED, re.IGNORECASE)
_ANYWHERE: Final = re.compile(rf"(?:{ROLE})(?:[0-9]{{1,6}})?[】\])）]?[:：]|[【\[](?:{ROLE})[】\]]")
_HINT: Final = re.compile(r"[:：】\]]")
_HEAD: Final = re.compile(r"(?:[\s;；|｜]|<br[ ]?/?>|\\[nr])*", re.IGNORECASE)
_TAIL_REVERSED: Final = re.compile(r"(?:[\s;；|｜]|>/?[ ]?rb<|[nr]\\)*", re.IGNORECASE)
_FIELD: Final = re.compile(r"(?:[\s;；|｜,，]|<br>)[^\s:：;；|｜,，。]{1,10}[:：](?!//)")
_PARTS: Final = re.compile(r"[\s;；|｜<]")
_BARE: Final = re.compile(
    r"(?:[A-Za-z_.\-]*[0-9*＊#@/][0-9A-Za-z*＊#_.@/\-]*)?|无|匿名(?:用户)?|[^\s]?(?:先生|女士|小姐)"
)
_SURE_CHANGES: Final = 2
"""How often the side changes in what nobody quotes or fills in: 客服 · 客户 · 客服."""
_SEEMING_MARKS: Final = 4
"""Marks that make a text look like a dialogue which does not begin with one."""


@dataclass(frozen=True, slots=True)
class Said:
    """One turn of a cell: the label of who speaks, the words, and when they began."""

    label: str
    text: str
    start_s: float | None


@dataclass(frozen=True, slots=True)
class _Mark:
    """Who is said to speak at `[start, end)`; loose where neither a blank nor a colon tells it."""

    label: str
    side: str
    time: str
    start: int
    end: int
    is_loose: bool


def said_in(text: str) -> list[Said]:
    """Splits a cell that surely is a dialogue; else returns nothing.

    It begins with a mark, and one side speaks again behind the other; or both speak, with words
    that are said and not filled in.
    """
    text = text.strip()
    if not _MARK.match(text):
        return []
    marks = list(_marks(text))
    words = [_trimmed(text[mark.end : end]) for mark, end in _stretches(marks, text)]
    if len({mark.side for mark in marks}) < 2 or not _is_said(marks, words):
        return []
    times = seconds_of([mark.time for mark in marks])
    return [Said(mark.label, said, at) for mark, said, at in zip(marks, words, times, strict=True)]


def seems_dialogue(text: str) -> bool:
    """Whether a text looks like a dialogue, be it sure where its turns begin or not.

    It begins with a speaker, or has four marks; and both sides are named.
    """
    if not _HINT.search(text):
        return False
    found = [role_in(match[0].strip("【】[])）:：")) for match in _ANYWHERE.finditer(text)]
    is_begun = _MARK.match(text.strip()) is not None
    return {CUSTOMER, AGENT} <= {*found} and (is_begun or len(found) >= _SEEMING_MARKS)


def is_filled_in(words: Sequence[str]) -> bool:
    """Whether what stands behind the speakers is all names and numbers, as in fields of a form."""
    return all(_is_bare(_PARTS.split(said, maxsplit=1)[0]) for said in words)


def _marks(text: str) -> Iterator[_Mark]:
    for match in _MARK.finditer(text):
        label = match["label"] or match["boxed"]
        side = role_in(label) or (label if _NUMBERED.fullmatch(label) else None)
        if side:
            time = next(filter(None, (match[name] for name in _TIMES)), "")
            is_loose = match["label"] is None or match["ended"] is not None
            yield _Mark(label, side, time, match.start(), match.end(), is_loose)


def _stretches(marks: Sequence[_Mark], text: str) -> Iterator[tuple[_Mark, int]]:
    for mark, follows in pairwise([*marks, None]):
        if mark:
            yield mark, follows.start if follows else len(text)


def _trimmed(text: str) -> str:
    """Returns a turn's words without what parts it from others."""
    found, ended = _HEAD.match(text), _TAIL_REVERSED.match(text[::-1])
    return text[found.end() if found else 0 : len(text) - (ended.end() if ended else 0)]


def _is_said(marks: Sequence[_Mark], words: Sequence[str]) -> bool:
    if sum(one.side != other.side for one, other in pairwise(marks)) >= _SURE_CHANGES:
        return True
    firsts = [_PARTS.split(said, maxsplit=1)[0] for said in words]
    offers = any(
        mark.side == AGENT and agent_score(first) > 0
        for mark, first in zip(marks, firsts, strict=True)
    )
    if any(mark.is_loose or _NUMBERED.fullmatch(mark.side) for mark in marks):
        return offers
    is_listed = len({mark.label for mark in marks}) > len({mark.side for mark in marks})
    is_form = is_listed or any(map(_FIELD.search, words)) or is_filled_in(words)
    return offers or not is_form


def _is_bare(word: str) -> bool:
    """Whether a word is a name, a number or nothing, as fields of a form hold them."""
    return bool(_BARE.fullmatch(word)) or is_name(word)
