"""Words that customers use for one another."""

from __future__ import annotations

import numpy as np
import pytest

from voc.topics.meaning import Floats
from voc.topics.synonyms import Synonyms, is_akin, plain_states
from voc.topics.words import Reader, Reading

# What each clause says, how many say it, and what it means.
SAID = [
    ("夜里噪音很响", 300, 0),
    ("夜里噪声很响", 200, 0),
    ("楼下声音很响", 100, 0),
    ("饭店气味难闻", 300, 1),
    ("公办的学校太少", 300, 2),
    ("民办的学校太少", 300, 2),
    ("施工扰民严重", 300, 3),
    ("路口交通很乱", 300, 4),
    ("路口拥堵严重", 300, 5),
    ("路口交通拥堵", 100, 5),
    ("上菜太慢", 60, 6),
    ("巨慢", 30, 6),
    ("慢死了", 30, 6),
]


@pytest.fixture(scope="module")
def learnt() -> Synonyms:
    readings, sentences = _clauses()
    return Synonyms(readings, sentences)


def _clauses() -> tuple[list[Reading], Floats]:
    draw = np.random.default_rng(0)
    texts = [(text, meaning) for text, n, meaning in SAID for _ in range(n)]
    places = np.eye(7, 40, dtype=np.float32)[[meaning for _, meaning in texts]]
    noise = draw.normal(size=places.shape).astype(np.float32)
    return Reader(None).read([text for text, _ in texts]), places + 0.1 * noise


@pytest.mark.parametrize(
    ("word", "means"), [("噪声", ["噪音"]), ("噪音", ["噪音"]), ("气味", ["气味"])]
)
def test_a_word_stands_for_the_commonest_of_its_meaning(
    learnt: Synonyms, word: str, means: list[str]
) -> None:
    assert learnt.of([word]) == means


def test_a_state_of_one_syllable_is_one_word_in_all_its_forms(learnt: Synonyms) -> None:
    assert learnt.of(["慢", "巨慢", "太慢"]) == ["太慢"] * 3
    assert learnt.of(["好慢"]) == ["好慢"], "a form that nobody uses is not known"


def test_states_are_those_that_are_listed() -> None:
    states = plain_states()
    assert {states[word] for word in ("太咸", "咸", "都咸", "咸了", "好咸")} == {"咸"}
    assert not states.keys() & {"好吃", "太油", "没了", "高了", "最好"}


def test_opposites_stay_apart_however_alike_customers_use_them(learnt: Synonyms) -> None:
    assert learnt.of(["公办", "民办"]) == ["公办", "民办"]


def test_a_compound_is_read_as_its_halves(learnt: Synonyms) -> None:
    assert learnt.of(["交通拥堵"]) == ["交通", "拥堵"]
    [reading, plain] = Reader(None).read(["路口交通拥堵", "路口很乱"])
    assert "交通拥堵" in reading.content()
    parted = learnt.parted(reading)
    assert parted.content()[-2:] == ["交通", "拥堵"]
    assert [parted.text[one.start : one.end] for one in parted.words][-2:] == ["交通", "拥堵"]
    assert learnt.parted(plain) is plain


def test_few_clauses_and_those_without_vectors_teach_nothing() -> None:
    readings, sentences = _clauses()
    assert Synonyms(readings[:500], sentences[:500]).of(["噪声"]) == ["噪声"]
    assert Synonyms(readings).of(["噪声"]) == ["噪声"]
    assert Synonyms(readings, np.zeros_like(sentences)).of(["噪声"]) == ["噪声"]


@pytest.mark.parametrize(
    ("one", "other", "akin"),
    [
        ("噪音", "噪声", True),
        ("臭味", "恶臭", True),
        ("公交站", "公交车站", True),
        ("南站", "西站", False),
        ("公办", "民办", False),
        ("太大", "太小", False),
        ("一期", "二期", False),
        ("轨道交通", "交通", False),
        ("饭店", "餐馆", False),
        ("不方便", "方便", False),
    ],
)
def test_what_is_akin_shares_a_character_and_no_opposites(one: str, other: str, akin: bool) -> None:
    assert is_akin(one, other) is akin
    assert is_akin(other, one) is akin
