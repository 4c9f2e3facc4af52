"""In time or not: judged by the end of an order's time as it stood at that moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from tests.workorders.lives import CN, MONDAY, act, order
from voc.records import OrderClock, WorkOrder
from voc.workorders import clocks
from voc.workorders.deadlines import first_moment, first_response, is_late, was_in_time
from voc.workorders.history import noted_late, recorded
from voc.workorders.requests import Details

DAY: Final = timedelta(days=1)
DUE: Final = 2.375
"""The order's end, in days after it was opened."""
Deed = tuple[str, float]


def after(*deeds: Deed) -> WorkOrder:
    """An order after actions, each so many days after it was opened."""
    life = order()
    for action, days in deeds:
        details = Details(days=3) if action == "grant" else None
        life = (
            _rerouted(life, days)
            if action == "rerouted"
            else act(life, action, at=MONDAY + days * DAY, details=details)
        )
    return life


def _rerouted(returned: WorkOrder, days: float) -> WorkOrder:
    at = MONDAY + days * DAY
    begun = replace(clocks.begun(returned, at, CN), status="open", department="售后服务部")
    return recorded(returned, begun, event="rerouted", actor="voc", at=at, note=None)


@pytest.mark.parametrize(
    ("deeds", "is_so"),
    [
        ([("resolved", 2)], True),
        ([("resolved", 3)], False),
        ([("resolved", 3), ("reopened", 4)], False),
        ([("resolved", 3), ("reopened", 3)], False),
        ([("resolved", 2), ("reopened", 8), ("resolved", 30)], True),
        ([("grant", 1), ("resolved", 4)], True),
        ([("grant", 1), ("resolved", 9)], False),
        ([("resolved", 3), ("reopened", 4), ("grant", 4)], False),
        ([("rejected", 3), ("rerouted", 3), ("resolved", 4)], True),
        ([("waiting", 1), ("in_progress", 3), ("resolved", 4)], True),
        ([("waiting", 1), ("resolved", 9)], True),
        ([("waiting", 3), ("resolved", 9)], False),
        ([("suspend", 1), ("resume", 3), ("resolved", 7), ("reopened", 8)], False),
    ],
)
def test_a_resolution_is_judged_by_the_time_it_had(deeds: list[Deed], is_so: bool) -> None:
    life = after(*deeds)
    moment = first_moment(life, {"resolved"})
    assert moment is not None
    assert was_in_time(life, moment) is is_so


@pytest.mark.parametrize(
    ("deeds", "days", "is_so"),
    [
        ([("accepted", 3), ("grant", 3)], 3, False),
        ([("rejected", 3), ("rerouted", 3), ("accepted", 4)], 3, False),
        ([("rejected", 1), ("rerouted", 1), ("accepted", 9)], 1, True),
        ([("grant", 1), ("accepted", 4)], 4, True),
    ],
)
def test_a_response_is_the_first_of_any_team(deeds: list[Deed], days: float, is_so: bool) -> None:
    life = after(*deeds)
    moment = first_response(life, {"accepted", "rejected"})
    assert moment is not None
    assert (moment.at, was_in_time(life, moment)) == (MONDAY + days * DAY, is_so)


def test_late_news_of_a_response_while_the_clock_stood_still() -> None:
    life = after(("suspend", 1), ("resume", 5))
    told = noted_late(life, "accepted", actor="外部", at=MONDAY + 3 * DAY, note=None)
    moment = first_response(told, {"accepted"})
    assert moment is not None
    assert was_in_time(told, moment)
    running = noted_late(after(), "accepted", actor="外部", at=MONDAY + 3 * DAY, note=None)
    assert (late := first_response(running, {"accepted"})) is not None
    assert not was_in_time(running, late)


@pytest.mark.parametrize(("paused", "is_so"), [(None, True), (1.0, False), (3.0, True)])
def test_nothing_is_late_while_its_clock_stands_still(paused: float | None, is_so: bool) -> None:
    since = None if paused is None else MONDAY + paused * DAY
    assert is_late(order(clock=OrderClock(paused_at=since)), MONDAY + 9 * DAY) is is_so
    assert not is_late(order(), MONDAY + (DUE - 0.1) * DAY)
