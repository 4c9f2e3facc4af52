"""The word lists of this room, which anyone may read and edit."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Final, Literal

ListName = Literal[
    "generic_words",
    "broad_words",
    "name_openers",
    "name_closers",
    "name_verdicts",
    "name_unfinished",
    "name_particles",
    "name_praises",
    "name_bare",
    "name_asks",
    "name_rude",
    "name_states",
    "name_denials",
    "name_kinds",
    "name_things",
    "name_alike",
    "name_faint",
    "opposites",
    "asking",
]

_FOLDER: Final = Path(__file__).parent / "data"


@functools.cache
def word_list(name: ListName) -> frozenset[str]:
    """Returns the words of a list; in its file they stand apart by blanks, notes after a `#`."""
    return frozenset().union(*word_sets(name))


@functools.cache
def word_sets(name: ListName) -> tuple[frozenset[str], ...]:
    """Returns the words of a list by the lines they stand in."""
    lines = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    words = (frozenset(line.partition("#")[0].split()) for line in lines)
    return tuple(line for line in words if line)
