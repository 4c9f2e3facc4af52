"""The records that flow through the chain, as CONTRACT section 2 names them.

Times are timezone-aware `datetime`s, written as ISO 8601 with an offset. Character offsets are
half-open `[start, end)` code points into the `text` they belong to. `as_dict` gives plain JSON
values; keys without a value are left out where the contract calls them optional.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, get_args

Channel = Literal["forum", "hotline", "review", "survey", "social", "chat", "email"]
Polarity = Literal["negative", "neutral", "positive"]
IntentLabel = Literal["complaint", "suggestion", "inquiry", "praise", "other"]
UrgencyLabel = Literal["low", "normal", "high", "critical"]
Trend = Literal["new", "rising", "steady", "falling"]
IssueStatus = Literal["open", "closed", "reopened", "ignored"]
AlertStatus = Literal["open", "closed"]
EffectVerdict = Literal["effective", "not_effective", "insufficient"]
EffectReason = Literal["dropped", "no_drop", "watching", "few_voices", "wide_interval"]
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
UNCOUNTED: Final = frozenset({PAID_BURST, NEAR_DUPLICATE, ADVERTISEMENT})
"""Flags of voices that are kept and shown, but counted nowhere."""


FILLED: Final = "filled_from_order"
"""Key of a feedback's `extra`: fields that it did not name, taken from the customer's orders."""


def stable_id(prefix: str, *parts: str | None) -> str:
    """Returns an id that is the same for the same parts, as `prefix_` and 20 hex digits."""
    joined = "\x1f".join("" if part is None else part for part in parts)
    digest = hashlib.blake2b(joined.encode("utf-8", "surrogatepass"), digest_size=10)
    return f"{prefix}_{digest.hexdigest()}"


def plain(value: Any) -> Any:
    """Returns `value` as JSON values: datetimes as ISO 8601, tuples as lists, mappings copied."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, frozenset, set)):
        return [plain(item) for item in value]
    return value


def _without_blanks(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: plain(value) for key, value in values.items() if value not in (None, (), [], {})}


@dataclass(frozen=True, slots=True)
class Turn:
    """One speaker's turn in a dialogue; `start_s` and `end_s` are seconds from its beginning."""

    speaker: str
    text: str
    start_s: float | None = None
    end_s: float | None = None

    def as_dict(self) -> dict[str, Any]:
        return {"speaker": self.speaker, "text": self.text} | _without_blanks(
            {"start_s": self.start_s, "end_s": self.end_s}
        )


@dataclass(frozen=True, slots=True)
class Feedback:
    """One voice of a customer. `(source, native_id)` names it; an edit is a new version of it."""

    source: str
    native_id: str
    channel: Channel
    text: str
    title: str | None = None
    turns: tuple[Turn, ...] = ()
    created_at: datetime | None = None
    author: str | None = None
    url: str | None = None
    product: str | None = None
    store: str | None = None
    region: str | None = None
    rating: float | None = None
    rating_max: float | None = None
    nps: int | None = None
    csat: int | None = None
    ces: int | None = None
    customer_id: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def feedback_id(self) -> str:
        """The id by which tags, issues and work orders refer to this voice."""
        return stable_id("fb", self.source, self.native_id)

    def as_dict(self) -> dict[str, Any]:
        values = {name: getattr(self, name) for name in self.__slots__ if name != "turns"}
        turns = [turn.as_dict() for turn in self.turns]
        return {
            "id": self.feedback_id,
            **_without_blanks(values),
            **({"turns": turns} if turns else {}),
        }


