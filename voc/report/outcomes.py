"""What came of work orders: whether customers complain less, and how departments handle them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from voc.insights.departments import RATES, TIMES, DepartmentFigures, Median, department_figures
from voc.insights.proportions import Proportion
from voc.records import Effect, Heard, WorkOrder
from voc.report.intake import ReportInput

MOST_EFFECTS: Final = 20
_RANKS: Final = ("not_effective", "effective", "insufficient")


@dataclass(frozen=True, slots=True)
class EffectLine:
    """Whether one work order helped, in a line; see `voc.records.Effect`.

    Attributes:
        before: Voices for each 100 feedbacks in the days before the end; `None` without feedback.
        after: The same in the days after it.
        ratio: The rate after over that before, over that of other places where these are compared.
        has_control: Whether they are.
        proposal: `redo` where 重办 is proposed, `redone` where it was done.
    """

    work_order_id: str
    issue_id: str
    title: str
    department: str
    ended: str
    verdict: str
    reason: str
    days_after: int
    days_watched: int
    voices_before: int
    voices_after: int
    before: float | None
    after: float | None
    ratio: float | None
    low: float | None
    high: float | None
    has_control: bool
    proposal: str | None


@dataclass(frozen=True, slots=True)
class EffectFigures:
    """How many work orders helped, and the lines that are shown, those that did not help first."""

    effective: int
    not_effective: int
    insufficient: int
    lines: tuple[EffectLine, ...]
    more: int


@dataclass(frozen=True, slots=True)
class RateLine:
    """One rate of a department."""

    name: str
    figure: Proportion


@dataclass(frozen=True, slots=True)
class TimeLine:
    """One time of a department, in working hours."""

    name: str
    figure: Median


@dataclass(frozen=True, slots=True)
class HandlingLine:
    """How one department handles its orders; `voc.insights.departments` defines each figure."""

    department: str
    orders: int
    rates: tuple[RateLine, ...]
    times: tuple[TimeLine, ...]


def effect_figures(report: ReportInput, orders: Mapping[str, WorkOrder]) -> EffectFigures | None:
    """Returns the effects of orders; `None` where none is measured.

    Args:
        report: For the effects and the reader's zone.
        orders: The orders that the report speaks of, by id.
    """
    latest: dict[str, Effect] = {}
    for effect in report.effects:
        known = latest.setdefault(effect.work_order_id, effect)
        if effect.ended_at > known.ended_at:
            latest[effect.work_order_id] = effect
    lines = [
        _line(effect, orders[name], report) for name, effect in latest.items() if name in orders
    ]
    if not lines:
        return None
    lines.sort(key=lambda line: line.ended, reverse=True)
    lines.sort(key=lambda line: _RANKS.index(line.verdict))
    counts = {name: sum(line.verdict == name for line in lines) for name in _RANKS}
    shown = tuple(lines[:MOST_EFFECTS])
    return EffectFigures(**counts, lines=shown, more=len(lines) - len(shown))


def _line(effect: Effect, order: WorkOrder, report: ReportInput) -> EffectLine:
    return EffectLine(
        work_order_id=effect.work_order_id,
        issue_id=effect.issue_id,
        title=order.title,
        department=order.department,
        ended=effect.ended_at.astimezone(report.zone).date().isoformat(),
        verdict=effect.verdict,
        reason=effect.reason,
        days_after=effect.days_after,
        days_watched=effect.days_watched,
        voices_before=effect.before.voices,
        voices_after=effect.after.voices,
        before=_per_100(effect.before),
        after=_per_100(effect.after),
        ratio=effect.effect_ratio,
        low=effect.low,
        high=effect.high,
        has_control=effect.control_ratio is not None,
        proposal=effect.proposal,
    )


def _per_100(heard: Heard) -> float | None:
    return 100 * heard.voices / heard.feedback if heard.feedback else None


def handling_lines(report: ReportInput, orders: Sequence[WorkOrder]) -> tuple[HandlingLine, ...]:
    """Returns how departments handle the orders opened in the report's period, all of them first.

    Nothing where no working calendar is given, or no order was taken up or ran out of its time.
    """
    if report.calendar is None:
        return ()
    found = department_figures(
        orders,
        parts=report.order_parts,
        calendar=report.calendar,
        now=report.generated_at,
        since=report.since,
        until=report.until,
    )
    if not found or not found[0].responded.total:
        return ()
    return tuple(_handling(one) for one in found)


def _handling(one: DepartmentFigures) -> HandlingLine:
    return HandlingLine(
        department=one.department,
        orders=one.orders,
        rates=tuple(RateLine(name, getattr(one, key)) for key, name in RATES.items()),
        times=tuple(TimeLine(name, getattr(one, key)) for key, name in TIMES.items()),
    )
