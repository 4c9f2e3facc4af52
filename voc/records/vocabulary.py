"""The words that records may hold: labels, states, levels, flags."""

from __future__ import annotations

from typing import Final, Literal, get_args

Channel = Literal["forum", "hotline", "review", "survey", "social", "chat", "email"]
Polarity = Literal["negative", "neutral", "positive"]
IntentLabel = Literal["complaint", "suggestion", "inquiry", "praise", "other"]
UrgencyLabel = Literal["low", "normal", "high", "critical"]
Trend = Literal["new", "rising", "steady", "falling"]
IssueStatus = Literal["open", "closed", "reopened", "ignored"]
AlertStatus = Literal["open", "closed"]
EffectVerdict = Literal["effective", "not_effective", "insufficient"]
EffectReason = Literal["dropped", "no_drop", "watching", "reopened", "few_voices", "wide_interval"]
Exposed = Literal["place", "industry"]
Severity = Literal["low", "medium", "high", "critical"]
Priority = Literal["low", "normal", "high", "urgent"]
WorkOrderStatus = Literal[
    "open", "accepted", "in_progress", "waiting", "resolved", "closed", "rejected", "reopened"
]
WaitingFor = Literal["customer", "third_party"]
ClockKind = Literal["working", "calendar"]
VoiceOutcome = Literal["told", "held_back", "noted"]
ReviewState = Literal["waiting", "approved", "dismissed"]
Task = Literal["sentiment", "aspects", "opinions", "topics", "intent", "urgency"]
CHANNELS: Final[tuple[Channel, ...]] = get_args(Channel)
POLARITIES: Final[tuple[Polarity, ...]] = get_args(Polarity)
INTENTS: Final[tuple[IntentLabel, ...]] = get_args(IntentLabel)
URGENCIES: Final[tuple[UrgencyLabel, ...]] = get_args(UrgencyLabel)
SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)
PRIORITIES: Final[tuple[Priority, ...]] = get_args(Priority)
TASKS: Final[tuple[Task, ...]] = get_args(Task)
SatisfactionLevel = Literal["low", "middle", "high"]
SATISFACTION_LEVELS: Final[tuple[SatisfactionLevel, ...]] = get_args(SatisfactionLevel)
CONVERSATIONS: Final[tuple[Channel, ...]] = ("hotline", "chat")
"""Channels whose feedback is a conversation with the company, where it has turns."""

PAID_BURST: Final = "paid_burst"
NEAR_DUPLICATE: Final = "near_duplicate"
ADVERTISEMENT: Final = "advertisement"
STAFF: Final = "staff"
UNCOUNTED: Final = frozenset({PAID_BURST, NEAR_DUPLICATE, ADVERTISEMENT, STAFF})
"""Flags of voices that are kept and shown, but counted nowhere."""

CHANNEL_NAME: Final = "channel_name"
"""Key of a feedback's `extra`: what its source calls the channel, as 携程, if by no id of one."""

FILLED: Final = "filled_from_order"
"""Key of a feedback's `extra`: fields that it did not name, taken from the customer's orders."""
