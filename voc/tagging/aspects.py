"""Aspects by the linear model, for any taxonomy.

An industry with trained heads is tagged by them; any other by its keywords, whose hits a small
trained head turns into a probability. Polarity is judged on the window around the hits. A trained
industry's own polarity head is averaged with the generic one, which has heard more ways to judge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voc.inference.features import SparseRows
from voc.inference.linear import LinearModel
from voc.records import POLARITIES, AspectMention
from voc.tagging.keywords import KeywordHit
from voc.tagging.prepare import Prepared
from voc.tagging.taxonomy import Taxonomy
from voc.tagging.windows import Window, evidence_places, window, window_score, window_text

Floats = NDArray[np.float32]
HIT_SCALE = np.float32(0.5)  # weight of a keyword hit beside the unit-length n-gram row
MOST_HITS = 2
COMPLAINT = 0.2  # the rules' score, negated, from which a clause complains
GENERIC = 0.35  # share of the generic polarity head beside an industry's own; chosen on dev
MOST_EVIDENCE = 8
# What nine in ten of the labelled texts do not exceed that the generic presence head was fitted on:
# beyond it longer texts, and more aspects in them, would make every single one improbable.
LONGEST_FITTED = 90
MOST_OTHERS = 2
IMPOSSIBLE = np.float32(-np.inf)  # logit of an aspect that a text cannot speak of


@dataclass(frozen=True, slots=True)
class Spoken:
    """An aspect that a text speaks of.

    Attributes:
        row: The text.
        aspect: The aspect, by its index.
        score: Probability that it does.
        part: The window in which it does.
    """

    row: int
    aspect: int
    score: float
    part: Window


@dataclass(frozen=True, slots=True)
class Reading:
    """Texts with what the linear heads read of them.

    Attributes:
        texts: Prepared texts.
        features: Their rows, as `LinearModel.features` gives them.
        hits: The keywords of a taxonomy in each.
    """

    texts: Sequence[Prepared]
    features: dict[str, SparseRows]
    hits: Sequence[Sequence[KeywordHit]]


def hit_counts(hits: Sequence[Sequence[KeywordHit]], size: int) -> Floats:
    """Returns (n_texts, size) scaled hit counts, the further input of presence heads."""
    counts = np.zeros((len(hits), size), dtype=np.float32)
    for row, places in enumerate(hits):
        for place in places:
            counts[row, place.aspect] += 1
    return np.minimum(counts, MOST_HITS) * HIT_SCALE


def keyword_inputs(hits: Sequence[KeywordHit], aspect: int, text: str) -> list[float]:
    """Returns what the generic presence head reads of one aspect's hits in one text."""
    own = [place.end - place.start for place in hits if place.aspect == aspect]
    others = {place.aspect for place in hits} - {aspect}
    return [
        float(np.log1p(len(own))),
        float(min(max(own), 5)),
        float(max(own) == 1),
        float(np.log1p(min(len(text), LONGEST_FITTED))),
        float(min(len(others), MOST_OTHERS)),
    ]


def spoken_of(reading: Reading, row: int, aspect: int, score: float = 1.0) -> Spoken:
    """Returns that a text speaks of an aspect, with the window of its keywords there."""
    own = [hit for hit in reading.hits[row] if hit.aspect == aspect]
    return Spoken(row, aspect, score, window(reading.texts[row].judgement, own))


def complaints(reading: Reading, size: int) -> NDArray[np.bool_]:
    """Returns (n_texts, size) where a clause with a keyword of an aspect complains, by the rules.

    A forum whose labels call most of what it says neutral teaches a model to pass those over.
    """
    found = np.zeros((len(reading.texts), size), dtype=np.bool_)
    for row, (text, hits) in enumerate(zip(reading.texts, reading.hits, strict=True)):
        bad = [each for each in text.judgement.clauses if each.score <= -COMPLAINT]
        for hit in hits:
            if any(clause.start <= hit.start < clause.end for clause in bad):
                found[row, hit.aspect] = True
    return found


def trained_prefix(model: LinearModel, taxonomy: Taxonomy) -> str | None:
    """Returns the prefix of the heads trained for a taxonomy as it is, if there are any."""
    head = model.manifest.heads.get(f"{taxonomy.industry}.presence")
    return taxonomy.industry if head is not None and head.labels == taxonomy.ids else None


