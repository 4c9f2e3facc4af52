"""What many voices come to: topics, issues, alerts, and whether something helped."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from voc.records.emergencies import reason_of
from voc.records.plain import plain
from voc.records.tags import Span
from voc.records.vocabulary import (
    AlertStatus,
    Channel,
    EffectReason,
    EffectVerdict,
    Exposed,
    IssueStatus,
    Polarity,
    Severity,
    Trend,
    UrgencyLabel,
)

UNHEARD: Final = "unheard"
"""The aspect of a complaint that no aspect of its taxonomy hears."""

_NESTED: Final = ("evidence", "stake", "emerging_term")


@dataclass(frozen=True, slots=True)
class Mention:
    """One negative, neutral or positive word on one aspect, placed in time and space.

    It is what issues are formed from: a row of Tags joined with its Feedback. `is_praise` says
    whether the feedback as a whole praises, `is_doubtful` that the mention makes no issue (see
    `voc.issues.doubts`).
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
    is_praise: bool = False
    is_doubtful: bool = False


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
class NearAspect:
    """The aspect that what no aspect hears is most like.

    Attributes:
        aspect_id: Its id in the taxonomy.
        probability: How probable it is, in the mean of what was said, in [0, 1].
    """

    aspect_id: str
    probability: float

    def as_dict(self) -> dict[str, Any]:
        return {name: plain(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Topic:
    """A discovered theme: what many clauses speak of, named in customers' words.

    `negative_share` is of its `count` voices, how many complained in a clause which belongs to it
    when it was discovered. `near_aspect` is what its complaints that no aspect hears are most like,
    `None` where they are like none.
    """

    topic_id: str
    topic: str
    industry: str
    keywords: tuple[str, ...]
    count: int
    negative_share: float
    first_seen: datetime
    last_seen: datetime
    evidence: tuple[Evidence, ...] = ()
    near_aspect: NearAspect | None = None

    def as_dict(self) -> dict[str, Any]:
        nested = ("evidence", "near_aspect")
        values = {name: plain(getattr(self, name)) for name in self.__slots__ if name not in nested}
        return {
            **values,
            "near_aspect": self.near_aspect.as_dict() if self.near_aspect else None,
            "evidence": [item.as_dict() for item in self.evidence],
        }


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


EMERGING_SENTENCE: Final = re.compile(
    r"近 \d+ 天(?:抽读的)? [\d,]+ 条里 [\d,]+ 条说到“[^”]*”，此前(?:抽读的)? [\d,]+ 条里 [\d,]+ 条"
)
"""What tells of an emerging term, wherever it was written."""
NEWLY: Final = "，近来多说"
"""What leads in a title to the emerging term, and to what is said of it."""
EMERGING_IN_TITLE: Final = re.compile(f"{NEWLY}[^（）\n]*")
"""What tells of an emerging term in a title, wherever that was written."""


@dataclass(frozen=True, slots=True)
class EmergingTerm:
    """A word that the recent voices of an issue say and earlier ones hardly did.

    Attributes:
        term: The word.
        window_days: The days that are recent, up to the newest feedback of the industry.
        saying: Voices of these days that say it.
        voices: All voices of these days.
        saying_before: Voices before them that said it.
        voices_before: All voices before them.
        p: Chance of so many, or more, among these voices; one-sided.
        is_sample: Whether these are but some of its voices, evenly taken, as there are very many.
    """

    term: str
    window_days: int
    saying: int
    voices: int
    saying_before: int
    voices_before: int
    p: float
    is_sample: bool = False

    @property
    def sentence(self) -> str:
        """What it tells, in Chinese."""
        read = "抽读的" if self.is_sample else ""
        now = f"近 {self.window_days} 天{read} {self.voices:,} 条里 {self.saying:,} 条"
        before = f"此前{read} {self.voices_before:,} 条里 {self.saying_before:,} 条"
        return f"{now}说到“{self.term}”，{before}"

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
    `emerging_term` is what recent voices say anew, where they do.
    `merged_into` is the issue that has taken all its voices, where one has.
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
    emerging_term: EmergingTerm | None = None
    merged_into: str | None = None

    @property
    def is_emergency(self) -> bool:
        """Whether its voices were told apart by the reason that makes them critical."""
        return reason_of(self.topic_id) is not None

    @property
    def is_open(self) -> bool:
        """Whether it is neither closed nor ignored."""
        return self.status in ("open", "reopened")

    def as_dict(self) -> dict[str, Any]:
        others = [name for name in self.__slots__ if name not in _NESTED]
        return {
            **{name: plain(getattr(self, name)) for name in others},
            "stake": self.stake.as_dict() if self.stake else None,
            "emerging_term": self.emerging_term.as_dict() if self.emerging_term else None,
            "evidence": [item.as_dict() for item in self.evidence],
        }


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that emerges: more voices of one stream than its past and all feedback explain.

    A stream is one theme or one aspect, of one product, store or region where these are named. An
    alert is opened once for it; it is updated while it lasts, closed when the stream calms or by a
    person, and reopened under the same id when it comes back.

    Attributes:
        alert_id: Names the stream.
        title: The name of its theme or aspect, in Chinese; of a theme with a subject and no problem
            what the voices of the window say is wrong, if they say one thing.
        status: `open` or `closed`.
        trend: `new` where the days before had no voice of the stream, else `rising`.
        since: The first day of what emerged, its beginning in the reader's zone.
        opened_at: The day on which it stood out first, or again.
        closed_at: The day on which it had calmed, or when a person closed it; `None` while it
            lasts.
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
        settled_until: When a person closed it last; voices of later days alone open it again.
            `None` where nobody closed it, or it was reopened by hand.
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
    settled_until: datetime | None = None

    @property
    def is_settled(self) -> bool:
        """Whether a person closed it, and nothing has come back since."""
        settled = self.settled_until
        return self.status == "closed" and settled is not None and self.opened_at <= settled

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
            the order was `reopened` before that was over; there are too `few_voices` to see a
            drop; or the interval is too wide (`wide_interval`).
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
