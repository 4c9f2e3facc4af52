"""Texts of one call whose lines say who speaks: 客服：… · [00:05] 说话人1：… · 王五：….

Speakers may stand on a line of their own beside a time, as tools for recordings write them
(说话人1 00:00:05). Who is named by a role or a number is always believed to speak. Any other word
before a colon may be that of a form (订单号：…), so it has to be written as a name, to come again,
or to say by what follows it who is the customer.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from voc.sources.stamps import BOXED_TIME, STAMP, TIME_ALONE, dated, seconds_of
from voc.text.personal.names import is_name
from voc.text.roles import agent_score, find_roles
from voc.text.speakers import AGENT, CUSTOMER, LABEL, NARRATOR, NUMBERED, role_in

_BRACKETED: Final = r"[\[(（【][^\])）】\n]{1,40}[\])）】]"
_TIME: Final = rf"(?:{_BRACKETED}|{STAMP})"
_WORD: Final = r"(?!\d+:\d)[^\s:：，。、！？…,!?;；()（）\[\]【】<>《》\"“”'/\\]{1,12}"
_GAP: Final = r"[ \t]{0,9}"
_SURE: Final = rf"(?:{LABEL}|{NUMBERED})"


def _who(suffix: str = "") -> str:
    return rf"[\[【(（]?(?:(?P<sure{suffix}>{_SURE})|(?P<word{suffix}>{_WORD}))[\]】)）]?"


# 客服：您好 · [00:05] 王五：喂 · 张三(00:00:05)：喂 · 张三 2026-11-03 10:00:05：喂
_MARK: Final = re.compile(
    rf"^{_GAP}(?P<time>{_TIME}{_GAP})?{_who()}(?:{_GAP}(?P<beside>{TIME_ALONE}))?"
    rf"{_GAP}[:：](?!//){_GAP}",
    re.IGNORECASE | re.MULTILINE,
)
# 说话人1 00:00:05 · 王五 2026-11-03 10:00:05 · 00:00:05 王五, above what is said.
_HEADER: Final = re.compile(
    rf"^{_GAP}(?:{_who()}{_GAP}(?P<time>{TIME_ALONE})"
    rf"|(?P<before>{TIME_ALONE})[ \t]{_GAP}{_who('2')}){_GAP}$\n?",
    re.IGNORECASE | re.MULTILINE,
)
# 【客服】您好 · [坐席01][00:05] 您好, without a colon.
_BOX: Final = re.compile(
    rf"^{_GAP}(?P<time>{TIME_ALONE}{_GAP})?[\[【](?P<sure>{_SURE})[\]】]"
    rf"{_GAP}(?P<behind>{BOXED_TIME})?{_GAP}",
    re.IGNORECASE | re.MULTILINE,
)
_STAMPED: Final = re.compile(
    rf"^{_GAP}(?P<time>{BOXED_TIME})[ \t]*(?P<words>[^\n]*)$", re.IGNORECASE | re.MULTILINE
)
_NAMED: Final = re.compile(_SURE, re.IGNORECASE)
_LETTER: Final = re.compile("[0-9A-Za-z甲乙丙丁问答男女]")
_FORM: Final = re.compile(r"[^:：]{1,12}[:：]")
_SHORT_LINE: Final = 12
_OTHERWISE: Final = "Name it .csv if each line is a voice of its own"
_MOST_SPEAKERS: Final = 4
_TO: Final = re.compile("--?>|[-~–—至]")
_LEAST_STAMPED: Final = 2
_LEAST_SHARE: Final = 0.5
"""Of the lines, where none but words say who speaks."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """Who is said to speak at `[start, end)` of a text; sure by a role, a number or a header."""

    speaker: str
    start: int
    end: int
    is_sure: bool
    time: str = ""


def turns_of_marks(text: str) -> list[dict[str, Any]]:
    """Reads a text whose lines begin with who speaks, and perhaps when; else nothing.

    Words before the first mark, as a heading, are a turn of nobody. Seconds count from the first
    turn where times have a date.
    """
    marks = _spoken(_marks(text), text)
    if not marks:
        return []
    times = seconds_of([mark.time for mark in marks])
    turns = [
        {"speaker": mark.speaker, "text": text[mark.end : end].strip(), "start_s": at}
        for (mark, end), at in zip(_stretches(marks, text), times, strict=True)
    ]
    heading = text[: marks[0].start].strip()
    return [*([{"speaker": NARRATOR, "text": heading}] if heading else []), *turns]


def turns_of_stamps(text: str) -> list[dict[str, Any]]:
    """Reads lines that all tell from when to when they were said, and by nobody; else nothing.

    So does Whisper write on a terminal: [00:00.000 --> 00:04.200] 您好.
    """
    lines = list(_STAMPED.finditer(text))
    ranges = [[*seconds_of(_TO.split(line["time"]))] for line in lines]
    written = sum(bool(line.strip()) for line in text.split("\n"))
    if len(lines) < _LEAST_STAMPED or len(lines) < written or {len(one) for one in ranges} != {2}:
        return []
    return [
        {"speaker": "", "text": line["words"].strip(), "start_s": start, "end_s": end}
        for line, (start, end) in zip(lines, ranges, strict=True)
        if line["words"].strip()
    ]


def first_moment(text: str) -> str | None:
    """Returns the date and time of the first turn as written; `None` where it tells no date."""
    marks = _spoken(_marks(text), text)
    return dated(marks[0].time) if marks else None


def why_no_turns(text: str) -> str:
    """Says of a text without turns what it lacks."""
    if any(mark.is_sure or is_name(mark.speaker) for mark in _marks(text)):
        return (
            "does not mark all that speak, or in a way that tells who is the customer. "
            "Write 客服： and 客户： before their words"
        )
    return f"holds no marks of speakers (客服：… 客户：…). {_OTHERWISE}"


def marks_of_cues(cues: Sequence[str]) -> list[tuple[str, str]]:
    """Returns who speaks in each cue, empty where nobody is told, and the words."""
    text = "\n".join(cue.replace("\n", " ") for cue in cues)
    spoken = {mark.start: mark for mark in _spoken(_marks(text, headers=False), text)}
    found: list[tuple[str, str]] = []
    start = 0
    for cue in cues:
        mark, end = spoken.get(start), start + len(cue)
        found.append((mark.speaker if mark else "", text[mark.end if mark else start : end]))
        start = end + 1
    return found


def _marks(text: str, *, headers: bool = True) -> list[_Mark]:
    """Returns all that may say who speaks, in order."""
    found = _headers(text) if headers else []
    taken = {mark.start for mark in found}
    for match in _MARK.finditer(text):
        if match.start() not in taken:
            speaker, time = match["sure"] or match["word"], match["time"] or match["beside"] or ""
            found.append(
                _Mark(speaker, match.start(), match.end(), match["sure"] is not None, time)
            )
    taken = {mark.start for mark in found}
    for match in _BOX.finditer(text):
        if match.start() not in taken:
            time = match["time"] or match["behind"] or ""
            found.append(_Mark(match["sure"], match.start(), match.end(), is_sure=True, time=time))
    return sorted(found, key=lambda mark: mark.start)


def _headers(text: str) -> list[_Mark]:
    """Returns lines that hold a speaker and a time alone, with words below; one alone is none."""
    found: list[_Mark] = []
    for match in _HEADER.finditer(text):
        speaker = next(match[name] for name in ("sure", "word", "sure2", "word2") if match[name])
        time = match["time"] or match["before"]
        found.append(_Mark(speaker, match.start(), match.end(), is_sure=True, time=time))
    again = Counter(mark.speaker for mark in found)
    told = [
        mark
        for mark, end in _stretches(found, text)
        if text[mark.end : end].strip()
        and (again[mark.speaker] > 1 or is_name(mark.speaker) or _NAMED.fullmatch(mark.speaker))
    ]
    return told if len(told) > 1 else []


def _spoken(marks: Sequence[_Mark], text: str) -> list[_Mark]:
    """Returns those marks behind which somebody speaks."""
    sure = {mark.speaker for mark in marks if mark.is_sure}
    counts = Counter(mark.speaker for mark in marks if not mark.is_sure)
    names = {word for word in counts if is_name(word)}
    again = {word for word, count in counts.items() if count > 1}
    if sure:
        timed = _timed(marks) if all(mark.time for mark in marks if mark.is_sure) else set()
        speakers = sure | _other_side(sure, names=names, again=again, timed=timed)
        found = [mark for mark in marks if mark.speaker in speakers]
        return found if len(speakers) > 1 or _is_heading(text[: found[0].start]) else []
    letters = {word for word in counts if _LETTER.fullmatch(word)}
    found = [mark for mark in marks if mark.speaker in names | again | letters]
    is_dialogue = _is_dialogue(found, text, sure=names | (again if again <= letters else set()))
    return found if is_dialogue else []


def _is_heading(text: str) -> bool:
    """Whether lines above a call of one side are no words of the other: 通话时间：2026-11-03."""
    lines = filter(None, map(str.strip, text.split("\n")))
    return all(len(line) <= _SHORT_LINE or _FORM.match(line) for line in lines)


def _timed(marks: Sequence[_Mark]) -> set[str]:
    """Returns the words that stand beside a time each time, as no field of a form does."""
    untimed = {mark.speaker for mark in marks if not mark.time}
    return {mark.speaker for mark in marks if not mark.is_sure} - untimed


def _other_side(sure: Set[str], *, names: Set[str], again: Set[str], timed: Set[str]) -> Set[str]:
    """Returns who else speaks: who answers where the role of one side alone is told.

    What comes again behind a customer's mark may be a form that he fills in, but where each mark
    has its time.
    """
    roles = {role_in(speaker) for speaker in sure}
    if roles == {AGENT}:
        return names | again | timed
    return names | timed if roles == {CUSTOMER} else timed


def _is_dialogue(marks: Sequence[_Mark], text: str, *, sure: Set[str]) -> bool:
    """Whether two to four speak in most lines: all `sure` to, or told apart by their words."""
    speakers = {mark.speaker for mark in marks}
    lines = sum(bool(line.strip()) for line in text.split("\n"))
    if not 2 <= len(speakers) <= _MOST_SPEAKERS or len(marks) < _LEAST_SHARE * lines:
        return False
    if speakers <= sure and (len(speakers) == 2 or all(map(is_name, speakers))):
        return True
    turns = [(mark.speaker, text[mark.end : end]) for mark, end in _stretches(marks, text)]
    roles = find_roles(turns).roles
    return sum(agent_score(words) for name, words in turns if roles.get(name) == AGENT) > 0


def _stretches(marks: Sequence[_Mark], text: str) -> Iterator[tuple[_Mark, int]]:
    """Yields each mark with where the words behind it end."""
    for mark, follows in pairwise([*marks, None]):
        if mark:
            yield mark, follows.start if follows else len(text)
