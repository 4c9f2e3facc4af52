from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

from voc.records import Effect, Heard
from voc.store import Store

END = datetime(2026, 5, 20, 17, tzinfo=timezone(timedelta(hours=8)))

EFFECT = Effect(
    effect_id="ef_1",
    work_order_id="wo_1",
    issue_id="is_1",
    ended_at=END,
    verdict="not_effective",
    reason="no_drop",
    days_before=28,
    days_after=28,
    days_watched=28,
    expected=31.25,
    before=Heard(30, 41, 900),
    after=Heard(29, 40, 870),
    control_before=Heard(200, 300, 5000),
    control_after=Heard(210, 310, 5100),
    ratio=1.0,
    control_ratio=1.0294117647058822,
    effect_ratio=0.97,
    low=0.55,
    high=None,
    proposal="redo",
    proposed_at=END + timedelta(days=29, microseconds=1),
)
WATCHED = replace(
    EFFECT,
    effect_id="ef_2",
    work_order_id="wo_2",
    ended_at=END + timedelta(days=3),
    verdict="insufficient",
    reason="watching",
    control_before=None,
    control_after=None,
    expected=None,
    proposal=None,
    proposed_at=None,
)


def save(store: Store, *effects: Effect) -> None:
    with store.transaction() as transaction:
        transaction.save_effects(effects)


def test_comes_back_as_it_was_saved_and_again_changes_nothing(store: Store) -> None:
    save(store, EFFECT, WATCHED)
    save(store, EFFECT)
    assert store.effects() == [WATCHED, EFFECT]
    assert store.effects()[1].as_dict() == EFFECT.as_dict()


def test_is_updated_and_found_by_order_issue_and_verdict(store: Store) -> None:
    save(store, EFFECT, WATCHED)
    better = replace(EFFECT, verdict="effective", reason="dropped", proposal=None, high=0.9)
    save(store, better)
    assert store.effects(work_order_id="wo_1") == [better]
    assert store.effects(issue_id=["is_1"], limit=1) == [WATCHED]
    assert store.effects(verdict="not_effective") == []


def test_tells_rates_per_hundred_and_shares() -> None:
    told = EFFECT.as_dict()
    assert (told["before"]["per_100"], told["before"]["negative_share"]) == (3.3333, 0.7317)
    assert Heard(0, 0, 0).as_dict()["per_100"] is None
    assert WATCHED.as_dict()["control_before"] is None
