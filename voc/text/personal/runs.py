"""Cuts texts into runs of digits that few separators part, of which numbers are made."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from voc.text.personal.folding import BLANKS, DASHES, LOOK_ALIKES, NUMERALS, ODD_DIGITS

SEPARATORS: Final = rf"{BLANKS}{DASHES},，、/|()（）~+"
_RUN: Final = re.compile(rf"[0-9](?:[{SEPARATORS}]{{0,3}}+[0-9]){{6,}}+")
# Apart, for a set of characters is searched much faster while it has none beyond U+FFFF.
_RAW: Final = f"0-9{LOOK_ALIKES}{NUMERALS}" + "".join(
    char for char in ODD_DIGITS if char <= "\uffff"
)
_MAYBE: Final = re.compile(rf"[{_RAW}](?:[{SEPARATORS}]{{0,3}}+[{_RAW}]){{6}}")
_MAYBE_ODD: Final = re.compile("[\U0001d7ce-\U0001d7ff]")

_SPOKEN_OF: Final = re.compile(
    r"(?:tel|phone|mobile|call|number|num|no|vx|wx|qq|id|card|(?<![A-Za-z])[vtmq])$", re.I
)
_SAME_NUMBER: Final = re.compile(r"v|wx|vx|tel|call|qq|微", re.I)


def may_hold_numbers(text: str) -> bool:
    """Whether the text, as written, has seven digits of any kind close together."""
    return _MAYBE.search(text) is not None or _MAYBE_ODD.search(text) is not None


def digit_runs(plain: str, digits: str) -> Iterator[Run]:
    """Yields each run of seven digits or more that at most three separators part.

    Args:
        plain: The text in half width.
        digits: The same with Chinese numerals as digits.
    """
    for match in _RUN.finditer(digits):
        yield Run(plain, digits, match.start(), match.end())


class Run:
    """Digits with separators between; `at[i]` is the place of the i-th digit in the text.

    A number begins and ends at `bounds`: where a group does, or where Chinese numerals meet
    digits, which belong to other words as a rule (张三13812345678一直不通).
    """

    def __init__(self, plain: str, text: str, start: int, end: int) -> None:
        self.plain = plain
        self.text = text
        self.at = [place for place in range(start, end) if "0" <= text[place] <= "9"]
        self.digits = "".join(text[place] for place in self.at)
        self.starts = [0]
        changes = []
        for index, (before, place) in enumerate(pairwise(self.at), start=1):
            if place != before + 1:
                self.starts.append(index)
            elif plain[before].isascii() != plain[place].isascii():
                changes.append(index)
        self.candidates = sorted((*self.starts, *changes))
        self.bounds = {*self.candidates, len(self.at)}

    def match(self, pattern: re.Pattern[str], start: int) -> int:
        """Returns where a match from `start` ends if a group ends there too, else 0."""
        match = pattern.match(self.digits, start)
        return match.end() if match and match.end() in self.bounds else 0

    def inner(self, start: int, end: int) -> list[int]:
        """Returns where groups begin between two of the run's bounds."""
        return self.starts[bisect_right(self.starts, start) : bisect_left(self.starts, end)]

    def shape(self, start: int, end: int) -> tuple[int, ...]:
        """Returns the sizes of the groups between two of the run's bounds."""
        return tuple(b - a for a, b in pairwise([start, *self.inner(start, end), end]))

    def separators(self, start: int, end: int) -> set[str]:
        return {self.separator(index) for index in self.inner(start, end)}

    def separator(self, index: int) -> str:
        """Returns what stands before the digit at `index` and after the one before."""
        return self.text[self.at[index - 1] + 1 : self.at[index]]

    def separators_around(self, start: int, end: int) -> set[str]:
        """Returns what parts the digits from `start` to `end` from others of the run."""
        return {self.separator(index) for index in (start, end) if 0 < index < len(self.at)}

    def after(self, cue: re.Pattern[str], start: int) -> bool:
        """Whether a cue stands shortly before the digit at `start`.

        No word fits between two digits of a run, so that only the first can have one.
        """
        if start > 0:
            return False
        place = self.at[start]
        return cue.search(self.text, max(0, place - 16), place) is not None

    def touches_letters(self, start: int, end: int) -> bool:
        """Whether letters around make it part of a code, as in SF13812345678."""
        place, stop = self.at[start], self.at[end - 1] + 1
        before = self.text[place - 1 : place]
        if before.isascii() and before.isalpha():
            return not _SPOKEN_OF.search(self.text, max(0, place - 8), place)
        follows = self.text[stop : stop + 1]
        return follows.isascii() and follows.isalpha() and not _SAME_NUMBER.match(self.text, stop)

    def ends(self, end: int) -> tuple[int, int]:
        """Returns an end among the digits together with the one in the text."""
        return end, self.at[end - 1] + 1
