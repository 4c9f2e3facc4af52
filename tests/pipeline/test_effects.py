"""Whether orders helped, over a store: measured once all days have passed, proposed once."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from tests.pipeline.workshop import MODEL, NOW, Workshop, voice
from voc.config import Settings, load_settings
from voc.pipeline.effects import changed_effects, keep_effects, reason_text
from voc.pipeline.handling import Handler
from voc.pipeline.taxonomies import industries_of
from voc.records import Effect, Issue, OrderClock, WorkOrder
from voc.store import Store

END = NOW - timedelta(days=30)
TRADE = "snack"
ASPECT = "store_service"


def hear(workshop: Workshop, store: str, *, before: int, after: int, last_day: float = 0.0) -> None:
    """Has a store complained of, so often before the end and after it, among other feedback."""
    draw = random.Random(store)
    items = []
    least = max(2.6, last_day)
    for part, count, first, last in (("b", before, 72, 31.0), ("a", after, 29, least)):
        for number in range(count + 60):
            when = NOW - timedelta(days=draw.uniform(last, first))
            aspect = ASPECT if number < count else None
            name, mood = f"{store}{part}{number}", "negative" if aspect else "neutral"
            items.append(voice(TRADE, name, when, aspect=aspect, sentiment=mood, store=store))
    newest = NOW - timedelta(days=last_day)
    items.append(voice(TRADE, f"{store}newest", newest, aspect=None, sentiment="neutral"))
    workshop.hear(TRADE, items)


def mended(store: Store, place: str, *, status: str = "closed") -> WorkOrder:
    """Keeps the issue of a store, and its order, which ended at `END`."""
    issue = Issue(
        f"is_{place}", "门店服务差", TRADE, ASPECT, "open", "high", END, END, 9, "steady", 1.0,
        store=place,
    )  # fmt: skip
    order = WorkOrder(
        f"wo_{place}", issue.issue_id, "门店服务差", "", "投诉", "high", "门店运营部",
        cast(Any, status), END - timedelta(days=3), END + timedelta(days=1),
        clock=OrderClock(ended_at=END, closed_at=END if status == "closed" else None),
    )  # fmt: skip
    with store.transaction() as transaction:
        transaction.save_issues([issue])
        transaction.save_work_order(order)
        transaction.set_issue_status(issue.issue_id, "closed", "李工", None, END)
    return order


def settings(**values: Any) -> Settings:
    told = {f"effects.{name}": value for name, value in values.items()}
    return load_settings(overrides=told, environ={})


def measure(store: Store, chosen: Settings) -> list[Effect]:
    """Measures and keeps; returns what was new or changed."""
    industries, _ = industries_of(store, chosen, store.industries())
    found = changed_effects(store, model=MODEL, industries=industries, settings=chosen, now=NOW)
    with store.transaction() as transaction:
        keep_effects(store, transaction, found, settings=chosen, now=NOW)
    return found


@pytest.mark.parametrize(
    ("after", "elsewhere", "last_day", "verdict", "reason"),
    [
        pytest.param(6, 80, 0.0, "effective", "dropped", id="it dropped here alone"),
        pytest.param(6, 6, 0.0, "insufficient", "few_voices", id="it dropped everywhere"),
        pytest.param(60, 80, 0.0, "not_effective", "no_drop", id="it went on"),
        pytest.param(0, 80, 10.0, "insufficient", "watching", id="not all days have passed"),
    ],
)
def test_the_other_stores_are_the_control(
    workshop: Workshop, after: int, elsewhere: int, last_day: float, verdict: str, reason: str
) -> None:
    hear(workshop, "南京店", before=60, after=after, last_day=last_day)
    hear(workshop, "杭州店", before=80, after=elsewhere, last_day=last_day)
    mended(workshop.store, "南京店")
    [effect] = measure(workshop.store, settings())
    assert (effect.verdict, effect.reason) == (verdict, reason)
    assert effect.work_order_id == "wo_南京店"
    assert (effect.before.voices, effect.before.feedback) == (60, 120)
    assert (effect.after.voices, effect.after.feedback) == (after, after + 60)
    assert effect.control_before is not None
    assert effect.control_before.voices == 80
    assert effect.days_watched == (28 if reason != "watching" else effect.days_watched)
    assert workshop.store.effects() == [effect]
    assert measure(workshop.store, settings()) == [], "again changes nothing"


def test_what_is_reopened_is_watched_no_more(workshop: Workshop) -> None:
    hear(workshop, "南京店", before=60, after=6, last_day=9)
    hear(workshop, "杭州店", before=80, after=80, last_day=9)
    mended(workshop.store, "南京店")
    [effect] = measure(workshop.store, settings())
    assert effect.reason == "watching"
    with workshop.store.transaction() as transaction:
        order = transaction.work_order(effect.work_order_id)
        assert order is not None
        transaction.update_work_order(replace(order, status="reopened"))
    [after] = measure(workshop.store, settings())
    assert after == replace(effect, reason="reopened")
    assert reason_text(after).startswith("观察期内又重办（已观察 ")
    assert measure(workshop.store, settings()) == []


def test_later_voices_change_it(workshop: Workshop) -> None:
    hear(workshop, "南京店", before=60, after=6)
    hear(workshop, "杭州店", before=80, after=80)
    mended(workshop.store, "南京店")
    [first] = measure(workshop.store, settings())
    late = [
        voice(TRADE, f"late{number}", END + timedelta(days=5), aspect=ASPECT, store="南京店")
        for number in range(60)
    ]
    workshop.hear(TRADE, late)
    [second] = measure(workshop.store, settings())
    assert (first.verdict, second.verdict) == ("effective", "not_effective")
    assert first.effect_id == second.effect_id
    assert second.after.voices == first.after.voices + 60


def test_a_place_that_was_mended_too_is_no_control(workshop: Workshop) -> None:
    hear(workshop, "南京店", before=60, after=6)
    hear(workshop, "杭州店", before=80, after=8)
    hear(workshop, "苏州店", before=40, after=40)
    mended(workshop.store, "南京店")
    mended(workshop.store, "杭州店")
    told = {effect.work_order_id: effect for effect in measure(workshop.store, settings())}
    assert {effect.verdict for effect in told.values()} == {"effective"}
    assert all(
        effect.control_before is not None and effect.control_before.voices == 40
        for effect in told.values()
    )


def test_what_did_not_help_is_proposed_once(workshop: Workshop) -> None:
    hear(workshop, "南京店", before=60, after=60)
    order = mended(workshop.store, "南京店")
    [effect] = measure(workshop.store, settings())
    assert (effect.proposal, effect.proposed_at) == ("redo", NOW)
    assert effect.control_ratio is None, "there is no other store"
    assert measure(workshop.store, settings()) == []
    found = workshop.store.work_order(order.work_order_id)
    assert found is not None
    assert found.status == "closed"
    notes = [entry.note for entry in found.history if entry.event == "note"]
    assert len(notes) == 1
    assert str(notes[0]).startswith("建议重办：投诉率没有明显下降，为整改前的 ")


def test_what_did_not_help_is_redone_where_the_settings_say_so(workshop: Workshop) -> None:
    hear(workshop, "南京店", before=60, after=60)
    order = mended(workshop.store, "南京店")
    chosen = settings(redo=True, days_after=20)
    [effect] = measure(workshop.store, chosen)
    [kept] = workshop.store.effects()
    assert (effect.verdict, kept.proposal) == ("not_effective", "redone")
    found = workshop.store.work_order(order.work_order_id)
    issue = workshop.store.issue(order.issue_id)
    assert found is not None
    assert issue is not None
    assert (found.status, issue.status) == ("reopened", "reopened")
    assert measure(workshop.store, chosen) == []
    handler = Handler(workshop.store, chosen)
    with workshop.store.transaction() as transaction:
        handler.act(transaction, order.work_order_id, "resolved", actor="李工", at=NOW)
    [second] = measure(workshop.store, chosen)
    assert second.effect_id != effect.effect_id
    assert (second.reason, second.days_watched) == ("watching", 0)
    assert len(workshop.store.effects(issue_id=order.issue_id)) == 2


def test_rejected_and_merged_orders_are_not_measured(workshop: Workshop) -> None:
    hear(workshop, "南京店", before=60, after=60)
    mended(workshop.store, "南京店", status="rejected")
    merged = mended(workshop.store, "杭州店")
    with workshop.store.transaction() as transaction:
        transaction.update_work_order(replace(merged, merged_into="wo_南京店"))
    assert measure(workshop.store, settings()) == []
    assert Workshop(workshop.store, workshop.folder).chain().measure() == 0


def test_a_place_that_speaks_of_little_else_is_measured_by_its_industry(workshop: Workshop) -> None:
    items = [
        voice(
            TRADE, f"x{number}", NOW - timedelta(days=1 + number % 70), aspect=ASPECT,
            store="南京店",
        )
        for number in range(200)
        if number % 70 > 30 or number < 10
    ]  # fmt: skip
    workshop.hear(TRADE, items)
    hear(workshop, "杭州店", before=0, after=0)
    mended(workshop.store, "南京店")
    [effect] = measure(workshop.store, settings())
    assert effect.exposed == "industry"
    assert effect.before.voices == effect.before.feedback
    assert (effect.verdict, effect.control_before) == ("effective", None)
