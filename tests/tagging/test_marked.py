"""Spans that the encoder marked by tokens."""

from __future__ import annotations

import numpy as np
import pytest

from voc.inference.encoder import TokenStates
from voc.inference.spans import SpannedOpinion, Spot
from voc.tagging.marked import marked_opinions
from voc.tagging.prepare import prepare

TEXT = "看了90分钟，掉50"
PIECES = ("看了", "9", "0分钟", "，", "掉", "5", "0")


def found(opinion: Spot, target: Spot | None = None) -> list[tuple[str | None, str]]:
    ends = np.cumsum([len(piece) for piece in PIECES])
    offsets = np.stack([ends - [len(piece) for piece in PIECES], ends], axis=1)
    states = TokenStates(np.zeros((len(PIECES), 1), np.float32), offsets)
    spanned = SpannedOpinion(target, opinion, np.array([1.0, 0.0, 0.0], np.float32))
    told = marked_opinions(prepare(TEXT, max_chars=100), states, [spanned])
    return [(one.target.text if one.target else None, one.opinion.text) for one in told]


@pytest.mark.parametrize(
    ("opinion", "target", "kept"),
    [
        pytest.param((2, 2), None, [], id="an opinion of half a number"),
        pytest.param((4, 6), (1, 1), [(None, "掉50")], id="a target of half a number"),
        pytest.param((1, 2), (4, 6), [("掉50", "90分钟")], id="whole numbers, up to the end"),
    ],
)
def test_half_a_number_is_no_span(
    opinion: Spot, target: Spot | None, kept: list[tuple[str | None, str]]
) -> None:
    assert found(opinion, target) == kept
