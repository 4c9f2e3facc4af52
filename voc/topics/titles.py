"""What a title says, as texts that clauses hold."""

from __future__ import annotations

import re
from typing import Final

from voc.records import NEWLY
from voc.topics.synonyms import plain_states

_PARTS: Final = re.compile(f"[：、（）]|{NEWLY}")
_VAGUE: Final = frozenset(("多方面", "其他", ""))
_JUDGING: Final = re.compile("(?:差劲|很?差|恶劣|不好|一般|不行|问题|等)$")


def words_of_title(title: str) -> tuple[str, ...]:
    """Returns what a title says is wrong: 洒 and 变形 of 包装：洒了、变形（东湖店）.

    What stands before the colon is the aspect, which all of its voices speak of; the place in
    brackets is among the words, and hardly a customer says it.
    """
    _, _, said = title.rpartition("：")
    parts = (_JUDGING.sub("", part) for part in _PARTS.split(said))
    return tuple(plain_states().get(part, part) for part in parts if part not in _VAGUE)
