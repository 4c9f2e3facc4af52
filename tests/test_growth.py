"""The ratios that tests of cost stand on tell linear work from quadratic work."""

from __future__ import annotations

from collections.abc import Callable

from tests.growth import LINEAR, growth, loops


def _linear(size: int) -> Callable[[], object]:
    return lambda: [ord(character) for character in "好" * size * 100]


def _quadratic(size: int) -> Callable[[], object]:
    return lambda: [[ord(character) for character in "好" * size] for _each in range(size)]


def test_linear_and_quadratic_work_are_told_apart() -> None:
    assert growth(_linear, 400) < LINEAR
    assert growth(_quadratic, 200) > LINEAR


def test_work_is_measured_in_loops_over_its_text() -> None:
    assert loops(lambda text: [ord(character) for character in text * 10], "好" * 50, 100) > 2
    assert loops(len, "好" * 50, 0.9) < 0.9
