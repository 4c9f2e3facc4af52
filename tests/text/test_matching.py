from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voc.text.matching import IdentityCache, WordMatcher

HAN = "甲乙丙丁"


def leftmost_longest(words: list[str], text: str) -> list[tuple[int, int]]:
    found, place = [], 0
    while place < len(text):
        best = max((len(word) for word in words if text.startswith(word, place)), default=0)
        if best:
            found.append((place, place + best))
        place += best or 1
    return found


@given(
    st.lists(st.text(HAN, min_size=1, max_size=5), min_size=1, max_size=8),
    st.text(HAN, max_size=15),
)
def test_finds_what_a_plain_search_finds(words: list[str], text: str) -> None:
    matcher = WordMatcher(dict.fromkeys(words, 0))
    assert [(start, end) for start, end, _ in matcher.find(text)] == leftmost_longest(words, text)


def test_latin_words_are_found_whole() -> None:
    matcher = WordMatcher({"ok": 1, "app": 2, "315": 3})
    assert [value for *_, value in matcher.find("ok,app闪退 apple book 打315 12315")] == [1, 2, 3]


def test_nothing_is_found_without_words() -> None:
    assert WordMatcher({}).find("好") == []
    assert WordMatcher({"": 1}).find("好") == []


def test_a_cache_makes_once_for_the_same_object() -> None:
    made: list[int] = []

    def make(key: list[int]) -> int:
        made.append(len(key))
        return len(key)

    cache = IdentityCache(make, size=2)
    first, second, third = [1], [1, 2], [1, 2, 3]
    assert [cache.get(first), cache.get(first), cache.get(list(first))] == [1, 1, 1]
    assert made == [1, 1]
    assert [cache.get(second), cache.get(third), cache.get(first)] == [2, 3, 1]
    assert made == [1, 1, 2, 3, 1]
