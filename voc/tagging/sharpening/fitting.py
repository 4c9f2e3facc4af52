"""Fits shifts: logistic regressions on top of the tagger's own logits, held near no change.

Every number has a normal prior around what leaves the answers as they are; one strength scales how
far those of single aspects may go. Weights of inputs are fitted on inputs at mean 0 and deviation 1
and given back for the inputs as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.inference.blas import one_blas_thread
from voc.tagging.aspects import IMPOSSIBLE
from voc.tagging.sharpening.answers import Answers
from voc.tagging.sharpening.shifts import PolarityShift, PresenceShift

Table = NDArray[Any]
Gradient = tuple[float, list[Table]]

ALONE = -2.0  # expected bias of the encoder where it answers alone; the data soon outweighs it
SHARED = 0.3  # reach of weights that all aspects share, as a part of those of one aspect
SENTENCE = 2.0  # reach of weights of the sentence vector, as a part of those of the features
EVENNESS = 0.5  # 0 counts every judgement alike, 1 every polarity; chosen on dev sets
_STEPS = 60
_FLAT = 1e-3  # deviation below which an input says nothing


@dataclass(frozen=True, slots=True)
class _Scaled:
    """Inputs at mean 0 and deviation 1, and how they came to be so."""

    values: Table
    mean: Table
    deviation: Table

    def weights(self, fitted: Table) -> Table:
        """Returns weights (…, n_inputs) for the inputs as they are."""
        return fitted / self.deviation


def _scaled(values: Table) -> _Scaled:
    axes = tuple(range(values.ndim - 1))
    mean = values.mean(axis=axes, dtype=np.float64)
    deviation = values.std(axis=axes, dtype=np.float64) + _FLAT
    return _Scaled((values - mean) / deviation, mean, deviation)


def fitted_presence(answers: Answers, *, strength: float, threshold: float) -> PresenceShift:
    """Fits when an aspect is spoken of.

    Args:
        answers: On at least one text that says something.
        strength: How far the numbers of one aspect may go, in logits; above 0.
        threshold: Given on as it is.
    """
    heard = answers.rows(np.flatnonzero(~answers.silent))
    possible = heard.known > IMPOSSIBLE
    known = np.where(possible, heard.known, 0.0).astype(np.float64)
    alone = np.where(possible, 0.0, heard.alone).astype(np.float64)
    features, vectors = _scaled(heard.features), _scaled(heard.vectors)
    signs = np.where(heard.spoken, 1.0, -1.0)

    def cost(parts: Sequence[Table]) -> Gradient:
        scale, offset, bias, shared, own, sentence = parts
        logits = scale[0] * known + scale[1] * alone + np.where(possible, offset[0], offset[1])
        logits += bias + np.einsum("taf,af->ta", features.values, shared + own)
        logits += vectors.values @ sentence.T
        margins = signs * logits
        slope = -signs / (1 + np.exp(np.clip(margins, -500, 500)))
        by_feature = np.einsum("ta,taf->af", slope, features.values)
        return float(np.logaddexp(0, -margins).sum()), [
            np.array([(slope * known).sum(), (slope * alone).sum()]),
            np.array([slope[possible].sum(), slope[~possible].sum()]),
            slope.sum(axis=0),
            by_feature.sum(axis=0),
            by_feature,
            slope.T @ vectors.values,
        ]

    size, n_features, width = known.shape[1], len(features.mean), len(vectors.mean)
    reach = strength / np.sqrt(n_features + width)
    scale, offset, bias, shared, own, sentence = _minimised(
        cost,
        [
            _Prior(np.array([1.0, 1.0]), 0.5),
            _Prior(np.array([0.0, ALONE]), np.array([1.0, 3.0])),
            _Prior(np.zeros(size), strength),
            _Prior(np.zeros(n_features), SHARED * reach),
            _Prior(np.zeros((size, n_features)), reach),
            _Prior(np.zeros((size, width)), SENTENCE * reach),
        ],
    )
    by_feature, by_vector = features.weights(shared + own), vectors.weights(sentence)
    bias = bias - by_feature @ features.mean - by_vector @ vectors.mean
    return PresenceShift(
        scale=_single(scale),
        bias=_single(bias[:, None] + offset),
        features=_single(by_feature),
        vectors=_single(by_vector),
        threshold=_single(np.array(threshold)),
    )


def fitted_polarity(answers: Answers, *, strength: float) -> PolarityShift:
    """Fits how an aspect that is spoken of is judged.

    Rare polarities count for more than their share, or all would become the commonest.

    Args:
        answers: With at least one judgement in a text that says something.
        strength: As for `fitted_presence`.
    """
    rows, aspects = judged_pairs(answers)
    gold = polarity_shares(answers, rows, aspects)
    weights = gold @ _evened(gold)
    weights *= len(weights) / weights.sum()
    known = answers.polarity[rows, aspects].astype(np.float64)
    features = _scaled(answers.features[rows, aspects])
    vectors = _scaled(answers.vectors[rows])
    size = answers.known.shape[1]
    own_rows = [np.flatnonzero(aspects == aspect) for aspect in range(size)]

    def by_aspect(slope: Table, inputs: Table) -> Table:
        return np.stack([inputs[own].T @ slope[own] for own in own_rows])

    def cost(parts: Sequence[Table]) -> Gradient:
        scale, offset, bias, shared, own, sentence = parts
        logits = scale * known + offset + bias[aspects] + features.values @ shared
        for aspect, each in enumerate(own_rows):
            logits[each] += features.values[each] @ own[aspect]
            logits[each] += vectors.values[each] @ sentence[aspect]
        chances = log_softmax(logits)
        slope = weights[:, None] * (np.exp(chances) - gold)
        return float(-(weights[:, None] * gold * chances).sum()), [
            np.array((slope * known).sum()),
            slope.sum(axis=0),
            np.stack([slope[each].sum(axis=0) for each in own_rows]),
            features.values.T @ slope,
            by_aspect(slope, features.values),
            by_aspect(slope, vectors.values),
        ]

    labels, n_features, width = gold.shape[1], len(features.mean), len(vectors.mean)
    reach = strength / np.sqrt(n_features + width)
    scale, offset, bias, shared, own, sentence = _minimised(
        cost,
        [
            _Prior(np.array(1.0), 0.5),
            _Prior(np.zeros(labels), 1.0),
            _Prior(np.zeros((size, labels)), strength),
            _Prior(np.zeros((n_features, labels)), SHARED * reach),
            _Prior(np.zeros((size, n_features, labels)), reach),
            _Prior(np.zeros((size, width, labels)), SENTENCE * reach),
        ],
    )
    by_feature = (shared + own) / features.deviation[:, None]
    by_vector = sentence / vectors.deviation[:, None]
    bias = bias + offset
    bias -= np.einsum("afp,f->ap", by_feature, features.mean)
    bias -= np.einsum("awp,w->ap", by_vector, vectors.mean)
    return PolarityShift(
        _single(scale), _single(bias), features=_single(by_feature), vectors=_single(by_vector)
    )


def judged_pairs(answers: Answers) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Returns the rows and the aspects of what people found in texts that say something."""
    rows, aspects = np.nonzero(answers.spoken & ~answers.silent[:, None])
    return rows, aspects


