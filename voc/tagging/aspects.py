"""Aspects with polarity and evidence, for any taxonomy.

An industry with trained heads is tagged by them; any other by its keywords, whose hits a small
trained head turns into a probability. Polarity is judged on the window around the hits: their
clauses and the clause after each, for customers name a thing first and judge it then. A trained
industry's own polarity head is averaged with the generic one, which has heard more ways to judge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voc.config import Aspect
from voc.inference.features import SparseRows
from voc.inference.linear import LinearModel, sigmoid
from voc.records import POLARITIES, AspectMention
from voc.tagging.keywords import KeywordHit, KeywordMatcher
from voc.tagging.prepare import Prepared
from voc.tagging.rules import Judgement

Floats = NDArray[np.float32]
CONTRADICTION = 0.2  # the rules' score from which they overrule the head; chosen on dev
HIT_SCALE = np.float32(0.5)  # weight of a keyword hit beside the unit-length n-gram row
MOST_HITS = 2
GENERIC = 0.35  # share of the generic polarity head beside an industry's own; chosen on dev
MOST_EVIDENCE = 8
_NEGATIVE, _POSITIVE = POLARITIES.index("negative"), POLARITIES.index("positive")
_CLEAR = 0.1  # the rules' score from which a clause judges


@dataclass(frozen=True, slots=True)
class Window:
    """The clauses, by index, that speak of an aspect (`hit`) and those read along with them."""

    hit: tuple[int, ...]
    read: tuple[int, ...]


def window(judgement: Judgement, hits: Sequence[KeywordHit]) -> Window:
    """Returns the window of one aspect's hits; without hits it is the whole text."""
    clauses = judgement.clauses
    hit = sorted(
        {
            index
            for index, clause in enumerate(clauses)
            if any(clause.start <= place.start < clause.end for place in hits)
        }
    )
    if not hit:
        return Window((), tuple(range(len(clauses))))
    read = {near for index in hit for near in (index, index + 1) if near < len(clauses)}
    return Window(tuple(hit), tuple(sorted(read)))


def window_text(text: str, judgement: Judgement, part: Window) -> str:
    """Returns the text of a window, clauses joined by spaces."""
    clauses = [judgement.clauses[index] for index in part.read]
    return " ".join(text[clause.start : clause.end] for clause in clauses) or text


def window_score(judgement: Judgement, part: Window) -> float:
    """Returns the rules' score of a window: that of its hits, else of all it reads, in [-1, 1]."""
    for indices in (part.hit, part.read):
        scores = [judgement.clauses[index].score for index in indices]
        judged = [score for score in scores if score]
        if judged:
            return sum(judged) / len(judged)
    return 0.0


def overruled(label: int, judgement: Judgement, part: Window) -> int:
    """Returns the polarity, turned where the rules judge the hit clauses the other way.

    A negation that the head has not met (没有任何异响) is what rules are for; on dev sets they are
    right more often than the head where the two contradict each other.
    """
    if not part.hit:
        return label
    score = sum(judgement.clauses[index].score for index in part.hit) / len(part.hit)
    if label == _NEGATIVE and score >= CONTRADICTION:
        return _POSITIVE
    if label == _POSITIVE and score <= -CONTRADICTION:
        return _NEGATIVE
    return label


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
        float(np.log1p(len(text))),
        float(len(others)),
    ]


