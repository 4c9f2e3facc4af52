"""What people merged and split off, done again on what a run found."""

from __future__ import annotations

import numpy as np
import pytest

from voc.topics.edits import edited, made
from voc.topics.past import Parted, Past

TEXTS = ["冷车响", "冷车响了", "过坎响", "过坎又响", "漏水", "漏水了"]
NOISE = Past(joined=frozenset(["noise"]))
COLD = Parted("noise", "cold", ("冷车",))
ENDED = Parted("noise", "ended", ("冷车",))


@pytest.mark.parametrize(
    ("kind", "now", "before", "past", "expected"),
    [
        ("nothing to do", "000011", "000011", Past(), "000011"),
        ("merged before, two again", "000011", "000000", NOISE, "000000"),
        ("merged, nothing known", "000011", "......", NOISE, "000011"),
        ("merged, some taken by another one", "001122", "001111",
         Past(joined=frozenset(["cold"])), "001111"),
        ("merged, all taken by another one", "000022", "111000", NOISE, "111000"),
        ("merged, new ones are free", "000112", "000...", NOISE, "000112"),
        ("two merged, each took from the other", "011001", "000111",
         Past(joined=frozenset(["noise", "cold"])), "000111"),
        ("another one was merged", "000011", "000000", Past(joined=frozenset(["leak"])), "000011"),
        ("split off, found as one", "000011", "000022", Past(parted=(COLD,)), "220011"),
        ("split off, its theme is there", "110022", "110022", Past(parted=(COLD,)), "110022"),
        ("a stray goes back", "111022", "110022", Past(parted=(COLD,)), "110022"),
        ("what was split off is taken by another one", "122222", "110022",
         Past(parted=(COLD,)), "112222"),
        ("what was split off has no theme", "..0022", "110022", Past(parted=(COLD,)), "110022"),
        ("what was split off takes the rest", "11.122", "110022", Past(parted=(COLD,)), "11.022"),
        ("what was split off has ended", "000011", "000022", Past(parted=(ENDED,)), "000011"),
        ("others without the words merged into what was split off", "111100", "111100",
         Past(joined=frozenset(["cold"]), parted=(COLD,)), "111100"),
        ("others with the words merged into its theme", "000022", "000022",
         Past(joined=frozenset(["noise"]), parted=(COLD,)), "000022"),
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
    there = set(found[found >= 0])
    assert sorted(there) == list(range(len(there)))


def test_what_people_made_is_known_by_its_clauses() -> None:
    before = np.array([0, 1, 2, 2, -1])
    ids = ["noise", "cold", "leak"]
    assert made(before, ids, Past(joined=frozenset(["noise", "gone"]))).tolist() == [1, 0, 0, 0, 0]
    assert made(before, ids, Past(parted=(COLD, ENDED))).tolist() == [0, 1, 0, 0, 0]
    assert not made(before, ids, Past()).any()
