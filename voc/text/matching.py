"""Finds many words in a text at once.

One pass of an automaton (Aho and Corasick 1975, "Efficient String Matching") finds all; of words
that overlap the leftmost longest counts. pyahocorasick's own `iter_long` does the same but misses
words after a longer one that breaks off, so the choice is made here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

import ahocorasick

Value = TypeVar("Value")
Key = TypeVar("Key")


class WordMatcher(Generic[Value]):
    """Finds words, each with a value.

    Words of Latin letters and digits are found as whole words only: ok is not in book.

    Args:
        values: The value of each word.
    """

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._automaton: Any = ahocorasick.Automaton()
        for word, value in values.items():
            if word:
                latin = word.isascii() and word[0].isalnum() and word[-1].isalnum()
                self._automaton.add_word(word, (len(word), latin, value))
        self._automaton.make_automaton()
        self._empty = not any(values)

    def find(self, text: str) -> list[tuple[int, int, Value]]:
        """Returns the words in a text as (start, end, value), in order, without overlap."""
        if self._empty:
            return []
        longest: dict[int, tuple[int, Value]] = {}
        for last, (length, latin, value) in self._automaton.iter(text):
            start, end = last + 1 - length, last + 1
            if not (latin and _is_within_latin(text, start, end)):
                # Ends come in ascending order: the longest word at a start overwrites the others.
                longest[start] = (end, value)
        found = []
        free = 0
        for start in sorted(longest):
            if start >= free:
                free, value = longest[start]
                found.append((start, free, value))
        return found


def _is_within_latin(text: str, start: int, end: int) -> bool:
    around = text[max(0, start - 1) : start] + text[end : end + 1]
    return any(char.isascii() and char.isalnum() for char in around)


class IdentityCache(Generic[Key, Value]):
    """Keeps what was made from objects that cannot be hashed, by their identity.

    Args:
        make: Makes the value of an object.
        size: How many are kept; the oldest goes first.
    """

    def __init__(self, make: Callable[[Key], Value], *, size: int = 16) -> None:
        self._make = make
        self._size = size
        self._kept: dict[int, tuple[Key, Value]] = {}

    def get(self, key: Key) -> Value:
        """Returns the value of `key`, made at its first use."""
        kept = self._kept.get(id(key))
        if kept is not None and kept[0] is key:
            return kept[1]
        while len(self._kept) >= self._size:
            self._kept.pop(next(iter(self._kept)), None)
        value = self._make(key)
        self._kept[id(key)] = (key, value)
        return value
