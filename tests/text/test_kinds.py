"""The kinds of words, by the dictionary."""

from __future__ import annotations

import pytest

from voc.text.kinds import is_noun, word_kinds


@pytest.mark.parametrize("word", ["味道", "蛋糕", "宁波", "噪音"])
def test_nouns_and_names_are_nouns(word: str) -> None:
    assert is_noun(word)


@pytest.mark.parametrize("word", ["消费", "提高", "昏暗", "一冲一冲", ""])
def test_verbal_nouns_and_unknown_words_are_not(word: str) -> None:
    assert not is_noun(word)


def test_each_word_has_one_kind() -> None:
    kinds = word_kinds()
    assert (kinds["味道"], kinds["昏暗"], kinds["平时"]) == ("n", "a", "t")
    assert len(kinds) > 300_000
