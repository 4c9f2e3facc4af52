"""Orders of the store teach who handles what, and voices of the store are asked about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from voc.config import Settings, load_industry, load_settings
from voc.errors import UsageError
from voc.pipeline.departments import DepartmentNames, Handled, departments_of
from voc.pipeline.learned import Learned
from voc.pipeline.learning import learn, past_of_store
from voc.pipeline.routing import Desk, route_issues
from voc.pipeline.telling import told_now
from voc.records import (
    AspectMention,
    Evidence,
    Feedback,
    Intent,
    Issue,
    Sentiment,
    Span,
    Tags,
    Urgency,
    WorkOrder,
)
from voc.sources.rows import Row
from voc.store import Store, open_store

NOW = datetime(2026, 11, 2, tzinfo=UTC)
EARLIER = NOW - timedelta(days=9)
MODEL = "m@1"
SNACK = load_industry("snack")
ASPECT = next(one for one in SNACK.all_aspects() if one.name == "门店服务")
SAID = (("店员态度很差，不给开发票", "财务部"), ("店员态度很差，骂人", "门店运营部"))


def feedback(number: int, text: str) -> Feedback:
    return Feedback("reviews", str(number), "review", text, created_at=NOW)


def tags_of(name: str, text: str) -> Tags:
    mention = AspectMention(ASPECT.id, ASPECT.name, "negative", 0.9, (Span(0, 2, text[:2]),))
    return Tags(
        name, text, "zh", Sentiment("negative", 0.9, {"negative": 0.9, "neutral": 0.1}),
        (mention,), intent=Intent("complaint", 0.9), urgency=Urgency("normal"), model=MODEL,
        industry="snack",
    )  # fmt: skip


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    file = tmp_path / "routing.yaml"
    file.write_text("departments: [财务部]\n", encoding="utf-8")
    return load_settings(overrides={"routing.file": str(file)}, environ={})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """60 issues of a voice each, whose orders were closed by one of two departments."""
    said = [(f"{text}，第{number}次", team) for number in range(30) for text, team in SAID]
    with open_store(f"sqlite:///{tmp_path / 'voc.db'}") as opened:
        with opened.transaction() as tx:
            voices = [feedback(number, text) for number, (text, _) in enumerate(said)]
            tx.add_feedback(voices, industry="snack", now=NOW)
        rows = opened.untagged(MODEL, limit=1000)
        with opened.transaction() as tx:
            tx.save_tags([(row, tags_of(row.feedback_id, row.feedback.text)) for row in rows], NOW)
            for row in rows:
                number = int(row.feedback.native_id or 0)
                tx.save_issues([issue(number, row.feedback_id)])
                tx.save_work_order(order(number, said[number][1]))
            tx.save_work_order(
                replace(order(0, "门店运营部"), work_order_id="wo_b", created_at=EARLIER)
            )
        yield opened


def issue(number: int, feedback_id: str) -> Issue:
    return Issue(
        f"is_{number}", ASPECT.name, "snack", ASPECT.id, "open", "medium", NOW, NOW, 1, "new", 1.0,
        evidence=(Evidence(feedback_id, 0, 2, "店员"),),
    )  # fmt: skip


def order(number: int, department: str) -> WorkOrder:
    return WorkOrder(
        f"wo_{number}", f"is_{number}", "门店服务", "", "投诉", "normal", department, "closed",
        NOW, NOW + timedelta(days=1),
    )  # fmt: skip


def test_orders_teach_and_issues_of_the_store_hear_it(
    store: Store, settings: Settings, tmp_path: Path
) -> None:
    desk = Desk(settings, learned=False)
    past = past_of_store(store, desk, industry=SNACK, settings=settings, model=MODEL)
    assert len(past.examples) == 60
    assert {one.by_rules for one in past.examples} == {ASPECT.department}
    out = tmp_path / "learned"
    done = learn(past, industry=SNACK, rules=desk.rules, settings=settings, threshold=0.5, out=out)
    assert done.strangers == ()
    assert (done.judged.by_rules, done.judged.learned) == (30, 60)
    assert done.folder == tmp_path / "learned"
    rules = tmp_path / "routing.yaml"
    rules.write_text("departments: [财务部]\nlearned: {model: learned}\n", encoding="utf-8")
    desk = Desk(settings, explained=True)
    routed = route_issues(store, desk, settings=settings, model=MODEL, wanted=["is_0", "is_1"])
    first, second = routed
    assert (first.routing.department, first.routing.named_by) == ("财务部", "learned")
    assert (second.routing.department, second.routing.named_by) == ("门店运营部", "learned")
    assert first.learned is not None
    assert first.learned["department"] == "财务部"


def test_voices_of_other_industries_are_not_asked_about(
    store: Store, settings: Settings, tmp_path: Path
) -> None:
    desk, out = Desk(settings, learned=False), tmp_path / "learned"
    past = past_of_store(store, desk, industry=SNACK, settings=settings, model=MODEL)
    learn(past, industry=SNACK, rules=desk.rules, settings=settings, threshold=0.5, out=out)
    (tmp_path / "routing.yaml").write_text("learned: {model: learned}\n", encoding="utf-8")
    desk = Desk(settings)
    one = store.issue("is_0")
    assert one is not None
    other = replace(one, industry="bank")
    told = told_now(store, [other], model=MODEL, rules=desk.rules, settings=settings)
    assert told["is_0"].departments == ()
    assert Learned.of(desk.rules).guess("bank", ["发票"], [{}]) == [()]


NAMES = DepartmentNames(departments={"住建局": ("住建", "城管"), "教育局": ("教育局",)})


@pytest.mark.parametrize(
    ("value", "department"),
    [
        ("由市住建局答复，并抄送教育局。住建局", "住建局"),
        ("城管执法大队已到场", "住建局"),
        ("教育局", "教育局"),
    ],
)
def test_an_answer_names_who_handled_it(value: str, department: str) -> None:
    assert Handled(names=NAMES).department(value, {}) == department


@pytest.mark.parametrize("value", ["已收悉", "住建局与教育局会商"])
def test_an_answer_that_names_nobody_clearly_is_refused(value: str) -> None:
    with pytest.raises(UsageError, match="names"):
        Handled(names=NAMES).department(value, {})


def test_a_label_may_be_an_aspect_and_stand_in_a_column_of_another_name() -> None:
    by_aspect = departments_of(SNACK)
    row = Row(2, "a.csv:2", {"text": "差", "承办单位": "门店服务", "别的": "财务部"})
    assert Handled().value(row) == "门店服务"
    assert Handled().department("门店服务", by_aspect) == ASPECT.department
    assert Handled.told({"department": "别的"}).value(row) == "财务部"
    assert Handled.told({"department": "没有"}).value(row) is None