def polarity_shares(answers: Answers, rows: NDArray[np.int64], aspects: NDArray[np.int64]) -> Table:
    """Returns (n_pairs, 3) shares of the polarities that people gave; a row sums to 1."""
    gold = answers.gold[rows, aspects].astype(np.float64)
    return np.asarray(gold / gold.sum(axis=1, keepdims=True))


def log_softmax(logits: Table) -> Table:
    """Returns (n, n_labels) logarithms of the probabilities."""
    highest = logits.max(axis=1, keepdims=True)
    norms = np.log(np.exp(logits - highest).sum(axis=1, keepdims=True))
    return np.asarray(logits - highest - norms)


def _evened(gold: Table) -> Table:
    """Returns the weight of each polarity."""
    counts = gold.sum(axis=0) + 1
    return np.asarray((counts / counts.mean()) ** -EVENNESS)


@dataclass(frozen=True, slots=True)
class _Prior:
    """What is expected of some numbers, and the standard deviation from it."""

    mean: Table
    deviation: float | Table


def _minimised(
    cost: Callable[[Sequence[Table]], Gradient], priors: Sequence[_Prior]
) -> list[Table]:
    """Returns the numbers with the least cost, in nats, given their priors."""
    from scipy.optimize import minimize

    ends = np.cumsum([prior.mean.size for prior in priors])

    def parts(values: Table) -> list[Table]:
        pieces = np.split(values, ends[:-1])
        return [
            prior.mean + prior.deviation * piece.reshape(prior.mean.shape)
            for prior, piece in zip(priors, pieces, strict=True)
        ]

    def penalised(values: Table) -> tuple[float, Table]:
        found, slopes = cost(parts(values))
        scaled = [
            np.ravel(prior.deviation * slope) for prior, slope in zip(priors, slopes, strict=True)
        ]
        return found + 0.5 * float(values @ values), np.concatenate(scaled) + values

    start = np.zeros(int(ends[-1]))
    with one_blas_thread():
        best = minimize(penalised, start, jac=True, method="L-BFGS-B", options={"maxiter": _STEPS})
    return parts(best.x)


def _single(values: Table) -> NDArray[np.float32]:
    return np.asarray(values, dtype=np.float32)
