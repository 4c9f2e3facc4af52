"""A score that contradicts the words beside it is a flag of the tags, which rules can ask for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from voc.pipeline.tagging import tag_feedback
from voc.records import Feedback, Sentiment, Tags


class Angry:
    """Takes every text for negative."""

    model = "angry@1"
    masks = True

    def tag(self, texts: Sequence[str], *, ids: Sequence[str]) -> list[Tags]:
        verdict = Sentiment("negative", 0.9, {"negative": 0.9, "neutral": 0.1, "positive": 0.0})
        return [
            Tags(id=name, text=text, language="zh", sentiment=verdict, model=self.model)
            for text, name in zip(texts, ids, strict=True)
        ]


@pytest.mark.parametrize(
    ("scores", "flags"),
    [
        ({"nps": 10}, ("high_score_negative_text",)),
        ({"rating": 5.0, "rating_max": 5.0}, ("high_score_negative_text",)),
        ({"rating": 5.0, "rating_max": 10.0}, ()),
        ({"rating": 5.0}, ()),
        ({"nps": 0}, ()),
        ({}, ()),
    ],
)
def test_ten_points_and_an_angry_text_are_flagged(
    scores: dict[str, Any], flags: tuple[str, ...]
) -> None:
    item = Feedback("s", "1", "survey", "气死我了", **scores)
    (tags,) = tag_feedback(Angry(), [item], ids=["a"], timeout_s=5)
    assert isinstance(tags, Tags)
    assert tags.flags == flags
