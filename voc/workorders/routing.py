"""Who gets an issue, how soon it must be done, and why: the first rule that holds decides."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from voc.config import Aspect, Industry
from voc.records import PRIORITIES, UNHEARD, Issue, Priority, UrgencyLabel, reason_of
from voc.workorders.calendar import Clock
from voc.workorders.circumstances import Circumstances
from voc.workorders.matching import Failed, RuleIndex
from voc.workorders.rotas import Turns
from voc.workorders.rules import (
    OF_RULE,
    PRIORITY_LABELS,
    SEVERITY_LABELS,
    Per,
    RoutingRules,
    Rule,
    ServiceLevel,
    Then,
)

DEFAULT_RULE: Final = "默认"
"""Name of the decision where no rule holds."""

NamedBy = Literal["rule", "learned", "aspect", "near", "default"]
"""What named a department: a rule, past orders, the aspect, the one that comes nearest where none
hears it, or nothing better than the default."""

CLOCK_LABELS: Final[Mapping[Clock, str]] = {"working": "个工作小时", "calendar": "小时（昼夜不停）"}


@dataclass(frozen=True, slots=True)
class Routing:
    """Where an issue goes. `explanation` says in Chinese why, for the people who get it.

    `sinks` names the sinks that are told; none: all. Where `rota` names a rota, the person whose
    turn it is becomes the assignee when the order is opened. `per` says what one order is of;
    `review` whether a person looks first; `named_by` what named the department.
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
    skill_group: str | None = None
    rota: str | None = None
    per: Per = "issue"
    review: bool = False
    named_by: NamedBy = "aspect"


class Router:
    """The rules of one file, ready to be asked.

    The first rule whose conditions all hold decides what it names; the rest follows the defaults:
    the department of the aspect (or of the one above it), the priority by table, the time by
    priority. With `match: all`, each rule that holds brings in its department; of several rules of
    one department the first decides, and the sinks of all are told.

    Args:
        rules: The routing file.
        hours_per_day: Working hours of a day, for times that rules give in days.
    """

    def __init__(self, rules: RoutingRules, *, hours_per_day: float = 8.0) -> None:
        self._rules = rules
        self._hours_per_day = hours_per_day
        self._index = RuleIndex([(rule.name, rule.when.conditions()) for rule in rules.rules])

    @property
    def lets_several_in(self) -> bool:
        """Whether one issue may go to several departments."""
        return self._rules.match == "all"

    def route(
        self,
        issue: Issue,
        *,
        industry: Industry | None,
        urgency: UrgencyLabel | None = None,
        circumstances: Circumstances | None = None,
        without: Collection[str] = (),
    ) -> Routing:
        """Decides who gets an issue; of several who do, the first.

        Args:
            issue: The issue.
            industry: Its taxonomy; `None` where it is not known.
            urgency: Highest urgency among its voices; `None`: as `circumstances` tell.
            circumstances: What else its voices tell.
            without: Names of rules that are not tried.
        """
        told = circumstances or Circumstances()
        if urgency is not None:
            told = replace(told, urgency=urgency)
        return self.every(issue, industry=industry, circumstances=told, without=without)[0]

    def every(
        self,
        issue: Issue,
        *,
        industry: Industry | None,
        circumstances: Circumstances | None = None,
        without: Collection[str] = (),
    ) -> list[Routing]:
        """Decides who gets an issue: one team, or with `match: all` each that a rule names.

        Args:
            issue: The issue.
            industry: Its taxonomy; `None` where it is not known.
            circumstances: What its voices tell beside.
            without: Names of rules that are not tried.
        """
        told = circumstances or Circumstances()
        facts = facts_of(issue, industry, told)
        if self._rules.match == "first":
            place = self._index.first(facts, without=without)
            places = [] if place is None else [place]
        else:
            places = self._index.every(facts, without=without)
        rules: list[Rule | None] = [self._rules.rules[place] for place in places]
        decided = [self._decided(issue, industry, told, rule) for rule in rules or [None]]
        return decided if len(decided) == 1 else _by_department(decided)

    def _decided(
        self, issue: Issue, industry: Industry | None, told: Circumstances, rule: Rule | None
    ) -> Routing:
        rules, then = self._rules, rule.then if rule else Then()
        priority, how_soon = _priority(issue, told.urgency, then, rules)
        hours, clock = self._time(then, rules.sla[priority])
        department, to_whom, named_by = _department(issue, industry, told, then, rules)
        name = rule.name if rule else DEFAULT_RULE
        unsure = told.confidence is not None and told.confidence < rules.review.confidence
        if rules.learned and rules.learned.below == "review" and named_by != "rule":
            unsure = unsure or _is_unsure(told, rules)
        return Routing(
            department=department,
            priority=priority,
            type=then.type or rules.defaults.type,
            sla_hours=hours,
            clock=clock,
            assignee=_assignee(then, rules),
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
            skill_group=then.skill_group,
            rota=then.rota or (f"{OF_RULE}{name}" if len(then.assignee) > 1 else None),
            per=then.per or rules.defaults.per,
            review=unsure if then.review is None else then.review,
            named_by=named_by,
        )

    def failed(
        self, issue: Issue, *, industry: Industry | None, circumstances: Circumstances | None = None
    ) -> list[Failed]:
        """Returns why each rule that does not hold for an issue does not, in their order."""
        told = circumstances or Circumstances()
        return list(self._index.failed(facts_of(issue, industry, told)))

    def _time(self, then: Then, level: ServiceLevel) -> tuple[float, Clock]:
        by_days = then.sla_days * self._hours_per_day if then.sla_days else level.hours
        return then.sla_hours or by_days, then.clock or (
            "working" if then.sla_days else level.clock
        )


