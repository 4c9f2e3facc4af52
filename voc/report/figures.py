"""The report as figures: frozen dataclasses that hold numbers and strings only.

Days are ISO 8601 dates and moments ISO 8601 with an offset, both in the report's zone. Shares lie
in [0, 1]. All texts are as customers wrote them (masked), not escaped: the template escapes.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from voc.insights import Ces, Csat, Difference, Mean, Nps, Proportion, ScoreDriver
from voc.report.call_figures import CallFigures
from voc.report.intake import Scope, Untagged
from voc.report.issue_figures import AlertLine, IssueCard, OrderLine, Standout, TextPart
from voc.report.measured import Measured
from voc.report.outcomes import EffectFigures, HandlingLine
from voc.report.theme_figures import ThemeMap, ThemePeak, ThemeQuality, TopicFigures, WeekTable

PointKind = Literal[
    "rising", "new", "attention", "orders", "calls", "improved", "praise", "score", "theme"
]
BucketUnit = Literal["week", "month", "quarter"]


@dataclass(frozen=True, slots=True)
class KeyPoint:
    """One sentence of the first screen and, where there is one, what to do about it.

    `anchor` is the fragment of the place on the page that says more.
    """

    kind: PointKind
    sentence: tuple[TextPart, ...]
    action: tuple[TextPart, ...] = ()
    anchor: str | None = None


@dataclass(frozen=True, slots=True)
class ShareChange:
    """The negative share of a period against the one before.

    `first_day` and `last_day` are the ends of the later period, `days` and `days_before` the
    lengths of both; `is_clear` says whether the interval of the change leaves out zero.
    """

    first_day: str
    last_day: str
    days: int
    days_before: int
    now: Proportion
    before: Proportion
    change: Difference
    is_clear: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """The figures row.

    Attributes:
        rows: Feedback of the period, everything included but what lies outside its days.
        counted: Feedback that counts: without suspected paid posts and near-copies.
        negative: Negative ones among those that say something and were judged.
        positive: Positive ones among the same.
        week: The last full week against the one before, `None` where there are no two to compare.
        recent: The recent window against all days of the period before it, `None` likewise.
        nps: `None` where nobody was asked; the same for `csat`, `ces` and `rating`.
        rating: Mean rating, brought to a scale of 5.
        praised_but_angry: Feedback with a high score whose words are negative.
        scolded_but_glad: Feedback with a low score whose words are positive.
        open_issues: Issues that are open or reopened.
        serious_issues: Those of them of high or critical severity.
        growing_issues: Those of them that are new or rising.
        open_orders: Work orders that are not resolved, closed or rejected.
        overdue_orders: Those of them whose time is up.
    """

    rows: int
    counted: int
    negative: Proportion
    positive: Proportion
    week: ShareChange | None
    recent: ShareChange | None
    nps: Nps | None
    csat: Csat | None
    ces: Ces | None
    rating: Mean | None
    praised_but_angry: int
    scolded_but_glad: int
    open_issues: int
    serious_issues: int
    growing_issues: int
    open_orders: int
    overdue_orders: int


@dataclass(frozen=True, slots=True)
class Bucket:
    """Feedback of one week, month or quarter; `is_full` says whether all its days are covered."""

    label: str
    first_day: str
    last_day: str
    negative: int
    neutral: int
    positive: int
    unjudged: int
    negative_share: Proportion
    is_full: bool


@dataclass(frozen=True, slots=True)
class Volume:
    """Feedback over time, without gaps; `earlier` counts what lies before the first bucket."""

    unit: BucketUnit
    buckets: tuple[Bucket, ...]
    earlier: int = 0


@dataclass(frozen=True, slots=True)
class ChannelFigures:
    """What came by one channel; `name` is what sources call it, where that is no id of one."""

    channel: str
    name: str | None
    rows: int
    negative: Proportion


@dataclass(frozen=True, slots=True)
class AspectFigures:
    """Feedback that speaks of an aspect; one that praises and blames it counts on both sides."""

    aspect_id: str
    name: str
    department: str | None
    negative: int
    neutral: int
    positive: int
    negative_share: Proportion


@dataclass(frozen=True, slots=True)
class DriverFigures:
    aspect_id: str
    name: str
    driver: ScoreDriver


@dataclass(frozen=True, slots=True)
class ScoreDrivers:
    """How a score differs by aspect complained of; strongest pull first, too few scores last."""

    score: Literal["rating", "nps"]
    mean: float
    n: int
    drivers: tuple[DriverFigures, ...]


@dataclass(frozen=True, slots=True)
class HeatCell:
    """Feedback of a place that complains of an aspect.

    Attributes:
        negative: How many complain of it.
        total: How many speak of it at all.
        per_hundred: How many of a hundred feedbacks of the place complain of it; `None` where there
            are too few to tell.
        level: 0 where they are not surely more than elsewhere, else 1, from 1.5 times as many on 2,
            from 2 times 3, from 3 times 4; `None` where there are too few to tell.
    """

    negative: int
    total: int
    per_hundred: float | None
    level: int | None


@dataclass(frozen=True, slots=True)
class AspectStandout:
    """An aspect of which far more complain in a place than in all others."""

    aspect: str
    place: Standout


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A place; `level` goes with its negative share, from 0 (hardly any) to 4 (nearly all)."""

    name: str
    rows: int
    negative: Proportion
    level: int | None
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True, slots=True)
class HeatTable:
    """Places by aspects, worst first, those with too little feedback to tell last.

    Attributes:
        columns: The aspects, most negative first.
        rows: The places, with a cell for each aspect.
        more_rows: Places that were left out.
        page_rows: How many of the places the page shows, the first ones.
        page_columns: How many of the aspects.
        standouts: Aspects of which far more complain in a place than elsewhere, the clearest first.
    """

    columns: tuple[str, ...]
    rows: tuple[HeatRow, ...]
    more_rows: int
    page_rows: int
    page_columns: int
    standouts: tuple[AspectStandout, ...] = ()


