"""What the store gives back beside the records of the chain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from voc.records import (
    AlertStatus,
    CallTags,
    Channel,
    Customer,
    Feedback,
    IntentLabel,
    IssueStatus,
    Message,
    Order,
    Polarity,
    Turn,
    UrgencyLabel,
    plain,
)

MessageState = Literal["pending", "delivered", "dead", "dropped"]


@dataclass(frozen=True, slots=True)
class IngestCounts:
    """What became of the feedback of one call; the first three add up to its length.

    Attributes:
        accepted: Voices that were new.
        duplicates: Voices stored before with the same content; nothing was written.
        edited: Voices stored before with other content; each is a new version.
        reassigned: Voices stored before whose industry was set or changed.
        kept: Voices stored before with fields that their source says nothing of now.
        undated: New and edited voices that tell no time.
        placed: Those of them for which something else tells one.
    """

    accepted: int = 0
    duplicates: int = 0
    edited: int = 0
    reassigned: int = 0
    kept: int = 0
    undated: int = 0
    placed: int = 0

    def __add__(self, other: IngestCounts) -> IngestCounts:
        return IngestCounts(
            self.accepted + other.accepted,
            self.duplicates + other.duplicates,
            self.edited + other.edited,
            self.reassigned + other.reassigned,
            self.kept + other.kept,
            self.undated + other.undated,
            self.placed + other.placed,
        )


@dataclass(frozen=True, slots=True)
class UpsertCounts:
    """What became of the customers or orders of one call; the four add up to its length.

    Attributes:
        new: Ones that were not there.
        updated: Ones that were there and changed.
        known: Ones that were there as they are.
        stale: Ones that were there, told of later; nothing was written.
    """

    new: int = 0
    updated: int = 0
    known: int = 0
    stale: int = 0

    def __add__(self, other: UpsertCounts) -> UpsertCounts:
        return UpsertCounts(
            self.new + other.new,
            self.updated + other.updated,
            self.known + other.known,
            self.stale + other.stale,
        )

    @property
    def written(self) -> int:
        """How many were new or changed."""
        return self.new + self.updated

    def as_dict(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class CustomerFile:
    """What is known of one customer.

    Attributes:
        customer: What the directory says; `None` where only orders or tags are known.
        orders: All orders, the last first.
        spent: What the orders of the period asked for come to.
        feedback_ids: The person's voices.
        tags: What rules for voices tagged the person with, the newest first.
    """

    customer: Customer | None
    orders: tuple[Order, ...]
    spent: float
    feedback_ids: tuple[str, ...]
    tags: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Returns it as JSON writes it."""
        return {
            "customer": self.customer.as_dict() if self.customer else None,
            "tags": list(self.tags),
            "spent": self.spent,
            "orders": [order.as_dict() for order in self.orders],
            "feedback_ids": list(self.feedback_ids),
        }


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What of a person goes, or went.

    Attributes:
        feedback: Voices, with tags and all else that was made of each.
        customers: Entries of the directory.
        orders: Orders.
        issues: Issues that had a voice of the person.
        quotes: Themes, alerts, work orders and messages that named or quoted a voice.
        delivered: Those of the messages that were delivered, which others have.
    """

    feedback: int
    customers: int
    orders: int
    issues: int
    quotes: int
    delivered: int


@dataclass(frozen=True, slots=True)
class StoredFeedback:
    """One version of one voice.

    Attributes:
        seq: Grows with each stored version; later ones are always greater.
        feedback_id: Names the voice over all its versions.
        version: 1 for the first, one more with each edit.
        industry: The industry it was ingested for.
        feedback: The voice, with characters that no store can hold replaced.
        ingested_at: When it came in.
        occurred_at: When it was said: `created_at`, or where that is unknown what its source told
            instead, else `ingested_at`.
    """

    seq: int
    feedback_id: str
    version: int
    industry: str | None
    feedback: Feedback
    ingested_at: datetime
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class StoredCall:
    """A conversation; `tags` is `None` where it was tagged before calls were judged.

    `aspects` are the ids of what it speaks of, in the taxonomy of `industry`.
    """

    voice: StoredFeedback
    tags: CallTags | None
    industry: str | None
    aspects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TaggedRow:
    """One voice with what a model says of it as a whole.

    `is_dated` says whether its source told when it was said; else `occurred_at` is when it was
    ingested. `flags` holds the flags of its tags and of the store ("paid_burst",
    "near_duplicate"). `channel_name` is what the source calls the channel, as 携程, where that is
    no id of one.
    """

    feedback_id: str
    seq: int
    source: str
    industry: str | None
    occurred_at: datetime
    channel: Channel
    product: str | None
    store: str | None
    region: str | None
    author: str | None
    customer_id: str | None
    rating: float | None
    rating_max: float | None
    nps: int | None
    csat: int | None
    ces: int | None
    text: str
    url: str | None
    sentiment: Polarity | None
    sentiment_score: float | None
    intent: IntentLabel | None
    urgency: UrgencyLabel | None
    flags: frozenset[str]
    is_dated: bool = True
    turns: tuple[Turn, ...] = ()
    channel_name: str | None = None


@dataclass(frozen=True, slots=True)
class Reject:
    """A row of a source that could not be read: where it stood, why, how it began."""

    source: str
    place: str
    reason: str
    sample: str
    at: datetime


@dataclass(frozen=True, slots=True)
class IssueEvent:
    """One change of an issue: of its status, or, where that stays, what `note` tells of."""

    issue_id: str
    at: datetime
    actor: str
    from_status: IssueStatus
    to_status: IssueStatus
    note: str | None


@dataclass(frozen=True, slots=True)
class AlertEvent:
    """One change of an alert's status by a person."""

    alert_id: str
    at: datetime
    actor: str
    from_status: AlertStatus
    to_status: AlertStatus
    note: str | None


