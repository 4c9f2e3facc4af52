"""The space of clauses, and the grouping in it."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from voc.errors import VocError
from voc.topics.space import Space, Vectors
from voc.topics.themes import certainty, group, nearest
from voc.topics.words import Reader

TEXTS = [
    "低速换挡顿挫",
    "换挡顿挫明显",
    "低速的时候换挡顿挫",
    "天窗漏水",
    "天窗又漏水了",
    "天窗漏水滴到仪表台",
    "好的好的",
]
VOICES = [f"f{index}" for index in range(len(TEXTS))]


@pytest.fixture
def vectors(reader: Reader) -> Vectors:
    return Space(reader, seed=0).fit(reader.read(TEXTS), VOICES)


def test_like_clauses_are_near_and_others_far(vectors: Vectors) -> None:
    likeness = vectors.similarities(vectors)
    assert likeness[0, 1] > 0.5 > likeness[0, 3]
    assert likeness[3, 5] > 0.5
    assert np.allclose(np.diag(likeness)[:6], 1.0, atol=1e-5)


def test_a_clause_without_content_is_nowhere(vectors: Vectors) -> None:
    assert not vectors.similarities(vectors)[6].any()


def test_the_same_clause_comes_to_the_same_place(reader: Reader) -> None:
    space = Space(reader, seed=0)
    fitted = space.fit(reader.read(TEXTS), VOICES)
    placed = space.transform(reader.read(TEXTS), VOICES)
    assert np.allclose(fitted.broad, placed.broad, atol=1e-5)
    assert abs(fitted.sharp - placed.sharp).max() < 1e-6
    unknown = space.transform(reader.read(["从未见过"]), ["x"])
    assert not unknown.similarities(fitted).any()


def test_words_spread_evenly_over_long_voices_are_turns_of_phrase(reader: Reader) -> None:
    texts, voices = [], []
    for index in range(40):
        part = ("变速箱", "天窗")[index % 2]
        texts += [f"{part}异响", f"{part}又响", f"{part}修过", "苦不堪言", f"还是{part}"]
        voices += [f"f{index}"] * 5
    space = Space(reader, seed=0)
    space.fit(reader.read(texts), voices)
    assert "苦不堪言" in space.silent
    assert not space.silent & {"变速箱", "天窗"}


def test_grouping(vectors: Vectors) -> None:
    labels = group(vectors, seed=0)
    assert labels.tolist() == [0, 0, 0, 1, 1, 1, -1]


def test_nearest_theme_and_how_surely(vectors: Vectors) -> None:
    labels = group(vectors, seed=0)
    themes = vectors.means(labels, 2).normalised()
    assert nearest(vectors, themes).tolist() == labels.tolist()
    sure, close = certainty(vectors, themes, labels)
    assert (sure[:6] > 0.9).all()
    assert (sure[6], close[6]) == (0.0, 0.0)
    forced, _ = certainty(vectors, themes, np.array([1, 1, 1, 0, 0, 0, -1]))
    assert (forced[:6] < 0.1).all()


def test_no_theme_is_near_where_there_is_none(vectors: Vectors) -> None:
    nothing = np.full(len(vectors), -1, dtype=np.intp)
    themes = vectors.means(nothing, 0).normalised()
    assert nearest(vectors, themes).tolist() == nothing.tolist()
    assert not certainty(vectors, themes, nothing)[0].any()


def test_many_clauses_are_gathered_first(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voc.topics.themes._MOST_CLUSTERS", 20)
    texts = [f"{part}{fault}" for part in ("变速箱", "天窗") for fault in ("异响", "坏了")] * 25
    vectors = Space(reader, seed=0).fit(reader.read(texts), [str(at) for at in range(100)])
    assert group(vectors, seed=0).tolist() == group(vectors, seed=0).tolist()
    assert len(set(group(vectors, seed=3).tolist())) <= 4


def test_a_missing_library_is_named_with_the_way_to_get_it(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.decomposition", None)
    with pytest.raises(VocError, match=r'pip install "voc-zh\[topics\]"') as raised:
        Space(reader, seed=0).fit(reader.read(TEXTS), VOICES)
    assert isinstance(raised.value, ImportError)


def test_the_room_is_entered_without_heavy_libraries() -> None:
    heavy = "sklearn scipy torch numba pandas"
    code = f"import sys, voc.topics; print([m for m in {heavy.split()} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_a_thing_that_all_speak_of_binds_less_than_what_is_wrong_with_it(reader: Reader) -> None:
    parts = ("天窗", "座椅", "空调", "屏幕")
    faults = ("漏水", "异响", "发霉", "掉漆")
    texts = [
        f"{town}{part}{fault}" if number % 4 else f"{town}车主说{part}{fault}"
        for number, (town, part, fault) in enumerate(
            (town, part, fault)
            for town in [
                f"{one}{other}" for one in "京沪穗深渝蓉杭宁" for other in "东西南北中甲乙丙"
            ]
            for part in parts
            for fault in faults
        )
    ] * 2
    few = Space(reader, seed=0)
    few.fit(reader.read(texts[:1_000]), [f"f{at}" for at in range(1_000)])
    many = Space(reader, seed=0)
    many.fit(reader.read(texts), [f"f{at}" for at in range(len(texts))])

    def weight(space: Space, term: str) -> float:
        return float(space._weights[list(space._counter.get_feature_names_out()).index(term)])

    # Both are as common in the few as in the many, where the space no longer takes them so.
    assert weight(many, "w天窗") < 0.6 * weight(few, "w天窗")
