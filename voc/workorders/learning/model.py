"""The model of departments: a linear one over words, the taxonomy's answer and its keywords.

The logit of a department is what the taxonomy says for it, in three figures that are weighed alike
for all departments, and what the character n-grams of the text and of its headline say. So few
rows are enough to do about as well as the taxonomy, and many teach what it does not know.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from voc.config import Aspect, Industry
from voc.inference.features import SparseRows, hashed_column, hashed_ngrams
from voc.text.normalise import normalise
from voc.text.segment import Segmenter, stop_words

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats = NDArray[np.float32]
Scores = Mapping[str, float]
"""Aspects that were found in a text, by id, with their probabilities."""

BITS: Final = 18
LONGEST: Final = 3
FIGURES: Final = 3
MOST_CHARS: Final = 1_500
HEADLINE_CHARS: Final = 60
_HEADLINE_SHARE: Final = math.sqrt(0.5)
_ABSENT: Final = -0.5
_LOGITS: Final = 4.0  # so that figures of the taxonomy and of n-grams are of one order
_MOST_LOGIT: Final = 6.0
_SHOWN_WORDS: Final = 5


class Place(BaseModel):
    """An aspect, as far as departments are told by it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    aspect: str = Field(min_length=1, description="Its id.")
    department: str | None = Field(description="The department that the taxonomy gives it to.")
    keywords: tuple[str, ...] = Field(default=(), description="Its keywords.")


def places_of(industry: Industry) -> tuple[Place, ...]:
    """Returns the aspects of a taxonomy, each with its department or the nearest one above."""
    found: list[Place] = []

    def walk(aspects: Sequence[Aspect], above: str | None) -> None:
        for aspect in aspects:
            department = aspect.department or above
            words = tuple(normalise(word).text for word in aspect.keywords)
            found.append(Place(aspect=aspect.id, department=department, keywords=words))
            walk(aspect.children, department)

    walk(industry.aspects, None)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Inputs:
    """What is known of texts before any weight.

    Attributes:
        figures: (FIGURES, n_texts, n_departments) what the taxonomy says for each department.
        words: Unit rows of n-grams; the columns of headlines come after those of texts.
    """

    figures: Floats
    words: SparseRows


@dataclass(frozen=True, slots=True)
class DepartmentModel:
    """Says how probable each department is for a text.

    Attributes:
        departments: Names, in the order of all outputs.
        places: The aspects of the taxonomy.
        columns: (n_columns,) int64 n-grams that it knows, ascending.
        idf: (n_columns,) float32 inverse document frequencies.
        weights: (n_columns, n_departments) float32.
        bias: (n_departments,) float32.
        figure_weights: (FIGURES,) float32 weights of the taxonomy's figures.
    """

    departments: tuple[str, ...]
    places: tuple[Place, ...]
    columns: NDArray[np.int64]
    idf: Floats
    weights: Floats
    bias: Floats
    figure_weights: Floats

    def log_probabilities(self, texts: Sequence[str], scores: Sequence[Scores]) -> Floats:
        """Returns (n_texts, n_departments) natural logarithms of probabilities.

        Args:
            texts: The texts, as Tags carry them.
            scores: The aspects found in each.
        """
        if not texts:
            return np.zeros((0, len(self.departments)), dtype=np.float32)
        counted = ngrams(texts)
        logits = matrix(counted, self.columns, self.idf) @ self.weights + self.bias
        figures = taxonomy_figures(texts, scores, self.places, self.departments)
        logits = logits + np.einsum("f,fnd->nd", self.figure_weights, figures)
        return log_softmax(np.asarray(logits, dtype=np.float32))

    def words(self, text: str, department: str, other: str) -> tuple[str, ...]:
        """Returns the pieces of a text that speak most for one department against another."""
        signs = self._signs(department, other)
        gap = self.weights @ signs * self.idf
        clean = _text(text)
        keywords = self._keywords(signs)
        found = _segmenter(tuple(keywords)).words(clean) + [
            word for word in keywords if word in clean
        ]
        words = {word for word in found if len(word) > 1 and word.isalnum()} - stop_words()
        pulls = {
            word: (self._pull(word, gap) + self.figure_weights[-1] * keywords.get(word, 0.0))
            * math.log1p(clean.count(word))
            for word in words
        }
        ranked = sorted(pulls, key=lambda word: (-pulls[word], word))
        return tuple(word for word in ranked[:_SHOWN_WORDS] if pulls[word] > 0)

    def _signs(self, department: str, other: str) -> Floats:
        """Returns (n_departments,) +1 for one department and -1 for the other."""
        signs = np.zeros(len(self.departments), dtype=np.float32)
        signs[self.departments.index(department)] += 1
        signs[self.departments.index(other)] -= 1
        return signs

    def _keywords(self, signs: Floats) -> dict[str, float]:
        """Returns the keywords of the taxonomy, each with the sign of its department."""
        sign = dict(zip(self.departments, signs.tolist(), strict=True))
        return {
            word: sign.get(place.department or "", 0.0)
            for place in self.places
            for word in place.keywords
        }

    def _pull(self, word: str, gap: Floats) -> float:
        """Returns how far the n-grams inside a word speak for a department."""
        sizes = range(1, min(LONGEST, len(word)) + 1)
        pieces = {word[at : at + size] for size in sizes for at in range(len(word) - size + 1)}
        keys = np.array([hashed_column(piece, bits=BITS) for piece in pieces], dtype=np.int64)
        _, at, _ = np.intersect1d(self.columns, keys, return_indices=True)
        return float(gap[at].sum())


