"""The figures of quality: Tags against labelled rows, each figure with n and an interval."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.errors import UsageError, nearest
from voc.records import POLARITIES, Sentiment, Tags

RESAMPLES = 1000
BINS = 15
Counts = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95 % bootstrap interval (percentiles over resampled rows) and n rows."""

    value: float
    low: float
    high: float
    n: int

    def as_dict(self) -> dict[str, float]:
        return {
            "value": round(self.value, 4),
            "low": round(self.low, 4),
            "high": round(self.high, 4),
            "n": self.n,
        }


def evaluate(
    labelled: Sequence[Mapping[str, Any]], tagged: Sequence[Tags], *, seed: int = 0
) -> dict[str, dict[str, Figure]]:
    """Compares Tags with labelled rows.

    Args:
        labelled: Rows with `sentiment` and/or `aspects` as CONTRACT section 6 has them.
        tagged: What the engine said of each row's text.
        seed: Seed of the bootstrap.

    Returns:
        Figures by task (`sentiment`, `aspects`), tasks without labelled rows left out.

    Raises:
        UsageError: No row is labelled, or a label is unknown.
    """
    figures: dict[str, dict[str, Figure]] = {}
    judged = [
        (str(row["sentiment"]), tags.sentiment)
        for row, tags in zip(labelled, tagged, strict=True)
        if row.get("sentiment") is not None and tags.sentiment is not None
    ]
    if judged:
        _check_labels(gold for gold, _ in judged)
        figures["sentiment"] = _sentiment_figures(judged, seed)
    spoken = [
        (row["aspects"], tags)
        for row, tags in zip(labelled, tagged, strict=True)
        if row.get("aspects") is not None
    ]
    if spoken:
        figures["aspects"] = _aspect_figures(spoken, seed)
    if not figures:
        raise UsageError(
            "No row has a 'sentiment' or 'aspects' label; there is nothing to compare."
        )
    return figures


def check_row(row: Mapping[str, Any], known: Collection[str] | None) -> str | None:
    """Returns what is wrong with a labelled row, or `None`.

    Args:
        row: The row.
        known: Names and ids of the taxonomy's aspects, where there is one.
    """
    if row.get("sentiment") not in (None, *POLARITIES):
        return f"its sentiment {row['sentiment']!r} is none of {', '.join(POLARITIES)}"
    aspects = row.get("aspects") or []
    if not isinstance(aspects, list) or not all(isinstance(item, Mapping) for item in aspects):
        return "its aspects are no list of objects with 'aspect' and 'sentiment'"
    for item in aspects:
        name = item.get("aspect_id") or item.get("aspect")
        if not isinstance(name, str):
            return "an aspect has neither 'aspect' nor 'aspect_id'"
        if known is not None and name not in known:
            return f"the taxonomy has no aspect {name!r}.{nearest(name, known)}"
        if item.get("sentiment") not in POLARITIES:
            return f"the sentiment of {name} is none of {', '.join(POLARITIES)}"
    return None


def _check_labels(labels: Any) -> None:
    unknown = sorted(set(labels) - set(POLARITIES))
    if unknown:
        raise UsageError(
            f"The sentiment label {unknown[0]!r} is unknown; allowed: {', '.join(POLARITIES)}."
        )


def _sentiment_figures(judged: Sequence[tuple[str, Sentiment]], seed: int) -> dict[str, Figure]:
    gold = np.array([POLARITIES.index(label) for label, _ in judged])
    table = np.array(
        [[sentiment.probabilities[label] for label in POLARITIES] for _, sentiment in judged]
    )
    if not (gold == 1).any():  # labelled negative or positive only
        table[:, 1] = 0.0
        table /= np.maximum(table.sum(axis=1, keepdims=True), 1e-12)
    found, confidence = table.argmax(axis=1), table.max(axis=1)
    hit = (found == gold).astype(float)
    cells = np.zeros((len(gold), 9))
    cells[np.arange(len(gold)), gold * 3 + found] = 1
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = np.zeros((len(gold), BINS))
    gaps[np.arange(len(gold)), bins] = confidence - hit
    labels = sorted(set(gold.tolist()))
    return {
        "accuracy": _figure(hit[:, None], lambda sums, n: sums[:, 0] / n, seed),
        "macro_f1": _figure(cells, lambda sums, _: _macro_f1(sums, labels), seed),
        "expected_calibration_error": _figure(
            gaps, lambda sums, n: np.abs(sums).sum(axis=1) / n, seed
        ),
    }


