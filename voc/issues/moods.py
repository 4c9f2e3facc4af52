"""Moods: what tells how people feel and not what is wrong, so that nobody could mend it."""

from __future__ import annotations

import re
from typing import Final

from voc.records import subject_of
from voc.topics.synonyms import DEGREES

# Words that judge without saying what is wrong; alone they name nothing.
# fmt: off
VAGUE: Final = frozenset((
    "差", "坏", "烂", "垃圾", "不好", "不行", "太差", "很差", "差劲", "差评", "一般", "失望",
    "无语", "恶心", "坑", "坑人", "坑爹", "糟糕", "很烂", "太烂", "生气", "气人", "后悔", "郁闷",
    "不满", "不满意", "有问题", "严重", "不爽", "呵呵", "醉了", "服了", "失败", "很失败", "最差",
    "太坑", "太坑人", "气死人", "不推荐", "不会再点", "推荐",
    "气死", "气死我", "真心", "实在",
    "服", "一星", "一颗星", "给一星",
    "受不了", "麻烦", "凑合", "不靠谱", "太不靠谱", "怀疑人生", "毛病", "没用", "不省心", "不来",
))
# fmt: on

_FELT: Final = VAGUE | {
    *("难受", "烦人", "不太好", "不会推荐", "不建议", "怀疑", "不愉快", "不开心", "不喜欢", "心情"),
    *("想象", "没有想象", "没想象", "要死", "无奈", "算了", "不会再买", "不会再来", "麻烦处理"),
    *("麻烦解决", "添麻烦", "麻烦您", "麻烦你"),
}
# How much, how often or about what one feels so, which tells no more: 失败的一次购物.
_BESIDE: Final = ("购物", "体验", "感觉", "一次", "这次", "问题", "多方面", "其他")
_MOOD: Final = re.compile(
    "(?:{}|[{}的等、（）])+".format(
        "|".join(sorted({*_FELT, *_BESIDE}, key=len, reverse=True)), DEGREES
    )
)
RATING: Final = re.compile("[一二三四五1-5][颗个]?星(?!期)")
"""A rating in words: it tells that something is wrong, and not what."""
_THINGS: Final = frozenset(("垃圾问题",))
"""What is a mood, and with 问题 a thing."""


def is_mood(theme: str) -> bool:
    """Says whether a theme only tells how people feel, as 太坑, 失败购物 or 一星给快递."""
    if theme in _THINGS:
        return False
    is_felt = bool(_MOOD.fullmatch(theme)) and any(word in theme for word in _FELT)
    return is_felt or subject_of(theme) in VAGUE or RATING.search(theme) is not None
