from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.growth import LINEAR, growth
from voc.text.duplicates import letters_of, near_duplicate_groups


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("味道不错，下次还来！", "味道不错 下次还来"),
        ("ＯＫ，很好", "ok很好。"),
        ("服務態度很差", "服务态度很差"),
        ("哈哈哈哈哈哈", "哈哈哈"),
        ("好<br>吃", "好吃"),
        ("……", "..."),
    ],
)
def test_same_but_for_its_look(one: str, other: str) -> None:
    assert letters_of(one) == letters_of(other)


@pytest.mark.parametrize(
    ("one", "other"), [("好", "不好"), ("👍", "👎"), ("。。。", "？"), ("", "好"), ("1", "2")]
)
def test_different(one: str, other: str) -> None:
    assert letters_of(one)[1] != letters_of(other)[1]


@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_keys_fit_a_signed_column(text: str) -> None:
    assert 0 <= letters_of(text)[1] < 2**63


POSTER = "这家店的味道真的超级好吃，环境优雅，服务员小姐姐热情，强烈推荐大家来试试，绝对不会失望"


@pytest.mark.parametrize(
    ("texts", "groups"),
    [
        ([], []),
        ([""], [0]),
        (["", "", "好"], [0, 0, 1]),
        (["好吃", "好吃！", "不好吃"], [0, 0, 1]),
        (["质量很好", "质量不好"], [0, 1]),
        ([POSTER, "送餐太慢了等了两个小时才到", POSTER.replace("超级", "非常") + "！"], [0, 1, 0]),
        ([POSTER, POSTER[:20]], [0, 1]),
        ([POSTER, POSTER.replace("好吃", "难吃").replace("热情", "冷淡")], [0, 0]),
        (["发动机异响严重去了三次店里都没有修好", "刹车异响严重去了三次店里都没有修好"], [0, 0]),
        (["👍" * 20, "👍" * 30, "👎" * 20], [0, 0, 1]),
    ],
)
def test_groups(texts: list[str], groups: list[int]) -> None:
    assert near_duplicate_groups(texts) == groups


def test_threshold() -> None:
    texts = [POSTER, POSTER[:30] + "但是停车很不方便价格也不便宜"]
    assert near_duplicate_groups(texts, threshold=0.95) == [0, 1]
    assert near_duplicate_groups(texts, threshold=0.6) == [0, 0]


def made_up(count: int) -> list[str]:
    """Reviews of random words, every tenth of which copies an earlier one with a letter changed."""
    chance = random.Random(7)
    letters = [chr(0x4E00 + code) for code in range(2_000)]
    texts: list[str] = []
    for index in range(count):
        if index % 10 == 9:
            copied = list(texts[index - 5])
            copied[chance.randrange(len(copied))] = chance.choice(letters)
            texts.append("".join(copied))
        else:
            texts.append("".join(chance.choices(letters, k=chance.randint(15, 60))))
    return texts


def test_copies_are_found_and_others_are_not() -> None:
    texts = made_up(5_000)
    groups = near_duplicate_groups(texts)
    found = sum(groups[index] == groups[index - 5] for index in range(9, 5_000, 10))
    assert found >= 495
    assert len(set(groups)) == 5_000 - found
    assert near_duplicate_groups(texts) == groups


def filled(count: int) -> list[str]:
    template = "您好，我在{}买的{}出现了{}的情况，希望尽快处理并给出说法".format
    chance = random.Random(3)
    words = [
        "".join(chr(chance.randint(0x4E00, 0x6000)) for _ in range(5)) for _ in range(3 * count)
    ]
    return [template(*words[at : at + 3]) for at in range(0, 3 * count, 3)]


@pytest.mark.parametrize("texts", [made_up, filled])
def test_time_grows_with_the_number_of_texts(texts: Callable[[int], list[str]]) -> None:
    def grouped(count: int) -> Callable[[], object]:
        made = texts(count)
        return lambda: near_duplicate_groups(made)

    assert growth(grouped, 1_000) < LINEAR


@given(st.lists(st.text(st.characters(exclude_categories=()), max_size=30), max_size=12))
def test_any_texts(texts: list[str]) -> None:
    groups = near_duplicate_groups(texts)
    assert len(groups) == len(texts)
    assert [groups.index(number) for number in sorted(set(groups))] == sorted(
        {groups.index(number) for number in groups}
    )
    for index, text in enumerate(texts):
        assert groups[index] == groups[texts.index(text)]
