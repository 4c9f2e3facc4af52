"""Themes come to rest, and a run over what is at rest changes nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.topics.conftest import ClauseMaker
from voc.config.industries import Industry
from voc.topics.clauses import Clause
from voc.topics.corpus import Corpus
from voc.topics.settling import Settling
from voc.topics.themes import Labels

GEARBOX = [f"{when}换挡顿挫" for when in ("低速", "起步", "堵车", "冷车", "上坡", "倒车")]
SUNROOF = [f"{when}天窗漏水" for when in ("雨天", "洗车", "停车", "昨晚", "新车", "又是")]


def _settling(clauses: list[Clause], industry: Industry) -> tuple[Settling, Corpus]:
    corpus = Corpus(clauses, industry)
    vectors, sample = corpus.placed(seed=0)
    return Settling(corpus, vectors, sample, seed=0, min_voices=5), corpus


def _of(corpus: Corpus, labels: Labels, prefix: str) -> set[int]:
    return {
        int(labels[at])
        for at in range(len(labels))
        if corpus.clauses[corpus.distinct[at]].feedback_id.startswith(prefix)
    }


def _parts(labels: Labels) -> set[frozenset[int]]:
    """The themes as sets of clauses, whatever their numbers."""
    return {
        frozenset(np.flatnonzero(labels == theme).tolist())
        for theme in range(int(labels.max()) + 1)
    }


@pytest.fixture
def clauses(make: ClauseMaker) -> list[Clause]:
    return [*make(*GEARBOX, prefix="g"), *make(*SUNROOF, prefix="s"), *make("路过", prefix="o")]


def test_what_is_at_rest_stays(clauses: list[Clause], automotive: Industry) -> None:
    settling, corpus = _settling(clauses, automotive)
    rest = settling.settled(settling.first())
    assert _of(corpus, rest, "g") != _of(corpus, rest, "s")
    assert _of(corpus, rest, "o") == {-1}
    assert np.array_equal(settling.settled(rest), rest)


def test_clauses_without_a_theme_join_theirs(clauses: list[Clause], automotive: Industry) -> None:
    settling, _ = _settling(clauses, automotive)
    rest = settling.settled(settling.first())
    some = np.where(np.arange(len(rest)) % 6 == 5, -1, rest)
    assert _parts(settling.settled(some)) == _parts(rest)


def test_a_clause_far_from_its_theme_leaves_it(clauses: list[Clause], automotive: Industry) -> None:
    settling, _ = _settling(clauses, automotive)
    rest = settling.settled(settling.first())
    wrong = rest.copy()
    wrong[np.flatnonzero(rest == 0)[0]] = 1
    assert _parts(settling.settled(wrong)) == _parts(rest)


def test_a_clause_that_is_held_stays(clauses: list[Clause], automotive: Industry) -> None:
    settling, _ = _settling(clauses, automotive)
    rest = settling.settled(settling.first())
    wrong = rest.copy()
    wrong[np.flatnonzero(rest == 0)[0]] = 1
    held = wrong != rest
    assert _parts(settling.settled(wrong, held)) == _parts(wrong)
    assert _parts(settling.settled(wrong, ~held)) == _parts(rest)


def test_two_themes_that_say_the_same_are_joined(
    clauses: list[Clause], automotive: Industry
) -> None:
    settling, corpus = _settling([*clauses, *clauses_again(clauses)], automotive)
    rest = settling.settled(settling.first())
    torn = rest.copy()
    torn[np.flatnonzero(rest == 0)[::2]] = int(rest.max()) + 1
    assert len(_of(corpus, settling.settled(torn), "g")) == 1


def test_themes_of_the_same_words_are_joined_and_others_not(
    make: ClauseMaker, automotive: Industry
) -> None:
    said = [f"{when}方向盘发抖" for when in ("刹车", "高速", "怠速", "上坡", "雨天", "起步")]
    told = [f"方向盘发抖{how}" for how in ("得厉害", "没人管", "修不好", "很烦", "要退车", "吓人")]
    odd = [f"{when}方向盘异响" for when in ("刹车", "高速", "怠速", "上坡", "雨天", "起步")]
    settling, corpus = _settling(
        [*make(*said, prefix="a"), *make(*told, prefix="b"), *make(*odd, prefix="c")], automotive
    )
    names = [corpus.clauses[at].feedback_id[0] for at in corpus.distinct]
    torn = np.array(["abc".index(name) for name in names], dtype=np.intp)
    cores = corpus.usage.cores(torn).numbers
    assert cores[0] == cores[1] != cores[2]
    settled = settling.settled(torn)
    assert _of(corpus, settled, "a") == _of(corpus, settled, "b")
    assert _of(corpus, settled, "a").isdisjoint(_of(corpus, settled, "c"))


def clauses_again(clauses: list[Clause]) -> list[Clause]:
    """The same by other voices, in a few more words."""
    return [
        replace(one, feedback_id=f"{one.feedback_id}x", text=f"{one.text}得厉害")
        for one in clauses
        if one.feedback_id[0] in "gs"
    ]


def test_nothing_settles_to_nothing(make: ClauseMaker, automotive: Industry) -> None:
    settling, _ = _settling(make("好", "嗯", "路过"), automotive)
    assert settling.settled(settling.first()).tolist() == [-1, -1, -1]
