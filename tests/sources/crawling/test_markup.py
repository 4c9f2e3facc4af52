"""From markup to the words that a reader sees."""

from __future__ import annotations

import pytest

from voc.sources.crawling.markup import own_words_of, parse, words_of
from voc.sources.crawling.site import Fetched


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("<p>起步</p><p>顿挫</p>", "起步\n顿挫"),
        ("起步<br>顿挫<br/>\n\n异响", "起步\n顿挫\n异响"),
        ("<b>起</b><i>步</i>\n  顿挫", "起步 顿挫"),
        ("a&nbsp;&lt;b&gt;&amp;", "a <b>&"),
        ("前<!-- 注 -->后<script>x()</script>尾<style>p{}</style>", "前后尾"),
        ("见<span style='display: none'>隐</span>得", "见得"),
        ("好<img class='emoji' alt=':+1:'><img alt='图'>", "好:+1:"),
        ("<table><tr><td>甲</td><td>乙</td></tr></table>", "甲\n乙"),
        ("<div>前<div class='quote'>引</div>后</div>", "前后"),
        ("没有标签", "没有标签"),
        ("", ""),
        ("<p>\x00坏</p>", "坏"),
        ("<div>" * 200 + "深" + "</div>" * 200, "深"),
    ],
)
def test_words(markup: str, words: str) -> None:
    assert words_of(parse(f"<body>{markup}</body>"), ("div.quote",)) == words


def test_reading_words_changes_nothing() -> None:
    tree = parse("<div>前<b>中</b>后</div>")
    assert words_of(tree, ("b",)) == "前后"
    assert words_of(tree) == "前中后"


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("<blockquote><p>李四 写道：不抖</p></blockquote><p>我的抖</p>", "我的抖"),
        ("<p>我的抖</p><blockquote>不抖<blockquote>抖吗</blockquote></blockquote>", "我的抖"),
        ("<div class='quote'>不抖</div>我的抖", "我的抖"),
        ("<blockquote>我的抖</blockquote>", "我的抖"),
        ("<p>……</p><blockquote>我的抖</blockquote>", "……\n我的抖"),
        ("<s>甲</s><blockquote>我的抖</blockquote>", "我的抖"),
    ],
)
def test_quotes_are_left_out_beside_words_of_ones_own(markup: str, words: str) -> None:
    assert own_words_of(parse(f"<body>{markup}</body>"), ("s",)) == words


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<meta charset=gbk>起步顿挫".encode("gbk"), "text/html"),
        ("起步顿挫".encode("gbk"), "text/html; charset=GB2312"),
        ("<meta charset=gbk>起步顿挫，方向盘发抖，很失望".encode(), "text/html"),
        ("起步顿挫，方向盘发抖，很失望".encode("gb18030"), "text/html; charset=utf-8"),
        ("起步顿挫𠮷".encode("gb18030"), "text/html; charset=gb2312"),
    ],
)
def test_a_page_is_read_in_the_encoding_it_is_in(body: bytes, kind: str) -> None:
    assert "起步顿挫" in Fetched("http://x", 200, body, {"content-type": kind}).text
    assert "\ufffd" not in Fetched("http://x", 200, body, {"content-type": kind}).text
