"""Hashed character n-grams: the features of the linear models.

Chinese needs no segmentation for a linear model: characters, pairs and triples of them carry words.
Hashing (Weinberger et al. 2009, "Feature Hashing for Large Scale Multitask Learning") needs no
vocabulary, so a model is one array, and a whole batch becomes features in a few array operations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio, Knuth vol. 3, 6.4
_FINALISER = np.uint64(0xBF58476D1CE4E5B9)  # SplitMix64
_EDGE = 3  # code point put around each text, so that its beginning and end are features


@dataclass(frozen=True, slots=True)
class SparseRows:
    """Rows of features in compressed form, sorted by row and column.

    Attributes:
        rows: (n_entries,) row of each entry.
        columns: (n_entries,) column of each entry, below `2 ** bits`.
        values: (n_entries,) value of each entry.
        n_rows: Number of rows, those without entries included.
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    values: NDArray[np.float32]
    n_rows: int


def hashed_ngrams(texts: Sequence[str], *, bits: int, longest: int) -> SparseRows:
    """Counts the hashed character n-grams of texts.

    Args:
        texts: Normalised texts.
        bits: log2 of the number of columns.
        longest: Longest n-gram in code points; all from 1 on are counted.

    Returns:
        The counts, one row a text.
    """
    edge = chr(_EDGE)
    framed = [f"{edge}{text}{edge}" for text in texts]
    codes = np.frombuffer("".join(framed).encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    lengths = np.fromiter((len(text) for text in framed), dtype=np.int64, count=len(framed))
    row_of = np.repeat(np.arange(len(texts), dtype=np.int64), lengths)
    keys = []
    rolling = codes + np.uint64(1)
    for size in range(1, longest + 1):
        if size > 1:
            rolling = rolling[:-1] * _MULTIPLIER + codes[size - 1 :]
        inside = row_of[: len(rolling)] == row_of[size - 1 :]
        columns = _columns(rolling[inside] + np.uint64(size), bits)
        keys.append((row_of[: len(rolling)][inside] << bits) | columns)
    unique, counts = np.unique(np.concatenate(keys), return_counts=True)
    return SparseRows(
        unique >> bits, unique & ((1 << bits) - 1), counts.astype(np.float32), len(texts)
    )


def hashed_column(ngram: str, *, bits: int) -> int:
    """Returns the column of `hashed_ngrams` that an n-gram of at least one code point counts in."""
    with np.errstate(over="ignore"):
        rolling = np.uint64(ord(ngram[0]) + 1)
        for character in ngram[1:]:
            rolling = rolling * _MULTIPLIER + np.uint64(ord(character))
        return int(_columns(np.array([rolling + np.uint64(len(ngram))]), bits)[0])


def _columns(hashes: NDArray[np.uint64], bits: int) -> NDArray[np.int64]:
    mixed = (hashes ^ (hashes >> np.uint64(29))) * _FINALISER
    return (mixed >> np.uint64(64 - bits)).astype(np.int64)


def weighted(counts: SparseRows, idf: NDArray[np.float32]) -> SparseRows:
    """Turns counts into TF-IDF rows of unit length, with 1 + ln(count) as the term's weight.

    Args:
        counts: Output of `hashed_ngrams`.
        idf: (2 ** bits,) inverse document frequency; 0 leaves a column out.
    """
    values = (1.0 + np.log(counts.values)) * idf[counts.columns]
    squares = np.bincount(counts.rows, weights=values * values, minlength=counts.n_rows)
    norms = np.sqrt(np.maximum(squares, 1e-12)).astype(np.float32)
    unit = (values / norms[counts.rows]).astype(np.float32)
    return SparseRows(counts.rows, counts.columns, unit, counts.n_rows)


def product(rows: SparseRows, weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Multiplies sparse rows by dense weights.

    Args:
        rows: n_rows rows.
        weights: (2 ** bits, n_outputs).

    Returns:
        (n_rows, n_outputs).
    """
    gathered = weights[rows.columns] * rows.values[:, None]
    result = np.zeros((rows.n_rows, weights.shape[1]), dtype=np.float32)
    filled = np.flatnonzero(np.bincount(rows.rows, minlength=rows.n_rows))
    starts = np.searchsorted(rows.rows, filled)
    if len(filled):
        result[filled] = np.add.reduceat(gathered, starts, axis=0)
    return result
