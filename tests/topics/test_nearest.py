"""The aspect that comes nearest to what no aspect hears."""

from __future__ import annotations

import numpy as np
import pytest

from voc.topics.meaning import Floats
from voc.topics.nearest import nearest_aspects

CHANCE = np.random.default_rng(0)
TASTE, PRICE = np.eye(2, 16, dtype=np.float32)


def like(*vectors: Floats) -> Floats:
    """Vectors that are near those, of any length."""
    noise = CHANCE.normal(scale=0.1, size=(len(vectors), 16))
    return (np.stack(vectors) * 3 + noise).astype(np.float32)


HEARD = [("taste",), ("price",)] * 150
SAID = like(*[TASTE, PRICE] * 150)


def test_a_theme_is_near_what_its_unheard_clauses_are_like() -> None:
    themes = [None] * len(HEARD) + ["salty"] * 4 + ["dear"] * 4 + ["between"] * 4
    unheard = like(*[TASTE] * 4, *[PRICE] * 4, *[TASTE + PRICE] * 4)
    heard = [*HEARD, *[()] * 12]
    near = nearest_aspects(themes, heard, np.vstack([SAID, unheard]))
    assert {name: one.aspect_id for name, one in near.items() if name != "between"} == {
        "salty": "taste",
        "dear": "price",
    }
    assert 0.8 < near["salty"].probability <= 1
    assert nearest_aspects(themes, heard, np.vstack([SAID, unheard])) == near, "it is no chance"
    among = np.vstack([like(*[PRICE] * 5), SAID, unheard])
    assert nearest_aspects(themes, heard, among, range(5, len(among))) == near


def test_what_is_like_several_is_near_none() -> None:
    third = np.eye(3, 16, dtype=np.float32)[2]
    heard = [*HEARD, *[("service",)] * 150, *[()] * 6]
    sentences = np.vstack([SAID, like(*[third] * 150), like(*[TASTE, PRICE, third] * 2)])
    themes = [None] * 450 + ["all"] * 6
    assert nearest_aspects(themes, heard, sentences) == {}


@pytest.mark.parametrize(
    ("n_heard", "heard", "n_unheard", "scale"),
    [
        pytest.param(198, HEARD, 4, 1.0, id="too few to learn from"),
        pytest.param(300, [("taste",)] * 300, 4, 1.0, id="only one aspect is heard"),
        pytest.param(300, [("taste", "price")] * 300, 4, 1.0, id="two in every clause"),
        pytest.param(300, HEARD, 2, 1.0, id="two clauses are no theme's voice"),
        pytest.param(300, HEARD, 4, 0.0, id="the model could not read them"),
    ],
)
def test_what_cannot_be_told(
    n_heard: int, heard: list[tuple[str, ...]], n_unheard: int, scale: float
) -> None:
    themes = [None] * n_heard + ["salty"] * n_unheard
    sentences = np.vstack([SAID[:n_heard], scale * like(*[TASTE] * n_unheard)])
    assert nearest_aspects(themes, [*heard[:n_heard], *[()] * n_unheard], sentences) == {}


def test_a_theme_that_an_aspect_hears_is_told_by_what_it_does_not() -> None:
    themes = [*["mixed"] * len(HEARD), *["mixed"] * 3]
    near = nearest_aspects(themes, [*HEARD, *[()] * 3], np.vstack([SAID, like(*[PRICE] * 3)]))
    assert near["mixed"].aspect_id == "price"
