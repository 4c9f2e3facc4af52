"""Stretches of a clause that may stand as a name: where they begin, and where they end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from typing import Final

from voc.topics.wordlists import word_list
from voc.topics.words import Reading, Word

MAX_NAME: Final = 12
# What a number stands before.
_COUNTED: Final = frozenset("路区栋号楼层期线站县市镇街室年月日点元度级届环款代")
# What a number of any kind stands before, as in 半个多小时才到.
_LASTING: Final = ("小时", "分钟", "钟头")
_SOME: Final = frozenset("几多个数半")
# 手机、电脑等配件: what ends or begins so has lost its other half.
_AND_SO_ON: Final = "等"
# Who or which it is, a reader of the name cannot know: 我车龄, 这三期.
POINTERS: Final = frozenset("我你您他她它咱俺这那该此")
# What comes after it is no part of what comes before: 事故后的处理.
_THEN: Final = frozenset(("后", "时", "之后", "以后", "之前", "以前", "期间", "时候"))
# What stands between a word and the thing that it describes.
_OF: Final = "的"
# A word of so many uses that so few of them end what is said speaks of what would come after it.
_MANY_USES: Final = 20
_SELDOM: Final = 0.03


@cache
def edges() -> frozenset[str]:
    """Returns the words without content that may yet begin or end a name."""
    return word_list("name_openers") | _closers()


@cache
def _closers() -> frozenset[str]:
    return word_list("name_closers") | word_list("name_verdicts")


def seldom_last(readings: Iterable[Reading]) -> frozenset[str]:
    """Returns common words that hardly ever end what is said, as 强制, 位于 and 未能.

    What a particle or a gap follows ends what is said. A name that ends so is cut off.
    """
    particles = word_list("name_particles")
    uses: Counter[str] = Counter()
    ends: Counter[str] = Counter()
    for reading in readings:
        start, is_last = -1, True
        for word in reversed(reading.words):
            is_last = is_last or word.end != start
            uses[word.text] += 1
            ends[word.text] += is_last
            start, is_last = word.start, is_last and word.text in particles
    return frozenset(
        word for word, n in uses.items() if n >= _MANY_USES and ends[word] < _SELDOM * n
    )


def stretches(
    reading: Reading, shortest: int, cut_off: Collection[str] = (), without: Collection[str] = ()
) -> Iterator[tuple[str, int, int]]:
    """Yields stretches of words without a gap that may stand as a name, with their ends.

    Args:
        reading: A clause.
        shortest: Characters of the shortest stretch.
        cut_off: Further words that end none.
        without: Words that none holds.
    """
    unfinished = word_list("name_unfinished")
    words = reading.words
    barred = [word.text in _THEN or word.text in without for word in words]
    for first, opener in enumerate(words):
        if barred[first] or not _begins(reading, first):
            continue
        said: set[str] = set()
        for last in range(first, first + 1 if _is_piece(words, first) else len(words)):
            closer = words[last]
            length = closer.end - opener.start
            stammers = closer.tells and closer.text in said  # as 小区的小区 does
            if barred[last] or length > MAX_NAME or stammers:
                break
            if last > first and not _joins(reading.text, words[last - 1], closer):
                break
            if closer.tells:
                said.add(closer.text)
            is_cut = closer.text in unfinished or closer.text in cut_off
            if length >= shortest and not is_cut and _ends(words, last):
                yield reading.text[opener.start : closer.end], first, last


def is_whole(reading: Reading, first: int, last: int) -> bool:
    """Says whether a stretch is all that a clause says, but for particles after it."""
    particles = word_list("name_particles")
    return first == 0 and all(word.text in particles for word in reading.words[last + 1 :])


def _begins(reading: Reading, first: int) -> bool:
    """Says whether a name may begin here: with content, not denied, not in the midst of a list."""
    opener = reading.words[first]
    if not (opener.tells or opener.text in word_list("name_openers")):
        return False
    if opener.text[0] in POINTERS or _cuts(reading, opener):
        return False
    before = reading.words[first - 1] if first else None
    if before is None or before.end != opener.start:
        return True
    return opener.text != _AND_SO_ON and before.text not in word_list("name_denials")


def _is_piece(words: Sequence[Word], at: int) -> bool:
    """Says whether a word may be a piece of the one before it, as 城 of 保利城, 村 of 白云村."""
    before = words[at - 1] if at and words[at - 1].end == words[at].start else None
    return words[at].tells and len(words[at].text) == 1 and before is not None and before.tells


def _ends(words: Sequence[Word], last: int) -> bool:
    """Says whether a name may end here: with content, or with a verdict on what came before."""
    closer, after = words[last], words[last + 1 : last + 3]
    if closer.tells or closer.text not in _closers():
        return closer.tells
    if not after or after[0].start != closer.end:
        return True
    # 很大 of 很大的困扰 judges what comes after it.
    describes = after[0].text == _OF and len(after) > 1 and after[1].start == after[0].end
    return not (after[0].tells or describes)


def _cuts(reading: Reading, opener: Word) -> bool:
    """Says whether what begins so was cut off a number or a mask, as 路 off 98路 or **路."""
    before = reading.text[: opener.start].rstrip(" ")[-1:]
    if opener.text.startswith(_LASTING):
        return before.isnumeric() or before in _SOME
    counted = before == "*" or (before.isascii() and before.isalnum())
    return counted and opener.text[0] in _COUNTED


def _joins(text: str, before: Word, after: Word) -> bool:
    """Says whether two words stand together; Latin ones do with a blank between them."""
    gap = text[before.end : after.start]
    return gap == "" or (gap == " " and before.text.isascii() and after.text.isascii())
