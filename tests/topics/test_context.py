"""The rest of a voice tells what a clause is about that says little by itself."""

from __future__ import annotations

import numpy as np
import pytest

from voc.topics.context import Context
from voc.topics.space import Space
from voc.topics.words import Reader

LONG = 2_000
PROBLEMS = (
    ("车位捆绑销售", "不买车位不给交房", "车位价格翻倍", "强制购买车位"),
    ("外墙渗水发霉", "雨天卧室渗水", "墙面发霉脱落", "渗水一直没修"),
)


def test_a_clause_alone_has_no_context_and_many_have_more_than_few() -> None:
    context = Context(["a", "b", "b", "c", "c", "c", "c"], LONG)
    alone, pair, four = context.shares[[0, 1, 3], 0]
    assert alone == 0
    assert 0 < pair < four < 0.4
    assert context.mean == pytest.approx(context.shares.mean())


def test_what_was_learnt_of_few_clauses_says_little_of_context() -> None:
    voices = ["a"] * 5
    assert Context(voices, LONG // 10).mean < Context(voices, LONG).mean / 50
    assert Context(voices, 10 * LONG).mean == Context(voices, LONG).mean


def test_it_is_the_middle_of_the_other_clauses() -> None:
    places = np.array([[2, 0], [0, 3], [0, 1], [5, 5]], dtype=np.float32)
    found = Context(["a", "a", "a", "b"], LONG).of(places)
    assert found[0].tolist() == [0, 1]
    assert found[1] == pytest.approx(np.array([2, 1]) / np.sqrt(5))
    assert found[3].tolist() == [0, 0]


def test_nothing_has_no_context() -> None:
    context = Context([], LONG)
    assert (context.shares.shape, context.mean) == ((0, 1), 0.0)
    assert context.of(np.zeros((0, 3), np.float32)).shape == (0, 3)


def test_what_says_little_goes_with_its_voice(reader: Reader) -> None:
    texts, voices = [], []
    for voice in range(440):
        texts += [*PROBLEMS[voice % 2], "开发商就一句话"]
        voices += [f"v{voice}"] * 5
    vectors = Space(reader, seed=0).fit(reader.read(texts), voices)
    answers = vectors.take(np.array([4, 9, 14, 19]))  # of voices of either problem, in turn
    near = answers.similarities(answers)
    assert near[0, 2] > near[0, 1] + 0.2
    assert near[1, 3] > near[1, 0] + 0.2
    assert len(texts) >= LONG
