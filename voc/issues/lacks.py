"""What customers say they did not get, as 没给筷子 of 没有给我们筷子 and 筷子都忘了放."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from voc.topics.said import COMPARES, is_thing, may_be_thing
from voc.topics.words import Reading, Word

_NEAR: Final = 9
"""Characters between what denies and what is missing, and their own."""
_GIVING: Final = "(?:收到|拿到|[给送带放拿开配附装寄])"
_PIECE: Final = "(?:一[个双份瓶盒根杯张支包袋把件])"
_NO: Final = "(?<![不没未])(?P<no>没有?|木有|未|忘|漏|少|不)"
_HOW: Final = "(?:[了能肯记我都在再全过]|及时)*"
_BETWEEN: Final = "(?:[我们了够的过全足]|任何|什么)*"
_GONE: Final = "(?<![不没未])(?:没有?|木有|少了?|缺了?)"
_BEFORE: Final = re.compile(
    f"(?:{_NO}{_HOW}(?P<verb>{_GIVING})|{_GONE}){_BETWEEN}(?P<piece>{_PIECE})?$"
)
_AFTER: Final = re.compile(
    f"(?:[也都又还就却再从来]|竟然|居然|{_PIECE})*"
    f"(?:{_NO}{_HOW}(?P<verb>{_GIVING})(?:[来到]|过来|上来)?|{_GONE}$)"
)
_WITHIN: Final = re.compile(f"(?P<no>没有?|未|忘|漏|少|不)(?P<verb>{_GIVING})(?P<thing>..+)")
_DENIED: Final = re.compile("(?<![不没未])(没有?|未|不)$")
_GIVEN: Final = re.compile(f"(?P<verb>{_GIVING})(?P<thing>.+)")
NOT_GOT: Final = re.compile(f"(?:没有?|不|少|漏){_GIVING}")
"""How one says that something was not given, whatever it is."""
NOT_THERE: Final = "没有"
# Who gives is not what is missing: 服务员没给.
_GIVER: Final = re.compile(
    ".*(?:员|工|客服|老板|[商店]家|骑手|小哥|经理|师傅|系统|平台|公司|银行|店)"
)
_SAYINGS: Final = frozenset(("面子", "台阶", "五星", "脸色", "好脸色", "好评"))
_LONGEST: Final = 6


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
    words = reading.words
    for at, word in enumerate(words):
        if found := _within(word, reading.text):
            yield found
        elif word.tells and len(word.text) > 1 and may_be_thing(word.text):
            thing = _whole(words, at)
            if lack := _lack(thing, reading, is_last=at + 1 == len(words)):
                yield lack


def _within(word: Word, text: str) -> Lack | None:
    """Hears a lack that is one word: 没给餐具, or 开发票 behind 没."""
    if whole := _WITHIN.fullmatch(word.text):
        return Lack(whole["thing"], _how(whole["no"], whole["verb"]))
    given = _GIVEN.fullmatch(word.text) if len(word.text) > 1 else None
    denied = _DENIED.search(text[: word.start])
    if given and denied and is_thing(given["thing"]) and given["thing"] not in _SAYINGS:
        return Lack(given["thing"], _how(denied[1], given["verb"]))
    return None


def _lack(thing: Word, reading: Reading, *, is_last: bool) -> Lack | None:
    text, rest = reading.text, reading.text[thing.end :]
    if thing.text in _SAYINGS or COMPARES.match(text, thing.end) or rest[:1] in ("的", "中"):
        return None
    before = _BEFORE.search(text[max(0, thing.start - _NEAR) : thing.start])
    if before and (before["verb"] or before["piece"] or is_thing(thing.text)):
        return Lack(thing.text, _how(before["no"], before["verb"]))
    after = _AFTER.match(rest[:_NEAR])
    if after is None or _GIVER.fullmatch(thing.text):
        return None
    end = thing.end + after.end()
    told = [word for word in reading.words if word.end > end]
    is_end = not any(word.tells or word.start < end for word in told)
    return Lack(thing.text, _how(after["no"], after["verb"])) if is_end or is_last else None


def _whole(words: tuple[Word, ...], at: int) -> Word:
    """Returns a thing with the nouns that stand right behind it: 儿童椅, and not 儿童."""
    start, text, tells = words[at].start, words[at].text, words[at].tells
    for word in words[at + 1 :]:
        is_part = word.start == start + len(text) and is_thing(word.text)
        if not is_part or len(text + word.text) > _LONGEST:
            break
        text += word.text
    return Word(start, start + len(text), text, tells)


def _how(no: str | None, verb: str | None) -> str:
    return f"{'不' if no == '不' else '没'}{verb}" if verb else NOT_THERE
