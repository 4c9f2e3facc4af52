"""Escalation: what is done when the time of an order runs out, once a step in each round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from voc.records import WorkOrder
from voc.workorders.calendar import WorkingCalendar
from voc.workorders.clocks import is_running, used_share
from voc.workorders.history import SYSTEM, recorded
from voc.workorders.life import raised
from voc.workorders.policy import EscalationStep


def due_steps(
    order: WorkOrder, now: datetime, *, steps: Sequence[EscalationStep], calendar: WorkingCalendar
) -> list[EscalationStep]:
    """Returns the steps that an order's used time has reached and that were not taken yet.

    While the clock stands still there is none.
    """
    left = [step for step in steps if step.name not in order.clock.escalated]
    if not left or not is_running(order):
        return []
    share = used_share(order, now, calendar)
    return sorted((step for step in left if step.at <= share), key=lambda step: step.at)


def escalated(order: WorkOrder, step: EscalationStep, now: datetime) -> WorkOrder:
    """Returns the order after a step, which its history and its clock remember."""
    after = replace(
        order,
        priority=raised(order.priority) if step.raise_priority else order.priority,
        clock=replace(order.clock, escalated=(*order.clock.escalated, step.name)),
    )
    told = f"，告知{'、'.join(step.tell)}" if step.tell else ""
    note = f"{step.name}：已用时限的 {step.at:.0%}{told}"
    return recorded(order, after, event="escalated", actor=SYSTEM, at=now, note=note)
