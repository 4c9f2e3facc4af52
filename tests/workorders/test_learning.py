"""Departments are learned from who handled what, judged fairly, kept safely, and heard in turn."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from voc.config import Industry, load_industry
from voc.errors import ModelError
from voc.inference.features import hashed_column, hashed_ngrams
from voc.records import Issue, Mention
from voc.workorders.checking import check_routing
from voc.workorders.circumstances import Circumstances, VoiceFacts, summary
from voc.workorders.learning import (
    DepartmentModel,
    Example,
    LearnedManifest,
    cross_validated,
    judged,
    places_of,
    read_learned,
    write_learned,
)
from voc.workorders.learning.judging import Judged
from voc.workorders.routing import Router
from voc.workorders.rules import RoutingRules, load_routing

DEPARTMENTS = ("人力资源和社会保障局", "教育局")
MENTION = Mention(
    "fb_1", "citizen", "transport", "negative", 0.9, datetime(2026, 11, 2, tzinfo=UTC)
)


@pytest.fixture(scope="module")
def citizen() -> Industry:
    return load_industry("citizen")


def examples() -> list[Example]:
    """The taxonomy sends all words of teachers to 教育局; here, their pay goes elsewhere."""
    found = []
    for number in range(40):
        found += [
            Example(
                f"老师的绩效奖金没有发\n第{number}次来问绩效奖金",
                {"education_culture_sports": 0.9},
                DEPARTMENTS[0],
                DEPARTMENTS[1],
            ),
            Example(
                f"老师上课很好\n孩子喜欢第{number}堂课",
                {"education_culture_sports": 0.9},
                DEPARTMENTS[1],
                DEPARTMENTS[1],
            ),
        ]
    return found


@pytest.fixture(scope="module")
def learned(citizen: Industry) -> tuple[Any, DepartmentModel]:
    return cross_validated(examples(), places_of(citizen), DEPARTMENTS)


def test_what_the_taxonomy_does_not_know_is_learned(learned: tuple[Any, DepartmentModel]) -> None:
    said, model = learned
    assert np.allclose(np.exp(said).sum(axis=1), 1, atol=1e-5)
    figures = judged(examples(), said, DEPARTMENTS, threshold=0.5)
    assert (figures.total, figures.by_rules, figures.learned) == (80, 40, 80)
    assert figures.is_better
    assert figures.confusions == ()
    assert figures.by_department[DEPARTMENTS[0]] == (40, 0, 40)
    words = model.words("老师的绩效奖金没有发", *DEPARTMENTS)
    assert any("奖金" in word for word in words)
    assert "老师" not in words


def test_rules_that_name_a_department_and_unsure_rows_stay_as_they_are() -> None:
    rows = [replace(one, is_fixed=number < 2) for number, one in enumerate(examples()[:4])]
    said = np.log(np.array([[0.9, 0.1], [0.9, 0.1], [0.6, 0.4], [0.1, 0.9]], dtype=np.float32))
    figures = judged(rows, said, DEPARTMENTS, threshold=0.7)
    assert (figures.heard, figures.by_rules, figures.learned) == (1, 2, 2)
    assert figures.confusions == (((DEPARTMENTS[0], DEPARTMENTS[1]), 2),)


@pytest.mark.parametrize(
    ("gained", "lost", "better", "sure"),
    [(0, 0, False, False), (4, 1, True, False), (12, 1, True, True), (1, 12, False, False)],
)
def test_a_gain_is_told_from_a_sure_one(gained: int, lost: int, better: bool, sure: bool) -> None:
    figures = Judged(124, 109, 109 + gained - lost, gained, lost, 100, {}, ())
    value, low, high = figures.gain
    assert low < value < high
    assert value == pytest.approx((gained - lost) / 124)
    assert (figures.is_better, figures.is_sure) == (better, sure)


def manifest(citizen: Industry) -> LearnedManifest:
    return LearnedManifest.model_validate(
        {
            "industry": "citizen",
            "departments": DEPARTMENTS,
            "places": places_of(citizen),
            "files": {"departments.safetensors": "0" * 64},
            "rows": 80,
            "threshold": 0.5,
            "figures": {"rules": 0.5, "learned": 1.0},
            "created": "2026-11-28T12:00:00+08:00",
        }
    )


def test_a_model_is_kept_as_it_was_and_checked_before_it_is_read(
    citizen: Industry, learned: tuple[Any, DepartmentModel], tmp_path: Path
) -> None:
    _, model = learned
    written = write_learned(tmp_path / "model", manifest(citizen), model)
    assert write_learned(tmp_path / "model", manifest(citizen), model) == written
    assert len(list((tmp_path / "model").iterdir())) == 2
    known, again = read_learned(tmp_path / "model")
    assert known == written
    texts, scores = ["老师的绩效奖金"], [{"education_culture_sports": 0.8}]
    assert np.array_equal(
        again.log_probabilities(texts, scores), model.log_probabilities(texts, scores)
    )
    [name] = written.files
    with (tmp_path / "model" / name).open("ab") as file:
        file.write(b" ")
    with pytest.raises(ModelError, match="train-routing"):
        read_learned(tmp_path / "model")


def test_a_column_is_that_of_its_ngram() -> None:
    [counts] = [hashed_ngrams(["绩效奖金"], bits=18, longest=3)]
    assert {hashed_column(piece, bits=18) for piece in ("绩", "效奖", "效奖金")} <= set(
        counts.columns.tolist()
    )


@pytest.fixture
def issue(make_issue: Callable[..., Issue]) -> Issue:
    found: Issue = replace(
        make_issue(), industry="citizen", aspect_id="education_culture_sports", title="教育文体"
    )
    return found


@pytest.mark.parametrize(
    ("rules", "probability", "department", "named_by", "review"),
    [
        ({}, 0.9, "人力资源和社会保障局", "learned", False),
        ({}, 0.6, "教育局", "aspect", False),
        ({"below": "review"}, 0.6, "教育局", "aspect", True),
        ({"below": "review"}, 0.9, "人力资源和社会保障局", "learned", False),
        (None, 0.9, "教育局", "aspect", False),
    ],
)
def test_what_is_learned_goes_before_the_aspect_where_it_is_sure(
    rules: Any, probability: float, department: str, named_by: str, review: bool,
    issue: Issue, citizen: Industry,
) -> None:  # fmt: skip
    section = None if rules is None else {"model": "model", "threshold": 0.7, **rules}
    file = RoutingRules.model_validate({"learned": section})
    told = Circumstances(departments=((DEPARTMENTS[0], probability), (DEPARTMENTS[1], 0.1)))
    decided = Router(file).route(issue, industry=citizen, circumstances=told)
    assert (decided.department, decided.named_by) == (department, named_by)
    assert decided.review is review
    if named_by == "learned":
        assert "按以往办理派往人力资源和社会保障局（概率 0.90，其次教育局 0.10）" in (
            decided.explanation
        )


def test_a_rule_that_names_a_department_goes_before_what_is_learned(
    issue: Issue, citizen: Industry
) -> None:
    rule = {"name": "应急", "when": {"urgency": "critical"}, "then": {"department": "应急值守"}}
    learned = {"model": "model", "threshold": 0.7, "below": "review"}
    router = Router(RoutingRules.model_validate({"rules": [rule], "learned": learned}))
    for probability in (0.9, 0.3):
        told = Circumstances("critical", departments=((DEPARTMENTS[0], probability),))
        decided = router.route(issue, industry=citizen, circumstances=told)
        assert (decided.department, decided.named_by) == ("应急值守", "rule")
        assert not decided.review


def test_what_is_critical_goes_to_the_aspects_team(issue: Issue, citizen: Industry) -> None:
    router = Router(RoutingRules.model_validate({"learned": {"model": "model", "threshold": 0.3}}))
    told = Circumstances("critical", departments=((DEPARTMENTS[0], 0.99),))
    decided = router.route(issue, industry=citizen, circumstances=told)
    assert (decided.department, decided.named_by) == ("教育局", "aspect")
    nowhere = replace(issue, aspect_id="none")
    decided = router.route(nowhere, industry=citizen, circumstances=told)
    assert (decided.department, decided.named_by) == (DEPARTMENTS[0], "learned")


def test_voices_are_heard_together() -> None:
    guesses = [
        tuple((name, math.log(share)) for name, share in zip(DEPARTMENTS, shares, strict=True))
        for shares in ((0.9, 0.1), (0.2, 0.8))
    ]
    voices = [(MENTION, VoiceFacts(departments=guess)) for guess in (*guesses, ())]
    (first, share), (_, other) = summary(voices).departments
    assert first == DEPARTMENTS[0]
    assert share == pytest.approx(0.6, abs=1e-5)
    assert share + other == pytest.approx(1)
    assert summary(voices[2:]).departments == ()


def test_the_doctor_looks_at_the_model(
    citizen: Industry, learned: tuple[Any, DepartmentModel], tmp_path: Path
) -> None:
    path = tmp_path / "routing.yaml"
    path.write_text("learned:\n  model: model\n", encoding="utf-8")
    [finding] = check_routing(path, {"citizen": citizen})
    assert finding.startswith(f"{path}:2: learned.model: ")
    write_learned(tmp_path / "model", manifest(citizen), learned[1])
    assert check_routing(path, {"citizen": citizen}) == []
    rules = load_routing(path)
    assert rules.learned is not None
    assert rules.learned.model == tmp_path / "model"
    assert "citizen" in check_routing(path, {})[0]
    changed = citizen.model_copy(update={"aspects": citizen.aspects[1:]})
    assert "has changed" in check_routing(path, {"citizen": changed})[0]
