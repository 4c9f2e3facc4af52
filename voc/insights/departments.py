"""How departments handle work orders: rates and times, as city hotlines reckon them.

All figures are of the orders opened in a period; what was merged into another order counts as part
of that one. An order counts for the department that has it now; a return, for the one that returned
it. An order that is still within its time and has no
outcome yet counts in no rate that its outcome decides: else those of the last days would make every
department look slow.

=======  =========================================================================================
figure   definition
=======  =========================================================================================
响应率    orders taken up (accepted, begun, put to wait, resolved or returned) before their time
         was up, of those taken up or out of time
解决率    orders that are resolved or closed and were not reopened since, of those that ended or
         are out of time
按时率    orders first resolved or closed before their time was up, of those resolved, closed or
         out of time; what was returned was not theirs to resolve
满意率    orders whose call-back gave 4 or 5 of 5, of those with a call-back
退单率    orders that the department returned, of all that came to it
复发率    orders that were reopened, or whose part of the issue (all of it, a store, a voice) needed
         another order, within 30 days after they were resolved, of those that were, or whose
         30 days are over
=======  =========================================================================================

Whether something was in time goes by the end of the order's time as it stood then: more time that
was granted before counts, what a later redo or another team was given does not.

Times run over working hours from the opening to the first response and to the first resolution,
waits included; those without one are left out, so that a median of few tells of the quick ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from voc.insights.proportions import Proportion, proportion
from voc.records import OrderPart, WorkOrder
from voc.workorders.calendar import WorkingCalendar, working_hours_between
from voc.workorders.deadlines import Moment, first_moment, first_response, is_late, was_in_time
from voc.workorders.history import returns_of
from voc.workorders.parts import does_again
from voc.workorders.relations import part_of

ALL: Final = "全部"
"""Stands for all departments together."""

RECURS_DAYS: Final = 30
SATISFIED: Final = 4
"""Lowest satisfaction, of 5, that counts as satisfied."""

RATES: Final[Mapping[str, str]] = {
    "responded": "响应率",
    "solved": "解决率",
    "on_time": "按时率",
    "satisfied": "满意率",
    "returned": "退单率",
    "recurred": "复发率",
}
TIMES: Final[Mapping[str, str]] = {
    "response_hours": "首次响应",
    "resolution_hours": "办结",
}

_RESPONSES: Final = frozenset({"accepted", "in_progress", "waiting", "resolved", "rejected"})
_RESOLVED: Final = frozenset({"resolved", "closed"})

_Opening = tuple[datetime, str]
"""When an order was opened, and for which part of its issue."""


@dataclass(frozen=True, slots=True)
class Median:
    """A median of `n` values with its 95 % interval; `None` where there are too few for one."""

    n: int
    value: float | None
    low: float | None
    high: float | None

    def as_dict(self) -> dict[str, Any]:
        return {
            name: value if value is None or name == "n" else round(value, 3)
            for name in self.__slots__
            for value in (getattr(self, name),)
        }


@dataclass(frozen=True, slots=True)
class DepartmentFigures:
    """How one department handled the orders of a period; the module says what each figure is."""

    department: str
    orders: int
    responded: Proportion
    solved: Proportion
    on_time: Proportion
    satisfied: Proportion
    returned: Proportion
    recurred: Proportion
    response_hours: Median
    resolution_hours: Median

    def as_dict(self) -> dict[str, Any]:
        """Returns it for JSON: rates with count, total, share and interval, hours with n."""
        rates = {name: _rate(getattr(self, name)) for name in RATES}
        times = {name: getattr(self, name).as_dict() for name in TIMES}
        return {"department": self.department, "orders": self.orders, **rates, **times}


def _rate(figure: Proportion) -> dict[str, Any]:
    share = None if figure.share is None else round(figure.share, 4)
    return {
        "count": figure.count,
        "total": figure.total,
        "share": share,
        "low": round(figure.low, 4),
        "high": round(figure.high, 4),
    }


def department_figures(
    orders: Sequence[WorkOrder],
    *,
    parts: Mapping[str, OrderPart],
    calendar: WorkingCalendar,
    now: datetime,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[DepartmentFigures]:
    """Returns the figures of all departments together, then of each, most orders first.

    Args:
        orders: Work orders of any time with their history; those opened outside the period are
            looked at for what recurred alone.
        parts: Of which part of its issue each order is; those it lacks are of the whole.
        calendar: When work is done.
        now: The present moment.
        since: Orders opened from here on; `None`: from the first.
        until: Orders opened before; `None`: to the last.

    Returns:
        Nothing where no order was opened in the period.
    """
    openings = _openings(orders, parts)
    chosen = [
        _Handled.of(order, openings[order.issue_id], part_of(order, parts), now)
        for order in orders
        if order.merged_into is None
        and (since is None or order.created_at >= since)
        and (until is None or order.created_at < until)
    ]
    if not chosen:
        return []
    names = {name for one in chosen for name in one.came_to}
    teams = {name: [one for one in chosen if one.order.department == name] for name in names}
    ranked = sorted(teams.items(), key=lambda item: (-len(item[1]), item[0]))
    return [_figures(name, theirs, chosen, calendar) for name, theirs in [(ALL, chosen), *ranked]]


def _openings(
    orders: Iterable[WorkOrder], parts: Mapping[str, OrderPart]
) -> dict[str, list[_Opening]]:
    """Returns, by issue, when its orders were opened and for which parts of it."""
    found: dict[str, list[_Opening]] = {}
    for order in orders:
        found.setdefault(order.issue_id, []).append((order.created_at, part_of(order, parts)))
    return found


@dataclass(frozen=True, slots=True)
class _Handled:
    """An order with what became of it.

    Attributes:
        order: The order.
        responded: When it was first taken up.
        resolved: When it was first resolved or closed.
        came_back_at: When it was first reopened after, or its part of the issue got another order.
        is_late: Whether its time is up.
        now: The present moment.
    """

    order: WorkOrder
    responded: Moment | None
    resolved: Moment | None
    came_back_at: datetime | None
    is_late: bool
    now: datetime

    @classmethod
    def of(
        cls, order: WorkOrder, openings: Sequence[_Opening], part: str, now: datetime
    ) -> _Handled:
        resolved = first_moment(order, _RESOLVED)
        alike = [at for at, its in openings if does_again(its, part)]
        return cls(
            order=order,
            responded=first_response(order, _RESPONSES | _RESOLVED),
            resolved=resolved,
            came_back_at=None if resolved is None else _came_back_at(order, resolved, alike),
            is_late=is_late(order, now),
            now=now,
        )

    @property
    def returned_by(self) -> frozenset[str]:
        """The departments that returned it."""
        return returns_of(self.order)[1]

    @property
    def came_to(self) -> frozenset[str]:
        """The departments that had it, the present one among them."""
        moved = [entry.changes.get("department", (None, None)) for entry in self.order.history]
        return frozenset(
            {self.order.department, *self.returned_by, *(name for name, _ in moved if name)}
        )

    @property
    def has_recurred(self) -> bool | None:
        """Whether it came back within its days; `None` where nobody can say yet."""
        if self.resolved is None:
            return None
        end = self.resolved.at + timedelta(days=RECURS_DAYS)
        if self.came_back_at is not None and self.came_back_at <= end:
            return True
        return False if end <= self.now else None


def _came_back_at(
    order: WorkOrder, resolved: Moment, openings: Sequence[datetime]
) -> datetime | None:
    reopened = first_moment(order, {"reopened"}, after=resolved)
    back = [at for at in openings if at > resolved.at]
    return min([*back, *([reopened.at] if reopened else [])], default=None)


def _figures(
    name: str,
    handled: Sequence[_Handled],
    everywhere: Sequence[_Handled],
    calendar: WorkingCalendar,
) -> DepartmentFigures:
    return DepartmentFigures(
        department=name,
        orders=len(handled),
        responded=_share(_in_time(one.responded, one) for one in handled),
        solved=_share(_is_solved(one) for one in handled),
        on_time=_share(_on_time(one) for one in handled),
        satisfied=_share(_is_satisfied(one) for one in handled),
        returned=_share(
            bool(one.returned_by) if name == ALL else name in one.returned_by
            for one in everywhere
            if name in (ALL, *one.came_to)
        ),
        recurred=_share(one.has_recurred for one in handled),
        response_hours=_hours(((one.order.created_at, one.responded) for one in handled), calendar),
        resolution_hours=_hours(
            ((one.order.created_at, one.resolved) for one in handled), calendar
        ),
    )


def _share(found: Iterable[bool | None]) -> Proportion:
    """Returns the share of what is so among what can be said."""
    known = [one for one in found if one is not None]
    return proportion(sum(known), len(known))


def _in_time(moment: Moment | None, one: _Handled) -> bool | None:
    if moment is None:
        return False if one.is_late else None
    return was_in_time(one.order, moment)


def _on_time(one: _Handled) -> bool | None:
    if one.order.status == "rejected":
        return None
    return _in_time(one.resolved, one)


def _is_solved(one: _Handled) -> bool | None:
    if one.order.status in _RESOLVED:
        return True
    return False if one.order.status == "rejected" or one.is_late else None


def _is_satisfied(one: _Handled) -> bool | None:
    told = one.order.satisfaction
    return None if told is None else told >= SATISFIED


def _hours(spans: Iterable[tuple[datetime, Moment | None]], calendar: WorkingCalendar) -> Median:
    return median(
        [
            max(0.0, working_hours_between(begin, end.at, calendar))
            for begin, end in spans
            if end is not None
        ]
    )


def median(values: Sequence[float]) -> Median:
    """Returns the median with its 95 % interval between two of the ordered values.

    The interval asks nothing of how the values are distributed (H. A. David and H. N. Nagaraja,
    Order Statistics, 3rd ed., 2003, section 7.1); five values or fewer give none.
    """
    from scipy.stats import binom

    ranked = sorted(values)
    n = len(ranked)
    if not ranked:
        return Median(0, None, None, None)
    value = (ranked[(n - 1) // 2] + ranked[n // 2]) / 2
    rank = int(binom.ppf(0.025, n, 0.5))
    rank += bool(binom.cdf(rank, n, 0.5) <= 0.025)
    if rank < 1:
        return Median(n, value, None, None)
    return Median(n, value, ranked[rank - 1], ranked[n - rank])
