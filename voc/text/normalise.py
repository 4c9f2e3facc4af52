"""Brings texts into one form for matching and models, with a way back to the original offsets.

`sanitise` keeps the length and makes a text storable anywhere. `normalise` folds what writes the
same word differently: full width, letter case, traditional characters, markup, long runs.
"""

from __future__ import annotations

import functools
import html
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

REPLACEMENT: Final = "\ufffd"

# Stands for a character that one character cannot replace. A noncharacter, so no text needs it.
_EXPANDS: Final = "\uffff"

_UNSTORABLE: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(
        f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
    )
    + "]"
)
_ENTITY: Final = re.compile(
    r"&(?:amp;){0,3}(?:nbsp;?|[A-Za-z]{2,8};|#\d{1,7};|#[xX][0-9A-Fa-f]{1,6};)"
)
_TAG: Final = re.compile(
    r"<(?=[/!A-Za-z])(?:/?(?P<name>br|p|div|li|tr|h[1-6]|ul|ol|table|blockquote|hr|section"
    r"|span|a|img|b|i|u|s|em|strong|font|td|th|tbody|center|sub|sup|pre|code|label|video|iframe)"
    r"(?:\s[^<>]{0,2000})?/?>|!--[^<>]{0,2000}-->)",
    re.IGNORECASE,
)
_BLOCKS: Final = re.compile(r"br|p|div|li|tr|h[1-6]|ul|ol|table|blockquote|hr|section", re.I)
_MARKS: Final = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
)
_MARK_FLOOD: Final = re.compile(f"(?<=[{_MARKS}][{_MARKS}])[{_MARKS}]+")
_BLANKS: Final = re.compile(r"^\s+|\s+$|\s{2,}|[^\S \n]")
_RUN: Final = re.compile(r"([^\s\d])\1{3,}")
_UNTIDY: Final = re.compile(rf"^\s|\s$|\s\s|[^\S \n]|([^\s\d])\1\1\1|[{_MARKS}]{{3}}")


@dataclass(frozen=True, slots=True)
class Normalised:
    """A normalised text that knows where each of its characters came from.

    Attributes:
        text: The normalised text.
        offsets: For each code point of `text` the offset of the original one it came from, and
            one more, the length of the original.
        ends: For each code point of `text` the end of the original stretch that it stands for.
    """

    text: str
    offsets: Sequence[int]
    ends: Sequence[int]

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Returns the half-open span of the original text that `[start, end)` came from."""
        start = max(0, min(start, len(self.text)))
        first = self.offsets[start]
        if end <= start:
            return first, first
        return first, self.ends[min(end, len(self.text)) - 1]


def sanitise(text: str) -> tuple[str, int]:
    """Replaces what some store or format cannot hold by U+FFFD, one for one.

    NUL and other control characters except tab, line feed and carriage return, lone surrogates
    and noncharacters.

    Returns:
        The text, as many code points long as before, and how many of them were replaced.
    """
    return _UNSTORABLE.subn(REPLACEMENT, text)


def normalise(text: str, *, simplify: bool = True) -> Normalised:
    """Returns `text` in the form in which texts are matched and read by models.

    Full-width and compatibility characters become plain ones and Latin letters lower case, one
    code point at a time; traditional characters become simplified ones (`simplify`), also one at
    a time, so that a word is folded alike wherever it stands. Zero-width characters and
    variation selectors go, HTML entities are read and tags dropped, white space is one space or
    one line feed, and more than three of a character in a row, digits apart, are three.
    """
    table = _SIMPLIFIED if simplify else _PLAIN
    if "<" not in text and "&" not in text:
        folded = text.translate(table)
        if _EXPANDS not in folded and not _UNTIDY.search(folded):
            places = range(len(text) + 1)
            return Normalised(folded, places, places[1:])
    draft = _Draft(text)
    if "&" in text:
        draft.replace(_ENTITY, _read_entity)
    if "<" in draft.text:
        draft.replace(_TAG, _read_tag)
    draft.fold(table)
    draft.replace(_MARK_FLOOD, lambda _: "")
    draft.replace(_BLANKS, _one_blank)
    draft.shorten_runs()
    return Normalised(draft.text, (*draft.starts, len(text)), tuple(draft.ends))


class _Draft:
    """A text under change; `starts` and `ends` hold the origin of each of its code points."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = list(range(len(text)))
        self.ends = list(range(1, len(text) + 1))

    def replace(
        self, pattern: re.Pattern[str], replacement: Callable[[re.Match[str]], str]
    ) -> None:
        """Replaces every match; each new character stands for the whole match."""
        pieces: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        done = 0
        for match in pattern.finditer(self.text):
            begin, stop = match.span()
            new = replacement(match)
            if new == match[0]:
                continue
            pieces += self.text[done:begin], new
            starts += self.starts[done:begin] + [self.starts[begin]] * len(new)
            ends += self.ends[done:begin] + [self.ends[stop - 1]] * len(new)
            done = stop
        if done:
            self.text = "".join((*pieces, self.text[done:]))
            self.starts = starts + self.starts[done:]
            self.ends = ends + self.ends[done:]

    def fold(self, table: _FoldingTable) -> None:
        """Maps each code point by `table`, which may make it several or none."""
        folded = self.text.translate(table)
        if _EXPANDS not in folded:
            self.text = folded
            return
        pieces = [
            table.expansion(original) if new == _EXPANDS else new
            for original, new in zip(self.text, folded, strict=True)
        ]
        self.starts = [at for at, new in zip(self.starts, pieces, strict=True) for _ in new]
        self.ends = [at for at, new in zip(self.ends, pieces, strict=True) for _ in new]
        self.text = "".join(pieces)

    def shorten_runs(self) -> None:
        """Keeps three of each longer run; the third stands for the rest too."""
        runs = [match.span() for match in _RUN.finditer(self.text)]
        if not runs:
            return
        kept = [
            (begin, stop)
            for (_, begin), (stop, _) in pairwise([(0, 0), *_thirds(runs), (len(self.text),) * 2])
        ]
        for begin, stop in runs:
            self.ends[begin + 2] = self.ends[stop - 1]
        self.text = "".join(self.text[begin:stop] for begin, stop in kept)
        self.starts = [at for begin, stop in kept for at in self.starts[begin:stop]]
        self.ends = [at for begin, stop in kept for at in self.ends[begin:stop]]


