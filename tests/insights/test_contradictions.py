"""Scores against the words beside them."""

from __future__ import annotations

from typing import Any

import pytest

from voc.insights import contradiction


@pytest.mark.parametrize(
    ("sentiment", "scores", "expected"),
    [
        ("negative", {"nps": 10}, "high_score_negative_text"),
        ("negative", {"nps": 9, "csat": 5}, "high_score_negative_text"),
        ("negative", {"rating_share": 1.0}, "high_score_negative_text"),
        ("positive", {"nps": 0}, "low_score_positive_text"),
        ("positive", {"csat": 2}, "low_score_positive_text"),
        ("positive", {"rating_share": 0.2}, "low_score_positive_text"),
        ("negative", {"nps": 8}, None),
        ("negative", {"nps": 10, "csat": 1}, None),
        ("negative", {"nps": 10, "csat": 3}, None),
        ("negative", {"nps": 6}, None),
        ("positive", {"nps": 10}, None),
        ("neutral", {"nps": 10}, None),
        (None, {"nps": 10}, None),
        ("negative", {}, None),
    ],
)
def test_contradiction(sentiment: str | None, scores: dict[str, Any], expected: str | None) -> None:
    assert contradiction(sentiment, **scores) == expected
