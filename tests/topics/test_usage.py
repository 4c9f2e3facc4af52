"""What themes are about, by the words of their clauses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from voc.topics.usage import Cores, Usage

LOUD = [["噪音"], ["噪音", "装修"], ["噪音"]]
NOISY = [["噪音", "扰民"], ["噪音", "扰民"], ["扰民", "噪音"]]
DIRTY = [["噪音", "污染"], ["噪音", "污染"], ["空气", "污染"]]
DUSTY = [["灰尘", "污染"], ["灰尘", "污染"], ["灰尘"]]
METRO = [["地铁", "噪音"], ["地铁", "噪音"], ["地铁"]]


def cores_of(*themes: Sequence[Sequence[str]], judged: Sequence[str]) -> Cores:
    said = [clause for theme in themes for clause in theme]
    sizes = [len(theme) for theme in themes]
    usage = Usage(said, [set(clause) & set(judged) for clause in said], {"业主": 0.2})
    return usage.cores(np.repeat(np.arange(len(themes)), sizes))


def test_themes_that_judge_one_thing_in_several_ways_are_about_the_same() -> None:
    found = cores_of(LOUD, NOISY, DIRTY, DUSTY, judged=["噪音", "扰民", "污染", "灰尘"])
    loud, noisy, dirty, dusty = found.numbers
    assert loud == noisy == dirty != dusty
    assert found.judged.all()


def test_a_thing_that_nobody_judges_by_keeps_them_apart() -> None:
    found = cores_of(LOUD, METRO, judged=["噪音"])
    assert found.numbers[0] != found.numbers[1]


def test_where_nobody_judges_all_common_words_count() -> None:
    found = cores_of(LOUD, NOISY, judged=[])
    assert found.numbers[0] != found.numbers[1]
    assert not found.judged.any()


def test_what_everybody_speaks_of_is_no_core() -> None:
    found = cores_of([["业主"], ["业主", "小区"], ["业主"]], judged=[])
    assert found.numbers.tolist() == [-1]


def test_how_many_clauses_share_the_commonest_word() -> None:
    usage = Usage([*LOUD, *DUSTY], [set()] * 6, {})
    themes = np.array([0, 0, 0, 1, 1, 1])
    assert usage.commonest(themes, np.arange(6), 2).tolist() == [3, 3]
    assert usage.commonest(themes[:0], np.arange(0), 0).tolist() == []


def test_a_word_of_all_matters_is_nothing_that_clauses_share() -> None:
    usage = Usage([["业主", "公交"], ["业主"], ["业主", "公交"], ["业主"]], [set()] * 4, {})
    assert usage.commonest(np.array([0, 0, 0, 1]), np.arange(4), 2).tolist() == [2, 0]
