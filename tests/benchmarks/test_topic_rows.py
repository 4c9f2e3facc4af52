"""The clauses of the benchmark of themes: a share of voices, and many made of few."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from tests.benchmarks.topic_rows import many, read, share_of, write
from voc.topics import Clause

CLAUSES = [
    Clause(f"f{n // 2}", n, n + 4, text, datetime(2026, 9, 1, tzinfo=UTC), n % 2 == 0, (text,))
    for n, text in enumerate(
        ("噪音扰民", "物业推诿", "地铁太少", "学校收费", "小区停水", "道路拥堵")
    )
]
SENTENCES = np.eye(6, 8, dtype=np.float32)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    clauses, sentences = read(write(tmp_path / "new", CLAUSES, SENTENCES))
    assert clauses == CLAUSES
    assert np.array_equal(sentences, SENTENCES)


def test_a_share_holds_whole_voices() -> None:
    kept = share_of(CLAUSES, 2 / 3, seed=1)
    assert len(kept) == 4
    assert len({CLAUSES[at].feedback_id for at in kept}) == 2


def test_many_clauses_are_no_copies_and_lie_near_those_they_were_made_of() -> None:
    made, vectors = many(CLAUSES, SENTENCES, 60, seed=3)
    assert len(made) == len(vectors) == 60
    assert len({clause.place for clause in made}) == 60
    assert len({clause.text for clause in made}) > 50
    nearest = (vectors @ SENTENCES.T).max(axis=1)
    assert nearest.min() > 0.9
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    again, same = many(CLAUSES, SENTENCES, 60, seed=3)
    assert made == again
    assert np.array_equal(vectors, same)
