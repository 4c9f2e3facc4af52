"""Routing rules as data: `configs/routing.yaml`, checked when it is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, field_validator, model_validator

from voc.config import bundled, load_model
from voc.errors import nearest
from voc.records import PRIORITIES, SEVERITIES, URGENCIES, Priority, Severity, UrgencyLabel
from voc.workorders.calendar import Clock
from voc.workorders.conditions import When
from voc.workorders.policy import ESCALATION, EscalationStep, Handling
from voc.workorders.rotas import Rota
from voc.workorders.sections import Name, Names, Section
from voc.workorders.voice_rules import Match, VoiceRules

OrderType = Literal["咨询", "投诉", "售后", "建议"]

Per = Literal["issue", "issue_and_store", "voice"]
"""What one order is of: the whole issue, its voices of one store, or one of its voices."""

OF_RULE: Final = "规则："
"""Begins the name of the rota of a rule that names several people."""

PRIORITY_LABELS: Final[Mapping[Priority, str]] = {
    "low": "低",
    "normal": "中",
    "high": "高",
    "urgent": "紧急",
}
SEVERITY_LABELS: Final[Mapping[Severity, str]] = {
    "low": "低",
    "medium": "中",
    "high": "高",
    "critical": "特别严重",
}


class Then(Section):
    """What a rule decides; what it leaves out follows the defaults."""

    department: Name | None = Field(default=None, description="The team that gets the order.")
    skill_group: Name | None = Field(default=None, description="The people in it who can do it.")
    assignee: Names = Field(
        default=(), description="The person who does it; several take turns, as a rota would."
    )
    rota: Name | None = Field(default=None, description="The rota of `rotas` that names a person.")
    per: Per | None = Field(default=None, description="What one order is of.")
    review: bool | None = Field(
        default=None, description="Whether a person looks first, however sure the models are."
    )
    priority: Priority | None = Field(default=None, description="Priority.")
    type: OrderType | None = Field(default=None, description="Kind of the order.")
    sla_hours: float | None = Field(default=None, gt=0, le=8760, description="Hours to the end.")
    sla_days: float | None = Field(default=None, gt=0, le=366, description="Working days instead.")
    clock: Clock | None = Field(default=None, description="working: only working hours count.")
    advice: str | None = Field(default=None, description="What the team shall do.")
    sinks: Names = Field(default=(), description="Sinks that the order is sent to.")

    @model_validator(mode="after")
    def _one_time(self) -> Then:
        if self.sla_hours is not None and self.sla_days is not None:
            raise ValueError("has both sla_hours and sla_days; keep one")
        if self.rota is not None and self.assignee:
            raise ValueError("has both assignee and rota; keep one")
        if self.sla_days is not None and self.clock == "calendar":
            raise ValueError("sla_days are working days; write sla_hours with clock: calendar")
        return self


class Rule(Section):
    name: Name = Field(description="Name by which an order tells where it came from.")
    when: When = Field(default=When(), description="Conditions; none: always.")
    then: Then = Field(description="Decisions.")


class Defaults(Section):
    department: Name = Field(default="客户服务部", description="Where the aspect names none.")
    type: OrderType = Field(default="投诉", description="Kind of an order.")
    assignee: Name | None = Field(default=None, description="The person, if it is always one.")
    advice: str = Field(default="请核实并处理，在时限内反馈结果。", description="What to do.")
    sinks: Names = Field(default=(), description="Sinks; none: all that the settings name.")
    per: Per = Field(default="issue", description="What one order is of.")


class Review(Section):
    """When an order waits for a person before it is opened."""

    confidence: float = Field(
        default=0.0, ge=0, le=1, description="Probability of the aspect below which it waits."
    )


class LearnedSection(Section):
    """What was learned from past orders, and when it is heard."""

    model: Path = Field(description="Folder that voc train-routing wrote, beside the routing file.")
    threshold: float = Field(
        default=0.3, ge=0, le=1, description="Probability from which it names the department."
    )
    below: Literal["rules", "review"] = Field(
        default="rules", description="Below: by the aspect; review: a person looks first, too."
    )


class OpenWhen(Section):
    severity: Severity = Field(default="medium", description="Lowest severity that opens an order.")
    voices: int = Field(default=1, ge=1, description="Fewest voices that open an order.")


class UpdateWhen(Section):
    growth: float = Field(default=1.5, ge=1, description="Voices now over voices last told.")
    voices: int = Field(default=3, ge=1, description="Fewest voices more than last told.")


class ServiceLevel(Section):
    hours: float = Field(gt=0, le=8760, description="Hours to the end.")
    clock: Clock = Field(default="working", description="working: only working hours count.")


def _all_of(table: Collection[str], names: tuple[str, ...]) -> None:
    missing = [name for name in names if name not in table]
    if missing:
        raise ValueError(f"lacks {', '.join(missing)}; give each of {', '.join(names)}")


class PriorityTable(Section):
    """The priority of an order is the higher one of these two."""

    severity: dict[Severity, Priority] = Field(
        default={"low": "low", "medium": "normal", "high": "high", "critical": "urgent"},
        description="By severity of the issue.",
    )
    urgency: dict[UrgencyLabel, Priority] = Field(
        default={"low": "low", "normal": "low", "high": "normal", "critical": "urgent"},
        description="By highest urgency among its voices.",
    )

    @model_validator(mode="after")
    def _complete(self) -> PriorityTable:
        _all_of(self.severity, SEVERITIES)
        _all_of(self.urgency, URGENCIES)
        return self


class RoutingRules(Section):
    """The whole file."""

    calendar: str = Field(default="cn", description="Working calendar, by name or path.")
    open_when: OpenWhen = Field(default=OpenWhen(), description="What opens an order.")
    update_when: UpdateWhen = Field(default=UpdateWhen(), description="What is told again.")
    defaults: Defaults = Field(default=Defaults(), description="Where no rule decides.")
    departments: tuple[Name, ...] = Field(default=(), description="Teams no aspect names.")
    priority: PriorityTable = Field(default=PriorityTable(), description="Priority by table.")
    sla: dict[Priority, ServiceLevel] = Field(
        default={
            "urgent": ServiceLevel(hours=4, clock="calendar"),
            "high": ServiceLevel(hours=8),
            "normal": ServiceLevel(hours=24),
            "low": ServiceLevel(hours=72),
        },
        description="Service level by priority.",
    )
    match: Match = Field(
        default="first", description="first: one rule decides; all: each brings its department in."
    )
    review: Review = Field(default=Review(), description="What waits for a person.")
    learned: LearnedSection | None = Field(
        default=None, description="The department as past orders teach, where no rule names one."
    )
    rotas: dict[Name, Rota] = Field(default={}, description="People who take turns, by name.")
    rules: tuple[Rule, ...] = Field(default=(), description="Rules, the first ones first.")
    voices: VoiceRules = Field(default=VoiceRules(), description="Actions on single voices.")
    handling: Handling = Field(default=Handling(), description="How orders are handled.")
    escalation: tuple[EscalationStep, ...] = Field(
        default=ESCALATION, description="What is done when time runs out."
    )

    @field_validator("sla")
    @classmethod
    def _every_priority_has_a_time(
        cls, sla: dict[Priority, ServiceLevel]
    ) -> dict[Priority, ServiceLevel]:
        _all_of(sla, PRIORITIES)
        return sla

    @field_validator("rules")
    @classmethod
    def _names_are_unique(cls, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        _once(rule.name for rule in rules)
        return rules

    @field_validator("escalation")
    @classmethod
    def _steps_are_unique(cls, steps: tuple[EscalationStep, ...]) -> tuple[EscalationStep, ...]:
        twice = [name for name, count in Counter(step.name for step in steps).items() if count > 1]
        if twice:
            raise ValueError(f"two steps are called {twice[0]!r}; give each its own name")
        return steps

    @field_validator("voices")
    @classmethod
    def _names_of_voice_rules_are_unique(cls, voices: VoiceRules) -> VoiceRules:
        _once(rule.name for rule in voices.rules)
        return voices

    @model_validator(mode="after")
    def _rotas_are_there(self) -> RoutingRules:
        for rule in self.rules:
            if rule.then.rota is not None and rule.then.rota not in self.rotas:
                known = ", ".join(self.rotas) or "none"
                raise ValueError(
                    f"the rule {rule.name!r} names the rota {rule.then.rota!r}; rotas has {known}."
                    f"{nearest(rule.then.rota, self.rotas)}"
                )
        return self

    def every_rota(self) -> dict[str, Rota]:
        """Returns the rotas by name, with those of rules that name several people."""
        own = {
            f"{OF_RULE}{rule.name}": Rota(people=rule.then.assignee)
            for rule in self.rules
            if len(rule.then.assignee) > 1
        }
        return {**self.rotas, **own}

    @property
    def asks_voices(self) -> bool:
        """Whether a rule asks what only the voices of an issue tell."""
        return any(rule.when.asks_voices for rule in self.rules)


def _once(names: Iterable[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise ValueError(f"two rules are called {twice[0]!r}; give each its own name")


def load_routing(path: Path | None = None) -> RoutingRules:
    """Loads the routing rules; `None` loads the bundled ones.

    Raises:
        ConfigError: The file is wrong; with the lines.
    """
    rules = load_model(path or bundled("configs/routing.yaml"), RoutingRules)
    if path is None or rules.learned is None:
        return rules
    folder = path.parent / rules.learned.model.expanduser()
    return rules.model_copy(update={"learned": rules.learned.model_copy(update={"model": folder})})
