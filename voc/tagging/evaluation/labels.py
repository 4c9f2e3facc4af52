"""Figures of tasks that give a text one label with a probability: sentiment, intent, any head."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from voc.errors import UsageError, nearest
from voc.records import INTENTS, POLARITIES
from voc.tagging.evaluation.figures import Counts, Figure, bootstrapped, macro_f1, share
from voc.tagging.evaluation.rows import Pairs

BINS: Final = 15
_ROUNDING: Final = 1e-5  # a float32 softmax may give a little more than 1

Codes = NDArray[np.int64]


def evaluate_labels(
    gold: Sequence[str], found: Sequence[tuple[str, float]], *, seed: int = 0
) -> dict[str, Figure]:
    """Compares the labels that a head gives with the right ones.

    Args:
        gold: The right label of each row, of any number of labels.
        found: What the head says of each row: its label and the probability of it, in [0, 1].
        seed: Seed of the bootstrap.

    Returns:
        `accuracy`; `macro_f1` over the labels in `gold`, where a row of one that is found under a
        label outside `gold` is missed and no more; `expected_calibration_error` in 15 bins of the
        probability. Memory is about 30 bytes times rows times labels.

    Raises:
        UsageError: There is no row, the rows are not as many, or a probability is none.
    """
    if len(gold) != len(found):
        raise UsageError(f"{len(gold)} gold labels meet {len(found)} found ones; give one a row.")
    if not gold:
        raise UsageError("There are no labels; there is nothing to compare.")
    names = {label: code for code, label in enumerate(dict.fromkeys(gold))}
    confidence = np.array([chance for _, chance in found], dtype=float)
    impossible = ~((confidence >= -_ROUNDING) & (confidence <= 1 + _ROUNDING))
    if impossible.any():
        row = int(impossible.argmax())
        raise UsageError(
            f"The probability {confidence[row]} of row {row + 1} is none; give one in [0, 1]."
        )
    return _label_figures(
        np.array([names[label] for label in gold]),
        np.array([names.get(label, -1) for label, _ in found]),
        confidence.clip(0, 1),
        seed,
    )


def sentiment_figures(pairs: Pairs, seed: int) -> dict[str, Figure]:
    """Compares polarities; where gold is negative or positive only, by those two probabilities.

    Raises:
        UsageError: A gold label is unknown.
    """
    judged = [
        (row["sentiment"], tags.sentiment.probabilities)
        for row, tags in pairs
        if row.get("sentiment") is not None and tags.sentiment is not None
    ]
    if not judged:
        return {}
    _check_labels([label for label, _ in judged], POLARITIES, "sentiment")
    gold = np.array([POLARITIES.index(label) for label, _ in judged])
    table = np.array([[chances[label] for label in POLARITIES] for _, chances in judged])
    neutral = POLARITIES.index("neutral")
    if not (gold == neutral).any():
        table[:, neutral] = 0.0
        table /= np.maximum(table.sum(axis=1, keepdims=True), 1e-12)
    return _label_figures(gold, table.argmax(axis=1), table.max(axis=1), seed)


def intent_figures(pairs: Pairs, seed: int) -> dict[str, Figure]:
    """Compares intents; labels of which none is the contract's are another list, not judged here.

    Raises:
        UsageError: Some gold labels are the contract's and some are not.
    """
    judged = [
        (row["intent"], tags.intent)
        for row, tags in pairs
        if row.get("intent") is not None and tags.intent is not None
    ]
    labels = [label for label, _ in judged]
    if not set(labels) & set(INTENTS):
        return {}
    _check_labels(labels, INTENTS, "intent")
    return evaluate_labels(labels, [(found.label, found.score) for _, found in judged], seed=seed)


def _check_labels(labels: Sequence[str], known: Sequence[str], task: str) -> None:
    unknown = next((label for label in labels if label not in known), None)
    if unknown is not None:
        raise UsageError(
            f"The {task} label {unknown!r} is unknown; allowed: {', '.join(known)}."
            f"{nearest(str(unknown), known)}"
        )


def _label_figures(gold: Codes, found: Codes, confidence: Counts, seed: int) -> dict[str, Figure]:
    """Compares (n_rows,) codes of labels; a code of `found` that `gold` lacks is only a miss."""
    hit = gold == found
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = np.zeros((len(gold), BINS))
    gaps[np.arange(len(gold)), bins] = confidence - hit
    return {
        "accuracy": bootstrapped(hit[:, None].astype(float), share, seed),
        "macro_f1": bootstrapped(_label_counts(gold, found), macro_f1, seed),
        "expected_calibration_error": bootstrapped(
            gaps, lambda sums, n: np.abs(sums).sum(axis=1) / n, seed
        ),
    }


def _label_counts(gold: Codes, found: Codes) -> Counts:
    """Returns what `macro_f1` takes of each row: 3 counts a label, not a confusion of all pairs."""
    labels = np.unique(gold)
    is_gold, is_found = gold[:, None] == labels, found[:, None] == labels
    return np.concatenate([is_gold & is_found, is_gold, is_found], axis=1).astype(float)
