"""Reading ratings, scores and plain words out of cells, in the forms people write them."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

DELETED: Final = "deleted"
"""The field that says that a voice is gone."""

_NO: Final = frozenset(
    ["", "0", "0.0", "-", "false", "f", "no", "n", "null", "none", "nan", "否", "无", "未删除"]
)
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_RATIO = re.compile(r"(\d+(?:\.\d+)?)\s*(?:/|of|out of)\s*(\d+(?:\.\d+)?)\s*(?:分|星)?")
_WITH_UNIT = re.compile(r"(\d+(?:\.\d+)?)\s*(?:分|星级|星|颗星|stars?|points?|点)")
_SCORE = re.compile(r"(\d{1,2})(?:\.0+)?\s*(?:分|星)?(?:\s*[(:、.\-—].*)?")
_CHINESE_DIGITS: Final = {digit: value for value, digit in enumerate("零一二三四五六七八九十")}
_CHINESE_STARS = re.compile(r"([零一两二三四五六七八九十])(半)?(?:颗)?(?:星|分)级?")
_FULL_STARS, _EMPTY_STARS, _HALF_STARS = "★⭐🌟", "☆", "½"
_SCALES: Final = (5.0, 10.0, 100.0)
_RATING_WORDS: Final = {"好评": 5.0, "中评": 3.0, "差评": 1.0}
_SATISFACTION: Final = {
    "非常满意": 5,
    "很满意": 5,
    "满意": 4,
    "比较满意": 4,
    "基本满意": 4,
    "一般": 3,
    "不满意": 2,
    "不太满意": 2,
    "比较不满意": 2,
    "非常不满意": 1,
    "很不满意": 1,
    "very satisfied": 5,
    "satisfied": 4,
    "somewhat satisfied": 4,
    "neutral": 3,
    "neither satisfied nor dissatisfied": 3,
    "dissatisfied": 2,
    "somewhat dissatisfied": 2,
    "very dissatisfied": 1,
}
_EASE: Final = {
    "非常容易": 7,
    "非常轻松": 7,
    "容易": 6,
    "轻松": 6,
    "比较容易": 5,
    "比较轻松": 5,
    "一般": 4,
    "比较困难": 3,
    "比较费力": 3,
    "困难": 2,
    "费力": 2,
    "非常困难": 1,
    "非常费力": 1,
    "very easy": 7,
    "easy": 6,
    "somewhat easy": 5,
    "neither easy nor difficult": 4,
    "somewhat difficult": 3,
    "difficult": 2,
    "very difficult": 1,
}
_MARKED_WORD: Final = re.compile(
    r"(?:(?:[A-Za-z]|[0-9]{1,2})[ ]?[.、:)\-—][ ]?)?(?P<word>[^()0-9]{1,40}?)"
    r"(?:[ ]?\((?P<score>[0-9]{1,2})分?\))?"
)
"""A.满意, 4、满意, 满意(4), 满意（4分）."""
_WORDS_OF_SCALES: Final = {(1, 5): _SATISFACTION, (1, 7): _EASE}


@dataclass(frozen=True, slots=True)
class Rating:
    """A rating as it was written; `best` is the scale's end where the cell itself says it."""

    value: float
    best: float | None = None


def says_yes(value: Any) -> bool:
    """Whether a cell says yes, as a flag or the time of an event does."""
    if value is None or value is False:
        return False
    return folded(str(value)).lower() not in _NO


def folded(text: str) -> str:
    """Returns `text` in NFKC without blanks around it."""
    return unicodedata.normalize("NFKC", text).strip("\ufeff \t\r\n\u3000")


def number_in(value: Any) -> float | None:
    """Returns the number that a cell is, or `None`; a NaN and an infinity are none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        text = folded(value)
        value = float(text) if len(text) < 40 and _NUMBER.fullmatch(text) else None
    elif isinstance(value, int) and value.bit_length() > 1000:
        return None
    try:
        number = float(value) if value is not None else None
    except (TypeError, ValueError):
        return None
    return number if number is not None and math.isfinite(number) else None


def is_number_like(value: Any) -> bool:
    """Tells whether a cell is a number or a rating rather than words."""
    if not isinstance(value, str):
        return number_in(value) is not None
    return len(value) < 40 and (number_in(value) is not None or read_rating(value) is not None)


def scale_of(value: float) -> float | None:
    """Returns the smallest usual scale (5, 10, 100) that holds `value`."""
    return next((scale for scale in _SCALES if 0 <= value <= scale), None)


def read_rating(value: Any) -> Rating | None:
    """Reads 5, "5星", "4.5/5", "★★★★☆", "四星半", "好评"; `None` where it is no rating."""
    number = number_in(value)
    if number is not None:
        return Rating(number) if number >= 0 else None
    if not isinstance(value, str) or len(value) > 40:
        return None
    text = folded(value).lower()
    if text in _RATING_WORDS:
        return Rating(_RATING_WORDS[text], 5.0)
    if match := _RATIO.fullmatch(text):
        value, best = float(match[1]), float(match[2])
        return Rating(value, best) if value <= best else None
    if match := _WITH_UNIT.fullmatch(text):
        return Rating(float(match[1]))
    return _stars(text)


def _stars(text: str) -> Rating | None:
    if match := _CHINESE_STARS.fullmatch(text):
        whole = 2 if match[1] == "两" else _CHINESE_DIGITS[match[1]]
        return Rating(whole + (0.5 if match[2] else 0.0))
    text = text.replace("\ufe0f", "").replace(" ", "").replace("1⁄2", _HALF_STARS)
    full = sum(text.count(star) for star in _FULL_STARS)
    empty, half = text.count(_EMPTY_STARS), text.count(_HALF_STARS)
    if not text or full + empty + half != len(text):
        return None
    return Rating(full + half / 2, float(full + empty + half) if empty else None)


def read_score(value: Any, *, lowest: int, highest: int) -> int | None:
    """Reads a survey's whole score: 9, "9分", "9 - 非常可能", "非常满意" on a scale of five,
    "非常容易" on one of seven.

    A number beside a word of the scale counts, as its options may be named anew: 满意(4).

    Returns:
        The score, or `None` where it is none of `lowest` to `highest`.
    """
    number = number_in(value)
    if number is None and isinstance(value, str) and len(value) < 100:
        text = folded(value)
        word = _word_on(_WORDS_OF_SCALES.get((lowest, highest), {}), text.lower())
        if word is not None and lowest <= word <= highest:
            return word
        match = _SCORE.fullmatch(text)
        rating = None if match else read_rating(text)
        if rating and rating.best not in (None, highest):
            return None  # 4/10 is no 4 of 5.
        number = float(match[1]) if match else rating.value if rating else None
    if number is None or number != int(number) or not lowest <= number <= highest:
        return None
    return int(number)


def _word_on(scale: Mapping[str, int], text: str) -> int | None:
    """Returns what an option in words counts for on a scale, with its mark or score: A.满意."""
    match = _MARKED_WORD.fullmatch(text)
    if match is None or match["word"] not in scale:
        return None
    return int(match["score"]) if match["score"] else scale[match["word"]]
