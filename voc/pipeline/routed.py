"""Where an issue or a row would go, as `voc route` prints it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from voc.workorders import Failed, Routing, VoiceRule
from voc.workorders.parts import Task


@dataclass(frozen=True, slots=True)
class Routed:
    """Where an issue or a row would go.

    Attributes:
        id: Of the issue or the row.
        title: What it is about, where that is known.
        routing: The decision.
        also: Decisions of other rules, where several departments get it.
        confidence: Probability of the aspect that decides; `None` for issues.
        failed: Why each rule that does not hold does not, where that was asked for.
        expected: Where a labelled row should go, as its label calls it.
        reached: Where it goes, as the label calls places: by department, or by aspect.
        opens: Whether `voc run` would open an order for the row alone; `None` for issues.
        voice: What would be done about the row as a single voice; `None` for issues.
        orders: What orders an issue makes, each with its part, department and rule.
        learned: What past orders say of it, where that was asked for and a model is named.
    """

    id: str
    title: str
    routing: Routing
    confidence: float | None = None
    failed: tuple[Failed, ...] = ()
    expected: str | None = None
    reached: str | None = None
    also: tuple[Routing, ...] = ()
    opens: str | None = None
    voice: VoiceTrial | None = None
    orders: tuple[Task, ...] = ()
    learned: Mapping[str, Any] | None = None

    def as_dict(self) -> dict[str, Any]:
        """Returns it for JSON."""
        values: dict[str, Any] = {"id": self.id, "title": self.title} | _written(self.routing)
        if self.also:
            values["also"] = [_written(one) for one in self.also]
        if any(task.part for task in self.orders):
            values["orders"] = [
                {"part": one.part, "count": one.issue.count} | _written(one.routing)
                for one in self.orders
            ]
        if self.opens is not None:
            values["opens"] = self.opens
        if self.confidence is not None:
            values["confidence"] = round(self.confidence, 4)
        if self.learned is not None:
            values["learned"] = dict(self.learned)
        if self.failed:
            values["failed"] = [one.as_dict() for one in self.failed]
        if self.voice is not None:
            values["voice"] = self.voice.as_dict()
        if self.expected is not None:
            values["expected"] = self.expected
        return values


@dataclass(frozen=True, slots=True)
class VoiceTrial:
    """What the rules for single voices would do about one, if it came in now.

    Attributes:
        actions: Each rule that acts, with the sinks it tells.
        failed: Why each rule that does not hold does not.
    """

    actions: tuple[tuple[VoiceRule, tuple[str, ...]], ...]
    failed: tuple[Failed, ...]

    def as_dict(self) -> dict[str, Any]:
        """Returns it for JSON."""
        actions = [
            {
                "rule": rule.name,
                "notify": rule.then.notify,
                "say": rule.then.say,
                "tag": rule.then.tag,
                "sinks": list(sinks),
            }
            for rule, sinks in self.actions
        ]
        return {"actions": actions, "failed": [one.as_dict() for one in self.failed]}


def _written(decided: Routing) -> dict[str, Any]:
    """Returns a decision for JSON; what most have none of is left out where there is none."""
    rare = {
        "skill_group": decided.skill_group,
        "rota": decided.rota,
        "per": decided.per if decided.per != "issue" else None,
        "review": decided.review or None,
    }
    return {
        "department": decided.department,
        "assignee": decided.assignee,
        "priority": decided.priority,
        "type": decided.type,
        "sla_hours": decided.sla_hours,
        "clock": decided.clock,
        "rule": decided.rule,
        "explanation": decided.explanation,
        **{name: value for name, value in rare.items() if value is not None},
    }
