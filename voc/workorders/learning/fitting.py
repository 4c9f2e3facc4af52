"""Fits the model of departments by penalised maximum likelihood."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from voc.inference.blas import one_blas_thread
from voc.inference.features import SparseRows
from voc.workorders.learning.model import (
    FIGURES,
    DepartmentModel,
    Inputs,
    Place,
    log_softmax,
    matrix,
)

STRENGTH: Final = 0.3
"""Penalty on the weights of n-grams; between 0.3 and 2 it hardly matters."""
_BIAS_STRENGTH: Final = 0.1
_STEPS: Final = 60
_MOST_COLUMNS: Final = 50_000
_FEWEST_TEXTS: Final = 2  # an n-gram of one text teaches nothing about others

Floats = NDArray[np.float32]


def fitted(
    inputs: Inputs,
    labels: NDArray[np.int64],
    *,
    departments: Sequence[str],
    places: Sequence[Place],
) -> DepartmentModel:
    """Fits a model to texts.

    Args:
        inputs: What is known of the texts.
        labels: (n_texts,) place of each text's department in `departments`.
        departments: All names.
        places: The aspects of the taxonomy.
    """
    from scipy.optimize import minimize

    columns, idf = _vocabulary(inputs.words)
    words = matrix(inputs.words, columns, idf)
    by_column = words.T.tocsr()
    figures = inputs.figures
    size, width = len(departments), len(columns)
    gold = np.eye(size, dtype=np.float32)[labels]
    parts = (width * size, width * size + size)

    def cost(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = flat[: parts[0]].reshape(width, size).astype(np.float32)
        bias, scale = flat[parts[0] : parts[1]], flat[parts[1] :]
        logits = words @ weights + bias + np.einsum("f,fnd->nd", scale, figures)
        logs = log_softmax(np.asarray(logits, dtype=np.float32))
        gap = np.exp(logs) - gold
        penalty = STRENGTH * float((weights * weights).sum()) + _BIAS_STRENGTH * bias @ bias
        slopes = (
            (by_column @ gap + STRENGTH * weights).ravel(),
            gap.sum(axis=0) + _BIAS_STRENGTH * bias,
            np.einsum("nd,fnd->f", gap, figures),
        )
        return float(penalty / 2 - (logs * gold).sum()), np.concatenate(slopes).astype(np.float64)

    start = np.zeros(parts[1] + FIGURES)
    start[parts[1] :] = 1.0
    options = {"maxiter": _STEPS}
    with one_blas_thread():
        best = minimize(cost, start, jac=True, method="L-BFGS-B", options=options).x
    return DepartmentModel(
        departments=tuple(departments),
        places=tuple(places),
        columns=columns,
        idf=idf,
        weights=best[: parts[0]].reshape(width, size).astype(np.float32),
        bias=best[parts[0] : parts[1]].astype(np.float32),
        figure_weights=best[parts[1] :].astype(np.float32),
    )


def _vocabulary(counts: SparseRows) -> tuple[NDArray[np.int64], Floats]:
    """Returns the n-grams that most texts have, with their inverse document frequencies."""
    columns, texts = np.unique(counts.columns, return_counts=True)
    most = np.sort(np.argsort(-texts, kind="stable")[:_MOST_COLUMNS])
    kept = most[texts[most] >= _FEWEST_TEXTS]
    idf = np.log((1 + counts.n_rows) / (1 + texts[kept])) + 1
    return columns[kept], idf.astype(np.float32)
