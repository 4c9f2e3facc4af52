"""Spans of opinions from scores, and what they pair with."""

from __future__ import annotations

import numpy as np
import pytest

from voc.inference.spans import NEVER, REACH, SPANS, OpinionSpans, best_spans, distance, span_shapes

WIDTH = 12


def head(seed: int = 0) -> OpinionSpans:
    """A head of random weights, small enough for sums to stay exact."""
    random = np.random.default_rng(seed)
    return OpinionSpans(
        {
            name: (0.1 * random.normal(size=shape)).astype(np.float32)
            for name, shape in span_shapes(WIDTH).items()
        }
    )


def states(count: int) -> np.ndarray:
    return np.random.default_rng(7).normal(size=(count, WIDTH)).astype(np.float32)


def test_of_spans_that_overlap_the_likeliest_counts() -> None:
    scores = np.full((8, REACH), NEVER, dtype=np.float32)
    scores[5, 1] = 1.0  # 5 to 6
    scores[1, 2] = 2.0  # 1 to 3
    scores[3, 2] = 3.0  # 3 to 5
    scores[6, 0] = 0.5  # 6
    scores[1, 0] = -0.5  # 1, of a probability of 0.38
    assert best_spans(scores, 0.5) == [(3, 5), (6, 6)]
    assert best_spans(scores, 0.3) == [(1, 1), (3, 5), (6, 6)]


@pytest.mark.parametrize(
    ("target", "opinion", "row"),
    [
        ((1, 2), (3, 4), 9),
        ((3, 4), (1, 2), 7),
        ((2, 2), (1, 4), 8),
        ((1, 1), (9, 9), 13),
        ((1, 1), (99, 99), 16),
        ((99, 99), (1, 1), 0),
    ],
)
def test_the_distance_of_a_pair_has_a_side(
    target: tuple[int, int], opinion: tuple[int, int], row: int
) -> None:
    assert distance(target, opinion) == row


@pytest.mark.parametrize("count", [2, 3, 40])
def test_no_span_holds_the_frame_of_a_text(count: int) -> None:
    scores = head().scores(head().context(states(count)))
    first, longer = np.nonzero(scores.max(axis=0) > NEVER / 2)
    assert (first > 0).all()
    assert (first + longer < count - 1).all()
    assert len(first) == sum(min(REACH, count - 1 - start) for start in range(1, count - 1))


def test_a_span_of_a_long_text_scores_as_in_a_short_one() -> None:
    """Long texts are scored block by block; a token only knows its neighbours."""
    long = states(700)
    whole = head().scores(head().context(long))
    part = head().scores(head().context(long[240:300]))
    np.testing.assert_allclose(whole[:, 250:260, :20], part[:, 10:20, :20], atol=1e-3)


def test_no_span_ends_behind_a_long_text_that_says_one_thing() -> None:
    """What lies between the ends is summed block by block: a sum over 10,000 tokens has no end."""
    same = np.repeat(states(1), 9000, axis=0)
    scores = head().scores(head().context(50 * same))
    first, longer = np.nonzero(scores.max(axis=0) > NEVER / 2)
    assert (first + longer).max() == len(same) - 2
    np.testing.assert_allclose(scores[:, 100], scores[:, 8900], atol=1e-3)


def test_an_opinion_without_a_likely_target_has_none() -> None:
    random = head()
    tensors = {f"{SPANS}{name}": value for name, value in random._tensors.items()}
    tensors[f"{SPANS}length"] = np.full_like(tensors[f"{SPANS}length"], -20.0)
    assert OpinionSpans(tensors)(states(9)) == []
    tensors[f"{SPANS}length"][0, 1] = 20.0
    tensors[f"{SPANS}pair.bias"] = np.array([9, 9, 0, 0], dtype=np.float32)
    found = OpinionSpans(tensors)(states(9))
    assert found
    for each in found:
        assert each.target is None
        assert each.opinion[1] - each.opinion[0] == 1
        assert each.polarity.argmax() == 0
