"""Fitting and calibration on data whose answer is known."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import sparse

from training.export import quantised
from training.fitting import (
    Inputs,
    best_scale,
    best_threshold,
    even_weights,
    fit_binary,
    fit_margins,
    fit_multinomial,
    fit_presence,
    plausible,
)

RANDOM = np.random.default_rng(7)


def _inputs(n: int = 400) -> tuple[Inputs, NDArray[np.bool_]]:
    """Rows whose first column and further input decide the label, with some noise."""
    dense = RANDOM.normal(size=(n, 8)).astype(np.float32)
    extra = RANDOM.normal(size=(n, 1)).astype(np.float32)
    labels = dense[:, 0] + 2 * extra[:, 0] + RANDOM.normal(scale=0.3, size=n) > 0
    return Inputs({"wide": sparse.csr_matrix(dense)}, extra), labels


def test_a_binary_head_learns_matrix_and_further_inputs() -> None:
    inputs, labels = _inputs()
    head = fit_binary(inputs, labels, strength=1.0, weights=np.ones(len(labels)))
    assert ((head.logits(inputs)[:, 0] > 0) == labels).mean() > 0.9
    assert head.extra[0, 0] > head.weights["wide"][0, 0] > 0


def test_a_multinomial_head_has_a_column_for_each_label() -> None:
    inputs, labels = _inputs()
    three = labels.astype(np.int64) + (inputs.extra[:, 0] > 1.5)
    head = fit_multinomial(inputs, three, strength=1.0, weights=np.ones(len(three)))
    assert head.logits(inputs).shape == (len(three), 3)
    assert (head.logits(inputs).argmax(axis=1) == three).mean() > 0.85


def test_presence_heads_are_independent() -> None:
    inputs, labels = _inputs()
    both = np.stack([labels, ~labels], axis=1)
    head = fit_presence(inputs, both, strength=1.0)
    logits = head.logits(inputs)
    assert np.corrcoef(logits[:, 0], logits[:, 1])[0, 1] < -0.9


def test_an_aspect_nobody_spoke_of_gets_its_prior() -> None:
    inputs, labels = _inputs()
    head = fit_presence(inputs, np.stack([labels, np.zeros_like(labels)], axis=1), strength=1.0)
    assert (head.logits(inputs)[:, 1] < -5).all()


@pytest.mark.parametrize("factor", [0.4, 1.0, 2.5])
def test_the_scale_undoes_over_and_under_confidence(factor: float) -> None:
    logits = RANDOM.normal(scale=2, size=(20_000, 1))
    labels = RANDOM.random((20_000, 1)) < 1 / (1 + np.exp(-logits))
    assert best_scale(logits / factor, labels) == pytest.approx(factor, rel=0.1)


def test_the_scale_works_for_softmax_too() -> None:
    logits = RANDOM.normal(scale=2, size=(20_000, 3))
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = (RANDOM.random((20_000, 1)) > shares.cumsum(axis=1)).sum(axis=1)
    assert best_scale(logits * 2, labels) == pytest.approx(0.5, rel=0.1)


def test_the_threshold_is_where_f1_is_best() -> None:
    inputs, labels = _inputs(2000)
    rare = (labels & (inputs.extra[:, 0] > 1))[:, None]
    logit = best_threshold(inputs, rare, strength=1.0)
    assert -1.5 <= logit <= 0.5


def test_groups_count_alike() -> None:
    weights = even_weights(["a"] * 9 + ["b"])
    assert weights[:9].sum() == pytest.approx(weights[9])
    assert weights.sum() == pytest.approx(10)


def test_int8_weights_keep_the_answers() -> None:
    inputs, labels = _inputs()
    head = fit_binary(inputs, labels, strength=1.0, weights=np.ones(len(labels)))
    tensors = quantised("polarity", head)
    restored = tensors["polarity/wide.weight"] * tensors["polarity/wide.scale"]
    assert restored == pytest.approx(head.weights["wide"], abs=0.01)
    assert tensors["polarity/wide.weight"].dtype == np.int8


def _clusters(per_label: int, labels: int = 5) -> tuple[Inputs, NDArray[np.int64]]:
    """Rows around a corner of a simplex each, and which corner it is."""
    truth = np.repeat(np.arange(labels), per_label)
    rows = np.eye(labels)[truth] + RANDOM.normal(scale=0.1, size=(len(truth), labels))
    nothing = np.zeros((len(truth), 0), dtype=np.float32)
    return Inputs({"wide": sparse.csr_matrix(rows)}, nothing), truth


def test_margins_tell_labels_apart() -> None:
    inputs, truth = _clusters(20)
    head = fit_margins(inputs, truth, strength=1.0)
    assert (head.logits(inputs).argmax(axis=1) == truth).all()


def test_rows_labelled_wrong_are_not_plausible_and_all_others_are() -> None:
    inputs, truth = _clusters(20)
    noisy = truth.copy()
    wrong = np.arange(0, len(truth), 10)
    noisy[wrong] = (truth[wrong] + 2) % 5
    kept = plausible(inputs, noisy, strength=1.0, best=1)
    assert not kept[wrong].any()
    assert kept.sum() == len(truth) - len(wrong)


def test_a_label_that_would_keep_hardly_a_row_keeps_all() -> None:
    inputs, truth = _clusters(20)
    noisy = truth.copy()
    rare = np.arange(6) * 16
    noisy[rare] = 5
    assert plausible(inputs, noisy, strength=1.0, best=1)[rare].all()