def _thirds(runs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """For each run the stretch that goes: from after its third character to its end."""
    return [(begin + 3, stop) for begin, stop in runs]


def _read_entity(match: re.Match[str]) -> str:
    name = match[0].replace("amp;", "") if match[0] != "&amp;" else match[0]
    if name in ("&nbsp", "&nbsp;"):
        return " "
    return html.unescape(name) or " "


def _read_tag(match: re.Match[str]) -> str:
    return "\n" if _BLOCKS.fullmatch(match["name"] or "") else ""


def _one_blank(match: re.Match[str]) -> str:
    if match.start() == 0 or match.end() == len(match.string):
        return ""
    return "\n" if "\n" in match[0] or "\r" in match[0] else " "


class _FoldingTable(dict[int, str]):
    """What each code point becomes, filled as characters are met.

    A code point that becomes several or none is `_EXPANDS` here and stands in `expansion`.
    """

    def __init__(self, *, simplify: bool) -> None:
        super().__init__()
        self._simplify = simplify

    def __missing__(self, code: int) -> str:
        new = self.expansion(chr(code))
        self[code] = kept = new if len(new) == 1 else _EXPANDS
        return kept

    def expansion(self, char: str) -> str:
        """Returns what `char` becomes."""
        code = ord(char)
        if 0x4E00 <= code <= 0x9FFF:
            return _simplified(char) if self._simplify else char
        if char in "\t\n\r ":
            return char
        if unicodedata.category(char) in ("Cf", "Cc") or _selects_a_variant(code):
            return ""
        if 0xD800 <= code <= 0xDFFF or code & 0xFFFE == 0xFFFE:
            return REPLACEMENT
        new = unicodedata.normalize("NFKC", char)
        if new[0].isspace() and not char.isspace():
            new = char
        new = new.lower()
        return _simplified(new) if self._simplify and not new.isascii() else new


def _selects_a_variant(code: int) -> bool:
    return 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF or code in (0x034F, 0x20E3)


@functools.cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


def _simplified(text: str) -> str:
    """Returns `text`, a character or two, in simplified characters."""
    simplified: str = _converter().convert(text)
    return simplified


_PLAIN: Final = _FoldingTable(simplify=False)
_SIMPLIFIED: Final = _FoldingTable(simplify=True)
