"""What is fitted, and that it stays near no change where nothing speaks for one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from voc.tagging.sharpening import fitting
from voc.tagging.sharpening.answers import Answers
from voc.tagging.sharpening.crossing import FOLDS, best_cut, folds
from voc.tagging.sharpening.fitting import fitted_polarity, fitted_presence, judged_pairs

Made = Callable[..., Answers]


@pytest.mark.parametrize("what", ["presence", "polarity"])
def test_slopes_are_those_of_the_cost(
    made: Made, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    checked: list[float] = []

    def check(cost: Any, priors: Sequence[Any]) -> list[Any]:
        random = np.random.default_rng(1)
        at = [prior.mean + 0.3 * random.normal(size=prior.mean.shape) for prior in priors]
        _, slopes = cost(at)
        for number, slope in enumerate(slopes):
            step = 1e-5 * random.normal(size=at[number].shape)
            ends = [
                cost([*at[:number], at[number] + sign * step, *at[number + 1 :]])[0]
                for sign in (1, -1)
            ]
            assert (ends[0] - ends[1]) / 2 == pytest.approx(float((slope * step).sum()), rel=1e-4)
            checked.append(float(np.abs(slope).max()))
        return at

    monkeypatch.setattr(fitting, "_minimised", check)
    if what == "presence":
        fitted_presence(made(30), strength=1.0, threshold=0.5)
    else:
        fitted_polarity(made(30), strength=1.0)
    assert len(checked) == 6
    assert min(checked) > 0


def test_what_the_sentence_tells_is_learnt_without_keywords(made: Made) -> None:
    shift = fitted_presence(made(80), strength=1.0, threshold=0.5)
    new = made(200, seed=1)
    logits = shift(new.known, new.alone, new.features, new.vectors)
    assert np.mean((logits[:, 0] > 0) == new.spoken[:, 0]) > 0.9


def test_a_shift_is_of_the_inputs_as_they_are(made: Made) -> None:
    here = made(60)
    moved = replace(here, vectors=here.vectors * 7 + 3, features=here.features * 0.5 - 2)
    first, second = (fitted_presence(each, strength=1.0, threshold=0.5) for each in (here, moved))
    np.testing.assert_allclose(
        first(here.known, here.alone, here.features, here.vectors),
        second(moved.known, moved.alone, moved.features, moved.vectors),
        atol=0.05,
    )


def test_held_close_the_answers_stay(made: Made) -> None:
    here = made(40)
    shift = fitted_polarity(here, strength=1e-4)
    rows, aspects = judged_pairs(here)
    known = here.polarity[rows, aspects]
    found = shift(known, here.features[rows, aspects], here.vectors[rows], aspects)
    assert np.mean(found.argmax(axis=1) == known.argmax(axis=1)) > 0.97


def test_silent_texts_teach_nothing(made: Made) -> None:
    here = made(60)
    silent = np.arange(60) % 2 == 1
    noise = replace(
        here, silent=silent, vectors=np.where(silent[:, None], 99, here.vectors).astype(np.float32)
    )
    heard = here.rows(np.flatnonzero(~silent))
    for name in ("scale", "bias", "vectors"):
        np.testing.assert_allclose(
            getattr(fitted_presence(noise, strength=1.0, threshold=0.5), name),
            getattr(fitted_presence(heard, strength=1.0, threshold=0.5), name),
        )


def test_every_row_is_held_back_once() -> None:
    dealt = list(folds(23, FOLDS))
    assert sorted(np.concatenate([own for _, own in dealt]).tolist()) == list(range(23))
    for others, own in dealt:
        assert sorted([*others.tolist(), *own.tolist()]) == list(range(23))


def test_the_best_cut_parts_what_can_be_parted() -> None:
    scores = np.array([[0.9, 0.2], [0.6, 0.3]])
    assert best_cut(scores, np.array([[True, False], [True, False]])) == 0.6
    assert best_cut(scores, np.array([[False, False], [True, False]])) == 0.6
