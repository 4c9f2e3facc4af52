"""Ratings and scores as people write them."""

from __future__ import annotations

from typing import Any

import pytest

from voc.sources.values import Rating, is_number_like, number_in, read_rating, read_score, scale_of


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5, Rating(5)),
        (4.5, Rating(4.5)),
        ("5", Rating(5)),
        (" ５ ", Rating(5)),
        ("4.5/5", Rating(4.5, 5)),
        ("8 / 10", Rating(8, 10)),
        ("5星", Rating(5)),
        ("4.5 分", Rating(4.5)),
        ("3 stars", Rating(3)),
        ("五星", Rating(5)),
        ("四星半", None),
        ("四半星", Rating(4.5)),
        ("两颗星", Rating(2)),
        ("★★★★", Rating(4)),
        ("★★★★☆", Rating(4, 5)),
        ("⭐️⭐️⭐️", Rating(3)),
        ("★★½", Rating(2.5)),
        ("☆☆☆☆☆", Rating(0, 5)),
        ("好评", Rating(5, 5)),
        ("差评", Rating(1, 5)),
        (0, Rating(0)),
        (True, None),
        (None, None),
        ("", None),
        ("不错", None),
        ("9/5", None),
        (-1, None),
        (float("nan"), None),
        (float("inf"), None),
        ([5], None),
        ("5" * 500, None),
        (10**4000, None),
    ],
)
def test_rating(value: Any, expected: Rating | None) -> None:
    assert read_rating(value) == expected


@pytest.mark.parametrize(
    ("value", "lowest", "highest", "expected"),
    [
        (9, 0, 10, 9),
        ("9", 0, 10, 9),
        (9.0, 0, 10, 9),
        ("10分", 0, 10, 10),
        ("9 - 非常可能", 0, 10, 9),
        ("10（非常愿意）", 0, 10, 10),
        (0, 0, 10, 0),
        (11, 0, 10, None),
        (-1, 0, 10, None),
        (7.5, 0, 10, None),
        ("很可能", 0, 10, None),
        ("非常满意", 1, 5, 5),
        ("一般", 1, 5, 3),
        ("非常不满意", 1, 5, 1),
        ("非常满意", 0, 10, None),
        ("五星", 1, 5, 5),
        ("满意(4)", 1, 5, 4),
        ("满意（2分）", 1, 5, 2),
        ("A.满意", 1, 5, 4),
        ("1、非常不满意", 1, 5, 1),
        ("比较困难(5)", 1, 7, 5),
        ("满意(9)", 1, 5, None),
        ("很红(4)", 1, 5, None),
        ("4/5", 1, 5, 4),
        ("4/10", 1, 5, None),
        ("4/5", 0, 10, None),
        ("8/10", 0, 10, 8),
        ("★★★★", 1, 5, 4),
        (0, 1, 5, None),
        (7, 1, 7, 7),
    ],
)
def test_score(value: Any, lowest: int, highest: int, expected: int | None) -> None:
    assert read_score(value, lowest=lowest, highest=highest) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(0, 5), (5, 5), (5.5, 10), (60, 100), (101, None), (-1, None)]
)
def test_scale(value: float, expected: float | None) -> None:
    assert scale_of(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1.5", 1.5),
        ("-2", -2),
        ("1e5", None),
        ("", None),
        ("1,000", None),
        (True, None),
        ({}, None),
    ],
)
def test_number(value: Any, expected: float | None) -> None:
    assert number_in(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [("5", True), ("5星", True), (3, True), ("好", False), ([], False)]
)
def test_number_like(value: Any, expected: bool) -> None:
    assert is_number_like(value) is expected
