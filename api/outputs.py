"""What the routes over the store answer, as CONTRACT section 2 names it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from voc.records import (
    ClockKind,
    EffectReason,
    EffectVerdict,
    Exposed,
    IssueStatus,
    Priority,
    Severity,
    Trend,
    VoiceOutcome,
    WaitingFor,
    WorkOrderStatus,
)


class Output(BaseModel):
    """Base: later versions may say more."""

    model_config = ConfigDict(extra="allow")


class RejectedRow(Output):
    """A feedback that was not kept."""

    index: int = Field(description="Its place in the list, from 0.")
    reason: str


class ReceivedOut(Output):
    """What became of feedback that was sent."""

    accepted: int = Field(description="New, or known with other words.")
    duplicates: int = Field(description="Known as they are.")
    rejected: list[RejectedRow]


class HookedOut(ReceivedOut):
    """What became of what a webhook brought."""

    withdrawn: int = Field(description="Known voices that it says are gone.")


class UpsertOut(Output):
    """What became of customers, or of orders."""

    new: int
    updated: int
    known: int = Field(description="There as they are.")
    stale: int = Field(description="There, told of later; nothing was written.")


class CustomersOut(Output):
    """What became of customers that were sent."""

    customers: UpsertOut
    orders: UpsertOut
    rejected: list[RejectedRow]


class FeedbackOut(Output):
    """A voice as it is kept: masked, persons under pseudonyms."""

    id: str
    source: str
    native_id: str
    channel: str
    text: str
    version: int
    industry: str | None
    ingested_at: str
    tags: dict[str, Any] | None = Field(description="Tags; null until the worker has been there.")


class VoiceActionOut(Output):
    """What a rule for single voices did about one."""

    rule: str
    version: int = Field(description="Version of the voice that it read.")
    outcome: VoiceOutcome
    tag: str | None = Field(description="Tag that the customer was given.")
    at: str


class FeedbackFileOut(FeedbackOut):
    """A voice with what was done about it."""

    actions: list[VoiceActionOut] = Field(description="What rules for single voices did.")


class EvidenceOut(Output):
    """A place in a feedback."""

    feedback_id: str
    start: int
    end: int
    text: str


class NearAspectOut(Output):
    """The aspect that what no aspect hears is most like."""

    aspect_id: str
    probability: float = Field(description="How probable it is, in the mean of what was said.")


class TopicOut(Output):
    """A discovered theme."""

    topic_id: str
    topic: str
    industry: str
    keywords: list[str]
    count: int
    negative_share: float
    first_seen: str
    last_seen: str
    near_aspect: NearAspectOut | None = Field(
        description="What its complaints that no aspect hears are most like; null if like none."
    )
    evidence: list[EvidenceOut]


class StakeOut(Output):
    """What the customers behind an issue are worth, as far as the directory knows them."""

    voices: int = Field(description="Voices of the issue.")
    known_voices: int = Field(description="Those of customers whom the directory knows.")
    customers: int = Field(description="Such customers, each once.")
    high_tier: int = Field(description="Those of a high level of membership.")
    spend: float = Field(description="What they spent in the last 12 months, together.")
    typical: float = Field(description="What the median customer spent; 0 where nobody bought.")


class EmergingTermOut(Output):
    """A word that the recent voices of an issue say and earlier ones hardly did."""

    term: str = Field(description="The word.", examples=["盖子"])
    window_days: int = Field(description="The days that are recent.")
    saying: int = Field(description="Voices of these days that say it.")
    voices: int = Field(description="All voices of these days.")
    saying_before: int = Field(description="Voices before them that said it.")
    voices_before: int = Field(description="All voices before them.")
    p: float = Field(description="Chance of so many by Fisher's exact test, one-sided.")
    is_sample: bool = Field(description="Whether but some of very many voices were read.")


class IssueOut(Output):
    """A problem that many voices share; evidence stands only in the single item."""

    issue_id: str
    title: str
    industry: str
    aspect_id: str
    topic_id: str | None
    product: str | None
    store: str | None
    status: IssueStatus
    severity: Severity
    first_seen: str
    last_seen: str
    count: int
    trend: Trend
    trend_p: float
    severity_reasons: list[str] = Field(description="Why it is as severe as it is, in Chinese.")
    stake: StakeOut | None = Field(description="Null where none of its customers is known.")
    emerging_term: EmergingTermOut | None = Field(description="What is new in it; null if nothing.")
    merged_into: str | None = Field(description="The issue that has taken all its voices.")
    evidence: list[EvidenceOut]


class HistoryOut(Output):
    """One change of a work order."""

    at: str
    actor: str
    event: str
    note: str | None
    changes: dict[str, list[Any]] = Field(description="What it changed: value before and after.")


class ExtensionOut(Output):
    """More time that was asked for and not decided yet."""

    hours: float
    actor: str
    at: str
    note: str


class ClockOut(Output):
    """The service-level clock of a work order; a round begins when it is opened or reopened."""

    kind: ClockKind
    hours: float | None
    started_at: str | None
    paused_at: str | None = Field(description="Since when it stands still.")
    paused_hours: float = Field(description="Hours it stood still; due_at was moved by them.")
    responded_at: str | None
    ended_at: str | None
    closed_at: str | None
    archived_at: str | None
    escalated: list[str]


class WorkOrderOut(Output):
    """A task for one team."""

    work_order_id: str
    issue_id: str
    title: str
    description: str
    type: str
    priority: Priority
    department: str
    assignee: str | None
    status: WorkOrderStatus
    due_at: str
    created_at: str
    history: list[HistoryOut]
    external_ref: str | None
    satisfaction: int | None
    skill_group: str | None
    rule: str | None = Field(description="The routing rule that it came by.")
    parent_id: str | None
    merged_into: str | None
    waiting_for: WaitingFor | None
    reopened_count: int
    sequence: int = Field(description="Messages that told sinks of it.")
    extension: ExtensionOut | None
    clock: ClockOut


class HeardOut(Output):
    """What was heard of a problem in a period."""

    voices: int
    mentions: int
    feedback: int
    per_100: float | None = Field(description="Voices for each 100 feedbacks.")
    negative_share: float | None


class EffectOut(Output):
    """Whether customers complain less since work on an order ended."""

    effect_id: str
    work_order_id: str
    issue_id: str
    ended_at: str
    verdict: EffectVerdict
    reason: EffectReason
    days_before: int
    days_after: int
    days_watched: int
    expected: float | None
    before: HeardOut
    after: HeardOut
    control_before: HeardOut | None
    control_after: HeardOut | None
    exposed: Exposed
    ratio: float | None
    control_ratio: float | None
    effect_ratio: float | None
    low: float | None
    high: float | None
    proposal: Literal["redo", "redone"] | None
    proposed_at: str | None


class IssueItemOut(IssueOut):
    """A problem with its evidence, and whether its last work order helped."""

    effect: EffectOut | None


class WorkOrderItemOut(WorkOrderOut):
    """A task with whether it helped."""

    effect: EffectOut | None


class EventOut(Output):
    """What became of an event."""

    applied: bool = Field(description="False where it came late: it is noted, nothing changed.")
    repeated: bool = Field(description="True where it was told before; nothing was done now.")
    work_order: WorkOrderOut


class CorrectionOut(Output):
    """A correction as it is kept."""

    correction_id: str
    feedback_id: str
    version: int
    field: str
    label: str
    aspect_id: str | None
    actor: str
    at: str


class FeedbackPage(Output):
    """A stretch of feedback."""

    items: list[FeedbackOut]
    next: str | None


class TopicPage(Output):
    """A stretch of topics."""

    items: list[TopicOut]
    next: str | None


class IssuePage(Output):
    """A stretch of issues."""

    items: list[IssueOut]
    next: str | None


class WorkOrderPage(Output):
    """A stretch of work orders."""

    items: list[WorkOrderOut]
    next: str | None
