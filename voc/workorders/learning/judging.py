"""Says how well departments are learned, on rows not fitted on, beside the rules' own answer."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from voc.inference.features import SparseRows
from voc.workorders.learning.fitting import fitted
from voc.workorders.learning.model import DepartmentModel, Inputs, Place, Scores, inputs_of

FOLDS: Final = 5
_Z95: Final = 1.959963984540054

Progress = Callable[[float, float | None], None]


@dataclass(frozen=True, slots=True)
class Example:
    """A voice or an order of the past, and who handled it.

    Attributes:
        text: Its text, as Tags carry it.
        scores: The aspects found in it.
        department: Who handled it.
        by_rules: Who would have got it by the rules.
        is_fixed: Whether a rule names that department itself, which goes before what is learned.
    """

    text: str
    scores: Scores
    department: str
    by_rules: str
    is_fixed: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """How often rules, and rules with what was learned, name the department that handled a row.

    Attributes:
        total: Rows that were judged.
        by_rules: Rows that the rules alone get right.
        learned: Rows that are right where what was learned is heard.
        gained: Rows that only the latter gets right.
        lost: Rows that only the former gets right.
        heard: Rows that were decided by what was learned.
        by_department: Department: (rows, right by rules, right with what was learned).
        confusions: (handled, routed with what was learned) with how often, most first.
    """

    total: int
    by_rules: int
    learned: int
    gained: int
    lost: int
    heard: int
    by_department: dict[str, tuple[int, int, int]]
    confusions: tuple[tuple[tuple[str, str], int], ...]

    @property
    def gain(self) -> tuple[float, float, float]:
        """The difference of the two shares, with its 95 % interval.

        Source: the difference of paired proportions, A. Agresti, Categorical Data Analysis, 3rd
        ed., 11.1, with half a row added to each kind so that none is certain.
        """
        up, down, total = self.gained + 0.5, self.lost + 0.5, self.total + 1
        value = (self.gained - self.lost) / self.total
        half = _Z95 * math.sqrt(up + down - (up - down) ** 2 / total) / total
        return value, max(-1.0, value - half), min(1.0, value + half)

    @property
    def is_better(self) -> bool:
        """Whether it gains more rows than it loses."""
        return self.gained > self.lost

    @property
    def is_sure(self) -> bool:
        """Whether the interval of the difference leaves out zero."""
        return self.gain[1] > 0


def cross_validated(
    examples: Sequence[Example],
    places: Sequence[Place],
    departments: Sequence[str],
    on_progress: Progress = lambda *_: None,
) -> tuple[NDArray[np.float32], DepartmentModel]:
    """Returns what models fitted without a row say of it, and a model fitted on all rows.

    Args:
        examples: The rows; those of departments that are not in `departments` are not fitted on.
        places: The aspects of the taxonomy.
        departments: The departments to tell apart.
        on_progress: Told of (fits done, all fits).

    Returns:
        (n_examples, n_departments) log-probabilities, and the model.
    """
    texts, scores = [one.text for one in examples], [one.scores for one in examples]
    inputs = inputs_of(texts, scores, places, departments)
    column = {name: at for at, name in enumerate(departments)}
    labels = np.array([column.get(one.department, -1) for one in examples])
    said = np.zeros((len(examples), len(departments)), dtype=np.float32)
    fold = _folds(labels)

    def fit(chosen: NDArray[np.int64]) -> DepartmentModel:
        kept = chosen[labels[chosen] >= 0]
        return fitted(_rows(inputs, kept), labels[kept], departments=departments, places=places)

    for number in range(FOLDS):
        on_progress(number, FOLDS + 1)
        own = np.flatnonzero(fold == number)
        if len(own):
            model = fit(np.flatnonzero(fold != number))
            said[own] = model.log_probabilities(
                [texts[at] for at in own], [scores[at] for at in own]
            )
    on_progress(FOLDS, FOLDS + 1)
    return said, fit(np.arange(len(examples)))


def judged(
    examples: Sequence[Example],
    said: NDArray[np.float32],
    departments: Sequence[str],
    *,
    threshold: float,
) -> Judged:
    """Compares the rules with what was learned, where that is at least as sure as `threshold`.

    Args:
        examples: The rows.
        said: (n_examples, n_departments) log-probabilities by models fitted without each row.
        departments: The departments of these columns.
        threshold: Probability from which what was learned decides.
    """
    best = said.argmax(axis=1)
    heard = [
        not one.is_fixed and math.exp(said[row, best[row]]) >= threshold
        for row, one in enumerate(examples)
    ]
    reached = [
        departments[best[row]] if heard[row] else one.by_rules for row, one in enumerate(examples)
    ]
    before = [one.by_rules == one.department for one in examples]
    after = [name == one.department for name, one in zip(reached, examples, strict=True)]
    wrong = Counter(
        (one.department, name)
        for name, one in zip(reached, examples, strict=True)
        if name != one.department
    )
    by_department = {
        name: (
            len(rows := [row for row, one in enumerate(examples) if one.department == name]),
            sum(before[row] for row in rows),
            sum(after[row] for row in rows),
        )
        for name in sorted({one.department for one in examples})
    }
    return Judged(
        total=len(examples),
        by_rules=sum(before),
        learned=sum(after),
        gained=sum(new and not old for old, new in zip(before, after, strict=True)),
        lost=sum(old and not new for old, new in zip(before, after, strict=True)),
        heard=sum(heard),
        by_department=by_department,
        confusions=tuple(sorted(wrong.items(), key=lambda item: (-item[1], item[0]))),
    )


def _folds(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Returns the fold of each row: each department is dealt out evenly, by a fixed seed."""
    shuffled = np.random.default_rng(len(labels)).permutation(len(labels))
    order = shuffled[np.argsort(labels[shuffled], kind="stable")]
    fold = np.empty(len(labels), dtype=np.int64)
    fold[order] = np.arange(len(labels)) % FOLDS
    return fold


def _rows(inputs: Inputs, chosen: NDArray[np.int64]) -> Inputs:
    """Returns the inputs of some rows, by their indices in ascending order."""
    words = inputs.words
    kept = np.isin(words.rows, chosen)
    rows = np.searchsorted(chosen, words.rows[kept])
    return Inputs(
        inputs.figures[:, chosen],
        SparseRows(rows, words.columns[kept], words.values[kept], len(chosen)),
    )
