"""Where clauses lie by what they mean."""

from __future__ import annotations

import numpy as np

from voc.topics.meaning import MAX_DIRECTIONS, Meaning


def _two_kinds() -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    common = np.ones(8) * 5  # what all sentence vectors of a model share
    noise = np.random.default_rng(0).normal(0, 0.05, (10, 8))
    kinds = np.eye(8)[[0] * 5 + [1] * 5]
    return (common + kinds + noise).astype(np.float32)


def test_what_all_have_in_common_tells_none_apart() -> None:
    vectors = _two_kinds()
    raw = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    assert (raw @ raw.T).min() > 0.95
    placed = Meaning(vectors).place(vectors)
    likeness = placed @ placed.T
    assert likeness[:5, :5].min() > 0.8
    assert likeness[:5, 5:].max() < -0.5
    assert np.allclose(np.diag(likeness), 1.0, atol=1e-5)


def test_a_clause_without_a_vector_is_nowhere_and_moves_no_other() -> None:
    vectors = _two_kinds()
    with_gap = np.vstack([vectors, np.zeros((1, 8), np.float32)])
    placed = Meaning(with_gap).place(with_gap)
    assert not placed[-1].any()
    assert np.allclose(placed[:-1], Meaning(vectors).place(vectors), atol=1e-6)


def test_the_same_vectors_always_come_to_the_same_place() -> None:
    many = np.random.default_rng(1).normal(size=(300, 384)).astype(np.float32)
    placed = Meaning(many).place(many)
    assert placed.shape == (300, MAX_DIRECTIONS)
    assert np.array_equal(placed, Meaning(many).place(many))


def test_where_no_clause_was_read_all_are_nowhere() -> None:
    nothing = np.zeros((3, 8), np.float32)
    assert not Meaning(nothing).place(nothing).any()