def assigned(routing: Routing, turns: Turns) -> Routing:
    """Returns a decision with the person whose turn it is, where a rota names one."""
    if routing.rota is None:
        return routing
    person = turns.next(routing.rota)
    if person is not None:
        return replace(routing, assignee=person)
    nobody = f"{routing.explanation}；轮值“{routing.rota}”此刻无人当班"
    return replace(routing, explanation=nobody)


def sinks_of(rules: RoutingRules, department: str, rule: str | None) -> tuple[str, ...]:
    """Returns the sinks that hear of an order; none: all that the settings name.

    They are those of the rule that it came by. Where a person chose the department, or the rule is
    gone, they are those of all rules that name the department.

    Args:
        rules: The routing file.
        department: Who has the order.
        rule: What it came by.
    """
    named = [one.then.sinks for one in rules.rules if one.name == rule]
    if not named and rule != DEFAULT_RULE:
        named = [one.then.sinks for one in rules.rules if one.then.department == department]
    mine = tuple(dict.fromkeys(sink for sinks in named for sink in sinks)) if all(named) else ()
    return mine or rules.defaults.sinks


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
    issue: Issue, industry: Industry | None, told: Circumstances, then: Then, rules: RoutingRules
) -> tuple[str, str, NamedBy]:
    """Returns who gets it and why: the rule's team, that of past orders, or the aspect's.

    Where no aspect hears it, the team of the one that it comes nearest to.

    What is critical goes to the aspect's team before that of past orders: habits end at danger.
    """
    if then.department:
        return then.department, "部门由规则指定", "rule"
    reason = reason_of(issue.topic_id)
    emergency = industry.emergency(reason) if industry and reason else None
    if emergency is not None and emergency.department:
        return emergency.department, f"“{reason}”归{emergency.department}", "aspect"
    named = _owner(issue.aspect_id, industry)
    is_heard = named is None or told.urgency != "critical"
    if rules.learned and told.departments and is_heard and not _is_unsure(told, rules):
        (name, probability), *others = told.departments
        after = f"，其次{others[0][0]} {others[0][1]:.2f}" if others else ""
        return name, f"按以往办理派往{name}（概率 {probability:.2f}{after}）", "learned"
    if named is not None and named.department:
        return named.department, f"“{named.name}”归{named.department}", "aspect"
    if issue.aspect_id == UNHEARD and (like := told.near_aspect):
        near = _owner(like.aspect_id, industry)
        if near is not None and near.department:
            why = f"没有方面听出它，说法最近“{near.name}”（概率 {like.probability:.2f}）"
            return near.department, f"{why}，归{near.department}", "near"
    return rules.defaults.department, "该方面没有责任部门，派往默认部门", "default"