def _macro_f1(sums: Counts, labels: Sequence[int]) -> Counts:
    """F1 averaged over labels; `sums` are (n_resamples, 9) counts of gold * 3 + found."""
    table = sums.reshape(-1, 3, 3)
    scores = []
    for label in labels:
        hits = table[:, label, label]
        total = table[:, label, :].sum(axis=1) + table[:, :, label].sum(axis=1)
        scores.append(2 * hits / np.maximum(total, 1e-12))
    return np.asarray(np.mean(scores, axis=0))


def _aspect_figures(
    spoken: Sequence[tuple[Sequence[Mapping[str, Any]], Tags]], seed: int
) -> dict[str, Figure]:
    rows = [_aspect_counts(gold, tags) for gold, tags in spoken]
    aspects = np.array([row[0] for row in rows], dtype=float)
    joint = np.array([row[1] for row in rows], dtype=float)
    cells = np.array([row[2] for row in rows], dtype=float)
    labels = [label for label in range(3) if cells[:, label * 3 : label * 3 + 3].sum()]
    return {
        "aspect_micro_f1": _figure(aspects, _micro_f1, seed),
        "joint_micro_f1": _figure(joint, _micro_f1, seed),
        "polarity_macro_f1": _figure(cells, lambda sums, _: _macro_f1(sums, labels or [0]), seed),
        "negative_f1": _figure(cells, lambda sums, _: _macro_f1(sums, [0]), seed),
    }


def _aspect_counts(
    gold: Sequence[Mapping[str, Any]], tags: Tags
) -> tuple[list[int], list[int], list[int]]:
    """Returns (hits, found, gold) of aspects and of pairs, and the polarity cells of aspects found.

    A gold aspect is named by `aspect_id` or by `aspect`.
    """
    by_id = {mention.aspect_id: mention for mention in tags.aspects}
    by_name = {mention.aspect: mention for mention in tags.aspects}
    wanted: dict[str, list[str]] = {}
    cells = [0] * 9
    hits = pairs = 0
    for item in gold:
        wanted.setdefault(str(item.get("aspect_id") or item["aspect"]), []).append(
            str(item["sentiment"])
        )
    for name, sentiments in wanted.items():
        mention = by_id.get(name) or by_name.get(name)
        if mention is None:
            continue
        hits += 1
        right = mention.sentiment in sentiments
        pairs += right
        label = mention.sentiment if right else sentiments[0]
        cells[POLARITIES.index(label) * 3 + POLARITIES.index(mention.sentiment)] += 1
    gold_pairs = sum(len(set(sentiments)) for sentiments in wanted.values())
    found = len(tags.aspects)
    return [hits, found, len(wanted)], [pairs, found, gold_pairs], cells


def _micro_f1(sums: Counts, _n: int) -> Counts:
    return np.asarray(2 * sums[:, 0] / np.maximum(sums[:, 1] + sums[:, 2], 1e-12))


def _figure(counts: Counts, measure: Callable[[Counts, int], Counts], seed: int) -> Figure:
    """Measures (n_rows, n_counts) counts summed over all rows and over resampled rows."""
    n = len(counts)
    random = np.random.default_rng(seed)
    sums = np.stack(
        [
            counts[random.integers(0, n, size=n)].sum(axis=0)
            for _ in range(RESAMPLES if n > 1 else 1)
        ]
    )
    value = float(measure(counts.sum(axis=0)[None, :], n)[0])
    low, high = np.percentile(measure(sums, n), [2.5, 97.5])
    return Figure(value, float(low), float(high), n)
