"""Fits linear heads, and calibrates them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.inference.features import SparseRows

Floats = NDArray[np.float32]
Labels = NDArray[np.int64] | NDArray[np.bool_]
_LEAST_ROWS = 4  # rows of a label below which none is doubted


@dataclass(frozen=True, slots=True)
class Inputs:
    """What one head reads of n rows.

    Attributes:
        matrices: By name of the weights they meet, sparse (n, n_columns).
        extra: (n, n_extra) further inputs.
    """

    matrices: dict[str, Any]
    extra: Floats

    def take(self, rows: NDArray[Any]) -> Inputs:
        """Returns the inputs of some of the rows, given as indices or as a mask."""
        return Inputs(
            {name: matrix[rows] for name, matrix in self.matrices.items()}, self.extra[rows]
        )


@dataclass(frozen=True, slots=True)
class TrainedHead:
    """Coefficients of one head.

    Attributes:
        weights: By name of the input, (n_columns, n_labels).
        bias: (n_labels,).
        extra: (n_extra, n_labels).
    """

    weights: dict[str, NDArray[np.float64]]
    bias: NDArray[np.float64]
    extra: NDArray[np.float64]

    def logits(self, inputs: Inputs) -> NDArray[np.float64]:
        """Returns (n, n_labels)."""
        total = inputs.extra @ self.extra + self.bias
        for name, weights in self.weights.items():
            total = total + inputs.matrices[name] @ weights
        return np.asarray(total)

    def scaled(self, factor: float) -> TrainedHead:
        return replace(
            self,
            weights={name: weights * factor for name, weights in self.weights.items()},
            bias=self.bias * factor,
            extra=self.extra * factor,
        )


def as_scipy(rows: SparseRows, bits: int) -> Any:
    """Returns sparse rows as a scipy matrix."""
    from scipy import sparse

    shape = (rows.n_rows, 1 << bits)
    return sparse.csr_matrix((rows.values, (rows.rows, rows.columns)), shape=shape)


def fit_binary(
    inputs: Inputs, labels: NDArray[np.bool_], *, strength: float, weights: NDArray[np.float64]
) -> TrainedHead:
    """Fits a logistic regression by LIBLINEAR (Fan et al. 2008).

    Args:
        inputs: Of n rows.
        labels: (n,).
        strength: Inverse of the L2 penalty.
        weights: (n,) weight of each row.
    """
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=strength, solver="liblinear", max_iter=200)
    model.fit(_joined(inputs), labels, sample_weight=weights)
    return _cut(model.coef_.T, model.intercept_, inputs)


def fit_multinomial(
    inputs: Inputs, labels: NDArray[np.int64], *, strength: float, weights: NDArray[np.float64]
) -> TrainedHead:
    """Fits a multinomial logistic regression by L-BFGS; arguments as of `fit_binary`."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=strength, max_iter=300, tol=1e-4)
    model.fit(_joined(inputs), labels, sample_weight=weights)
    return _cut(model.coef_.T, model.intercept_, inputs)


def fit_margins(inputs: Inputs, labels: NDArray[np.int64], *, strength: float) -> TrainedHead:
    """Fits one support vector machine against the rest for each label, by LIBLINEAR.

    With many labels of a few rows each it does better than a multinomial regression.
    """
    from sklearn.svm import LinearSVC

    model = LinearSVC(C=strength)
    model.fit(_joined(inputs), labels)
    return _cut(model.coef_.T, model.intercept_, inputs)


def plausible(
    inputs: Inputs, labels: NDArray[np.int64], *, strength: float, best: int, folds: int = 4
) -> NDArray[np.bool_]:
    """Returns which rows of a noisy set may be labelled right.

    A row whose label is not among the `best` of a model that never saw the row is more likely
    labelled wrong than hard (after Northcutt et al. 2021, "Confident Learning").

    A label that would keep hardly a row keeps all of them.

    Args:
        inputs: Of n rows.
        labels: (n,) indices.
        strength: Inverse of the L2 penalty.
        best: How many labels are believed of each row.
        folds: Parts, each judged by a model of the others.
    """
    part = np.random.default_rng(0).permutation(len(labels)) % folds
    kept = np.zeros(len(labels), dtype=np.bool_)
    for fold in range(folds):
        seen, held_out = part != fold, part == fold
        margins = fit_margins(inputs.take(seen), labels[seen], strength=strength).logits(
            inputs.take(held_out)
        )
        own = margins[np.arange(len(margins)), labels[held_out]]
        kept[held_out] = (margins > own[:, None]).sum(axis=1) < best
    left = np.bincount(labels[kept], minlength=int(labels.max()) + 1)
    return kept | (left[labels] < _LEAST_ROWS)


