"""Telephone numbers as one writes them, in one form: they name a customer wherever they stand."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_SEPARATORS: Final = re.compile(r"[\s\-‐-―().·]+")
_UNSEEN: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
"""Marks of direction and width: they come along where a number is copied out of a telephone."""
_OF_SPREADSHEET: Final = re.compile(r"^'|(?<=\d{9})\.0+$")
"""What makes a cell a text, and what is left of a column that was one of fractions."""
_MOBILE: Final = re.compile(r"(?:tel:)?(?:\+86|0086|86|0)?(1[3-9]\d{9})")
_LANDLINE: Final = re.compile(
    r"(?:tel:)?(?:(?:\+|00)860?|0)((?:10|2\d)[2-9]\d{7}|[3-9]\d\d[2-9]\d{6,7})"
)
_ABROAD: Final = re.compile(r"(?:tel:)?(\+[1-9]\d{6,14})")
_LONGEST: Final = 40


def phone_of(text: str) -> str | None:
    """Returns the number that a text is, as all files write it; `None` where it is none.

    Spaces, dashes, brackets and the country's +86 are left out: 138 0013 8000, +86-13800138000 and
    013800138000 are 13800138000, (021) 6288-8888 is 02162888888. So is what a spreadsheet adds, as
    in '13800138000 and 13800138000.0, and what nobody sees. Numbers abroad keep their +. One that
    is masked is none, as many have it.
    """
    if len(text) > _LONGEST:
        return None
    shown = _UNSEEN.sub("", unicodedata.normalize("NFKC", text)).strip()
    plain = _SEPARATORS.sub("", _OF_SPREADSHEET.sub("", shown)).lower()
    if found := _MOBILE.fullmatch(plain):
        return found[1]
    if found := _LANDLINE.fullmatch(plain):
        return f"0{found[1]}"
    found = _ABROAD.fullmatch(plain)
    return found[1] if found else None


def is_mobile(number: str) -> bool:
    """Whether a number in the form of `phone_of` is a mobile's, which one person has."""
    return number.startswith("1")
