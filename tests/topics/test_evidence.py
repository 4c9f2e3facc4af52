"""Verbatims that stand for a theme."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from voc.topics import Clause
from voc.topics.evidence import MAX_EVIDENCE, evidence_of
from voc.topics.space import Space
from voc.topics.words import Reader

TEXTS = (
    "低速换挡顿挫得厉害",
    "低速换挡顿挫得厉害啊",
    "起步的时候换挡顿挫",
    "换挡一顿一顿",
    "升级之后换挡顿挫",
    "换挡平顺不顿挫",
    "堵车换挡就顿挫",
    "换挡有顿挫，等更新",
)


def test_verbatims_are_five_of_different_voices_and_not_the_same_twice(
    reader: Reader, make: Callable[..., list[Clause]]
) -> None:
    clauses = make(*TEXTS)
    clauses[4] = replace(clauses[4], feedback_id="f3")
    vectors = Space(reader, seed=0).fit(reader.read(TEXTS), [c.feedback_id for c in clauses])
    closeness = np.linspace(0.9, 0.6, len(TEXTS), dtype=np.float32)
    chosen = evidence_of(clauses, vectors, closeness, negative=True)
    assert 3 <= len(chosen) <= MAX_EVIDENCE
    assert len({item.feedback_id for item in chosen}) == len(chosen)
    assert not set(TEXTS[:2]) <= {item.text for item in chosen}


def test_a_theme_of_complaints_is_shown_by_complaints(
    reader: Reader, make: Callable[..., list[Clause]]
) -> None:
    clauses = [replace(clause, negative=clause.text != TEXTS[5]) for clause in make(*TEXTS)]
    vectors = Space(reader, seed=0).fit(reader.read(TEXTS), [c.feedback_id for c in clauses])
    level = np.full(len(TEXTS), 0.8, dtype=np.float32)
    chosen = evidence_of(clauses, vectors, level, negative=True)
    assert TEXTS[5] not in {item.text for item in chosen}
    assert (chosen[0].start, chosen[0].end) == (0, len(chosen[0].text))


def test_what_judges_otherwise_is_no_evidence_where_others_do(
    reader: Reader, make: Callable[..., list[Clause]]
) -> None:
    clauses = [replace(clause, negative=at < 4) for at, clause in enumerate(make(*TEXTS))]
    vectors = Space(reader, seed=0).fit(reader.read(TEXTS), [c.feedback_id for c in clauses])
    closeness = np.linspace(0.4, 0.9, len(TEXTS), dtype=np.float32)
    chosen = evidence_of(clauses, vectors, closeness, negative=True)
    assert {item.text for item in chosen} <= set(TEXTS[:4])
    level = np.full(len(TEXTS), 0.8, dtype=np.float32)
    clauses[3] = replace(clauses[3], opinions=("换挡一顿一顿",))
    assert evidence_of(clauses, vectors, level, negative=True)[0].text == TEXTS[3]


def test_what_judges_otherwise_comes_last_where_too_few_do_not(
    reader: Reader, make: Callable[..., list[Clause]]
) -> None:
    clauses = [replace(clause, negative=at in (6, 7)) for at, clause in enumerate(make(*TEXTS))]
    vectors = Space(reader, seed=0).fit(reader.read(TEXTS), [c.feedback_id for c in clauses])
    closeness = np.linspace(0.9, 0.1, len(TEXTS), dtype=np.float32)
    chosen = [item.text for item in evidence_of(clauses, vectors, closeness, negative=True)]
    assert chosen[0] in TEXTS[6:]
    assert set(chosen) - set(TEXTS[6:])


def test_a_complaint_of_a_voice_that_praises_gives_way_to_others(
    reader: Reader, make: Callable[..., list[Clause]]
) -> None:
    clauses = [replace(clause, aside=at != 7) for at, clause in enumerate(make(*TEXTS))]
    vectors = Space(reader, seed=0).fit(reader.read(TEXTS), [c.feedback_id for c in clauses])
    level = np.full(len(TEXTS), 0.8, dtype=np.float32)
    assert evidence_of(clauses, vectors, level, negative=True)[0].text == TEXTS[7]
