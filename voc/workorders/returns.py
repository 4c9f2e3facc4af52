"""Where a returned order goes: to the next rule, a default department, or people who sort it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from voc.config import Industry
from voc.records import PRIORITIES, Issue, OrderClock, WorkOrder
from voc.workorders import clocks
from voc.workorders.circumstances import Circumstances
from voc.workorders.description import describe
from voc.workorders.history import SYSTEM, recorded, tried_with
from voc.workorders.life import Rulebook
from voc.workorders.routing import DEFAULT_RULE, Router, Routing

REVIEW: Final = "人工分拨"
"""Name of the decision where no rule and no default is left."""


@dataclass(frozen=True, slots=True)
class Rerouting:
    """What decides where returned orders go.

    Attributes:
        router: The rules.
        default_department: Where it goes when the rules name only teams that returned it.
        rulebook: Who sorts by hand, after how many returns, and when work is done.
    """

    router: Router
    default_department: str
    rulebook: Rulebook

    def decide(
        self,
        order: WorkOrder,
        issue: Issue,
        *,
        industry: Industry | None,
        told: Circumstances,
        taken: Collection[str] = (),
    ) -> Routing | None:
        """Returns where an order goes that teams returned; `None`: everybody did.

        Rules that it came by are not tried again, nor is a team that returned it, passed it on, or
        has an order of the same voices.

        Args:
            order: The order.
            issue: What it is of.
            industry: The issue's taxonomy; `None` where it is not known.
            told: What its voices tell.
            taken: Departments that have another order of these voices.
        """
        rules, refused = tried_with(order)
        tried, teams = set(rules), refused | set(taken)
        while True:
            decided = self.router.route(issue, industry=industry, circumstances=told, without=tried)
            if decided.rule == DEFAULT_RULE or decided.department not in teams:
                break
            tried.add(decided.rule)
        returns = sum(entry.event == "rejected" for entry in order.history)
        review = self.rulebook.handling.review_department
        if returns < self.rulebook.handling.most_returns:
            if decided.department not in teams:
                return decided
            if self.default_department not in teams:
                return _sent(decided, self.default_department, DEFAULT_RULE, "退回后派往默认部门")
        if review in refused:
            return None
        return _sent(decided, review, REVIEW, "退回后没有规则可依，转人工分拨")

    def rerouted(
        self,
        order: WorkOrder,
        issue: Issue,
        decided: Routing,
        *,
        told: Circumstances,
        at: datetime,
    ) -> WorkOrder:
        """Returns the order with its new team, which has all the time that the rules give it."""
        calendar = self.rulebook.calendar
        clock = OrderClock(kind=decided.clock, hours=decided.sla_hours)
        begun = clocks.begun(order, at, calendar, clock=clock)
        after = replace(
            begun,
            status="open",
            description=describe(
                issue,
                routing=decided,
                circumstances=told,
                due_at=begun.due_at.astimezone(calendar.zone),
            ),
            department=decided.department,
            skill_group=decided.skill_group,
            assignee=decided.assignee,
            type=decided.type,
            priority=max(order.priority, decided.priority, key=PRIORITIES.index),
            rule=decided.rule,
        )
        return recorded(
            order, after, event="rerouted", actor=SYSTEM, at=at, note=decided.explanation
        )


def _sent(decided: Routing, department: str, rule: str, why: str) -> Routing:
    explanation = f"{why}：{department}；{decided.explanation.partition('；')[2]}"
    return replace(
        decided,
        department=department,
        skill_group=None,
        assignee=None,
        rota=None,
        sinks=(),
        rule=rule,
        explanation=explanation,
    )
