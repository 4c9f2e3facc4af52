from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.text.language import language_of

LANGUAGES = {"zh", "zh-Hant", "yue", "en", "other", "und"}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("好", "zh"),
        ("味道不错，下次还来", "zh"),
        ("你好", "zh"),
        ("哈" * 1000, "zh"),
        ("iPhone 13 Pro Max 很好", "zh"),
        ("不错不错，very nice！", "zh"),
        ("囧死我了", "zh"),
        ("贼の好", "zh"),
        ("冇得顶", "zh"),
        ("唔，味道不错", "zh"),
        ("哈哈哈😂😂", "zh"),
        ("yyds", "zh"),
        ("hahaha", "zh"),
        ("服務很好", "zh-Hant"),
        ("這家店的態度真的很差，不會再來了", "zh-Hant"),
        ("關係很好，沒有問題", "zh-Hant"),
        ("奶茶太甜了，齁死", "zh"),
        ("齁甜", "zh"),
        ("豆腐氽汤，嘎嘣脆，饸饹面", "zh"),
        ("手机用了三天就坏了裡面进灰客服一直推脱不给退", "zh"),
        ("難吃", "zh-Hant"),
        ("這個真的很甜，齁死", "zh-Hant"),
        ("唔好食", "yue"),
        ("佢哋態度好差，唔會再嚟", "yue"),
        ("呢间铺嘅嘢好好食", "yue"),
        ("你哋係咪噉做嘢㗎", "yue"),
        ("Good product, it works well.", "en"),
        ("I don't like the taste", "en"),
        ("nice", "en"),
        ("I love 北京 very much, it is a great city to live", "en"),
        ("USB Type-C", "en"),
        ("zhe jia dian hen hao chi", "other"),
        ("kuaidi tai man le", "other"),
        ("très bon produit", "other"),
        ("muy bueno, me gusta mucho", "other"),
        ("Привет, как дела", "other"),
        ("日本語のテキストです", "other"),
        ("한국어 좋아요", "other"),
        ("ราคาถูกมาก", "other"),
        ("جيد جدا", "other"),
        ("", "und"),
        (" \n", "und"),
        ("👍👍", "und"),
        ("。。。", "und"),
        ("2024-01-01 12:00", "und"),
        ("\ud800\u200d", "und"),
    ],
)
def test_language_of(text: str, language: str) -> None:
    assert language_of(text) == language


def test_reads_the_beginning_only() -> None:
    assert language_of("好" * 5_000_000) == "zh"


@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_any_text(text: str) -> None:
    assert language_of(text) in LANGUAGES
