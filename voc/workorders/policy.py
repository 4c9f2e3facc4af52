"""How orders are handled, as data: the parts `handling` and `escalation` of the routing file."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, field_validator

from voc.config.section import Section
from voc.errors import nearest
from voc.workorders.states import ACTION_LABELS


def _listed(value: Any) -> Any:
    """One value stands for a list of one."""
    return value if isinstance(value, (list, tuple)) else [value]


Listed = Annotated[tuple[str, ...], BeforeValidator(_listed)]

TOLD: Final = (
    "urge", "suspend", "resume", "transfer", "merge", "attach", "grant", "refuse", "reopened",
    "rerouted", "escalated",
)  # fmt: skip
"""What sinks are told of by default: what the team that handles an order did not do itself."""


class Extensions(Section):
    """When more time is given."""

    most: int = Field(default=2, ge=0, le=100, description="Extensions of one order at most.")
    granted_hours: float = Field(
        default=0,
        ge=0,
        le=8760,
        description="Hours that are granted without asking anybody; 0: a person decides each.",
    )


class Handling(Section):
    """How orders are handled, from the routing on."""

    reopen_days: float = Field(
        default=30, gt=0, le=3650, description="Days after its end in which an order is reopened."
    )
    archive_days: float = Field(
        default=90, gt=0, le=3650, description="Days after closing when it is archived."
    )
    unsatisfied: int = Field(
        default=2, ge=1, le=4, description="Satisfaction of a call-back, 1-5, that reopens."
    )
    urges_raise: int = Field(
        default=2, ge=0, le=100, description="Each so many urges raise the priority; 0: none does."
    )
    extensions: Extensions = Field(default=Extensions(), description="More time.")
    most_returns: int = Field(
        default=3, ge=1, le=100, description="Returns after which people sort it by hand."
    )
    review_department: str = Field(
        default="人工分拨", min_length=1, max_length=80,
        description="Who sorts by hand what no rule places any more.",
    )  # fmt: skip
    tell: Listed = Field(default=TOLD, description="Which changes sinks are told of.")

    @field_validator("tell")
    @classmethod
    def _are_known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in ACTION_LABELS:
                raise ValueError(
                    f"there is no action {name!r}; there are {', '.join(ACTION_LABELS)}."
                    f"{nearest(name, ACTION_LABELS)}"
                )
        return names


class EscalationStep(Section):
    """What is done when so much of an order's time is used up, once in each round."""

    name: str = Field(min_length=1, max_length=40, description="Its name, as the history has it.")
    at: float = Field(
        gt=0, le=100, description="Share of the time that is used: 0.8 before, 1 at the breach."
    )
    tell: Listed = Field(default=(), description="Who is told, by role or level.")
    raise_priority: bool = Field(default=False, description="Whether the priority rises by one.")
    sinks: Listed = Field(default=(), description="Sinks told beside those of the order.")


ESCALATION: Final = (
    EscalationStep(name="临期提醒", at=0.8, tell=("经办人",)),
    EscalationStep(name="超时", at=1.0, tell=("部门负责人",), raise_priority=True),
    EscalationStep(name="严重超时", at=1.5, tell=("部门负责人", "值班领导"), raise_priority=True),
)