def inputs_of(
    texts: Sequence[str],
    scores: Sequence[Scores],
    places: Sequence[Place],
    departments: Sequence[str],
) -> Inputs:
    """Returns what is known of texts before any weight."""
    return Inputs(taxonomy_figures(texts, scores, places, departments), ngrams(texts))


def taxonomy_figures(
    texts: Sequence[str],
    scores: Sequence[Scores],
    places: Sequence[Place],
    departments: Sequence[str],
) -> Floats:
    """Returns (FIGURES, n_texts, n_departments) what the taxonomy says for each department.

    They are the surest of its aspects that were found, as a logit; its keywords in the headline, at
    most two; and the logarithm of one more than its keywords in the whole text.
    """
    figures = np.zeros((FIGURES, len(texts), len(departments)), dtype=np.float32)
    figures[0] = _ABSENT
    column = {name: at for at, name in enumerate(departments)}
    for row, (text, found) in enumerate(zip(texts, scores, strict=True)):
        clean, title = _text(text), _headline(text)
        for place in places:
            at = column.get(place.department or "")
            if at is None:
                continue
            if place.aspect in found:
                own = _logit(found[place.aspect])
                figures[0, row, at] = max(figures[0, row, at], own)
            figures[1, row, at] += sum(title.count(word) for word in place.keywords)
            figures[2, row, at] += sum(clean.count(word) for word in place.keywords)
    figures[1] = np.minimum(figures[1], 2)
    figures[2] = np.log1p(figures[2])
    return figures


def ngrams(texts: Sequence[str]) -> SparseRows:
    """Counts the hashed n-grams of texts and, in columns of their own, of their headlines."""
    body = hashed_ngrams([_text(text) for text in texts], bits=BITS, longest=LONGEST)
    title = hashed_ngrams([_headline(text) for text in texts], bits=BITS, longest=LONGEST)
    return SparseRows(
        np.concatenate([body.rows, title.rows]),
        np.concatenate([body.columns, title.columns + (1 << BITS)]),
        np.concatenate([body.values, title.values]),
        len(texts),
    )


def matrix(counts: SparseRows, columns: NDArray[np.int64], idf: Floats) -> csr_matrix:
    """Returns (n_texts, n_columns) TF-IDF rows; those of texts and of headlines are each unit.

    Args:
        counts: Output of `ngrams`.
        columns: (n_columns,) the n-grams that count, ascending; others are left out.
        idf: (n_columns,) their inverse document frequencies.
    """
    from scipy.sparse import csr_matrix

    at = np.searchsorted(columns, counts.columns)
    known = at < len(columns)
    known[known] = columns[at[known]] == counts.columns[known]
    rows, at = counts.rows[known], at[known]
    values = (1.0 + np.log(counts.values[known])) * idf[at]
    is_title = counts.columns[known] >> BITS
    part = rows * 2 + is_title
    squares = np.bincount(part, weights=values * values, minlength=2 * counts.n_rows)
    share = np.where(is_title == 1, _HEADLINE_SHARE, 1.0)
    values = values * share / np.sqrt(np.maximum(squares, 1e-12))[part]
    shape = (counts.n_rows, len(columns))
    return csr_matrix((values.astype(np.float32), (rows, at)), shape=shape)


def log_softmax(logits: Floats) -> Floats:
    """Returns the logarithms of the softmax along the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return np.asarray(
        shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)), dtype=np.float32
    )


@lru_cache(maxsize=4)
def _segmenter(words: tuple[str, ...]) -> Segmenter:
    return Segmenter(words)


def _logit(score: float) -> float:
    kept = min(max(score, 0.5), 1 - 1e-6)
    return min(math.log(kept / (1 - kept)), _MOST_LOGIT) / _LOGITS


def _text(text: str) -> str:
    return normalise(text[:MOST_CHARS]).text


def _headline(text: str) -> str:
    return normalise(text.strip().partition("\n")[0][:HEADLINE_CHARS]).text
