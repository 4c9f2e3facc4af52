"""Figures of issues and work orders: numbers and strings only, as in `voc.report.figures`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from voc.insights import RateRatio
from voc.records import EmergingTerm


@dataclass(frozen=True, slots=True)
class TextPart:
    """A stretch of text; `marked` stretches are evidence, or figures that matter."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """One place's part of an issue."""

    name: str
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class Standout:
    """A place of which more complain, for its feedback, than of all others together.

    Attributes:
        name: The place.
        count: How many complain there.
        per_hundred: How many of a hundred of its feedbacks do.
        elsewhere: How many of a hundred of all others do.
    """

    name: str
    count: int
    per_hundred: float
    elsewhere: float


@dataclass(frozen=True, slots=True)
class Where:
    """The places that most voices of an issue name, of `distinct` ones in all.

    `standout` is the one that stands out most, if any does.
    """

    distinct: int
    shares: tuple[Share, ...]
    standout: Standout | None = None


@dataclass(frozen=True, slots=True)
class Verbatim:
    """What one customer said, cut to the part around the evidence.

    `channel_name` is what its source calls the channel, where that is no id of one.
    """

    parts: tuple[TextPart, ...]
    moment: str | None
    channel: str
    channel_name: str | None
    product: str | None
    store: str | None
    url: str | None


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A work order; `hours_left` is negative when its time is up, `None` when it is done.

    `ended_at` is when work on it ended, `None` while it goes on.
    """

    work_order_id: str
    issue_id: str
    title: str
    department: str
    assignee: str | None
    priority: str
    status: str
    due_at: str
    hours_left: float | None
    is_overdue: bool
    ended_at: str | None
    external_ref: str | None
    url: str | None


@dataclass(frozen=True, slots=True)
class RecentChange:
    """Voices of the last window against those before.

    Attributes:
        days: Length of the last window.
        count: Voices in it.
        days_before: Length of the earlier period.
        count_before: Voices in it.
        ratio: The rate of the issue's last window over that before: as its trend was tested, or,
            of a part of the feedback, by the counts and the feedback of that part; `None` without
            a comparison.
        fed: All feedback of the last window, which the ratio is by; `None` where it is by that of
            the issue's product or industry alone. Likewise `fed_before`.
    """

    days: int
    count: int
    days_before: int
    count_before: int
    ratio: RateRatio | None
    fed: int | None = None
    fed_before: int | None = None


@dataclass(frozen=True, slots=True)
class StakeLine:
    """Which customers are behind an issue, as far as the directory knows them.

    Attributes:
        customers: Known customers, each once.
        high_tier: Those of a high level of membership.
        spend: What they spent in the last 12 months, together.
        times: How many typical customers one of them is worth, by spend; `None` where unknown.
        voices: Voices of the issue, over all time.
        known_voices: Those of known customers.
    """

    customers: int
    high_tier: int
    spend: float
    times: float | None
    voices: int
    known_voices: int


@dataclass(frozen=True, slots=True)
class IssueLine:
    """One issue in a line.

    `trend` is `unknown` where the report covers too little time to tell; `quote` is what one
    customer said of it; `ratio` is that of its trend, `None` where the report is of a part of the
    feedback; `reasons` say in Chinese why it is as severe
    as it is; `stake` is `None` where none of its customers is known; `emerging_term` is what is new
    in it, where something is, and is told only in reports of all feedback.
    """

    issue_id: str
    title: str
    aspect: str
    severity: str
    trend: str
    trend_p: float
    status: str
    count: int
    in_period: int
    first_seen: str
    last_seen: str
    product: str | None
    store: str | None
    department: str | None
    quote: tuple[TextPart, ...] = ()
    ratio: RateRatio | None = None
    reasons: tuple[str, ...] = ()
    stake: StakeLine | None = None
    emerging_term: EmergingTerm | None = None


AlertKind = Literal["new", "rising", "reopened"]


@dataclass(frozen=True, slots=True)
class AlertLine:
    """What emerges, or came back, in a line; see `voc.records.Alert`.

    Attributes:
        kind: `reopened` where it had calmed before, else the alert's trend.
        since: The day on which it began.
        opened: The day on which it was seen.
        days: The days that the figures are of.
        count: Voices in them.
        expected: Voices that the days before make one expect.
        ratio: The rate over that before; `None` without a comparison.
        set_aside: Paid posts in the same days, not counted.
    """

    alert_id: str
    title: str
    kind: AlertKind
    status: str
    since: str
    opened: str
    days: int
    count: int
    expected: float
    ratio: RateRatio | None
    product: str | None
    store: str | None
    region: str | None
    reopened: int
    set_aside: int
    issue_id: str | None


@dataclass(frozen=True, slots=True)
class IssueCard:
    """One issue in full.

    `weekly` counts voices by week, oldest first, over `weeks` labels; `topics` are the themes that
    its voices speak of as well.
    """

    line: IssueLine
    recent: RecentChange
    weekly: tuple[int, ...]
    weeks: tuple[str, ...]
    products: Where
    stores: Where
    regions: Where
    channels: Where
    topics: Where
    verbatims: tuple[Verbatim, ...]
    orders: tuple[OrderLine, ...]
