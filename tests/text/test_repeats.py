"""What is one voice stored twice, and what are two."""

from datetime import UTC, datetime, timedelta

import pytest

from voc.text.bursts import Voice
from voc.text.repeats import find_repeats

NOON = datetime(2026, 11, 1, 12, 30, tzinfo=UTC)
DAY = datetime(2026, 11, 1, tzinfo=UTC)
SHORT = "味道不错送餐很快"
LONG = "打开包装全是碎渣，客服让我自己去找快递公司赔，太气人了！"


def voice(
    text: str = LONG,
    at: datetime | None = NOON,
    author: str | None = None,
    product: str | None = None,
    store: str | None = None,
    *,
    name: str = "b",
) -> Voice:
    return Voice(name, text, author, at, "review", product, store)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (voice(), voice()),
        (voice(SHORT), voice(SHORT)),
        (voice(), voice(LONG.replace("，", ", ").replace("！", ""))),
        (voice(at=DAY), voice(at=DAY)),
        (voice(at=None), voice(at=None)),
        (voice(), voice(at=None)),
        (voice(author="u1"), voice(at=NOON + timedelta(days=3), author="u1")),
        (voice(product="海盐麻薯"), voice()),
    ],
)
def test_the_same_words_of_one_customer_count_once(first: Voice, second: Voice) -> None:
    later = Voice("a", *[getattr(second, name) for name in Voice.__slots__[1:]])
    found = find_repeats([later, first])
    assert list(found.items()) in ([("a", "b")], [("b", "a")])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (voice(SHORT), voice(SHORT, NOON + timedelta(seconds=1))),
        (voice(SHORT, DAY), voice(SHORT, DAY)),
        (voice(SHORT, None), voice(SHORT, None)),
        (voice(SHORT, author="u1"), voice(SHORT, NOON + timedelta(days=3), author="u1")),
        (voice(), voice(at=NOON + timedelta(days=3))),
        (voice(author="u1"), voice(author="u2")),
        (voice(product="海盐麻薯"), voice(product="手撕牛肉干")),
        (voice("好吃！"), voice("好吃！")),
        (voice(store="南京店"), voice(store="杭州店")),
        (voice(), voice(LONG + "真的")),
    ],
)
def test_what_two_customers_may_have_written_counts_twice(first: Voice, second: Voice) -> None:
    later = Voice("a", *[getattr(second, name) for name in Voice.__slots__[1:]])
    assert find_repeats([first, later]) == {}


def test_a_third_copy_repeats_the_first_too() -> None:
    copies = [voice(name=name) for name in "cab"]
    assert find_repeats(copies) == {"b": "a", "c": "a"}
