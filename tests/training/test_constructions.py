"""Sentences put together for training are well made, and none is the suite's."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from pathlib import Path

import yaml

from training.constructions import grammar, sentences

PAIRS = Path(__file__).parents[1] / "behaviour" / "pairs.yaml"


def test_the_same_seed_gives_the_same_sentences() -> None:
    assert list(sentences(200, seed=1)) == list(sentences(200, seed=1))
    assert list(sentences(200, seed=1)) != list(sentences(200, seed=2))


def test_every_kind_comes_as_often_and_no_sentence_twice() -> None:
    made = list(sentences(1100, seed=3))
    kinds = Counter(sentence.kind for sentence in made)
    assert set(kinds) == set(grammar().forms)
    assert max(kinds.values()) - min(kinds.values()) <= 1
    assert len({sentence.text for sentence in made}) == len(made)


def test_no_slot_is_left_open_and_things_stand_in_the_text() -> None:
    for sentence in islice(sentences(3000, seed=4), 3000):
        assert "{" not in sentence.text
        assert all(thing in sentence.text for thing in sentence.things)
        assert sentence.label or sentence.things


def test_no_label_can_be_guessed_from_most_kinds() -> None:
    made = list(sentences(4000, seed=5))
    for kind in ("plain", "negation", "double_negation", "contrast", "comparison", "emoji"):
        labels = Counter(sentence.label for sentence in made if sentence.kind == kind)
        assert max(labels.values()) / sum(labels.values()) < 0.8


def test_nothing_of_the_behavioural_suite_stands_in_it() -> None:
    suite = yaml.safe_load(PAIRS.read_text(encoding="utf-8"))
    tested = {
        str(member["text"]).rstrip("。！!…～~？?")
        for kind in suite.values()
        for pair in kind
        for member in (pair["a"], pair["b"])
    }
    made = {sentence.text.rstrip("。！…～？") for sentence in sentences(12_000, seed=1)}
    assert not tested & made
