"""What was tagged is remembered, within bounds."""

from __future__ import annotations

import pytest

from voc.records import Tags
from voc.tagging.cache import LONGEST, TagCache
from voc.tagging.engine import Engine
from voc.tagging.tagger import Findings


def _tags(text: str) -> Tags:
    return Tags(id="", text=text, language="zh", sentiment=None)


def test_the_text_unused_for_longest_goes_first() -> None:
    cache = TagCache(2)
    for text in "甲乙":
        cache.put(text, None, _tags(text))
    assert cache.get("甲", None) is not None
    cache.put("丙", None, _tags("丙"))
    assert cache.get("乙", None) is None
    assert cache.get("甲", None) is not None


def test_options_are_told_apart() -> None:
    cache = TagCache(4)
    cache.put("甲", "phone", _tags("甲"))
    assert cache.get("甲", "bank") is None


@pytest.mark.parametrize(("size", "length"), [(0, 1), (4, LONGEST + 1)])
def test_what_is_too_much_is_not_kept(size: int, length: int) -> None:
    cache = TagCache(size)
    cache.put("好" * length, None, _tags("好"))
    assert cache.get("好" * length, None) is None


class _Counting:
    """A tagger that counts the texts it is given."""

    identifier = "counting@1.0.0"

    def __init__(self) -> None:
        self.seen: list[str] = []

    def find(self, texts, taxonomy, tasks):  # type: ignore[no-untyped-def]
        from voc.records import Intent
        from voc.tagging.documents import SAYS_NOTHING

        self.seen += [text.text for text in texts]
        return [Findings(SAYS_NOTHING, Intent("other", 1.0)) for _ in texts]


def test_a_text_is_tagged_once_and_keeps_its_own_id() -> None:
    tagger = _Counting()
    engine = Engine(tagger)
    first = engine.tag(["很好", "很差", "很好"], ids=["a", "b", "c"])
    second = engine.tag(["很差", "一般"], ids=["d", "e"])
    assert tagger.seen == ["很好", "很差", "一般"]
    assert [tags.id for tags in (*first, *second)] == ["a", "b", "c", "d", "e"]
    engine.tag(["很好"], tasks=["intent"])
    assert tagger.seen[-1] == "很好"
