"""Sentiment and intent of whole texts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from voc.inference.features import SparseRows
from voc.inference.linear import LinearModel, sigmoid, softmax
from voc.records import INTENTS, POLARITIES, Intent, Sentiment
from voc.tagging.prepare import Prepared

Floats = NDArray[np.float32]
# A text that says nothing is neutral by definition, not by a model's estimate.
SAYS_NOTHING = Sentiment("neutral", 1.0, {"negative": 0.0, "neutral": 1.0, "positive": 0.0})


def rule_scores(texts: Sequence[Prepared]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Returns (n_texts, 1) scores of the rules in [-1, 1], the further input of the heads."""
    return np.array([[text.judgement.score] for text in texts], dtype=np.float32)


def sentiment_logits(
    model: LinearModel, texts: Sequence[Prepared], features: dict[str, SparseRows]
) -> Floats:
    """Returns (n_texts, 2) logits: that a text judges well if it judges, that it judges nothing.

    Two heads answer in turn, so that plain reviews, which are never neutral, do not teach what
    neutral looks like.
    """
    rules = rule_scores(texts)
    positive = model.logits("polarity", features, extra=rules)
    neutral = model.logits("subjectivity", features, extra=np.abs(rules))
    return np.concatenate([positive, neutral], axis=1)


def sentiments(texts: Sequence[Prepared], logits: Floats) -> list[Sentiment]:
    """Returns the sentiment of each text by its (n_texts, 2) logits."""
    positive, neutral = sigmoid(logits).T
    table = np.stack([(1 - neutral) * (1 - positive), neutral, (1 - neutral) * positive], axis=1)
    results = []
    for text, row in zip(texts, table, strict=True):
        label = POLARITIES[int(row.argmax())]
        probabilities = dict(zip(POLARITIES, map(float, row), strict=True))
        results.append(
            SAYS_NOTHING
            if text.says_nothing
            else Sentiment(label, probabilities[label], probabilities)
        )
    return results


def intent_logits(
    model: LinearModel, texts: Sequence[Prepared], features: dict[str, SparseRows]
) -> Floats:
    """Returns (n_texts, n_intents) logits."""
    return model.logits("intent", features, extra=intent_inputs(texts))


def intents(texts: Sequence[Prepared], logits: Floats) -> list[Intent]:
    """Returns the intent of each text by its (n_texts, n_intents) logits."""
    return [
        Intent("other", 1.0)
        if text.says_nothing
        else Intent(INTENTS[int(row.argmax())], float(row.max()))
        for text, row in zip(texts, softmax(logits), strict=True)
    ]


def intent_inputs(
    texts: Sequence[Prepared],
) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Returns (n_texts, 3): the rules' score, the share of questions, the share of wishes."""
    rows = []
    for text in texts:
        clauses = text.judgement.clauses
        size = max(len(clauses), 1)
        asks = sum(clause.question for clause in clauses) / size
        wishes = sum(clause.hypothetical for clause in clauses) / size
        rows.append([text.judgement.score, asks, wishes])
    return np.array(rows, dtype=np.float32).reshape(-1, 3)
