"""What the name of a theme tells, so that two names of one problem are known: 太咸 and 偏咸."""

from __future__ import annotations

import functools
import re
from typing import Final, NamedTuple

from voc.records import is_mixed
from voc.topics.synonyms import kind_of, plain_states
from voc.topics.wordlists import word_sets

# What tells how much before a state, as words of several syllables do: 有点少 is 少.
_SOMEWHAT: Final = re.compile("^(?:有点儿?|有些|比较|稍微?|略微?|偏|非常|特别|相当|实在|过于)")
_ENDINGS: Final = ("等", "问题", "严重")
_SENSES: Final = ("味道", "口味", "口感", "吃起来", "感觉")
"""What is judged wherever something is eaten: 味道太淡 is 太淡."""


class Matter(NamedTuple):
    """A problem.

    Attributes:
        thing: What has it; empty where the name says no more than what is wrong.
        wrong: What is wrong, as one word for all that tell the same.
    """

    thing: str
    wrong: str


def stated(word: str) -> str:
    """Returns the state that a word tells of, however much of it, as 少 of 有点少."""
    state = _SOMEWHAT.sub("", word)
    return state if state in plain_states() else word


def matter_of(name: str) -> Matter | None:
    """Returns what the name of a theme of complaints tells; `None` of one that tells no problem.

    出行不便 and 出行不方便 are one matter, and so are 太咸 and 味道偏咸. Words of one kind
    of trouble tell the same beside the same thing; alone 故障 is not 太黑.
    """
    told = name
    for ending in _ENDINGS:
        told = told.removesuffix(ending)
    if is_mixed(name) or not told:
        return None
    if told in _alike():
        return Matter("", _alike()[told])
    for at in range(len(told)):
        thing, said = told[:at], stated(told[at:])
        thing = "" if thing in _SENSES else thing
        wrong = kind_of(said) if thing else plain_states().get(said, "")
        if wrong:
            return Matter(thing, _alike().get(f"太{wrong}", wrong))
    return None


@functools.cache
def _alike() -> dict[str, str]:
    return {name: min(names) for names in word_sets("name_alike") for name in names}
