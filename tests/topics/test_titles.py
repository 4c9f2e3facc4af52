"""What a title says, as texts that clauses hold."""

from __future__ import annotations

import pytest

from voc.topics.titles import words_of_title


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("包装与洒漏：洒了、变形（东湖店）", ("洒", "变形", "东湖店")),
        ("配送速度：太慢", ("慢",)),
        ("骑手服务：态度差", ("态度",)),
        ("送餐（太久等）", ("送餐", "慢")),
        ("味道（多方面）", ("味道",)),
        ("食品安全：拉肚子", ("拉肚子",)),
    ],
)
def test_words_are_those_by_which_people_complain(title: str, words: tuple[str, ...]) -> None:
    assert words_of_title(title) == words
