"""Whatever happens in whatever order, an order stays sound."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workorders.lives import CN, MONDAY, act, order
from voc.errors import StateError, UsageError
from voc.records import WorkOrder
from voc.workorders.clocks import granted_hours, is_running, used_hours
from voc.workorders.escalation import due_steps, escalated
from voc.workorders.history import is_late, noted_late
from voc.workorders.policy import ESCALATION
from voc.workorders.requests import Details
from voc.workorders.states import ACTIONS, ENDED, action_named, phase_of

ASKED = st.tuples(
    st.sampled_from([*ACTIONS, "watch"]),
    st.integers(min_value=-3, max_value=40),  # hours since the news before
    st.sampled_from([Details(), None, Details(hours=3), Details(satisfaction=1)]),
)


def _step(life: WorkOrder, asked: tuple[str, Any, Details | None], at: Any) -> WorkOrder:
    name, _, details = asked
    if name == "watch":
        for step in due_steps(life, at, steps=ESCALATION, calendar=CN):
            life = escalated(life, step, at)
        return life
    action = action_named(name)
    if is_late(life, action, at):
        return noted_late(life, action, actor="系统", at=at, note=None)
    try:
        return act(life, action, at=at, details=details)
    except (StateError, UsageError):
        return life


@settings(max_examples=150, deadline=None)
@given(st.lists(ASKED, max_size=14))
def test_an_order_stays_sound(asked: list[tuple[str, int, Details | None]]) -> None:
    life, now = order(), MONDAY
    for one in asked:
        now += timedelta(hours=one[1])
        before, life = life, _step(life, one, now)
        _check(before, life)


def _check(before: WorkOrder, after: WorkOrder) -> None:
    clock = after.clock
    assert after.history[: len(before.history)] == before.history
    has_ended = after.status in ENDED
    assert (clock.ended_at is not None) == has_ended
    assert (clock.closed_at is not None) == (after.status == "closed")
    assert clock.archived_at is None or after.status == "closed"
    if after.status == "waiting":
        assert clock.paused_at is not None
    assert is_running(after) == (not has_ended and phase_of(after) not in ("waiting", "suspended"))
    assert clock.paused_at is None or not has_ended
    assert clock.paused_hours >= 0
    assert len(set(clock.escalated)) == len(clock.escalated)
    assert granted_hours(after, CN) >= 0
    later = MONDAY + timedelta(days=400)
    if not is_running(after):
        still = used_hours(after, later, CN)
        assert still == used_hours(after, later + timedelta(days=9), CN)
    assert after.merged_into is None or after.status == "closed"
    assert after.extension is None or not has_ended


@settings(max_examples=60, deadline=None)
@given(st.permutations(["accepted", "in_progress", "waiting", "resolved"]))
def test_the_newest_news_wins_in_whatever_order_it_comes(told: list[str]) -> None:
    happened = ["accepted", "in_progress", "waiting", "resolved"]
    life = order()
    for name in told:
        at = MONDAY + timedelta(hours=1 + happened.index(name))
        life = _step(life, (name, 0, Details()), at)
    assert life.status == "resolved"
    assert life.clock.ended_at == MONDAY + timedelta(hours=4)
    assert life.clock.responded_at == MONDAY + timedelta(hours=1)
    assert len(life.history) == len(told)
