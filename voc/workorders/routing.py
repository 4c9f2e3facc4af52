"""Who gets an issue, how soon it must be done, and why: the first rule that holds decides."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from voc.config import Aspect, Industry
from voc.records import PRIORITIES, Issue, Priority, UrgencyLabel
from voc.workorders.calendar import Clock
from voc.workorders.circumstances import Circumstances
from voc.workorders.matching import Failed, RuleIndex
from voc.workorders.rules import (
    PRIORITY_LABELS,
    SEVERITY_LABELS,
    RoutingRules,
    ServiceLevel,
    Then,
    When,
)

DEFAULT_RULE: Final = "默认"
"""Name of the decision where no rule holds."""

CLOCK_LABELS: Final[Mapping[Clock, str]] = {"working": "个工作小时", "calendar": "小时（昼夜不停）"}


@dataclass(frozen=True, slots=True)
class Routing:
    """Where an issue goes. `explanation` says in Chinese why, for the people who get it.

    `sinks` names the sinks that are told; none: all.
    """

    department: str
    priority: Priority
    type: str
    sla_hours: float
    clock: Clock
    assignee: str | None
    advice: str
    rule: str
    explanation: str
    sinks: tuple[str, ...] = ()


class Router:
    """The rules of one file, ready to be asked.

    The first rule whose conditions all hold decides what it names; the rest follows the defaults:
    the department of the aspect (or of the one above it), the priority by table, the time by
    priority.

    Args:
        rules: The routing file.
        hours_per_day: Working hours of a day, for times that rules give in days.
    """

    def __init__(self, rules: RoutingRules, *, hours_per_day: float = 8.0) -> None:
        self._rules = rules
        self._hours_per_day = hours_per_day
        self._index = RuleIndex(
            [
                (rule.name, {name: getattr(rule.when, name) for name in When.model_fields})
                for rule in rules.rules
            ]
        )

    def route(
        self,
        issue: Issue,
        *,
        industry: Industry | None,
        urgency: UrgencyLabel | None = None,
        circumstances: Circumstances | None = None,
        without: Collection[str] = (),
    ) -> Routing:
        """Decides who gets an issue.

        Args:
            issue: The issue.
            industry: Its taxonomy; `None` where it is not known.
            urgency: Highest urgency among its voices; `None`: as `circumstances` tell.
            circumstances: What else its voices tell.
            without: Names of rules that are not tried.
        """
        rules, told = self._rules, circumstances or Circumstances()
        pressing = urgency or told.urgency
        facts = facts_of(issue, industry, pressing, told)
        place = self._index.first(facts, without=without)
        rule = None if place is None else rules.rules[place]
        then = rule.then if rule else Then()
        priority, how_soon = _priority(issue, pressing, then, rules)
        hours, clock = self._time(then, rules.sla[priority])
        department, to_whom = _department(issue, industry, then, rules)
        name = rule.name if rule else DEFAULT_RULE
        return Routing(
            department=department,
            priority=priority,
            type=then.type or rules.defaults.type,
            sla_hours=hours,
            clock=clock,
            assignee=then.assignee or rules.defaults.assignee,
            advice=then.advice or rules.defaults.advice,
            rule=name,
            explanation="；".join(
                (
                    f"规则“{name}”：{to_whom}",
                    f"优先级{PRIORITY_LABELS[priority]}（{how_soon}）",
                    f"时限 {hours:g} {CLOCK_LABELS[clock]}",
                )
            ),
            sinks=then.sinks or rules.defaults.sinks,
        )

    def failed(
        self, issue: Issue, *, industry: Industry | None, circumstances: Circumstances | None = None
    ) -> list[Failed]:
        """Returns why each rule that does not hold for an issue does not, in their order."""
        told = circumstances or Circumstances()
        return list(self._index.failed(facts_of(issue, industry, told.urgency, told)))

    def _time(self, then: Then, level: ServiceLevel) -> tuple[float, Clock]:
        by_days = then.sla_days * self._hours_per_day if then.sla_days else level.hours
        return then.sla_hours or by_days, then.clock or (
            "working" if then.sla_days else level.clock
        )


def _priority(
    issue: Issue, urgency: UrgencyLabel, then: Then, rules: RoutingRules
) -> tuple[Priority, str]:
    """Returns the rule's priority or else the higher one by table, and why."""
    if then.priority:
        return then.priority, "由规则指定"
    by_severity = rules.priority.severity[issue.severity]
    by_urgency = rules.priority.urgency[urgency]
    if PRIORITIES.index(by_urgency) > PRIORITIES.index(by_severity):
        return by_urgency, "声音十分紧急" if urgency == "critical" else "声音紧急"
    return by_severity, f"严重程度{SEVERITY_LABELS[issue.severity]}"


def _department(
    issue: Issue, industry: Industry | None, then: Then, rules: RoutingRules
) -> tuple[str, str]:
    """Returns the rule's team, or else that of the aspect or the nearest one above, and why."""
    if then.department:
        return then.department, "部门由规则指定"
    for aspect in reversed(_path(issue.aspect_id, industry.aspects) if industry else []):
        if aspect.department:
            return aspect.department, f"“{aspect.name}”归{aspect.department}"
    return rules.defaults.department, "该方面没有责任部门，派往默认部门"


def facts_of(
    issue: Issue, industry: Industry | None, urgency: UrgencyLabel, told: Circumstances
) -> dict[str, Collection[str]]:
    """Returns the values of an issue that the conditions of rules are compared with."""

    def known(*values: str | None) -> list[str]:
        return [value for value in values if value]

    return {
        "industry": [issue.industry],
        "aspect": _aspect_names(issue, industry),
        "product": known(issue.product),
        "store": known(issue.store),
        "region": known(told.region),
        "severity": [issue.severity],
        "urgency": [urgency],
        "reason": told.reasons,
        "topic": known(issue.topic_id),
        "channel": [name for name, _ in told.channels],
        "trend": [issue.trend],
        "satisfaction": known(told.satisfaction_level),
    }


def _aspect_names(issue: Issue, industry: Industry | None) -> list[str]:
    """Returns id and name of the issue's aspect and of those above it."""
    path = _path(issue.aspect_id, industry.aspects) if industry else []
    return [name for aspect in path for name in (aspect.id, aspect.name)] or [issue.aspect_id]


def _path(aspect_id: str, aspects: tuple[Aspect, ...]) -> list[Aspect]:
    for aspect in aspects:
        if aspect.id == aspect_id:
            return [aspect]
        below = _path(aspect_id, aspect.children)
        if below:
            return [aspect, *below]
    return []