@dataclass(frozen=True, slots=True)
class DepartmentOrders:
    department: str
    waiting_to_start: int
    in_progress: int
    on_hold: int
    done: int
    rejected: int
    overdue: int
    total: int


@dataclass(frozen=True, slots=True)
class OrderFigures:
    """Work orders by department, and the open ones, most pressing first.

    `pressing` stand on the page, which tells of the `further` ones how many they are: `more_open`.
    """

    total: int
    departments: tuple[DepartmentOrders, ...]
    pressing: tuple[OrderLine, ...]
    more_open: int
    further: tuple[OrderLine, ...]


@dataclass(frozen=True, slots=True)
class BurstFigures:
    """Near-equal praise in a short time, as bought posts come."""

    product: str | None
    count: int
    minutes: int | None
    began: str | None
    channels: tuple[str, ...]
    sample: str


@dataclass(frozen=True, slots=True)
class SetAside:
    """What was read and does not count, or counts in part; `staff` is what the company said."""

    paid: int
    bursts: tuple[BurstFigures, ...]
    more_bursts: int
    near_duplicates: int
    advertisements: int
    uninformative: int
    staff: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the figures rest on.

    Attributes:
        rows: Feedback read, everything included.
        rejects: Rows that could not be read.
        judged: Feedback with a sentiment, of those that count.
        with_aspect: Feedback that speaks of an aspect, of those that count.
        untimed: Feedback without a time.
        undated: Feedback whose source told no time, so that it stands at when it was ingested.
        future: Feedback dated in the future, which counts nowhere before its time comes.
        strays: Feedback so far before or after all the rest that charts and trends leave it out.
        off_scale: Scores outside their scale, left out.
    """

    rows: int
    rejects: int
    judged: int
    with_aspect: int
    untimed: int
    undated: int
    future: int
    strays: int
    off_scale: int


@dataclass(frozen=True, slots=True)
class Figures:
    """All that the report says; the page leaves some of it out.

    Attributes:
        has_trends: Whether the days covered reach back before the recent window; where they do
            not, no trend is told.
        is_narrowed: Whether the report is about a part of the feedback or of its time; ratios are
            then those of this part.
        is_past: Whether severities and trends are those of the period's end, with feedback
            after it.
        issues: Those that somebody must look at first, which the page shows in full.
        more_issues: The others, of each of which the page shows a line.
        alerts: What emerges or came back, the open ones first; the lead tells of these.
        topics: The themes that are shown in full, most negative voices first.
        other_topics: The next ones, of which the page tells the name and the figures.
        more_topics: How many are left out of the page beside them.
        further_topics: Those that are left out of it.
        calls: Calls and chats, `None` where there are none.
        peaks: The themes that were spoken of much in a few weeks.
        theme_map: The map of themes on a screen, `None` where there are too few of them.
        theme_map_narrow: The same for a phone.
        effects: Whether work orders helped; `None` where none is measured.
        handling: How departments handle work orders, all of them together first.
        untagged: What the model that should have tagged has not tagged; where it is not `model`,
            the figures are from earlier tags.
        theme_quality: `None` where there are no themes.
    """

    title: str
    industry: str | None
    first_day: str | None
    last_day: str | None
    generated_at: str
    zone: str
    model: str
    window_days: int
    is_masked: bool
    has_trends: bool
    is_narrowed: bool
    scope: Scope
    lead: tuple[TextPart, ...]
    alerts: tuple[AlertLine, ...]
    key_points: tuple[KeyPoint, ...]
    overview: Overview
    week: WeekTable | None
    volume: Volume
    channels: tuple[ChannelFigures, ...]
    aspects: tuple[AspectFigures, ...]
    drivers: ScoreDrivers | None
    issues: tuple[IssueCard, ...]
    more_issues: tuple[IssueCard, ...]
    topics: tuple[TopicFigures, ...]
    other_topics: tuple[TopicFigures, ...]
    more_topics: int
    further_topics: tuple[TopicFigures, ...]
    peaks: tuple[ThemePeak, ...]
    theme_map: ThemeMap | None
    theme_map_narrow: ThemeMap | None
    products: HeatTable
    stores: HeatTable
    regions: HeatTable
    orders: OrderFigures
    effects: EffectFigures | None
    handling: tuple[HandlingLine, ...]
    set_aside: SetAside
    coverage: Coverage
    measured: tuple[Measured, ...]
    calls: CallFigures | None = None
    untagged: Untagged | None = None
    theme_quality: ThemeQuality | None = None
    is_past: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Returns the report as plain JSON values."""
        return asdict(self)
