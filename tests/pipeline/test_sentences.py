"""Sentence vectors of clauses: each text once, none where the model has none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from voc.errors import ModelError
from voc.pipeline.sentences import sentences_of
from voc.pipeline.vectors import KeptVectors
from voc.store import Store, open_store


class Lengths:
    """A model whose vector of a text is its length, and which cannot read question marks."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if any("？" in text for text in texts):
            raise ModelError("cannot be read")
        self.asked += texts
        return np.array([[len(text), 1.0] for text in texts], dtype=np.float32)


class Mute:
    """A model without vectors."""

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        raise ModelError("has no sentence vectors")


def test_a_row_a_text_and_a_text_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voc.pipeline.sentences._BATCH", 2)
    model, told = Lengths(), list[tuple[int, int]]()
    found = sentences_of(
        model, ["漏水", "顿挫了", "漏水", "响"], told=lambda *steps: told.append(steps)
    )
    assert found is not None
    assert found.dtype == np.float32
    assert found[:, 0].tolist() == [2, 3, 2, 1]
    assert sorted(model.asked[1:]) == sorted(["漏水", "顿挫了", "响"])
    assert told == [(2, 3), (3, 3)]


def test_a_text_that_cannot_be_read_spoils_no_other() -> None:
    found = sentences_of(Lengths(), ["漏水", "？", "响"])
    assert found is not None
    assert found.tolist() == [[2, 1], [0, 0], [1, 1]]


def test_a_model_without_vectors_gives_none() -> None:
    assert sentences_of(Mute(), ["漏水"]) is None
    assert sentences_of(Lengths(), []) is None


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path}/voc.db") as store:
        yield store


def test_what_was_made_once_is_kept_and_comes_back_the_same(store: Store) -> None:
    first, again = Lengths(), Lengths()
    texts = ["漏水", "顿挫了"]
    made = sentences_of(first, texts, kept=KeptVectors(store, "voc-zh@1.2.0"))
    kept = sentences_of(again, [*texts, "响"], kept=KeptVectors(store, "voc-zh@1.2.0+snack.1a2b"))
    assert made is not None
    assert kept is not None
    assert again.asked == ["响"]
    assert kept[:2].tolist() == made.tolist()


def test_vectors_of_other_models_and_of_what_nobody_says_any_more_go(store: Store) -> None:
    sentences_of(Lengths(), ["漏水", "响"], kept=KeptVectors(store, "old@1.0.0"))
    new = KeptVectors(store, "new@1.0.0")
    sentences_of(Lengths(), ["漏水", "响"], kept=new)
    new.keep_only(["响"])
    assert list(new.of(["漏水", "响"])) == ["响"]
    assert KeptVectors(store, "old@1.0.0").of(["漏水", "响"]) == {}