class AspectTagger:
    """Tags the aspects of one taxonomy.

    Args:
        model: The linear model.
        aspects: The taxonomy, flat.
        trained: Prefix of its trained heads (`automotive`), or `None` for keywords alone.
    """

    def __init__(
        self, model: LinearModel, aspects: Sequence[Aspect], *, trained: str | None
    ) -> None:
        self._model = model
        self._aspects = tuple(aspects)
        self.matcher = KeywordMatcher(aspects)
        self._presence = f"{trained}.presence" if trained else None
        self._polarity = {"generic.polarity": 1.0}
        if trained:
            self._polarity = {f"{trained}.polarity": 1 - GENERIC, "generic.polarity": GENERIC}

    def tag(
        self, texts: Sequence[Prepared], features: dict[str, SparseRows]
    ) -> list[tuple[AspectMention, ...]]:
        """Returns the mentions of each text, surest first.

        Args:
            texts: Prepared texts.
            features: Their rows, as `LinearModel.features` gives them.
        """
        hits = [self.matcher.hits(text.normalised.text) for text in texts]
        found = self._present(texts, features, hits)
        if not found:
            return [() for _ in texts]
        windows = [
            window(texts[row].judgement, [hit for hit in hits[row] if hit.aspect == aspect])
            for row, aspect, _ in found
        ]
        polarity = self._judge(texts, features, [row for row, _, _ in found], windows)
        mentions: list[list[AspectMention]] = [[] for _ in texts]
        for (row, aspect, score), part, label in zip(found, windows, polarity, strict=True):
            mentions[row].append(self._mention(texts[row], aspect, score, part, label))
        return [tuple(sorted(each, key=lambda item: -item.score)) for each in mentions]

    def _present(
        self,
        texts: Sequence[Prepared],
        features: dict[str, SparseRows],
        hits: Sequence[Sequence[KeywordHit]],
    ) -> list[tuple[int, int, float]]:
        """Returns (row, aspect, probability) of each aspect a text speaks of."""
        if self._presence is None:
            return self._present_by_keyword(texts, hits)
        extra = hit_counts(hits, len(self._aspects))
        scores = sigmoid(self._model.logits(self._presence, features, extra=extra))
        thresholds = np.array(self._model.manifest.heads[self._presence].thresholds)
        rows, columns = np.nonzero(scores >= thresholds)
        return [
            (row, column, float(scores[row, column]))
            for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
            if not texts[row].says_nothing
        ]

    def _present_by_keyword(
        self, texts: Sequence[Prepared], hits: Sequence[Sequence[KeywordHit]]
    ) -> list[tuple[int, int, float]]:
        pairs = [
            (row, aspect)
            for row, places in enumerate(hits)
            if not texts[row].says_nothing
            for aspect in sorted({place.aspect for place in places})
        ]
        if not pairs:
            return []
        extra = np.array(
            [
                keyword_inputs(hits[row], aspect, texts[row].normalised.text)
                for row, aspect in pairs
            ],
            dtype=np.float32,
        )
        scores = sigmoid(self._model.logits("generic.presence", {}, extra=extra))[:, 0]
        return [
            (row, aspect, float(score)) for (row, aspect), score in zip(pairs, scores, strict=True)
        ]

    def _judge(
        self,
        texts: Sequence[Prepared],
        features: dict[str, SparseRows],
        rows: Sequence[int],
        windows: Sequence[Window],
    ) -> list[int]:
        """Returns the polarity, as an index of POLARITIES, of each window."""
        pieces = [
            window_text(texts[row].normalised.text, texts[row].judgement, part)
            for row, part in zip(rows, windows, strict=True)
        ]
        scores = [
            window_score(texts[row].judgement, part)
            for row, part in zip(rows, windows, strict=True)
        ]
        inputs, extra = polarity_inputs(self._model, pieces, scores)
        for space, matrix in features.items():
            inputs[f"text.{space}"] = take_rows(matrix, rows)
        logits = [
            self._model.logits(head, inputs, extra=extra) * share
            for head, share in self._polarity.items()
        ]
        found = [int(index) for index in np.sum(logits, axis=0).argmax(axis=1)]
        return [
            overruled(label, texts[row].judgement, part)
            for label, row, part in zip(found, rows, windows, strict=True)
        ]

    def _mention(
        self, text: Prepared, aspect: int, score: float, part: Window, label: int
    ) -> AspectMention:
        places = evidence_places(text.judgement, part, label)
        return AspectMention(
            aspect_id=self._aspects[aspect].id,
            aspect=self._aspects[aspect].name,
            sentiment=POLARITIES[label],
            score=score,
            evidence=tuple(text.span(start, end) for start, end in places[:MOST_EVIDENCE]),
        )


def evidence_places(judgement: Judgement, part: Window, label: int) -> list[tuple[int, int]]:
    """Returns the stretches that speak for a mention, the clearest first.

    They are the hit clauses; one that judges nothing is joined by the next, where that judges as
    the mention does (这个座椅，坐久了腰疼).
    """
    clauses = judgement.clauses
    sign = label - 1
    if not part.hit:
        best = max(clauses, key=lambda clause: abs(clause.score), default=None)
        return [(best.start, best.end)] if best else []
    found = []
    for index in part.hit:
        start, end, strength = clauses[index].start, clauses[index].end, clauses[index].score * sign
        if strength < _CLEAR and index + 1 in part.read and index + 1 not in part.hit:
            following = clauses[index + 1].score * sign
            if following >= _CLEAR:
                end, strength = clauses[index + 1].end, following
        found.append((-strength, start, end))
    return [(start, end) for _, start, end in sorted(found)]


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
