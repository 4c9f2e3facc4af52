"""Where names begin and end: not in the middle of what a customer says."""

from __future__ import annotations

import pytest

from voc.topics.naming import name_of
from voc.topics.phrases import Member
from voc.topics.stretches import seldom_last, stretches
from voc.topics.words import Reader


def _of(reader: Reader, text: str, cut_off: frozenset[str] = frozenset()) -> set[str]:
    [reading] = reader.read([text])
    return {said for said, *_ in stretches(reading, 2, cut_off)}


def test_words_that_hardly_ever_end_what_is_said(reader: Reader) -> None:
    texts = [f"{part}强制升级了" for part in ("天窗", "座椅", "屏幕", "空调") for _ in range(6)]
    found = seldom_last(reader.read(texts))
    assert "强制" in found
    assert "升级" not in found
    assert not seldom_last(reader.read(texts[:10]))


@pytest.mark.parametrize(
    ("text", "kept", "refused"),
    [
        pytest.param("座椅强制升级", "座椅强制升级", "座椅强制", id="the end is missing"),
        pytest.param("保利城漏水", "保利城漏水", "城漏水", id="a piece of a name"),
        pytest.param("追尾后的赔偿", "追尾", "追尾后的赔偿", id="what came after it"),
        pytest.param("噪音很大的困扰", "噪音", "噪音很大", id="describes what comes after"),
        pytest.param("噪音很大", "噪音很大", "很大", id="describes what came before"),
    ],
)
def test_stretches(reader: Reader, text: str, kept: str, refused: str) -> None:
    found = _of(reader, text, frozenset({"强制"}))
    assert kept in found
    assert refused not in found


def test_a_verb_after_its_subject_may_stand_alone(reader: Reader) -> None:
    [reading] = reader.read(["袋子漏了"])
    assert "漏" in {said for said, *_ in stretches(reading, 1)}


def test_a_clause_names_a_theme_only_if_it_is_whole(reader: Reader) -> None:
    texts = ("我车龄已达", "在这个三期", "其实都被敷衍了")
    said = [
        Member(reading, text, f"f{at}", 0.9, True)
        for at, (reading, text) in enumerate(zip(reader.read(texts), texts, strict=True))
    ]
    weights = {word: 0.1 for one in said for word in one.reading.content()}
    name = name_of(said, weights, complaint=True, cut_off=frozenset({"已达"}))
    assert not name.startswith(("我", "在", "其实"))
    assert not name.endswith("已达")
