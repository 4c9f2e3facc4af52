"""What is one voice stored twice, and what are two."""

import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

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
    source: str | None = None,
) -> Voice:
    return Voice(name, text, author, at, "review", product, store, source)


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


COMPLAINT = (
    "10月3日在滨江店买的蛋黄酥礼盒，打开就有霉点，客服说要寄回总部检测，拖了两个星期没有结果，"
    "打了5次电话都说在排队，要求退款赔偿！"
)
REWRITTEN = (
    COMPLAINT.replace("要求", "我要求").replace("两个星期", "两周").replace("打开就", "打开")
)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (voice(COMPLAINT), voice(COMPLAINT, NOON + timedelta(days=2))),
        (voice(COMPLAINT), voice(REWRITTEN, NOON + timedelta(days=29))),
        (voice(COMPLAINT, author="u1"), voice(REWRITTEN, NOON + timedelta(hours=1), "u1")),
        (voice(COMPLAINT, author="u1"), voice(REWRITTEN, NOON + timedelta(hours=1))),
        (voice(COMPLAINT, at=None), voice(REWRITTEN)),
    ],
)
def test_a_complaint_posted_at_two_places_counts_once(first: Voice, second: Voice) -> None:
    other = replace(second, feedback_id="a", source="黑猫")
    found = find_repeats([other, replace(first, source="微博")])
    assert list(found.items()) in ([("a", "b")], [("b", "a")])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (voice(COMPLAINT, author="u1"), voice(COMPLAINT, NOON + timedelta(hours=1), "u2")),
        (voice(COMPLAINT), voice(COMPLAINT, NOON + timedelta(days=31))),
        (voice(COMPLAINT), voice(COMPLAINT.replace("10月3日", "9月8日"), NOON + timedelta(1))),
        (voice(COMPLAINT), voice(COMPLAINT.replace("5次", "3次"), NOON + timedelta(days=1))),
        (voice(COMPLAINT, store="滨江店"), voice(COMPLAINT, NOON, store="西湖店")),
        (voice(SHORT * 2), voice(SHORT * 2, NOON + timedelta(days=1))),
        (voice("很好吃"), voice("很好吃")),
        (voice(COMPLAINT),
         voice("滨江店的蛋黄酥礼盒里有霉点，找客服两个星期了还没有给我退款，太差了", NOON)),
    ],
)  # fmt: skip
def test_what_others_say_elsewhere_counts(first: Voice, second: Voice) -> None:
    other = replace(second, feedback_id="a", source="黑猫")
    assert find_repeats([other, replace(first, source="微博")]) == {}


def test_near_copies_of_one_source_are_voices_of_their_own() -> None:
    first, second = voice(COMPLAINT), voice(REWRITTEN, NOON + timedelta(days=1), name="a")
    assert find_repeats([replace(first, source="微博"), replace(second, source="微博")]) == {}


POSTED = "这家坚果全是陈货，吃了拉肚子，大家千万别买"


@pytest.mark.parametrize(
    ("first", "second", "counts"),
    [
        (voice(POSTED, author="w1"), voice(POSTED + "呀", NOON + timedelta(minutes=9), "w1"), 1),
        (voice(SHORT, author="w1"), voice(SHORT, NOON + timedelta(minutes=9), "w1"), 1),
        (voice(POSTED, author="w1"), voice(POSTED, NOON + timedelta(hours=25), "w1"), 2),
        (voice(POSTED, author="w1"), voice(POSTED, NOON + timedelta(minutes=9), "w2"), 2),
        (
            voice(POSTED, author="匿名"),
            voice(POSTED + "呀", NOON + timedelta(minutes=9), "匿名"),
            2,
        ),
        (voice(POSTED + "1号店", author="w1"), voice(POSTED + "2号店", author="w1"), 2),
        (voice("很好吃", author="w1"), voice("很好吃", NOON + timedelta(minutes=9), "w1"), 2),
    ],
)
def test_what_one_account_posts_again_and_again_is_one_voice(
    first: Voice, second: Voice, counts: int
) -> None:
    assert 2 - len(find_repeats([first, replace(second, feedback_id="a")])) == counts
    # An agent of a hotline takes down what many customers say.
    calls = [replace(one, channel="hotline") for one in (first, replace(second, feedback_id="a"))]
    assert find_repeats(calls) == {}


def test_all_copies_repeat_the_first() -> None:
    copies = [
        voice(COMPLAINT, name="a", source="微博"),
        voice(REWRITTEN, NOON + timedelta(days=1), name="b", source="黑猫"),
        voice(REWRITTEN, NOON + timedelta(days=1), name="c", source="黑猫"),
        voice(REWRITTEN, NOON + timedelta(days=2), name="d", source="论坛"),
    ]
    assert find_repeats(copies) == {"b": "a", "c": "a", "d": "a"}


@pytest.mark.data
def test_real_complaints_of_different_people_stay_theirs(data_dir: Path) -> None:
    file = data_dir / "citizen_complaints" / "unlabelled.jsonl.gz"
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    authors = {row["id"]: row["author"] for row in rows}
    voices = [
        Voice(row["id"], row["text"], row["author"], NOON, "forum", source=f"site{place % 3}")
        for place, row in enumerate(rows)
    ]
    found = find_repeats(voices)
    assert found
    assert all(authors[name] == authors[first] for name, first in found.items())


def test_a_third_copy_repeats_the_first_too() -> None:
    copies = [voice(name=name) for name in "cab"]
    assert find_repeats(copies) == {"b": "a", "c": "a"}
