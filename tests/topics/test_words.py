"""Which words of a clause say what it is about."""

from __future__ import annotations

import pytest

from voc.config import Aspect, Industry
from voc.topics.wordlists import ListName, word_list
from voc.topics.words import Reader


@pytest.mark.parametrize(
    ("clause", "content"),
    [
        ("低速换挡顿挫，", ["低速", "换挡", "顿挫"]),
        ("请问你们这个问题什么时候能解决？", []),
        ("我等了三个礼拜", []),
        ("云驰X5的变速箱异响", ["云驰", "变速箱", "异响"]),
        ("車機卡頓", ["车机", "卡顿"]),
        ("HUD看不清", ["hud", "看不清"]),
        ("用了12315天", []),
        ("😂😂😂", []),
        ("", []),
    ],
)
def test_content(reader: Reader, clause: str, content: list[str]) -> None:
    [reading] = reader.read([clause])
    assert reading.content() == content


def test_offsets_point_into_the_normal_form(reader: Reader) -> None:
    [reading] = reader.read(["天窗漏水，第二次了！"])
    assert [reading.text[word.start : word.end] for word in reading.words] == [
        word.text for word in reading.words
    ]


@pytest.mark.parametrize(
    ("clause", "words"),
    [
        ("A市鑫苑小区", ["a市", "鑫苑", "小区"]),
        ("在A3区b县，", ["在", "a3区", "b县"]),
        ("X5市区省油", ["x5", "市区", "省油"]),
        ("A6省油", ["a6", "省油"]),
        ("vivo区别大", ["vivo", "区别", "大"]),
    ],
)
def test_the_name_of_a_masked_place_takes_nothing_of_what_follows(
    reader: Reader, clause: str, words: list[str]
) -> None:
    [reading] = reader.read([clause])
    assert [word.text for word in reading.words] == words
    assert [reading.text[word.start : word.end] for word in reading.words] == words


def test_runs_break_where_a_word_has_no_content(reader: Reader) -> None:
    [reading] = reader.read(["变速箱异响，但是换挡顿挫"])
    assert list(reading.runs()) == ["变速箱异响", "换挡顿挫"]
    assert list(reading.runs(without=frozenset(["异响"]))) == ["变速箱", "换挡顿挫"]


def test_aspects_are_known_by_their_keywords(reader: Reader) -> None:
    engine, fuel, nothing = reader.read(["变速箱换挡", "油耗", "今天下雨"])
    assert len(reader.aspects(engine)) == 1
    assert reader.aspects(engine) != reader.aspects(fuel)
    assert reader.aspects(nothing) == set()
    assert reader.is_keyword("变速箱")
    assert not reader.is_keyword("下雨")


@pytest.mark.parametrize(
    "name", ["generic_words", "name_openers", "name_closers", "name_particles"]
)
def test_lists_hold_words_and_no_notes(name: ListName) -> None:
    words = word_list(name)
    assert len(words) > 5
    assert all(word.isalnum() and not word.isascii() for word in words)


def test_units_name_nothing_though_a_taxonomy_hears_in_them() -> None:
    aspect = Aspect(id="speed", name="速度", keywords=("小时", "送到"))
    reader = Reader(Industry(id="meals", name="餐", aspects=(aspect,)))
    [reading] = reader.read(["两小时才送到"])
    assert reading.content() == ["送到"]
    assert reader.is_keyword("小时")
