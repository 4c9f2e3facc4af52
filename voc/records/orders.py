"""What is done about it: work orders, their messages, what waits for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from voc.records.plain import plain, stable_id
from voc.records.vocabulary import (
    ClockKind,
    Priority,
    ReviewState,
    Severity,
    VoiceOutcome,
    WaitingFor,
    WorkOrderStatus,
)


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the outbox: what a sink must receive, at least once, with one effect.

    `message_id` is stable over tries and is what a receiver tells repeats by; `key` orders messages
    about one thing (`sequence` grows with each change of it).
    """

    message_id: str
    sink: str
    key: str
    sequence: int
    payload: Mapping[str, Any]
    created_at: datetime
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class VoiceAction:
    """What a rule did about one voice.

    Attributes:
        feedback_id: The voice.
        version: The version of it that was read.
        rule: The rule.
        outcome: `told` (messages went to the outbox), `held_back` (none, the day's limit of its
            store was reached) or `noted` (the rule only tags).
        store: The voice's store, whose limit counts.
        at: When.
        tag: The tag that its customer was given.
        customer_id: That customer.
    """

    feedback_id: str
    version: int
    rule: str
    outcome: VoiceOutcome
    store: str | None
    at: datetime
    tag: str | None = None
    customer_id: str | None = None

    @property
    def action_id(self) -> str:
        """The same for any version of the voice, so that a rule acts on it once."""
        return stable_id("va", self.feedback_id, self.rule)


@dataclass(frozen=True, slots=True)
class OrderPart:
    """Which part of its issue a work order is of, and what it was opened by.

    `part` is empty for the whole issue, else as `voc.workorders.parts` names it. `rule` and
    `skill_group` stay what they were when it was opened; the order has what they are now.
    """

    work_order_id: str
    part: str
    rule: str
    skill_group: str | None = None


@dataclass(frozen=True, slots=True)
class OrderReview:
    """A work order that waits for a person, who opens or dismisses it; until then it is none.

    Attributes:
        work_order_id: The id that it will have.
        issue_id: Its issue.
        part: The part of the issue it is of, as in `OrderPart`.
        state: `waiting`, `approved` or `dismissed`.
        title: What it is about.
        department: Who would get it.
        rule: The rule that says so.
        reason: Why it waits, in Chinese.
        severity: Severity when it was proposed.
        count: Voices when it was proposed.
        confidence: Probability of the aspect, of the surest voice.
        at: When it was proposed.
        decided_at: When a person decided.
        actor: Who.
        note: Why.
    """

    work_order_id: str
    issue_id: str
    part: str
    state: ReviewState
    title: str
    department: str
    rule: str
    reason: str
    severity: Severity
    count: int
    confidence: float | None
    at: datetime
    decided_at: datetime | None = None
    actor: str | None = None
    note: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return {name: plain(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One change of a work order: when, who, what.

    `changes` names what it changed, each with the value before and after as JSON has them.
    """

    at: datetime
    actor: str
    event: str
    note: str | None = None
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return {
            "at": self.at.isoformat(),
            "actor": self.actor,
            "event": self.event,
            "note": self.note,
            "changes": plain(self.changes),
        }


@dataclass(frozen=True, slots=True)
class Extension:
    """More time that was asked for and not decided yet; `hours` are of the order's clock."""

    hours: float
    actor: str
    at: datetime
    note: str

    def as_dict(self) -> dict[str, Any]:
        return {name: plain(getattr(self, name)) for name in self.__slots__}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Extension:
        """Reads back what `as_dict` wrote."""
        return cls(**{**values, "at": datetime.fromisoformat(values["at"])})


@dataclass(frozen=True, slots=True)
class OrderClock:
    """The service-level clock of a work order; a round begins when it is opened or reopened.

    Attributes:
        kind: `working` counts working hours, `calendar` every hour.
        hours: Hours that the round began with; `None`: those from its start to `due_at`.
        started_at: When the round began; `None`: with the order.
        paused_at: Since when it stands still, while the order waits or is suspended.
        paused_hours: Hours it stood still in this round, by its kind; `due_at` was moved by them.
        responded_at: When a team first took the order up.
        ended_at: When work on it ended: it stands still for good unless the order is reopened.
        closed_at: When it was closed.
        archived_at: When it was put away.
        heard_until: When work on it ended last; what is said later tells whether the problem came
            back.
        escalated: The steps of escalation already taken in this round, by name.
    """

    kind: ClockKind = "working"
    hours: float | None = None
    started_at: datetime | None = None
    paused_at: datetime | None = None
    paused_hours: float = 0.0
    responded_at: datetime | None = None
    ended_at: datetime | None = None
    closed_at: datetime | None = None
    archived_at: datetime | None = None
    heard_until: datetime | None = None
    escalated: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {name: plain(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """One task for one team. `due_at` is the end of its service-level time.

    Beside what the contract names: `rule` is the routing rule that it came by, `parent_id` the
    order it is part of, `merged_into` the order that took it over, `sequence` counts the messages
    that told of it.
    """

    work_order_id: str
    issue_id: str
    title: str
    description: str
    type: str
    priority: Priority
    department: str
    status: WorkOrderStatus
    created_at: datetime
    due_at: datetime
    assignee: str | None = None
    history: tuple[HistoryEntry, ...] = ()
    external_ref: str | None = None
    satisfaction: int | None = None
    skill_group: str | None = None
    rule: str | None = None
    parent_id: str | None = None
    merged_into: str | None = None
    waiting_for: WaitingFor | None = None
    reopened_count: int = 0
    sequence: int = 0
    extension: Extension | None = None
    clock: OrderClock = field(default_factory=OrderClock)

    def as_dict(self) -> dict[str, Any]:
        apart = ("history", "extension", "clock")
        values = {name: plain(getattr(self, name)) for name in self.__slots__ if name not in apart}
        return {
            **values,
            "extension": self.extension.as_dict() if self.extension else None,
            "clock": self.clock.as_dict(),
            "history": [entry.as_dict() for entry in self.history],
        }