def _owner(aspect_id: str, industry: Industry | None) -> Aspect | None:
    """Returns the aspect, or the lowest one above it, that a department answers for."""
    path = _path(aspect_id, industry.aspects) if industry else []
    return next((aspect for aspect in reversed(path) if aspect.department), None)


def _is_unsure(told: Circumstances, rules: RoutingRules) -> bool:
    """Whether what was learned is less sure than it must be."""
    learned = rules.learned
    return bool(learned and told.departments and told.departments[0][1] < learned.threshold)


def _by_department(decided: list[Routing]) -> list[Routing]:
    """Keeps the first decision of each department, which tells the sinks of all of them."""
    found: dict[str, Routing] = {}
    for one in decided:
        first = found.setdefault(one.department, one)
        # A decision without sinks tells all there are.
        everyone = not (first.sinks and one.sinks)
        sinks = () if everyone else tuple(dict.fromkeys((*first.sinks, *one.sinks)))
        found[one.department] = replace(first, sinks=sinks)
    return list(found.values())


def _assignee(then: Then, rules: RoutingRules) -> str | None:
    """Returns the person that is always the same one; `None`: nobody, or whose turn it is."""
    if then.rota is not None or len(then.assignee) > 1:
        return None
    return then.assignee[0] if then.assignee else rules.defaults.assignee


def facts_of(
    issue: Issue, industry: Industry | None, told: Circumstances
) -> dict[str, Collection[str] | float]:
    """Returns the values of an issue that the conditions of rules are compared with."""
    return {
        "industry": (issue.industry,),
        "aspect": aspect_names(issue.aspect_id, industry),
        "product": known(issue.product),
        "store": known(issue.store),
        "region": known(told.region),
        "urgency": (told.urgency,),
        "reason": told.reasons,
        "channel": [name for name, _ in told.channels],
        "sentiment": [name for name, _ in told.sentiments],
        "intent": [name for name, _ in told.intents],
        "nps": [name for name, _ in told.nps],
        "tier": [name for name, _ in told.tiers],
        "csat": number(told.csat),
        "rating": number(told.rating),
        "sentiment_score": number(told.sentiment_score),
        "confidence": number(told.confidence),
        "severity": (issue.severity,),
        "topic": known(issue.topic_id),
        "trend": (issue.trend,),
        "satisfaction": known(told.satisfaction_level),
    }


def known(value: str | None) -> Collection[str]:
    """Returns a value as what conditions are compared with; none where it is empty."""
    return (value,) if value else ()


def number(value: float | None) -> Collection[str] | float:
    """Returns a number as what conditions are compared with; nothing where it is not known."""
    return () if value is None else value


def aspect_names(aspect_id: str, industry: Industry | None) -> list[str]:
    """Returns id and name of an aspect and of those above it."""
    path = _path(aspect_id, industry.aspects) if industry else []
    return [name for aspect in path for name in (aspect.id, aspect.name)] or [aspect_id]


def _path(aspect_id: str, aspects: tuple[Aspect, ...]) -> list[Aspect]:
    for aspect in aspects:
        if aspect.id == aspect_id:
            return [aspect]
        below = _path(aspect_id, aspect.children)
        if below:
            return [aspect, *below]
    return []
