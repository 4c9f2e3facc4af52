"""Chooses how far shifts may go, and says how good they are, on rows they were not fitted on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.inference.linear import sigmoid
from voc.tagging.sharpening.answers import Answers
from voc.tagging.sharpening.fitting import (
    fitted_polarity,
    fitted_presence,
    judged_pairs,
    log_softmax,
    polarity_shares,
)
from voc.tagging.sharpening.shifts import PolarityShift, PresenceShift, Shifts

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]
Progress = Callable[[float, float | None], None]

FOLDS = 5
INNER_FOLDS = 3
PRESENCE = (0.1, 0.3, 1.0, 3.0)
POLARITY = (0.03, 0.1, 0.3, 1.0)
USUAL_CUT = 0.4  # where half of F1 lies, about the best threshold (Lipton et al. 2014)


@dataclass(frozen=True, slots=True)
class Held:
    """What is said of rows, by shifts that were fitted without them.

    Attributes:
        presence: (n_texts, n_aspects) logits.
        threshold: (n_texts, 1) or (n_aspects,) probability from which an aspect counts.
        polarity: (n_texts, n_aspects, 3) logits.
    """

    presence: Floats
    threshold: Floats
    polarity: Floats


def unsharpened(answers: Answers) -> Held:
    """Returns what the tagger says as it is."""
    return Held(answers.known, answers.threshold, answers.polarity)


def fitted(answers: Answers) -> Shifts:
    """Fits the shifts of one taxonomy, each as far as rows held back say is good."""
    return Shifts(_presence(answers), _polarity(answers))


def cross_validated(answers: Answers, on_progress: Progress = lambda *_: None) -> Held:
    """Returns what shifts say of each row that were fitted without it."""
    presence, polarity = np.empty_like(answers.known), np.empty_like(answers.polarity)
    threshold = np.empty((len(answers), 1), dtype=np.float32)
    for number, (others, own) in enumerate(folds(len(answers), FOLDS)):
        on_progress(number, FOLDS + 1)
        shifts = fitted(answers.rows(others))
        held = shifted(shifts, answers.rows(own))
        presence[own], polarity[own], threshold[own] = (
            held.presence,
            held.polarity,
            held.threshold[0],
        )
    return Held(presence, threshold, polarity)


def shifted(shifts: Shifts, answers: Answers) -> Held:
    """Returns what is said after the shifts."""
    known = unsharpened(answers)
    presence, threshold, polarity = known.presence, known.threshold, known.polarity
    if shifts.presence is not None:
        presence = shifts.presence(known.presence, answers.alone, answers.features, answers.vectors)
        threshold = np.full_like(known.threshold, shifts.presence.threshold)
    if shifts.polarity is not None:
        rows, aspects = (each.ravel() for each in np.indices(answers.known.shape))
        polarity = shifts.polarity(
            polarity[rows, aspects], answers.features[rows, aspects], answers.vectors[rows], aspects
        ).reshape(polarity.shape)
    return Held(presence, threshold, polarity)


def folds(size: int, count: int) -> Iterator[tuple[Indices, Indices]]:
    """Yields (the other rows, its own rows) of each fold; rows are dealt out by a fixed seed."""
    place = np.random.default_rng(size).permutation(size) % count
    for number in range(count):
        yield np.flatnonzero(place != number), np.flatnonzero(place == number)


def _presence(answers: Answers) -> PresenceShift | None:
    if not (answers.spoken & ~answers.silent[:, None]).any():
        return None
    held = [np.zeros_like(answers.known) for _ in PRESENCE]
    for others, own in folds(len(answers), INNER_FOLDS):
        rest, kept = answers.rows(others), answers.rows(own)
        if rest.silent.all():
            return None
        for logits, strength in zip(held, PRESENCE, strict=True):
            shift = fitted_presence(rest, strength=strength, threshold=USUAL_CUT)
            logits[own] = shift(kept.known, kept.alone, kept.features, kept.vectors)
    heard = ~answers.silent
    signs = np.where(answers.spoken, -1.0, 1.0)
    costs = [float(np.logaddexp(0, signs * logits)[heard].sum()) for logits in held]
    best = int(np.argmin(costs))
    cut = best_cut(sigmoid(held[best][heard]), answers.spoken[heard])
    return fitted_presence(answers, strength=PRESENCE[best], threshold=0.5 * (cut + USUAL_CUT))


def _polarity(answers: Answers) -> PolarityShift | None:
    costs = np.zeros(len(POLARITY))
    for others, own in folds(len(answers), INNER_FOLDS):
        rest, kept = answers.rows(others), answers.rows(own)
        rows, aspects = judged_pairs(kept)
        if not len(judged_pairs(rest)[0]):
            return None
        gold = polarity_shares(kept, rows, aspects)
        for number, strength in enumerate(POLARITY):
            shift = fitted_polarity(rest, strength=strength)
            logits = shift(
                kept.polarity[rows, aspects],
                kept.features[rows, aspects],
                kept.vectors[rows],
                aspects,
            )
            costs[number] -= float((gold * log_softmax(logits)).sum())
    return fitted_polarity(answers, strength=POLARITY[int(costs.argmin())])


def best_cut(scores: NDArray[Any], labels: NDArray[np.bool_]) -> float:
    """Returns the probability from which (n, m) answers counted as yes give the best micro-F1."""
    order = np.argsort(-scores, axis=None)
    hits = np.cumsum(labels.ravel()[order])
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + labels.sum())
    return float(np.clip(scores.ravel()[order][int(f1.argmax())], 0.05, 0.95))
