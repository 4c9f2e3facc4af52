"""The figures of themes, against what they must be by hand."""

from __future__ import annotations

import math

import pytest

from tests.benchmarks.topic_figures import agreement, coherence, diversity, support

VOICES = [{"换挡", "顿挫"}, {"换挡", "顿挫"}, {"天窗", "漏水"}, {"天窗"}]


@pytest.mark.parametrize(
    ("words", "npmi"),
    [
        (["换挡", "顿挫"], 1.0),  # always together
        (["换挡", "天窗"], -1.0),  # never
        (["天窗", "漏水"], math.log(1 * 4 / (2 * 1)) / -math.log(1 / 4)),
    ],
)
def test_coherence_of_a_pair(words: list[str], npmi: float) -> None:
    assert coherence([words], VOICES) == pytest.approx(npmi)


def test_coherence_is_the_mean_of_themes_and_passes_over_single_words() -> None:
    themes = [["换挡", "顿挫"], ["换挡", "天窗"], ["漏水"]]
    assert coherence(themes, VOICES) == pytest.approx(0.0)
    assert math.isnan(coherence([["漏水"]], VOICES))


def test_diversity_is_the_share_of_different_words() -> None:
    assert diversity([["换挡", "顿挫"], ["换挡", "异响"]]) == pytest.approx(3 / 4)
    assert math.isnan(diversity([]))


def test_agreement_counts_what_has_a_theme_in_both_runs() -> None:
    then = {"a": "1", "b": "1", "c": "2", "d": "2", "only then": "3"}
    assert agreement({"a": "x", "b": "x", "c": "y", "d": "y", "only now": "z"}, then) == 1.0
    assert agreement({"a": "x", "b": "y", "c": "x", "d": "y"}, then) < 0.1


def test_support_is_that_of_the_rarest_word() -> None:
    assert support({"天窗"}, VOICES) == 0.5
    assert support({"天窗", "漏水"}, VOICES) == 0.25
    assert math.isnan(support(set(), VOICES))
