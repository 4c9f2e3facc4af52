"""Who gets an issue, how soon it must be done, and why: the first rule that holds decides."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from voc.config import Aspect, Industry
from voc.records import PRIORITIES, Issue, Priority, UrgencyLabel
from voc.workorders.calendar import Clock
from voc.workorders.circumstances import Circumstances
from voc.workorders.rules import PRIORITY_LABELS, SEVERITY_LABELS, RoutingRules, Then, When

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


def route(
    issue: Issue,
    *,
    industry: Industry | None,
    rules: RoutingRules,
    urgency: UrgencyLabel | None = None,
    circumstances: Circumstances | None = None,
    hours_per_day: float = 8.0,
) -> Routing:
    """Decides who gets an issue.

    The first rule whose conditions all hold decides what it names; the rest follows the defaults:
    the department of the aspect (or of the one above it), the priority by table, the time by
    priority.

    Args:
        issue: The issue.
        industry: Its taxonomy; `None` where it is not known.
        rules: The routing file.
        urgency: Highest urgency among its voices; `None`: as `circumstances` tell.
        circumstances: What else its voices tell.
        hours_per_day: Working hours of a day, for times that rules give in days.
    """
    told = circumstances or Circumstances()
    facts = _facts(issue, industry, urgency or told.urgency, told)
    rule = next((rule for rule in rules.rules if holds(rule.when, facts)), None)
    then = rule.then if rule else Then()
    priority, how_soon = _priority(issue, urgency or told.urgency, then, rules)
    level = rules.sla[priority]
    hours = then.sla_hours or (then.sla_days * hours_per_day if then.sla_days else level.hours)
    clock: Clock = then.clock or ("working" if then.sla_days else level.clock)
    name = rule.name if rule else DEFAULT_RULE
    department, to_whom = _department(issue, industry, then, rules)
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


Facts = Mapping[str, Collection[str]]
"""The values of an issue that conditions are compared with; empty where it has none."""


def holds(when: When, facts: Facts) -> bool:
    """Says whether all conditions hold; one that the issue has no value for does not."""
    for name in When.model_fields:
        allowed = getattr(when, name)
        if allowed and not any(
            _matches(value, pattern) for pattern in allowed for value in facts[name]
        ):
            return False
    return True


def _matches(value: str, pattern: str) -> bool:
    if "*" not in pattern:
        return value == pattern
    return _expression(pattern).fullmatch(value) is not None


@lru_cache(maxsize=4_096)
def _expression(pattern: str) -> re.Pattern[str]:
    """Only `*` is special: names of stores hold brackets and question marks."""
    return re.compile(".*".join(re.escape(part) for part in pattern.split("*")), re.DOTALL)


def _facts(
    issue: Issue, industry: Industry | None, urgency: UrgencyLabel, told: Circumstances
) -> dict[str, Collection[str]]:
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
