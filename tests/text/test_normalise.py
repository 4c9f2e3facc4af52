from __future__ import annotations

import json
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.growth import loops
from voc.text.normalise import normalise, sanitise

FAMILY = "👨\u200d👩\u200d👧"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("ＡＢＣ１２３，！？：；（）", "abc123,!?:;()"),
        ("　全角空格　在中间　", "全角空格 在中间"),
        ("iPhone13 Pro", "iphone13 pro"),
        ("這家店的服務態度真的很差", "这家店的服务态度真的很差"),
        ("係咪噉嘅", "系咪噉嘅"),
        ("哈哈哈哈哈哈哈", "哈哈哈"),
        ("好！！!!！", "好!!!"),
        ("……", "..."),
        ("100000元", "100000元"),
        ("太\u200b好\u200f了\ufeff", "太好了"),
        ("喜欢❤️", "喜欢❤"),
        (FAMILY, "👨👩👧"),
        ("第一行<br>第二行<br/>第三行", "第一行\n第二行\n第三行"),
        ('看<a href="https://example.com/?q=1">这里</a>吧', "看这里吧"),
        ("<p>好</p><!-- 无 -->", "好"),
        ("a&nbsp;b&nbspc", "a b c"),
        ("质量&amp;价格 &lt;3 &quot;好&quot;", '质量&价格 <3 "好"'),
        ("&#20320;&#x597d;", "你好"),
        ("a\r\n\r\n\tb", "a\nb"),
        ("ｶﾀｶﾅ ㎡ ① Ⅲ ½", "カタカナ m2 1 iii 1⁄2"),
        ("e" + "\u0301" * 1000, "e\u0301\u0301"),
        ("e" + "\u0301\u0302\u0303\u0304" * 250, "e\u0301\u0302"),
        ("", ""),
        (" \t\n", ""),
        ("哈" * 1000, "哈哈哈"),
        ("\ud800", "\ufffd"),
    ],
)
def test_folds(before: str, after: str) -> None:
    assert normalise(before).text == after


@pytest.mark.parametrize(
    "text",
    [
        "味道不错,下次还来",
        "2.0t的动力够用",
        "1<a且a>3",
        "at&t &foo; a&b",
        "(￣▽￣) ^_^ :)",
        "哈哈哈",
        "👍🏻",
        "第一行\n第二行",
        "10000",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert normalise(text).text == text


def test_keeps_traditional_where_told() -> None:
    assert normalise("服務，ＯＫ", simplify=False).text == "服務,ok"


@pytest.mark.parametrize(
    ("text", "part", "original"),
    [
        ("真的很好吃，ＯＫ", "ok", "ＯＫ"),
        ("味道<br>好<br>吃", "好", "好"),
        ("哈哈哈哈哈哈好", "哈哈哈", "哈哈哈哈哈哈"),
        ("哈哈哈哈哈哈好", "好", "好"),
        ("a&nbsp;b", "b", "b"),
        ("&amp;nbsp;好&amp;坏", "&", "&amp;"),
        ("太\u200b好了", "好了", "好了"),
        ("太\u200b好了", "太好", "太\u200b好"),
        ("面积20㎡大", "m2", "㎡"),
        ("服務態度", "态度", "態度"),
    ],
)
def test_finds_the_way_back(text: str, part: str, original: str) -> None:
    normalised = normalise(text)
    start = normalised.text.index(part)
    begin, end = normalised.original_span(start, start + len(part))
    assert text[begin:end] == original


def test_original_span_is_kept_inside() -> None:
    normalised = normalise("哈哈哈哈好")
    assert normalised.original_span(0, 99) == (0, 5)
    assert normalised.original_span(4, 4) == (5, 5)
    assert normalised.original_span(2, 2) == (2, 2)
    assert normalise("").original_span(0, 0) == (0, 0)


@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_offsets_are_in_order(text: str) -> None:
    normalised = normalise(text)
    assert len(normalised.offsets) == len(normalised.text) + 1
    assert len(normalised.ends) == len(normalised.text)
    assert list(normalised.offsets) == sorted(normalised.offsets)
    assert list(normalised.ends) == sorted(normalised.ends)
    assert normalised.offsets[-1] == len(text)
    for start, end in zip(normalised.offsets, normalised.ends, strict=False):
        assert 0 <= start < end <= len(text)


@pytest.mark.parametrize(
    ("before", "after", "count"),
    [
        ("好\x00吃", "好\ufffd吃", 1),
        ("a\x07\x1f\x7f\x85b", "a\ufffd\ufffd\ufffd\ufffdb", 4),
        ("\ud800好\udfff", "\ufffd好\ufffd", 2),
        ("\ufdd0\ufffe\uffff\U0001fffe", "\ufffd" * 4, 4),
        ("tab\t行\r\n", "tab\t行\r\n", 0),
        (FAMILY, FAMILY, 0),
        ("e" + "\u0301" * 1000, "e" + "\u0301" * 1000, 0),
        ("\u202eabc", "\u202eabc", 0),
        ("\ufffd", "\ufffd", 0),
        ("", "", 0),
    ],
)
def test_sanitise(before: str, after: str, count: int) -> None:
    assert sanitise(before) == (after, count)


@given(st.text(st.characters(exclude_categories=()), max_size=80))
def test_sanitised_text_survives_stores(text: str) -> None:
    clean, replaced = sanitise(text)
    assert len(clean) == len(text)
    assert sanitise(clean) == (clean, 0)
    assert (clean == text) == (replaced == 0)
    assert json.loads(json.dumps(clean, ensure_ascii=False).encode()) == clean
    with sqlite3.connect(":memory:") as connection:
        assert connection.execute("SELECT ?", (clean,)).fetchone()[0] == clean
    assert "\x00" not in clean


def test_unchanged_text_is_fast() -> None:
    text = "这家店的味道真的不错,服务员态度也很好,就是停车不太方便,周末去要等位半小时,下次再来"
    assert loops(normalise, text, 25) < 25
