"""Spans of opinions from tags of tokens."""

from __future__ import annotations

import numpy as np
import pytest

from voc.inference.heads import TAGS, best_tags, tagged_spans


@pytest.mark.parametrize(
    ("tags", "spans"),
    [
        ("O O", []),
        ("B-target I-target O B-opinion", [("target", 0, 1), ("opinion", 3, 3)]),
        ("B-opinion B-opinion I-opinion", [("opinion", 0, 0), ("opinion", 1, 2)]),
        ("B-target I-target B-opinion I-opinion", [("target", 0, 1), ("opinion", 2, 3)]),
    ],
)
def test_spans_are_read_off_tags(tags: str, spans: list[tuple[str, int, int]]) -> None:
    assert list(tagged_spans(tags.split())) == spans


def test_a_span_never_begins_in_its_middle() -> None:
    scores = np.zeros((4, len(TAGS)), dtype=np.float32)
    scores[0, TAGS.index("I-opinion")] = 9
    scores[1, TAGS.index("B-target")] = 5
    scores[2, TAGS.index("I-opinion")] = 9
    scores[2, TAGS.index("I-target")] = 4
    scores[3, TAGS.index("I-target")] = 3
    assert best_tags(scores) == ["O", "B-target", "I-target", "I-target"]
