"""Hashed n-grams against a plain count, and against scikit-learn's TF-IDF."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.inference.features import hashed_ngrams, product, weighted

BITS = 18


def _plain_counts(text: str, longest: int) -> Counter[str]:
    framed = f"\x03{text}\x03"
    return Counter(
        framed[start : start + size]
        for size in range(1, longest + 1)
        for start in range(len(framed) - size + 1)
    )


@pytest.mark.parametrize("text", ["", "好", "不好不好", "起步顿挫，家人晕车", "👍👍👍"])
def test_counts_are_those_of_a_plain_count(text: str) -> None:
    rows = hashed_ngrams([text], bits=22, longest=3)
    assert sorted(rows.values.tolist()) == sorted(map(float, _plain_counts(text, 3).values()))


@given(st.lists(st.text(alphabet="好不车 油a", max_size=12), min_size=1, max_size=6))
def test_a_text_has_the_same_row_in_any_batch(texts: list[str]) -> None:
    together = hashed_ngrams(texts, bits=BITS, longest=3)
    for index, text in enumerate(texts):
        alone = hashed_ngrams([text], bits=BITS, longest=3)
        here = together.rows == index
        assert together.columns[here].tolist() == alone.columns.tolist()
        assert together.values[here].tolist() == alone.values.tolist()


def test_weighted_rows_have_unit_length_and_leave_unknown_columns_out() -> None:
    counts = hashed_ngrams(["很好用", "不好用", ""], bits=BITS, longest=2)
    idf = np.ones(1 << BITS, dtype=np.float32)
    idf[counts.columns[0]] = 0
    rows = weighted(counts, idf)
    norms = np.sqrt(np.bincount(rows.rows, weights=rows.values**2, minlength=3))
    assert norms == pytest.approx([1, 1, 1], abs=1e-5)
    assert rows.values[0] == 0


def test_product_is_that_of_dense_matrices() -> None:
    random = np.random.default_rng(0)
    rows = hashed_ngrams(["空间大", "", "油耗高"], bits=8, longest=2)
    weights = random.normal(size=(256, 4)).astype(np.float32)
    dense = np.zeros((3, 256), dtype=np.float32)
    dense[rows.rows, rows.columns] = rows.values
    assert product(rows, weights) == pytest.approx(dense @ weights, abs=1e-4)
