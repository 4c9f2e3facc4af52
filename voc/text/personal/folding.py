"""Folds the disguises of digits and letters, one for one, so that offsets stay right."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal[
    "phone",
    "landline",
    "id_card",
    "bank_card",
    "plate",
    "email",
    "address",
    "wechat",
    "qq",
    "name",
    "passport",
    "vin",
    "ip",
]

# Where Unicode has ten, or nine from 1 on, digits in a row: full-width, circled, bracketed,
# dotted, mathematical, superscript, Arabic.
_TENS: Final = (0xFF10, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x2080, 0x0660, 0x06F0)
_NINES: Final = (0x2460, 0x2474, 0x2488, 0x2776, 0x2780, 0x278A, 0x24F5, 0x3220, 0x3280)
_SINGLE: Final = dict(zip("⓪⓿⁰¹²³⁴⁵⁶⁷⁸⁹", "000123456789", strict=True))
# 幺 洞 拐 勾 两 are how digits are read out over the phone.
_CHINESE: Final = {
    "0": "零〇○洞",
    "1": "一壹幺弌",
    "2": "二贰貳两兩",
    "3": "三叁參叄",
    "4": "四肆",
    "5": "五伍",
    "6": "六陆陸",
    "7": "七柒拐",
    "8": "八捌",
    "9": "九玖勾",
}


def _digits() -> dict[int, str]:
    table = {first + value: str(value) for first in _TENS for value in range(10)}
    table |= {first + value: str(value + 1) for first in _NINES for value in range(9)}
    return table | {ord(char): digit for char, digit in _SINGLE.items()}


_HALF_WIDTH: Final = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}
_DIGITS: Final = _digits()
_PLAIN: Final = _HALF_WIDTH | _DIGITS
_NUMERALS: Final = {ord(char): digit for digit, chars in _CHINESE.items() for char in chars}

# What people put between the digits of one number, invisible marks and key caps too.
BLANKS: Final = " \t\u00a0\u2000-\u200f\u2060\ufe0f\ufeff\u20e3\u3000"
DASHES: Final = r"\-‐-―－_.．·•・"

ODD_DIGITS: Final = "".join(map(chr, _DIGITS))
NUMERALS: Final = "".join(map(chr, _NUMERALS))

# Letters written for digits, as in l38OO13.
LOOK_ALIKES: Final = "oOlI"
_ROUND: Final = re.compile("(?<=[0-9])[oO]{1,4}(?=[0-9]|(?![A-Za-z]))")
_UPRIGHT: Final = re.compile("(?<=[0-9])[lI](?=[0-9])|(?<![A-Za-z0-9])[lI](?=[3-9][0-9])")


@dataclass(frozen=True, slots=True)
class PrivateSpan:
    """A stretch `[start, end)` of code points that holds personal data of some kind."""

    start: int
    end: int
    kind: Kind


def half_width(text: str) -> str:
    """Returns `text` with full-width ASCII and odd digits as plain ASCII, the length unchanged."""
    return text.translate(_PLAIN)


def with_digits(plain: str) -> str:
    """Returns half-width text with Chinese numerals as digits too, the length unchanged.

    Letters that look like digits count as such between digits.
    """
    digits = plain.translate(_NUMERALS)
    digits = _ROUND.sub(lambda match: "0" * len(match[0]), digits)
    return _UPRIGHT.sub("1", digits)
