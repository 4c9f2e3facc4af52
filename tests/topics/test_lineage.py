"""Which theme is which from run to run, and what became of the others."""

from __future__ import annotations

import numpy as np
import pytest

from voc.topics.clauses import ThemeEvent
from voc.topics.lineage import continued, events, shared

EARLIER = ["a", "b", "c"]


@pytest.mark.parametrize(
    ("kind", "now", "before", "same", "told"),
    [
        ("nothing changed", "001122", "001122", {0: 0, 1: 1, 2: 2}, []),
        ("other numbers", "112200", "001122", {1: 0, 2: 1, 0: 2}, []),
        ("more of each", "0001112222", "00.11.22..", {0: 0, 1: 1, 2: 2}, []),
        ("one more", "00112233", "001122..", {0: 0, 1: 1, 2: 2}, [("n3", "born", None)]),
        ("one less", "0011..", "001122", {0: 0, 1: 1}, [("c", "died", None)]),
        ("two became one", "000001", "000112", {0: 0, 1: 2}, [("b", "merged", "a")]),
        (
            "one became two",
            "00001112233",
            "00000001122",
            {0: 0, 2: 1, 3: 2},
            [("n1", "split", "a")],
        ),
        (
            "a new one took a little",
            "0000111122",
            "0000.1..22",
            {0: 0, 2: 2, 1: 1},
            [],
        ),
    ],
)
def test_themes_and_those_before(
    kind: str, now: str, before: str, same: dict[int, int], told: list[tuple[str, str, str | None]]
) -> None:
    labels, had = (np.array([-1 if c == "." else int(c) for c in row]) for row in (now, before))
    found = continued(shared(labels, had, len(EARLIER)))
    assert found == same, kind
    ids = [
        EARLIER[same[theme]] if theme in same else f"n{theme}"
        for theme in range(int(labels.max()) + 1)
    ]
    assert events(labels, had, ids, EARLIER) == tuple(told), kind


def test_without_themes_before_all_are_born() -> None:
    labels, none = np.array([0, 1, -1]), np.full(3, -1)
    assert continued(shared(labels, none, 0)) == {}
    assert [event.kind for event in events(labels, none, ["x", "y"], [])] == ["born", "born"]
    assert events(none, none, [], ["a"]) == (ThemeEvent("a", "died"),)
