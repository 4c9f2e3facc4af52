"""Dialogues: lists of turns, and texts that mark who speaks (客服：… 客户：…)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import orjson

from voc.errors import RowError
from voc.records import Turn
from voc.sources.cells import is_filled_in, said_in
from voc.sources.values import folded, number_in
from voc.text.normalise import sanitise
from voc.text.roles import find_roles, role_of_turns
from voc.text.speakers import AGENT, CUSTOMER, LABEL, NARRATOR, NO_CLOCK, NUMBERED, role_in

_MARK = re.compile(
    rf"^[ \t]*(?P<speaker>{LABEL}|{NUMBERED})[ \t]*[::：]{NO_CLOCK}[ \t]*",
    re.IGNORECASE | re.MULTILINE,
)
_TURN_LIMIT: Final = 10_000
_TIME_KEYS: Final = (("start_s", "start"), ("end_s", "end"))
_MOST_SPEAKERS: Final = 4


def speaker_of(value: Any) -> str:
    """Returns `customer` or `agent` for labels that say so, others as they are (0, 1, 张三)."""
    name = folded(str(value))[:64] if value is not None else ""
    return role_in(name) or sanitise(name)[0]


def read_turns(value: Any) -> tuple[Turn, ...]:
    """Reads a dialogue as `[{"speaker", "text", "start_s"?, "end_s"?}]`, also written as JSON.

    Turns without words are left out; so are those after the ten thousandth.

    Raises:
        RowError: It is no such list.
    """
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            raise RowError("turns are not valid JSON") from None
    if not isinstance(value, list):
        raise RowError(f"turns are a {type(value).__name__}, not a list of {{speaker, text}}")
    turns = (_turn(item, number) for number, item in enumerate(value[:_TURN_LIMIT], 1))
    return tuple(turn for turn in turns if turn.text.strip())


def _turn(item: Any, number: int) -> Turn:
    text = item.get("text") if isinstance(item, Mapping) else None
    if not isinstance(text, str):
        raise RowError(f"turn {number} has no text")
    times = [next((item[key] for key in keys if key in item), None) for keys in _TIME_KEYS]
    start, end = (number_in(time) for time in times)
    return Turn(speaker_of(item.get("speaker")), sanitise(text)[0], start, end)


def turns_in_text(text: str) -> tuple[Turn, ...]:
    """Splits a transcript that marks its speakers: at the beginning of lines, or as cells do.

    Returns:
        The turns, or none where the text does not begin with a mark or only one side speaks, or
        where turns follow each other on one line and it is not sure that it is a dialogue.
    """
    lines = _turns_of_lines(text)
    parts = tuple(
        Turn(speaker_of(said.label), said.text, said.start_s) for said in said_in(text) if said.text
    )
    return parts if len(parts) > len(lines) else lines


def _turns_of_lines(text: str) -> tuple[Turn, ...]:
    marks = list(_MARK.finditer(text))
    speakers = {speaker_of(mark["speaker"]) for mark in marks}
    if len(speakers) < 2 or text[: marks[0].start()].strip():
        return ()
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    turns = (
        Turn(speaker_of(mark["speaker"]), text[mark.end() : end].strip())
        for mark, end in zip(marks, ends, strict=True)
    )
    said = tuple(turn for turn in turns if turn.text)
    is_form = len(marks) == len(speakers) and is_filled_in([turn.text for turn in said])
    return () if is_form else said


def with_roles(turns: tuple[Turn, ...]) -> tuple[tuple[Turn, ...], str | None]:
    """Finds who is the customer in a conversation of few speakers that does not say it.

    Returns:
        The turns, and how their roles were found: `speakers` where the words of each numbered
        speaker tell, `turns` where nobody is told apart and each turn was judged by itself,
        `unclear` where they cannot be told, `None` where they are given or it is no conversation.
        Where only one side is given and one other speaks, that is the other side.
    """
    names = {turn.speaker for turn in turns} - {NARRATOR}
    if names & {CUSTOMER, AGENT}:
        return _with_other_side(turns, names), None
    said = [turn for turn in turns if turn.speaker != NARRATOR]
    if len(said) < 2 or len(names) > _MOST_SPEAKERS:
        return turns, None
    if len(names) == 1:
        roles = role_of_turns([turn.text for turn in said])
        if AGENT not in roles or CUSTOMER not in roles:
            return turns, "unclear"
        told = iter(roles)
        return tuple(t if t.speaker == NARRATOR else _as(t, next(told)) for t in turns), "turns"
    found = find_roles([(turn.speaker, turn.text) for turn in said]).roles
    if not found:
        return turns, "unclear"
    return tuple(_as(turn, found.get(turn.speaker, NARRATOR)) for turn in turns), "speakers"


def _with_other_side(turns: tuple[Turn, ...], names: set[str]) -> tuple[Turn, ...]:
    others = names - {CUSTOMER, AGENT}
    if len(names) != 2 or len(others) != 1:
        return turns
    role = AGENT if CUSTOMER in names else CUSTOMER
    return tuple(_as(turn, role) if turn.speaker in others else turn for turn in turns)


def _as(turn: Turn, role: str) -> Turn:
    return replace(turn, speaker=role)


def joined(turns: tuple[Turn, ...]) -> str:
    """Returns the words of all turns, a line each."""
    return "\n".join(turn.text for turn in turns)


def cut_turns(turns: tuple[Turn, ...], max_chars: int) -> tuple[Turn, ...]:
    """Returns the first turns whose join has at most `max_chars` code points, the last one cut."""
    kept: list[Turn] = []
    room = max_chars
    for turn in turns:
        if room <= 0:
            break
        kept.append(Turn(turn.speaker, turn.text[:room], turn.start_s, turn.end_s))
        room -= len(turn.text) + 1
    return tuple(kept)
