"""Answers on scales, in numbers and in words, and what stands where there is none."""

from __future__ import annotations

from typing import Any

import pytest

from voc.sources.scales import answer_on_scale, is_no_answer


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5, 5),
        ("0", 0),
        (4.0, 4),
        (11, None),
        (-3, None),
        (4.5, None),
        ("五星", 5),
        ("★★★★☆", 4),
        ("4星", 4),
        ("4/5", 4),
        ("8分", 8),
        ("0分", 0),
        ("4.5星", None),
        ("满意(4)", "for"),
        ("好评", None),
        ("一般", "middle"),
        ("Neither agree nor disagree", "middle"),
        ("在网上买的", None),
        ("很好，下次再来", None),
        ("女", None),
        ("", None),
        (None, None),
    ],
)
def test_answers(value: Any, expected: int | str | None) -> None:
    assert answer_on_scale(value) == expected


@pytest.mark.parametrize(
    "same",
    [
        ["非常满意", "A.非常满意", "5、非常满意", "非常同意", "非常容易", "非常满意(5分)"],
        ["满意", "同意", "C. 符合"],
        ["不太满意", "不太可能"],
        ["非常不满意", "非常不同意", "非常困难", "一点也不容易", "很差"],
        ["不满意", "困难", "差"],
        ["不太满意", "有点困难", "比较麻烦"],
        ["满意", "不困难"],
        ["Very satisfied", "very likely"],
    ],
)
def test_words_name_places_on_a_scale(same: list[str]) -> None:
    places = {answer_on_scale(word) for word in same}
    assert len(places) == 1
    assert None not in places


def test_other_words_name_other_places() -> None:
    words = [
        "非常满意",
        "比较满意",
        "满意",
        "一般",
        "不太满意",
        "不满意",
        "非常不满意",
    ]
    assert len({answer_on_scale(word) for word in words}) == len(words)


@pytest.mark.parametrize(
    "value",
    [
        "(跳过)",
        "（跳过）",
        "跳过",
        "(空)",
        "[空]",
        "-3",
        -3,
        "-2",
        -99.0,
        "未填写",
        "N/A",
        "(skip)",
        "不适用",
        "没用过",
        "na",
    ],
)
def test_no_answers(value: Any) -> None:
    assert is_no_answer(value)


@pytest.mark.parametrize("value", ["空调坏了", "3", 0, -4, "跳过了几步", None, "不满意", "空间大"])
def test_answers_that_are_given(value: Any) -> None:
    assert not is_no_answer(value)