@dataclass(frozen=True, slots=True)
class Customer:
    """Who speaks: a pseudonym with what other systems know of the person.

    Attributes:
        customer_id: The pseudonym, the same as in `Feedback.customer_id`.
        updated_at: When this was so; what is newer wins.
        tier: Level of membership, as 钻石会员.
        store: The store the person belongs to.
        region: Where the person lives.
        since: Since when the person is a customer.
        tags: What else is known, as 企业客户.
    """

    customer_id: str
    updated_at: datetime
    tier: str | None = None
    store: str | None = None
    region: str | None = None
    since: datetime | None = None
    tags: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {name: plain(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Order:
    """What a customer bought, for how much, when and where.

    Attributes:
        order_id: A pseudonym of the order's number.
        customer_id: Whose it is.
        amount: What was paid, in the currency of all orders; negative where it was paid back.
        ordered_at: When.
        updated_at: When this was so; what is newer wins.
    """

    order_id: str
    customer_id: str
    amount: float
    ordered_at: datetime
    updated_at: datetime
    product: str | None = None
    store: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return {name: plain(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch `[start, end)` of code points of a text, with the text it covers."""

    start: int
    end: int
    text: str

    def as_dict(self) -> dict[str, Any]:
        return {"start": self.start, "end": self.end, "text": self.text}


@dataclass(frozen=True, slots=True)
class Sentiment:
    """Polarity of a whole text; `score` is the calibrated probability of `label`."""

    label: Polarity
    score: float
    probabilities: Mapping[Polarity, float]

    def as_dict(self) -> dict[str, Any]:
        return {
            "label": self.label,
            "score": round(self.score, 4),
            "probabilities": {key: round(value, 4) for key, value in self.probabilities.items()},
        }


@dataclass(frozen=True, slots=True)
class AspectMention:
    """What a text says of one aspect; `score` is the probability that it says so."""

    aspect_id: str
    aspect: str
    sentiment: Polarity
    score: float
    evidence: tuple[Span, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {
            "aspect_id": self.aspect_id,
            "aspect": self.aspect,
            "sentiment": self.sentiment,
            "score": round(self.score, 4),
            "evidence": [span.as_dict() for span in self.evidence],
        }


@dataclass(frozen=True, slots=True)
class Opinion:
    """A pair of a target (may be implicit: `None`) and the words that judge it."""

    target: Span | None
    opinion: Span
    sentiment: Polarity

    def as_dict(self) -> dict[str, Any]:
        return {
            "target": self.target.as_dict() if self.target else None,
            "opinion": self.opinion.as_dict(),
            "sentiment": self.sentiment,
        }


@dataclass(frozen=True, slots=True)
class TopicMention:
    """A discovered theme that a text belongs to."""

    topic_id: str
    topic: str
    score: float

    def as_dict(self) -> dict[str, Any]:
        return {"topic_id": self.topic_id, "topic": self.topic, "score": round(self.score, 4)}


@dataclass(frozen=True, slots=True)
class Intent:
    label: IntentLabel
    score: float

    def as_dict(self) -> dict[str, Any]:
        return {"label": self.label, "score": round(self.score, 4)}


@dataclass(frozen=True, slots=True)
class Urgency:
    label: UrgencyLabel
    reasons: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {"label": self.label, "reasons": list(self.reasons)}


def satisfaction_level(score: float) -> SatisfactionLevel:
    """Returns `low` up to -0.5 of the scale from -2 to 2, `high` from 0.5 on, else `middle`."""
    return "low" if score <= -0.5 else "high" if score >= 0.5 else "middle"


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """How satisfied the customer of a conversation is thought to be, from -2 to 2.

    It is predicted, not asked: `low` to `high` holds 95 % of what people would have judged in the
    conversations that `model` learnt from.
    """

    score: float
    low: float
    high: float
    model: str

    def as_dict(self) -> dict[str, Any]:
        return {
            "score": round(self.score, 3),
            "low": round(self.low, 3),
            "high": round(self.high, 3),
            "model": self.model,
        }


@dataclass(frozen=True, slots=True)
class CallTags:
    """What models say of a conversation beyond the Tags of its text.

    Attributes:
        moods: The polarity of each turn; `None` for turns of others than the customer, and where
            one could not be judged.
        satisfaction: `None` where no model predicts it.
    """

    moods: tuple[Polarity | None, ...]
    satisfaction: Satisfaction | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "moods": list(self.moods),
            "satisfaction": self.satisfaction.as_dict() if self.satisfaction else None,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> CallTags:
        """Reads back what `as_dict` wrote."""
        found = values.get("satisfaction")
        return cls(tuple(values["moods"]), Satisfaction(**found) if found else None)


@dataclass(frozen=True, slots=True)
class Tags:
    """What the engine says of one feedback. Offsets point into `text`, which is masked.

    `flags` says what the reader should know: `uninformative` (the text says nothing), `truncated`
    (only its beginning was read), `replaced` (characters that no store can hold were replaced),
    `foreign` (not Chinese: out of the models' scope). `call` is there for conversations in the
    store alone.
    """

    id: str
    text: str
    language: str
    sentiment: Sentiment | None
    aspects: tuple[AspectMention, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    topics: tuple[TopicMention, ...] = ()
    intent: Intent | None = None
    urgency: Urgency | None = None
    model: str = ""
    industry: str | None = None
    flags: tuple[str, ...] = ()
    call: CallTags | None = None

    def as_dict(self) -> dict[str, Any]:
        call = {"call": self.call.as_dict()} if self.call else {}
        return {
            "id": self.id,
            "text": self.text,
            "language": self.language,
            "sentiment": self.sentiment.as_dict() if self.sentiment else None,
            "aspects": [mention.as_dict() for mention in self.aspects],
            "opinions": [opinion.as_dict() for opinion in self.opinions],
            "topics": [topic.as_dict() for topic in self.topics],
            "intent": self.intent.as_dict() if self.intent else None,
            "urgency": self.urgency.as_dict() if self.urgency else None,
            "model": self.model,
            "industry": self.industry,
            "flags": list(self.flags),
            **call,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Tags:
        """Reads back what `as_dict` wrote."""

        def span(item: Mapping[str, Any] | None) -> Span | None:
            return Span(item["start"], item["end"], item["text"]) if item else None

        def spans(items: Sequence[Mapping[str, Any]]) -> tuple[Span, ...]:
            return tuple(Span(item["start"], item["end"], item["text"]) for item in items)

        sentiment, intent, urgency = values["sentiment"], values["intent"], values["urgency"]
        return cls(
            id=values["id"],
            text=values["text"],
            language=values["language"],
            sentiment=Sentiment(**sentiment) if sentiment else None,
            aspects=tuple(
                AspectMention(**{**item, "evidence": spans(item["evidence"])})
                for item in values["aspects"]
            ),
            opinions=tuple(
                Opinion(
                    span(item["target"]),
                    Span(**item["opinion"]),
                    item["sentiment"],
                )
                for item in values["opinions"]
            ),
            topics=tuple(TopicMention(**item) for item in values["topics"]),
            intent=Intent(**intent) if intent else None,
            urgency=Urgency(urgency["label"], tuple(urgency["reasons"])) if urgency else None,
            model=values["model"],
            industry=values["industry"],
            flags=tuple(values.get("flags", ())),
            call=CallTags.from_dict(values["call"]) if values.get("call") else None,
        )


@dataclass(frozen=True, slots=True)
class Mention:
    """One negative, neutral or positive word on one aspect, placed in time and space.

    It is what issues are formed from: a row of Tags joined with its Feedback.
    """

    feedback_id: str
    industry: str
    aspect_id: str
    sentiment: Polarity
    score: float
    occurred_at: datetime
    evidence: tuple[Span, ...] = ()
    product: str | None = None
    store: str | None = None
    region: str | None = None
    channel: Channel = "review"
    urgency: UrgencyLabel = "normal"
    urgency_reasons: tuple[str, ...] = ()
    opinions: tuple[str, ...] = ()
    topic_id: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """The place in one feedback that speaks for an issue."""

    feedback_id: str
    start: int
    end: int
    text: str

    def as_dict(self) -> dict[str, Any]:
        return {
            "feedback_id": self.feedback_id,
            "start": self.start,
            "end": self.end,
            "text": self.text,
        }


@dataclass(frozen=True, slots=True)
class Topic:
    """A discovered theme: what many clauses speak of, named in customers' words."""

    topic_id: str
    topic: str
    industry: str
    keywords: tuple[str, ...]
    count: int
    negative_share: float
    first_seen: datetime
    last_seen: datetime
    evidence: tuple[Evidence, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        values = {name: plain(getattr(self, name)) for name in self.__slots__ if name != "evidence"}
        return {**values, "evidence": [item.as_dict() for item in self.evidence]}


@dataclass(frozen=True, slots=True)
class Stake:
    """What the customers behind an issue are worth, as far as the directory knows them.

    Attributes:
        voices: Voices of the issue.
        known_voices: Those of customers in the directory.
        customers: Customers in the directory who complained, each once.
        high_tier: Those of a high level of membership.
        spend: What they spent in the last 12 months, together.
        typical: What the median customer of the directory spent in that time, of those who
            bought at all; 0 where nobody did.
    """

    voices: int
    known_voices: int
    customers: int
    high_tier: int
    spend: float
    typical: float

    @property
    def times(self) -> float | None:
        """How many typical customers one of these is worth, by spend; `None` where unknown."""
        if not self.typical or not self.customers:
            return None
        return self.spend / self.customers / self.typical

    def as_dict(self) -> dict[str, Any]:
        return {name: plain(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Issue:
    """One problem that many voices share.

    `trend_p` is the p-value of the trend's test; `trend_ratio` is the rate of the last
    `trend_window_days` over that before, `None` where nothing was said before, and `trend_low` to
    `trend_high` its 95 % interval. All of them are `None` where nothing can be compared, and
    `trend_high` alone where the ratio has no upper bound. `severity_reasons` say in Chinese why it
    is as severe as it is; `stake` is `None` where the directory knows none of its customers.
    """

    issue_id: str
    title: str
    industry: str
    aspect_id: str
    status: IssueStatus
    severity: Severity
    first_seen: datetime
    last_seen: datetime
    count: int
    trend: Trend
    trend_p: float
    topic_id: str | None = None
    product: str | None = None
    store: str | None = None
    evidence: tuple[Evidence, ...] = ()
    trend_ratio: float | None = None
    trend_low: float | None = None
    trend_high: float | None = None
    trend_window_days: int | None = None
    severity_reasons: tuple[str, ...] = ()
    stake: Stake | None = None

    def as_dict(self) -> dict[str, Any]:
        others = [name for name in self.__slots__ if name not in ("evidence", "stake")]
        return {
            **{name: plain(getattr(self, name)) for name in others},
            "stake": self.stake.as_dict() if self.stake else None,
            "evidence": [item.as_dict() for item in self.evidence],
        }


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that emerges: more voices of one stream than its past and all feedback explain.

    A stream is one theme or one aspect, of one product, store or region where these are named. An
    alert is opened once for it; it is updated while it lasts, closed when the stream calms, and
    reopened under the same id when it comes back.

    Attributes:
        alert_id: Names the stream.
        title: The name of its theme or aspect, in Chinese.
        status: `open` or `closed`.
        trend: `new` where the days before had no voice of the stream, else `rising`.
        since: The first day of what emerged, its beginning in the reader's zone.
        opened_at: The day on which it stood out first, or again.
        closed_at: The day on which it had calmed; `None` while it lasts.
        last_seen: The last voice of the window.
        window_days: The days that the figures below are of, the last of them while it lasted.
        count: Voices in them, paid posts left out.
        expected: Voices that the days before and all feedback of these days make one expect.
        ratio: The rate over that before; `None` where nothing was said before.
        low: Lower end of the 95 % interval of the ratio.
        high: Upper end; `None` where there is none.
        p: Chance of so many voices, over-dispersion counted in.
        reopened: How often it came back.
        set_aside: Paid posts of the stream in the same days, which were not counted.
        issue_id: The issue that holds the most of its voices.
        feedback_ids: Its voices, in order of time.
    """

    alert_id: str
    industry: str
    title: str
    status: AlertStatus
    trend: Trend
    since: datetime
    opened_at: datetime
    last_seen: datetime
    window_days: int
    count: int
    expected: float
    ratio: float | None
    low: float
    high: float | None
    p: float
    aspect_id: str | None = None
    topic_id: str | None = None
    product: str | None = None
    store: str | None = None
    region: str | None = None
    closed_at: datetime | None = None
    reopened: int = 0
    set_aside: int = 0
    issue_id: str | None = None
    feedback_ids: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {name: plain(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard in a period on one problem, in one place.

    Attributes:
        voices: Feedbacks that complain of it.
        mentions: Feedbacks that speak of it, in whatever way.
        feedback: All feedbacks of the place.
    """

    voices: int
    mentions: int
    feedback: int

    def as_dict(self) -> dict[str, Any]:
        per_100 = round(100 * self.voices / self.feedback, 4) if self.feedback else None
        share = round(self.voices / self.mentions, 4) if self.mentions else None
        return {
            **{name: getattr(self, name) for name in self.__slots__},
            "per_100": per_100,
            "negative_share": share,
        }


@dataclass(frozen=True, slots=True)
class Effect:
    """Whether customers complain less since a work order's end; `voc.insights.effect` says how.

    Attributes:
        effect_id: Names the work order and its end; a reopened one that ends again has another.
        ended_at: When work on the order ended.
        verdict: `effective`, `not_effective` or `insufficient` to say.
        reason: Why: the rate `dropped`; there is `no_drop` worth having; it is still `watching`;
            there are too `few_voices` to see a drop; or the interval is too wide (`wide_interval`).
        days_before: Days before the end that are compared.
        days_after: Days after it that are to be watched.
        days_watched: Days after it that the feedback reaches by now.
        expected: Voices after the end, had nothing changed; `None` where nobody can say.
        before: What was heard in the days before.
        after: What was heard in the days watched.
        control_before: The same of all other places, in the days before; `None` without any.
        control_after: The same in the days watched.
        exposed: Whose feedback the rates are over: the place's, or the whole industry's where
            most of the place's speaks of this problem.
        ratio: The rate after over that before; `None` where one of them has nothing.
        control_ratio: The same of the other places; `None` where they are not compared.
        effect_ratio: The first over the second, or the first alone without a control.
        low: Lower end of the 95 % interval of `effect_ratio`.
        high: Upper end; `None` where there is none.
        proposal: `redo` where 重办 is proposed, `redone` where it was done.
        proposed_at: When it was proposed.
    """

    effect_id: str
    work_order_id: str
    issue_id: str
    ended_at: datetime
    verdict: EffectVerdict
    reason: EffectReason
    days_before: int
    days_after: int
    days_watched: int
    expected: float | None
    before: Heard
    after: Heard
    control_before: Heard | None = None
    control_after: Heard | None = None
    exposed: Exposed = "place"
    ratio: float | None = None
    control_ratio: float | None = None
    effect_ratio: float | None = None
    low: float | None = None
    high: float | None = None
    proposal: Literal["redo", "redone"] | None = None
    proposed_at: datetime | None = None

    def as_dict(self) -> dict[str, Any]:
        heard = ("before", "after", "control_before", "control_after")
        values = {name: plain(getattr(self, name)) for name in self.__slots__ if name not in heard}
        told = {name: getattr(self, name) for name in heard}
        return {**values, **{name: one.as_dict() if one else None for name, one in told.items()}}


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
