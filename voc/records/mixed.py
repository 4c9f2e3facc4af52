"""How the names of themes look that name a subject and no problem, as 开发商（推诿、欺骗等）."""

from __future__ import annotations

import re
from typing import Final

MIXED: Final = "（多方面）"
"""What stands after the subject of a theme in which several voices say nothing alike."""
AND_MORE: Final = "（{}等）"
"""Stands there with what several of them judge by."""
OTHER: Final = "（其他{}）"
"""Stands there where other themes have the subject and all that is told of it; with a number."""
_ENDS: Final = re.compile("（(?:多方面|其他[0-9]*|[^（）]+等)）$")

_TOLD: Final = re.compile("（([^（）]+?)等）$")
_VAGUE: Final = re.compile("（(?:多方面|其他[0-9]*)）$")


def is_mixed(name: str) -> bool:
    """Says whether a name is that of a theme in which no problem stands for most."""
    return _ENDS.search(name) is not None


def told_of(name: str) -> str:
    """Returns what is told first of the subject of a mixed theme, as 推诿; nothing of others."""
    return next(iter(tellings_of(name)), "")


def tellings_of(name: str) -> tuple[str, ...]:
    """Returns all that is told of it, as 推诿 and 欺骗; nothing of others."""
    told = _TOLD.search(name)
    return tuple(told[1].split("、")) if told else ()


def subject_of(name: str) -> str:
    """Returns the subject of a mixed theme, as 开发商; all of any other name."""
    return name.partition("（")[0]


def is_vague(name: str) -> bool:
    """Says whether a name is that of a theme in which several voices say nothing alike."""
    return _VAGUE.search(name) is not None
