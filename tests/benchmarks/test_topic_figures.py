"""The figures of themes, against what they must be by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from tests.benchmarks.topic_figures import (
    Figures,
    agreement,
    coherence,
    diversity,
    passes,
    support,
)

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


GOOD = Figures(coverage=0.9, npmi=0.01, diversity=0.98, rand=0.99, seconds=30.0, peak_mb=900.0)
POOR = replace(GOOD, npmi=-0.2, diversity=0.8, seconds=160.0)
RUNS = dict.fromkeys(("voc", "voc again", "voc other seed", "voc 10 % more", "voc 9"), GOOD)
BESIDE = {"BERTopic": POOR, "BERTopic 9": POOR}


@pytest.mark.parametrize(
    ("name", "worse", "gate"),
    [
        ("voc", {"coverage": 0.84}, "coverage"),
        ("voc", {"npmi": -0.3}, "NPMI"),
        ("voc", {"diversity": 0.7}, "diversity"),
        ("voc other seed", {"rand": 0.8}, "voc other seed"),
        ("voc 9", {"seconds": 181.0}, "3 minutes"),
        ("voc 9", {"peak_mb": 2_100.0}, "2 GB"),
        ("BERTopic 9", {"seconds": 149.0}, "five times"),
    ],
)
def test_each_gate_can_fail(name: str, worse: dict[str, float], gate: str) -> None:
    runs = RUNS | BESIDE
    assert all(passes(runs, many=9).values())
    found = passes(runs | {name: replace(runs[name], **worse)}, many=9)
    failed = [told for told, holds in found.items() if not holds]
    assert failed
    assert any(gate in told for told in failed)


def test_without_bertopic_or_many_clauses_the_others_stand() -> None:
    alone = passes({name: one for name, one in RUNS.items() if name != "voc 9"}, many=0)
    assert len(alone) == 4
    assert all(alone.values())
