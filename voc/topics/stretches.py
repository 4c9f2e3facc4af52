"""Stretches of a clause that may stand as a name: where they begin, and where they end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from voc.topics.wordlists import word_list
from voc.topics.words import Reading, Word

MAX_NAME: Final = 12
# What a number stands before.
_COUNTED: Final = frozenset("路区栋号楼层期线站县市镇街室年月日点元度级届环款代")
# 手机、电脑等配件: what ends or begins so has lost its other half.
_AND_SO_ON: Final = "等"


def edges() -> frozenset[str]:
    """Returns the words without content that may yet begin or end a name."""
    return word_list("name_openers") | _closers()


def _closers() -> frozenset[str]:
    return word_list("name_closers") | word_list("name_verdicts")


def stretches(reading: Reading, shortest: int) -> Iterator[tuple[str, int, int]]:
    """Yields stretches of words without a gap that may stand as a name, with their ends."""
    openers, closers = word_list("name_openers"), _closers()
    unfinished = word_list("name_unfinished")
    words = reading.words
    for first, opener in enumerate(words):
        if not (opener.tells or opener.text in openers) or _cuts(reading, opener):
            continue
        if opener.text == _AND_SO_ON and first and words[first - 1].end == opener.start:
            continue
        for last in range(first, len(words)):
            closer = words[last]
            if last > first and not _joins(reading.text, words[last - 1], closer):
                break
            length = closer.end - opener.start
            if length > MAX_NAME:
                break
            follows = last + 1 < len(words) and words[last + 1].start == closer.end
            cut = follows and words[last + 1].tells
            ends = closer.tells or (closer.text in closers and not cut)
            if closer.text in unfinished:
                continue
            if length >= shortest and ends and not _stammers(words[first : last + 1]):
                yield reading.text[opener.start : closer.end], first, last


def _stammers(words: Sequence[Word]) -> bool:
    """Says whether a word with content comes twice, as in 小区的小区."""
    content = [word.text for word in words if word.tells]
    return len(set(content)) < len(content)


def _cuts(reading: Reading, opener: Word) -> bool:
    """Says whether what begins so was cut off a number or a mask, as 路 off 98路 or **路."""
    before = reading.text[: opener.start].rstrip(" ")[-1:]
    counted = before == "*" or (before.isascii() and before.isalnum())
    return counted and opener.text[0] in _COUNTED


def _joins(text: str, before: Word, after: Word) -> bool:
    """Says whether two words stand together; Latin ones do with a blank between them."""
    gap = text[before.end : after.start]
    return gap == "" or (gap == " " and before.text.isascii() and after.text.isascii())
