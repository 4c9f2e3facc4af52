"""Words that everybody speaks of and nobody judges by bind clauses less than what is wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import numpy as np
import pytest

from voc.config.industries import Industry
from voc.topics.clauses import Clause
from voc.topics.corpus import Corpus
from voc.topics.space import Space
from voc.topics.subjects import FEW_CLAUSES, Subjects
from voc.topics.words import Reader, Reading

PLACES = [f"{one}{other}" for one in "京沪穗深渝蓉杭宁" for other in "东西南北中甲乙丙"]
FAULTS = ("漏水", "异响", "发霉", "掉漆")
SAID = [
    (f"{place}座椅{fault}{number}", [fault])
    for number, place, fault in product(range(9), PLACES, FAULTS)
]
TEXTS = [text for text, _ in SAID]
OPINIONS = [opinions for _, opinions in SAID]


@pytest.fixture(scope="module")
def readings(reader: Reader) -> list[Reading]:
    return reader.read(TEXTS)


def test_a_subject_weighs_less_than_what_is_judged(readings: list[Reading]) -> None:
    weights = Subjects(readings, OPINIONS).weights
    assert weights["座椅"] == pytest.approx(0.1)
    assert all(weights[fault] > 0.9 for fault in FAULTS)


def test_a_word_of_all_matters_weighs_little_however_rare(reader: Reader) -> None:
    said = reader.read([*TEXTS, "家长苦不堪言", "座椅开线"])
    weights = Subjects(said, [*OPINIONS, ["苦不堪言"], ["开线"]]).weights
    assert weights["家长"] == weights["苦不堪言"] == pytest.approx(0.3)
    assert "开线" not in weights


@pytest.mark.parametrize("opinions", [(), [()] * len(TEXTS)])
def test_without_opinions_nothing_tells_subjects(
    readings: list[Reading], opinions: list[list[str]]
) -> None:
    assert not Subjects(readings, opinions).weights


def test_few_clauses_have_no_subjects(readings: list[Reading]) -> None:
    few = FEW_CLAUSES - 1
    assert not Subjects(readings[:few], OPINIONS[:few]).weights


def test_what_a_subject_adds_to_vectors_is_taken_out(reader: Reader) -> None:
    texts = [
        f"{place}{'座椅' if number % 2 else '天窗'}{fault}{number}"
        for number, place, fault in product(range(9), PLACES, FAULTS)
    ]
    said = reader.read(texts)
    sentences = np.zeros((len(texts), 8), np.float32)
    for row, text in enumerate(texts):
        sentences[row, int("座椅" in text)] = 5.0
        sentences[row, 2 + OPINIONS[row][0].count("漏") * 3] = 1.0
    sentences[0] = 0.0  # not read
    subjects = Subjects(said, OPINIONS)
    assert np.array_equal(subjects.taken_out(said, sentences), sentences)
    subjects.fit(said, sentences)
    out = subjects.taken_out(said, sentences)
    assert not out[0].any()
    gap = abs(sentences[1:, 0].max() - sentences[1:, 0].min())
    assert abs(out[1:, 0].max() - out[1:, 0].min()) < 0.5 * gap
    assert np.allclose(out[1:, 2:], sentences[1:, 2:], atol=0.2)


def test_the_space_knows_subjects_by_the_opinions(readings: list[Reading], reader: Reader) -> None:
    voices = [str(at) for at in range(len(readings))]
    plain, told = Space(reader, seed=0), Space(reader, seed=0)
    plain.fit(readings, voices)
    told.fit(readings, voices, opinions=OPINIONS)

    def weight(space: Space, term: str) -> float:
        return float(space._weights[list(space._counter.get_feature_names_out()).index(term)])

    assert weight(told, "w座椅") == pytest.approx(0.1 * weight(plain, "w座椅"))
    assert weight(told, "w漏水") > 0.9 * weight(plain, "w漏水")


def test_the_clauses_of_a_run_bring_their_opinions(automotive: Industry) -> None:
    told = [
        Clause(str(at), 0, len(text), text, datetime(2026, 9, 1, tzinfo=UTC), True, (opinion,))
        for at, (text, [opinion]) in enumerate(SAID)
    ]
    plain = [replace(clause, opinions=()) for clause in told]
    one, other = (Corpus(clauses, automotive).placed(seed=0)[0] for clauses in (told, plain))
    assert abs(one.sharp - other.sharp).max() > 0.1


def test_nothing_makes_up_for_what_a_subject_lacks(readings: list[Reading], reader: Reader) -> None:
    voices = [str(at) for at in range(len(readings))]
    space = Space(reader, seed=0)
    space.fit(readings, voices, opinions=OPINIONS)
    bare, judged, other = (
        space.transform(reader.read([text]), [text]) for text in ("座椅", "座椅漏水", "漏水")
    )
    assert float(bare.similarities(bare)[0, 0]) < 0.05
    assert float(judged.similarities(other)[0, 0]) > 0.3
