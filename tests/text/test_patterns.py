"""No text makes any regular expression of these modules slow."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

import voc.text
from tests import growth
from voc.text.encoding import decode
from voc.text.informative import is_uninformative
from voc.text.language import language_of
from voc.text.marks import blank_marks
from voc.text.normalise import normalise, sanitise
from voc.text.privacy import mask
from voc.text.segment import Segmenter
from voc.text.sentences import clauses, sentences

LENGTH = 100_000
ALLOWED_S = 0.05
# A pattern that is slow at full length shows it at a fifth of it: quadratic time is a 25th.
SHORT = LENGTH // 5
SUSPICIOUS_S = ALLOWED_S / 25
MUCH_S = 0.5
# Linear time is five times as long at full length, with room for a processor shared with others.
LINEAR = 10
HOSTILE = [
    "0", "1", "13", "1 ", "1-", "1   ", "138 ", "62", "1,", "一", "一 ", "①", "a", "a.", "a@",
    "a@a.", "@", "a ", "A1", "京A", "京A1", "京A 1 ", "L1", "qq", "qq1", "vx", "vxa", "微信",
    "微信a", "护照", "路", "路1", "路1号", "1号", "3栋", "3栋1", "村3", "1单元", "市", "区",
    "地址", "地址：省", "住在1", "我叫", "我叫王", "王", "王先", "李小", "姓名", "姓名：",
    "姓名：a ", "人：", "<", "<a ", "<a", "&", "&amp;", "&#", "<!--", " ", "\n", " \n",
    "\u3000", "哈", "。", "，", ".", "…", "~", "“", "\"", "（", "(", ":", "^_", "http://",
    "[", "[数", "//@", "回复@",
    "www.", "但", "不过", "就是", "好就是", "é", "\u200d", "️", "😀", "没有", "默认",
    "系统默认", "凑字数", "此用户", "ha", "zhe", "唔", "係", "\ud800", "�", "X", "1X", "é",
    "а",
]  # fmt: skip


def hostile(piece: str, length: int = LENGTH) -> str:
    """The piece again and again, but for a last character that lets matches fail."""
    return (piece * (length // len(piece) + 1))[: length - 1] + "!"


def compiled(value: Any) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            yield from compiled(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from compiled(item)


def patterns() -> dict[str, re.Pattern[str]]:
    """Every regular expression over text at the top of a module of this room."""
    found = {}
    for module in pkgutil.walk_packages(voc.text.__path__, "voc.text."):
        for name, value in vars(importlib.import_module(module.name)).items():
            for number, pattern in enumerate(compiled(value)):
                if isinstance(pattern.pattern, str):
                    found[f"{module.name}.{name}.{number}"] = pattern
    return found


PATTERNS = patterns()


def test_patterns_are_found() -> None:
    assert len(PATTERNS) > 40
    assert any("privacy" in name or "personal" in name for name in PATTERNS)


def seconds(pattern: re.Pattern[str], text: str) -> float:
    began = time.thread_time()
    for _match in pattern.finditer(text):
        pass
    return time.thread_time() - began


@pytest.mark.parametrize("name", PATTERNS)
def test_no_pattern_is_slow(name: str) -> None:
    pattern = PATTERNS[name]
    slow = {}
    for piece in HOSTILE:
        at_a_fifth = seconds(pattern, hostile(piece, SHORT))
        if at_a_fifth < SUSPICIOUS_S:
            continue
        text = hostile(piece)
        taken = [seconds(pattern, text)]
        # A busy processor takes longer for both lengths, quadratic time 25 times as long.
        while taken[-1] >= max(ALLOWED_S, LINEAR * at_a_fifth) and len(taken) < 4:
            at_a_fifth = max(at_a_fifth, seconds(pattern, hostile(piece, SHORT)))
            taken.append(seconds(pattern, text))
        if min(taken) >= max(ALLOWED_S, LINEAR * at_a_fifth):
            slow[piece] = (round(at_a_fifth, 4), round(min(taken), 3))
    assert not slow


def test_quadratic_time_is_seen() -> None:
    quadratic = re.compile(r"\s*x")
    short, full = (" " * length for length in (SHORT // 20, LENGTH // 20))
    pairs = [(seconds(quadratic, short), seconds(quadratic, full)) for _again in range(4)]
    assert min(full for _short, full in pairs) > LINEAR * min(short for short, _full in pairs)


FUNCTIONS: list[Callable[[str], object]] = [
    mask, normalise, sanitise, sentences, clauses, is_uninformative, language_of, Segmenter().words,
    blank_marks,
    lambda text: decode(text.encode("utf-8", "replace")),
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_text_is_slow(piece: str) -> None:
    text = hostile(piece, SHORT)
    for function in FUNCTIONS:
        if growth.seconds(partial(function, text)) < MUCH_S:
            continue

        def of_length(length: int) -> Callable[[], object]:
            return partial(function, hostile(piece, length))  # noqa: B023 - called at once

        assert growth.growth(of_length, SHORT // growth.TIMES) < growth.LINEAR, function


STRANGE = [
    "",
    " \t\n　",
    "好",
    "a",
    "👍",
    "👨\u200d👩\u200d👧😀",
    "。。。！？",
    "哈" * 1000,
    "zhe jia dian hen hao chi",
    "Very good, will buy again",
    "呢间铺嘅嘢好好食，佢哋态度都好",
    "這家店的服務態度真的很差",
    "e" + "\u0301" * 1000,
    "\u202e\u200f反向",
    "\x00\x01\ud800\udfff\uffff",
    "ＡＢＣ１２３！",
]


@pytest.mark.parametrize("text", STRANGE)
def test_strange_texts_go_through_everything(text: str) -> None:
    for function in FUNCTIONS:
        function(text)
