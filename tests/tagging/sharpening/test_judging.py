"""What is kept is what pays on rows held back, by the figures of `voc eval`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from voc.config import Aspect
from voc.records import POLARITIES
from voc.tagging.evaluation.aspects import aspect_figures
from voc.tagging.evaluation.figures import macro_f1, micro_f1
from voc.tagging.sharpening.answers import Answers, gold_table
from voc.tagging.sharpening.crossing import cross_validated, fitted, shifted, unsharpened
from voc.tagging.sharpening.judging import (
    Verdict,
    as_tags,
    aspect_counts,
    is_risen,
    joint_counts,
    judged,
    polarity_counts,
)

Made = Callable[..., Answers]
ASPECTS = [Aspect(id=name, name=name.upper()) for name in ("taste", "queue", "price")]
Labelled = list[dict[str, object]]


def labelled(answers: Answers) -> Labelled:
    """Returns rows that say what the answers hold for right."""
    return [
        {
            "text": "…",
            "aspects": [
                {"aspect": ASPECTS[aspect].name, "sentiment": POLARITIES[label]}
                for aspect, label in np.argwhere(table).tolist()
            ],
        }
        for table in answers.gold
    ]


def verdict(answers: Answers) -> Verdict:
    return judged(
        answers, unsharpened(answers), cross_validated(answers),
        labelled=labelled(answers), aspects=ASPECTS,
    )  # fmt: skip


def test_counts_are_those_of_the_evaluation(made: Made) -> None:
    answers = made(50)
    answers = replace(
        answers, silent=np.arange(50) % 7 == 0, gold=answers.gold | made(50, seed=3).gold
    )
    held = unsharpened(answers)
    rows = labelled(answers)
    figures = aspect_figures(list(zip(rows, as_tags(answers, held, ASPECTS), strict=True)), 0)
    for name, counts in (
        ("aspect_micro_f1", aspect_counts(answers, held)),
        ("joint_micro_f1", joint_counts(answers, held)),
    ):
        [value] = micro_f1(counts.sum(axis=0)[None, :], 50)
        assert 0 < value < 1
        assert figures[name].value == pytest.approx(value)
    [macro] = macro_f1(polarity_counts(answers, held).sum(axis=0)[None, :], 50)
    assert figures["polarity_macro_f1"].value == pytest.approx(macro)
    assert (gold_table(rows, ASPECTS) == answers.gold).all()


def test_what_can_be_learnt_is_kept(made: Made) -> None:
    found = verdict(made(80))
    assert found.presence
    assert not found.polarity, "the tagger's polarities were as good as they come"
    before, after = found.before["aspect_micro_f1"], found.after["aspect_micro_f1"]
    assert after.value > before.value + 0.1
    kept = found.kept(fitted(made(80)))
    assert (kept.presence is not None, kept.polarity) == (True, None)


@pytest.mark.parametrize("seed", range(3))
def test_what_cannot_be_learnt_is_not(made: Made, seed: int) -> None:
    assert not verdict(made(60, seed=seed, learnable=False)).is_better


def test_the_figures_promised_come_true(made: Made) -> None:
    promised = verdict(made(80)).after["aspect_micro_f1"]
    new = made(400, seed=9)
    counts = aspect_counts(new, shifted(fitted(made(80)), new))
    [value] = micro_f1(counts.sum(axis=0)[None, :], 400)
    assert promised.low <= value <= promised.high


def test_a_rise_by_chance_is_none() -> None:
    counts = np.array([[1, 2, 1]] * 30)
    luckier = counts.copy()
    luckier[0] = [1, 1, 1]
    assert not is_risen(counts, counts)
    assert not is_risen(counts, luckier)
    assert is_risen(counts, np.array([[1, 1, 1]] * 30))
