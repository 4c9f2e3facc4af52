"""What people merged and split off, done again on what a run found."""

from __future__ import annotations

import numpy as np
import pytest

from voc.topics.edits import edited
from voc.topics.past import Parted, Past

TEXTS = ["冷车响", "冷车响了", "过坎响", "过坎又响", "漏水", "漏水了"]
NOISE = Past(joined=frozenset(["noise"]))
COLD = Parted("noise", "cold", ("冷车",))


@pytest.mark.parametrize(
    ("kind", "now", "before", "past", "expected"),
    [
        ("nothing to do", "000011", "000011", Past(), "000011"),
        ("merged before, two again", "000011", "000000", NOISE, "000000"),
        ("merged, nothing known", "000011", "......", NOISE, "000011"),
        ("another one was merged", "000011", "000000", Past(joined=frozenset(["leak"])), "000011"),
        ("split off, found as one", "000011", "000022", Past(parted=(COLD,)), "220011"),
        ("split off, its theme is there", "110022", "110022", Past(parted=(COLD,)), "110022"),
        ("a stray goes back", "111022", "110022", Past(parted=(COLD,)), "110022"),
        ("split from what is gone", "000011", "222222", Past(parted=(COLD,)), "000011"),
    ],
)  # fmt: skip
def test_what_people_did(kind: str, now: str, before: str, past: Past, expected: str) -> None:
    labels, had, wanted = (
        np.array([-1 if c == "." else int(c) for c in row]) for row in (now, before, expected)
    )
    found = edited(labels, had, ["noise", "cold", "leak"], past, TEXTS)
    same = found[:, None] == found[None, :]
    assert (same == (wanted[:, None] == wanted[None, :])).all(), (kind, found)
    assert sorted(set(found)) == list(range(len(set(found))))
