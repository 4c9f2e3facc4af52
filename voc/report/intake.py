"""What a report is made from: plain records, handed over by whoever read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from voc.config import Industry
from voc.insights import Outcome
from voc.records import (
    Alert,
    Effect,
    Issue,
    Mention,
    OrderPart,
    Polarity,
    Satisfaction,
    Topic,
    WorkOrder,
)
from voc.report.measured import Measured
from voc.text.regions import province_of
from voc.workorders.calendar import WorkingCalendar


class Placed(Protocol):
    """What names a product, a store and a region: feedback and mentions do."""

    @property
    def product(self) -> str | None: ...
    @property
    def store(self) -> str | None: ...
    @property
    def region(self) -> str | None: ...


class ReportRow(Placed, Protocol):
    """One feedback with what the engine says of it as a whole; the store's `TaggedRow` is one.

    `occurred_at` is `None` where nobody knows when it was said; where `is_dated` is false, it is
    when the feedback was ingested. `flags` may hold `paid_burst`, `near_duplicate`,
    `advertisement`, `staff` and `uninformative`.
    """

    @property
    def feedback_id(self) -> str: ...
    @property
    def occurred_at(self) -> datetime | None: ...
    @property
    def channel(self) -> str: ...
    @property
    def channel_name(self) -> str | None: ...
    @property
    def rating(self) -> float | None: ...
    @property
    def rating_max(self) -> float | None: ...
    @property
    def nps(self) -> int | None: ...
    @property
    def csat(self) -> int | None: ...
    @property
    def ces(self) -> int | None: ...
    @property
    def text(self) -> str: ...
    @property
    def url(self) -> str | None: ...
    @property
    def sentiment(self) -> str | None: ...
    @property
    def urgency(self) -> str | None: ...
    @property
    def flags(self) -> frozenset[str]: ...
    @property
    def is_dated(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class ReportCall:
    """One conversation of a customer, summed up; see `voc.insights.CallSummary`.

    `aspects` are the ids of what it speaks of. `satisfaction` is `None` where no model predicts
    it. Where `is_dated` is false, `occurred_at` is when it was ingested.
    """

    feedback_id: str
    native_id: str
    occurred_at: datetime
    is_dated: bool
    channel: str
    product: str | None
    store: str | None
    region: str | None
    url: str | None
    start: Polarity | None
    end: Polarity | None
    reason: str | None
    last: str | None
    outcome: Outcome
    satisfaction: Satisfaction | None
    aspects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """The part of the feedback that a report is about; an empty tuple leaves nothing out.

    A province among `regions` stands for its cities too.
    """

    products: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.products or self.stores or self.regions)

    def holds(self, item: Placed) -> bool:
        """Says whether a feedback or a mention belongs to it."""
        return (
            (not self.products or item.product in self.products)
            and (not self.stores or item.store in self.stores)
            and (not self.regions or self._holds_region(item.region))
        )

    def _holds_region(self, region: str | None) -> bool:
        return region in self.regions or bool(region and province_of(region) in self.regions)


WHOLE: Final = Scope()
"""All the feedback there is."""


@dataclass(frozen=True, slots=True)
class Untagged:
    """The feedback of the period that a model, named as `name@version`, has not tagged yet."""

    model: str
    count: int


@dataclass(frozen=True, slots=True)
class ThemeRun:
    """What the last run that changed themes made of them.

    Attributes:
        at: When it was.
        kept: Themes that went on under their id.
        born: Those that came up, or out of another one.
        ended: Those that went into another one, or are none any more.
    """

    at: datetime
    kept: int
    born: int
    ended: int


@dataclass(frozen=True, slots=True)
class ReportInput:
    """Everything one report speaks of.

    Attributes:
        title: Heading of the page.
        industry: The taxonomy that names the aspects and their departments, if there is one.
        since: Start of the period, included; `None`: from the first feedback on.
        until: End of the period, excluded; `None`: to the last feedback.
        is_past: Whether issues are as they were at that end, with feedback after it.
        generated_at: The moment by which work orders are overdue or not.
        zone: The zone of days and weeks.
        model: Name and version of the model that tagged.
        rows: The feedback of the period, each once, in any order; read once, as a stream.
        mentions: What was said of aspects in the same feedback; read once, after `rows`.
        scope: What the feedback is narrowed to; of rows and mentions the rest is passed over.
        topics: Discovered themes, if any.
        topic_voices: `(feedback_id, topic_id, clauses, is_negative)` for each voice and topic it
            speaks of: how many of its clauses do, and whether one of them complains, `None` where
            that was not judged. Read once, before `rows`. Without them a topic is told as it
            stands over all its time, and nothing of its polarity.
        issues: Issues of any status. `rows` should hold the feedback that their evidence names.
        alerts: What emerged, open or closed.
        work_orders: Work orders of any status.
        order_parts: Of which part of its issue each order is, by its id; the rest are of the whole.
        effects: Whether work orders helped.
        calendar: When work is done; without it nothing is told of how departments handle orders.
        calls: Those of the feedback that are conversations, summed up; read once, as a stream.
        rejects: Rows that could not be read.
        window_days: Length of the recent window that trends of issues look at.
        is_masked: Whether personal data were masked before anything was stored.
        measured: What was measured about the model that tagged.
        theme_run: What the last run made of themes; `None` where there was none.
        untagged: What the model that should have tagged has not; `None` where it has tagged all.
        future: How much feedback of the period is dated in the future; it is not in `rows`.
    """

    title: str
    industry: Industry | None
    since: datetime | None
    until: datetime | None
    generated_at: datetime
    zone: ZoneInfo
    model: str
    rows: Iterable[ReportRow]
    mentions: Iterable[Mention]
    scope: Scope = WHOLE
    topics: Sequence[Topic] = ()
    topic_voices: Iterable[tuple[str, str, int, bool | None]] = ()
    issues: Sequence[Issue] = ()
    alerts: Sequence[Alert] = ()
    work_orders: Sequence[WorkOrder] = ()
    order_parts: Mapping[str, OrderPart] = field(default_factory=dict)
    effects: Sequence[Effect] = ()
    calendar: WorkingCalendar | None = None
    calls: Iterable[ReportCall] = ()
    rejects: int = 0
    window_days: int = 14
    is_past: bool = False
    is_masked: bool = True
    measured: tuple[Measured, ...] = ()
    untagged: Untagged | None = None
    theme_run: ThemeRun | None = None
    future: int = 0