TopicEventKind = Literal[
    "born", "split", "merged", "died", "renamed", "muted", "unmuted", "joined", "parted"
]


@dataclass(frozen=True, slots=True)
class TopicEvent:
    """What became of a topic.

    Attributes:
        topic_id: The topic.
        topic: Its name then.
        industry: Its industry.
        at: When.
        actor: Who did it; `voc` for what a run found.
        kind: A run found it `born`, `split` from another one, `merged` into another one or
            `died`; a person had it `renamed`, `muted`, `unmuted`, `joined` to another one, or
            `parted` from another one by words.
        other: The other topic.
        words: The new name, or what it was parted by.
    """

    topic_id: str
    topic: str
    industry: str
    at: datetime
    actor: str
    kind: TopicEventKind
    other: str | None = None
    words: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Returns it as JSON writes it."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """A message with where it stands.

    Attributes:
        message: What the sink must receive.
        state: `pending` until it is delivered, or buried as `dead`; `dropped` by a person.
        next_at: The earliest time of the next try.
        leased_by: The worker that has it now.
        leased_until: When that worker's lease runs out.
        settled_at: When it was delivered or buried.
        last_error: What the last failed try said.
    """

    message: Message
    state: MessageState
    next_at: datetime
    leased_by: str | None
    leased_until: datetime | None
    settled_at: datetime | None
    last_error: str | None

    def as_dict(self) -> dict[str, Any]:
        """Returns it as JSON writes it."""
        message = self.message
        return {
            "message_id": message.message_id,
            "sink": message.sink,
            "key": message.key,
            "sequence": message.sequence,
            "state": self.state,
            "attempts": message.attempts,
            "created_at": plain(message.created_at),
            "next_at": plain(self.next_at),
            "leased_by": self.leased_by,
            "leased_until": plain(self.leased_until),
            "settled_at": plain(self.settled_at),
            "last_error": self.last_error,
            "payload": plain(message.payload),
        }


LetterState = Literal["waiting", "refused", "dropped"]


@dataclass(frozen=True, slots=True)
class StoredLetter:
    """What another system told of a work order and could not be taken in.

    Attributes:
        letter_id: Names the letter.
        inbox: Where it came to.
        work_order_id: The order it is about, where it names one.
        body: What it says, personal data masked.
        state: `waiting` for what must come before it, `refused` for good, `dropped` by a person.
        reason: Why.
        received_at: When it came.
    """

    letter_id: str
    inbox: str
    work_order_id: str | None
    body: str
    state: LetterState
    reason: str
    received_at: datetime

    def as_dict(self) -> dict[str, Any]:
        """Returns it as JSON writes it."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}


class SourceCount(NamedTuple):
    """How many voices a source has, when the last of them came, and how many it withdrew."""

    source: str
    voices: int
    last_ingested: datetime
    withdrawn: int = 0


@dataclass(frozen=True, slots=True)
class StoreCounts:
    """How much the store holds.

    Attributes:
        feedback: Voices, each counted once.
        versions: All versions of them.
        tagged: Voices whose current version has tags of some model.
        mentions: Mentions in current versions, over all models.
        rejects: Rows set aside.
        topics: Themes.
        issues: Issues of any status.
        open_issues: Issues that are open or reopened.
        work_orders: Work orders of any status.
        open_work_orders: Work orders that are not resolved, closed or rejected.
        pending_messages: Messages that wait for delivery.
        dead_messages: Messages that could not be delivered.
    """

    feedback: int
    versions: int
    tagged: int
    mentions: int
    rejects: int
    topics: int
    issues: int
    open_issues: int
    work_orders: int
    open_work_orders: int
    pending_messages: int
    dead_messages: int


class TopicVoice(NamedTuple):
    """What a voice says of a topic.

    Attributes:
        feedback_id: The voice.
        topic_id: The topic.
        clauses: How many of its clauses that the model judged belong to the topic.
        is_negative: Whether one of them complains; `None` where the model judged none of them.
    """

    feedback_id: str
    topic_id: str
    clauses: int
    is_negative: bool | None
