"""Routing rules as data: `configs/routing.yaml`, checked when it is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from voc.config import bundled, load_model
from voc.records import (
    PRIORITIES,
    SEVERITIES,
    URGENCIES,
    Priority,
    SatisfactionLevel,
    Severity,
    Trend,
    UrgencyLabel,
)
from voc.workorders.calendar import Clock
from voc.workorders.policy import ESCALATION, EscalationStep, Handling

OrderType = Literal["咨询", "投诉", "售后", "建议"]

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


def _listed(value: Any) -> Any:
    """One value stands for a list of one."""
    return value if isinstance(value, (list, tuple)) else [value]


def _in_words(value: Any) -> Any:
    """Numbers and the like that stand for a name, as a store called 8."""
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


Name = Annotated[str, BeforeValidator(_in_words), Field(min_length=1, max_length=80)]
Names = Annotated[tuple[Name, ...], BeforeValidator(_listed)]


class Section(BaseModel):
    """Base of all parts: unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class When(Section):
    """Conditions that must all hold; each names what is allowed, `*` stands for any text."""

    industry: Names = Field(default=(), description="Industry ids.")
    aspect: Names = Field(default=(), description="Aspect names or ids; a parent covers children.")
    product: Names = Field(default=(), description="Products.")
    store: Names = Field(default=(), description="Stores.")
    region: Names = Field(default=(), description="Regions where most voices come from.")
    severity: Annotated[tuple[Severity, ...], BeforeValidator(_listed)] = Field(
        default=(), description="Severities of the issue."
    )
    urgency: Annotated[tuple[UrgencyLabel, ...], BeforeValidator(_listed)] = Field(
        default=(), description="Highest urgency among the voices."
    )
    reason: Names = Field(default=(), description="Reasons of urgency, as the industry names them.")
    topic: Names = Field(default=(), description="Ids of discovered themes.")
    channel: Names = Field(default=(), description="Channels that voices came by.")
    trend: Annotated[tuple[Trend, ...], BeforeValidator(_listed)] = Field(
        default=(), description="Trends of the issue."
    )
    satisfaction: Annotated[tuple[SatisfactionLevel, ...], BeforeValidator(_listed)] = Field(
        default=(), description="Mean predicted satisfaction of its calls: low, middle or high."
    )


class Then(Section):
    """What a rule decides; what it leaves out follows the defaults."""

    department: Name | None = Field(default=None, description="The team that gets the order.")
    assignee: Name | None = Field(default=None, description="The person in it.")
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
    rules: tuple[Rule, ...] = Field(default=(), description="The first that holds decides.")
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
        twice = [name for name, count in Counter(rule.name for rule in rules).items() if count > 1]
        if twice:
            raise ValueError(f"two rules are called {twice[0]!r}; give each its own name")
        return rules

    @field_validator("escalation")
    @classmethod
    def _steps_are_unique(cls, steps: tuple[EscalationStep, ...]) -> tuple[EscalationStep, ...]:
        twice = [name for name, count in Counter(step.name for step in steps).items() if count > 1]
        if twice:
            raise ValueError(f"two steps are called {twice[0]!r}; give each its own name")
        return steps


def load_routing(path: Path | None = None) -> RoutingRules:
    """Loads the routing rules; `None` loads the bundled ones.

    Raises:
        ConfigError: The file is wrong; with the lines.
    """
    return load_model(path or bundled("configs/routing.yaml"), RoutingRules)
