"""Dev rows that repeat training rows are found."""

from __future__ import annotations

import pytest

from training.leaks import grams, repeats

KNOWN = [
    "房间很干净，服务员态度也好，早餐一般，下次还会来住。",
    "物流太慢了，等了一个星期才到，包装还破了。",
]


@pytest.mark.parametrize(
    ("text", "repeated"),
    [
        ("房间很干净,服务员态度也好!早餐一般…下次还会来住", True),
        ("房间很干净，服务员态度也好，早餐还行，下次还会来住哦", True),
        ("房间很干净，可是隔音太差，半夜被吵醒三次", False),
        ("完全没有关系的另一条评价，说的是手机屏幕", False),
        ("好", False),
        ("", False),
    ],
)
def test_a_copied_review_is_found(text: str, repeated: bool) -> None:
    assert repeats([text], KNOWN) == [repeated]


def test_a_short_text_repeats_only_itself() -> None:
    assert grams("很好") == {"很好"}
    assert repeats(["很好", "很差"], ["很好！"]) == [True, False]


def test_nothing_to_judge_is_nothing() -> None:
    assert repeats([], KNOWN) == []
