"""Tells what language a text is in, as far as the models care: Chinese of which kind, or not."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any, Final, Literal

Language = Literal["zh", "zh-Hant", "yue", "en", "other", "und"]

_READ_CHARS: Final = 2_000
# Up to so many Chinese characters, a single traditional one tells.
_SHORT: Final = 12

_HAN: Final = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_LATIN_WORD: Final = re.compile(r"[A-Za-zÀ-ɏ]+(?:['’][A-Za-z]{1,3})?")
_KANA: Final = re.compile("[\u3041-\u30ff\uff66-\uff9d]")
_FOREIGN: Final = re.compile(
    "[\u0370-\u1cff\u1e02-\u1fff\u2c00-\u2dff\ua000-\uabff\uac00-\ud7af\uff66-\uffdc]"
)
# A Hangul syllable, like a Chinese character, is a third to a half of a word; letters are less.
_LETTERS_OF_A_WORD: Final = 4

# Cantonese in its own characters, and as written in simplified ones.
_CANTONESE: Final = re.compile(
    "[嘅咗喺哋嚟嘢佢啲噉嗰冚嘥唓嗮]|唔(?![，。,.！!…~～唔嗯\\s]|$)|(?<![关關联聯体體干])[係系](?=咪|唔|度|噉|咁|要|佢|我)"
)
_CANTONESE_HINT: Final = re.compile(
    "[冇咁乜睇俾畀啱靚嬲攞瞓揾搵掟咩喇㗎]|边度|邊度|几多|幾多|点解|點解|好似"
)
# In Big5 but not in GB 2312, and yet used by people who write simplified characters.
_MODERN: Final = str.maketrans(
    "", "", "囧瞭喆煊堃槑淼珺翀瑄晞婧雯瑶骞昇祎烜赟旸弢嗨咗嘅喺哋嘢佢啲咁唔冇"
)

_SYLLABLE: Final = (
    "(?:(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?"
    "(?:iang|iong|uang|ang|eng|ing|ong|iao|ian|uai|uan|ai|ei|ui|ao|ou|iu|ie|ue|ve|er|an|en|in|un"
    "|ia|ua|uo|a|o|e|i|u|v))"
)
_PINYIN: Final = re.compile(rf"\A{_SYLLABLE}{{1,4}}\Z")
# What Chinese write in Latin letters: initials of words, laughter.
_SLANG: Final = re.compile(
    "yyds|xswl|nb(?:nb)*|nsdd|awsl|plmm|zqsg|d{3,}|ssfd|bdjw|yysy|h{3,}|(?:ha|he){2,}"
)


def language_of(text: str) -> Language:
    """Returns the language of `text`, judged by its first 2,000 characters.

    `zh` is Mandarin in simplified characters, or in ones that both scripts share; `zh-Hant` in
    traditional ones; `yue` Cantonese in either. Chinese with English words in it is Chinese.
    `en` is English. `other` is any other language, pinyin too. `und` has no words to tell by:
    blank, digits, punctuation, emoji.
    """
    head = text[:_READ_CHARS]
    characters = "".join(_HAN.findall(head))
    han = len(characters)
    if han == 0 and head.isascii():
        return _of_latin(_LATIN_WORD.findall(head))
    kana = len(_KANA.findall(head))
    foreign = len(_FOREIGN.findall(head)) / _LETTERS_OF_A_WORD
    latin = _LATIN_WORD.findall(head)
    if kana > 1 and kana > 0.15 * (han + kana):
        return "other"
    if foreign > max(han, len(latin)):
        return "other"
    if han == 0 or len(latin) > 3 * han:
        return _of_latin(latin)
    return _of_chinese(head, characters)


def _of_chinese(text: str, characters: str) -> Language:
    sure = len(_CANTONESE.findall(text))
    if sure:
        score = sure + 0.5 * len(_CANTONESE_HINT.findall(text))
        if score >= max(1.0, 0.06 * len(characters)):
            return "yue"
    plain = characters.translate(_MODERN)
    # What both standards hold cancels out: traditional ones less simplified ones are left.
    surplus = len(plain.encode("big5", "ignore")) - len(plain.encode("gb2312", "ignore"))
    if surplus <= 0.04 * len(plain):
        return "zh"
    # A rare character (齁, 氽) may be in no small standard, and yet have no other form.
    needed = max(0.04 * len(plain), 1 if len(plain) <= _SHORT else 2)
    return "zh-Hant" if _traditional(plain) >= needed else "zh"


def _traditional(characters: str) -> int:
    """Counts characters that only traditional writing has."""
    rare = "".join(char for char in characters if not char.encode("gb2312", "ignore"))
    simplified: str = _converter().convert("\n".join(rare))
    return sum(old != new for old, new in zip(rare, simplified.split("\n"), strict=False))


@functools.cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


def _of_latin(words: list[str]) -> Language:
    lower = [word.lower().replace("’", "'").partition("'")[0] for word in words]
    if not lower:
        return "und"
    if all(_SLANG.fullmatch(word) for word in lower):
        return "zh"
    common = _english_words()
    english = sum(word in common for word in lower)
    if english * 4 < len(lower):
        pinyin = sum(_PINYIN.match(word) is not None for word in lower)
        accented = sum(not word.isascii() for word in lower)
        if pinyin * 4 >= len(lower) * 3 or accented or len(lower) > 3 + (english > 0):
            return "other"
    return "en"


@functools.cache
def _english_words() -> frozenset[str]:
    lines = (Path(__file__).parent / "data" / "english_words.txt").read_text(encoding="utf-8")
    return frozenset(lines.partition("\n")[2].split())
