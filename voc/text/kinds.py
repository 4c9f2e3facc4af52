"""What kinds of words there are in Chinese, by jieba's dictionary."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from voc.text.personal.name_shapes import NICKNAME, TITLE, USUAL_GIVEN, USUAL_NAME

_NAME: Final = re.compile(rf"{USUAL_NAME}|{NICKNAME}|{USUAL_GIVEN}{{2}}|\w{{1,3}}(?:{TITLE})")

# Things that the dictionary holds for set phrases.
_THINGS: Final = frozenset(
    ("自来水", "出入口", "入口处", "十字路口", "操作系统", "不动产", "售后服务", "送货员")
)


@functools.cache
def word_kinds() -> Mapping[str, str]:
    """Returns the kind of each word of the dictionary, as `n` of 味道 and `vn` of 消费.

    The kinds are those of ICTCLAS: n and what begins with it are nouns and names, v verbs, a
    adjectives, d adverbs, m numbers, q measure words, t times, u and z particles.
    """
    found = find_spec("jieba")
    folder = Path(str(found.origin)).parent if found else Path()
    with (folder / "dict.txt").open(encoding="utf-8") as lines:
        return {word: kind for word, _, kind in (line.split() for line in lines)}


def is_noun(word: str) -> bool:
    """Says whether a word is a noun or a name, and no verb as well."""
    return word in _THINGS or word_kinds().get(word, "").startswith("n")


def may_name_person(word: str) -> bool:
    """Says whether a word may be somebody's name, as 王建国, 小红 and 晓红: no common one is."""
    return word_kinds().get(word, "nr") == "nr" and _NAME.fullmatch(word) is not None