def fit_presence(inputs: Inputs, labels: NDArray[np.bool_], *, strength: float) -> TrainedHead:
    """Fits one logistic regression for each column of (n, n_labels) labels.

    A column whose labels are all alike, as of an aspect nobody spoke of, gets its prior alone.
    """
    weights = np.ones(len(labels))
    fitted = [
        fit_binary(inputs, column, strength=strength, weights=weights)
        if column.any() and not column.all()
        else _prior(inputs, column)
        for column in labels.T
    ]
    return TrainedHead(
        {name: np.hstack([each.weights[name] for each in fitted]) for name in inputs.matrices},
        np.concatenate([each.bias for each in fitted]),
        np.hstack([each.extra for each in fitted]),
    )


def _prior(inputs: Inputs, labels: NDArray[np.bool_]) -> TrainedHead:
    """A head that always answers the share of its labels, by Laplace's rule of succession."""
    share = (labels.sum() + 1) / (len(labels) + 2)
    return TrainedHead(
        {name: np.zeros((matrix.shape[1], 1)) for name, matrix in inputs.matrices.items()},
        np.array([np.log(share / (1 - share))]),
        np.zeros((inputs.extra.shape[1], 1)),
    )


def _joined(inputs: Inputs) -> Any:
    from scipy import sparse

    parts = [*inputs.matrices.values(), sparse.csr_matrix(inputs.extra)]
    return sparse.hstack(parts).tocsr()


def _cut(
    coefficients: NDArray[np.float64], bias: NDArray[np.float64], inputs: Inputs
) -> TrainedHead:
    """Cuts (n_inputs, n_labels) coefficients into those of each matrix and the further inputs."""
    weights, start = {}, 0
    for name, matrix in inputs.matrices.items():
        weights[name] = coefficients[start : start + matrix.shape[1]]
        start += matrix.shape[1]
    return TrainedHead(weights, bias, coefficients[start:])


def best_scale(
    logits: NDArray[np.float64], labels: Labels, *, weights: NDArray[np.float64] | None = None
) -> float:
    """Returns the factor of logits at which held-out labels are likeliest.

    Temperature scaling (Guo et al. 2017, "On Calibration of Modern Neural Networks"): no label
    changes, only how sure it is.

    Args:
        logits: (n, n_labels); of softmax where `labels` are (n,) indices, else of sigmoids.
        labels: (n,) indices, or (n, n_labels) booleans.
        weights: (n,) weight of each row.
    """
    from scipy.optimize import minimize_scalar

    rows = np.ones(len(logits)) if weights is None else weights

    def loss(log_factor: float) -> float:
        scaled = logits * np.exp(log_factor)
        if labels.dtype == np.bool_:
            signed = np.where(labels.reshape(scaled.shape), scaled, -scaled)
            return float((np.logaddexp(0, -signed).sum(axis=1) * rows).sum())
        total = np.logaddexp.reduce(scaled, axis=1)
        return float(((total - scaled[np.arange(len(scaled)), labels]) * rows).sum())

    return float(np.exp(minimize_scalar(loss, bounds=(-2.0, 2.0), method="bounded").x))


def best_threshold(inputs: Inputs, labels: NDArray[np.bool_], *, strength: float) -> float:
    """Returns the logit from which micro-F1 is best, by two-fold cross-validation."""
    even = np.arange(len(labels)) % 2 == 0
    logits = np.zeros(labels.shape)
    for part in (even, ~even):
        fitted = fit_presence(inputs.take(part), labels[part], strength=strength)
        logits[~part] = fitted.logits(inputs.take(~part))
    candidates = np.linspace(-1.5, 0.5, 21)

    def f1(threshold: float) -> float:
        found = logits >= threshold
        return float(2 * (found & labels).sum() / max(found.sum() + labels.sum(), 1))

    return float(max(candidates, key=f1))


def even_weights(groups: Sequence[str]) -> NDArray[np.float64]:
    """Returns weights under which each group counts alike, however many rows it has."""
    names, inverse, counts = np.unique(np.array(groups), return_inverse=True, return_counts=True)
    return np.asarray(len(groups) / len(names) / counts[inverse])
