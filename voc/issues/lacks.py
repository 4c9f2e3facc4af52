"""What customers say they did not get, as 没给筷子 of 没有给我们筷子, 筷子都忘了放 or 少了筷子."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from voc.text.kinds import word_kinds
from voc.topics.said import COMPARES, is_thing, is_wrong
from voc.topics.words import Reading

_NEAR: Final = 9
"""Characters between what denies and what is missing, and their own."""
_VERB: Final = "(?P<verb>[给送带放拿开配附装寄])"
_HOW: Final = "(?:[了能肯记我都在再全过]|及时|任何|什么|一[个双份瓶盒根杯张支包袋把])*"
_BEFORE: Final = re.compile(
    f"(?:(?P<no>没有?|木有|未|忘|漏|不){_HOW}{_VERB}|没有?|木有|少了?|缺|漏了?)"
    "(?:[我们了够的过全足]|任何|什么|一[个双份瓶盒根杯张支包袋把])*$"
)
_WITHIN: Final = re.compile(f"(?P<no>没有?|未|忘|漏|不){_VERB}(?P<thing>..+)")
_AFTER: Final = re.compile(
    f"(?:[也都又还就却再从来]|竟然|居然|一[个双份])*(?:(?P<no>没有?|木有|未|忘|漏|不){_HOW}{_VERB}"
    "(?![力点错])|(?:没有?|木有|少了?|缺)了?$)"
)


class Lack(NamedTuple):
    """That something is missing.

    Attributes:
        thing: What.
        how: 没给, 不给 or the like; 没有 where it only is not there.
    """

    thing: str
    how: str


def lacks(reading: Reading) -> Iterator[Lack]:
    """Yields what a clause says is missing; nothing is where it compares, as 没有店里好吃."""
    text = reading.text
    for word in reading.words:
        if whole := _WITHIN.fullmatch(word.text):
            yield Lack(whole["thing"], _how(whole))
            continue
        if not word.tells or len(word.text) < 2 or not _may_lack(word.text):
            continue
        if COMPARES.match(text, word.end) or text.startswith("的", word.end):
            continue
        found = _BEFORE.search(text[max(0, word.start - _NEAR) : word.start]) or _AFTER.match(
            text[word.end : word.end + _NEAR]
        )
        if found:
            yield Lack(word.text, _how(found))


def _may_lack(word: str) -> bool:
    """Says whether a word names a thing; one that no dictionary holds may be a product."""
    return is_thing(word) or not (word in word_kinds() or is_wrong(word))


def _how(found: re.Match[str]) -> str:
    if not found["verb"]:
        return "没有"
    return f"{'不' if found['no'] == '不' else '没'}{found['verb']}"