def presence_logits(model: LinearModel, reading: Reading, taxonomy: Taxonomy) -> Floats:
    """Returns (n_texts, n_aspects) logits that a text speaks of an aspect.

    Without trained heads an aspect none of whose keywords stands in a text is `IMPOSSIBLE`.
    """
    size = len(taxonomy.aspects)
    trained = trained_prefix(model, taxonomy)
    if trained:
        extra = hit_counts(reading.hits, size)
        return model.logits(f"{trained}.presence", reading.features, extra=extra)
    logits = np.full((len(reading.texts), size), IMPOSSIBLE, dtype=np.float32)
    pairs = [
        (row, aspect)
        for row, places in enumerate(reading.hits)
        for aspect in sorted({place.aspect for place in places})
    ]
    if pairs:
        inputs = [
            keyword_inputs(reading.hits[row], aspect, reading.texts[row].normalised.text)
            for row, aspect in pairs
        ]
        found = model.logits("generic.presence", {}, extra=np.array(inputs, dtype=np.float32))
        rows, columns = zip(*pairs, strict=True)
        logits[list(rows), list(columns)] = found[:, 0]
    return logits


def spoken_aspects(reading: Reading, scores: Floats, thresholds: Floats) -> list[Spoken]:
    """Returns the aspects whose probability reaches their threshold, each with its window.

    Args:
        reading: The texts.
        scores: (n_texts, n_aspects) probabilities; 0 is never spoken of.
        thresholds: (n_aspects,).
    """
    rows, columns = np.nonzero((scores >= thresholds) & (scores > 0))
    return [
        spoken_of(reading, row, aspect, float(scores[row, aspect]))
        for row, aspect in zip(rows.tolist(), columns.tolist(), strict=True)
        if not reading.texts[row].says_nothing
    ]


def polarity_logits(
    model: LinearModel, reading: Reading, spoken: Sequence[Spoken], trained: str | None
) -> Floats:
    """Returns (n_spoken, 3) logits of the polarities of what is spoken of.

    Args:
        model: The model.
        reading: The texts.
        spoken: The aspects; at least one.
        trained: As `trained_prefix` says.
    """
    texts = reading.texts
    rows = [each.row for each in spoken]
    pieces = [
        window_text(texts[each.row].normalised.text, texts[each.row].judgement, each.part)
        for each in spoken
    ]
    scores = [window_score(texts[each.row].judgement, each.part) for each in spoken]
    inputs, extra = polarity_inputs(model, pieces, scores)
    for space, matrix in reading.features.items():
        inputs[f"text.{space}"] = take_rows(matrix, rows)
    generic = model.logits("generic.polarity", inputs, extra=extra)
    if trained is None:
        return generic
    own = model.logits(f"{trained}.polarity", inputs, extra=extra)
    return np.asarray((1 - GENERIC) * own + GENERIC * generic, dtype=np.float32)


def mentions(
    reading: Reading, taxonomy: Taxonomy, spoken: Sequence[Spoken], labels: Sequence[int]
) -> list[tuple[AspectMention, ...]]:
    """Returns the mentions of each text, surest first.

    Args:
        reading: The texts.
        taxonomy: Whose aspects they are.
        spoken: The aspects.
        labels: The polarity of each, as an index of POLARITIES.
    """
    found: list[list[AspectMention]] = [[] for _ in reading.texts]
    for each, label in zip(spoken, labels, strict=True):
        text, aspect = reading.texts[each.row], taxonomy.aspects[each.aspect]
        places = evidence_places(text.judgement, each.part, label)
        mention = AspectMention(
            aspect_id=aspect.id,
            aspect=aspect.name,
            sentiment=POLARITIES[label],
            score=each.score,
            evidence=tuple(text.span(start, end) for start, end in places[:MOST_EVIDENCE]),
        )
        found[each.row].append(mention)
    return [tuple(sorted(each, key=lambda item: -item.score)) for each in found]


def polarity_inputs(
    model: LinearModel, pieces: Sequence[str], rule_scores: Sequence[float]
) -> tuple[dict[str, SparseRows], Floats]:
    """Returns what polarity heads read of windows: their rows, and three further inputs.

    The further inputs, (n_windows, 3), are the text heads' logits of the window, positive and
    neutral, and the rules' score.
    """
    rows = model.features(pieces)
    rules = np.array(rule_scores, dtype=np.float32)[:, None]
    positive = model.logits("polarity", rows, extra=rules)
    neutral = model.logits("subjectivity", rows, extra=np.abs(rules))
    extra = np.concatenate([positive * 0.3, neutral * 0.3, rules], axis=1).astype(np.float32)
    return {f"window.{space}": matrix for space, matrix in rows.items()}, extra


def take_rows(matrix: SparseRows, rows: Sequence[int]) -> SparseRows:
    """Returns the given rows of a sparse matrix, in the given order."""
    starts = np.searchsorted(matrix.rows, np.arange(matrix.n_rows + 1))
    wanted = np.asarray(rows, dtype=np.int64)
    lengths = starts[wanted + 1] - starts[wanted]
    offsets = np.repeat(starts[wanted] - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
    entries = np.arange(int(lengths.sum())) + offsets
    return SparseRows(
        np.repeat(np.arange(len(wanted)), lengths),
        matrix.columns[entries],
        matrix.values[entries],
        len(wanted),
    )
