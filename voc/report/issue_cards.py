"""Issues as cards: how much, since when, where, in whose words, and who works on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from voc.config import Aspect
from voc.insights import RateRatio, rate_ratio, weeks_between
from voc.issues import ASPECT_NAMES, is_absorbed
from voc.issues.trends import BASELINE_WINDOWS
from voc.records import CHANNELS, SEVERITIES, Issue, Stake
from voc.report.issue_figures import (
    IssueCard,
    IssueLine,
    OrderLine,
    RecentChange,
    Share,
    StakeLine,
    Where,
)
from voc.report.standouts import standouts
from voc.report.tally import IssueVoices, Place, RowTally, ranked
from voc.report.verbatims import choose

MOST_CARDS: Final = 12
MOST_EMERGENCIES: Final = 4
"""Emergencies that come before everything else."""
_GRAVE: Final = ("high", "critical")
MOST_QUOTED: Final = 80
Exposed = Literal["part", "whole", "unknown"]
UNTOLD: Final = "unknown"
MOST_SPARKS: Final = 12
MOST_SHARES: Final = 4
_OPEN: Final = ("open", "reopened")
# What fewer voices say anew is no growth: one alone is new at any time.
_SEVERAL: Final = 3
_TRENDS: Final = ("rising", "new", "steady", "falling")


@dataclass(frozen=True, slots=True)
class Span:
    """The days that the report covers, both ends included, and its recent window."""

    first_day: date
    last_day: date
    window_days: int

    @property
    def recent_from(self) -> date:
        return self.last_day - timedelta(days=self.window_days - 1)

    @property
    def has_baseline(self) -> bool:
        """Says whether there are days before the recent window to compare it with."""
        return self.first_day < self.recent_from


def is_open(issue: Issue | IssueLine) -> bool:
    """Says whether somebody has to look at it."""
    return issue.status in _OPEN


def is_growing(issue: Issue | IssueLine) -> bool:
    """Says whether it is rising, or new with several voices."""
    return issue.trend == "rising" or (issue.trend == "new" and issue.count >= _SEVERAL)


def urgency_rank(issue: Issue | IssueLine) -> tuple[int, bool]:
    """Returns a sort key: by severity, a new or rising issue one step up and first among equals."""
    severity = SEVERITIES.index(issue.severity) if issue.severity in SEVERITIES else 0
    return -severity - is_growing(issue), not is_growing(issue)


def has_told_ratio(card: IssueCard) -> bool:
    """Says whether the change is sure enough for its ratio to be told.

    The trend is that of all feedback, or all of its product and store, the ratio that of what the
    report is about; a part of the feedback may hold too little to show the trend.
    """
    ratio = card.recent.ratio
    if ratio is None or ratio.value is None or ratio.high is None:
        return False
    if not card.recent.count_before:
        return False  # it is of stragglers from before the issue, whom the card does not count
    return (card.line.trend == "rising" and ratio.low > 1) or (
        card.line.trend == "falling" and ratio.high < 1
    )


def ranked_issues(
    issues: Iterable[Issue], *, since: datetime | None, until: datetime | None
) -> list[Issue]:
    """Returns the issues that the period touches, most urgent first; ignored ones are left out.

    The newest of the gravest emergencies come first, but not so many that nothing else is read.
    Then open ones come before closed ones; they are sorted by severity, in which new and rising
    ones count as one step more severe, and then by voices. Low ones come last.
    """
    touched = [
        issue
        for issue in issues
        if not is_absorbed(issue)
        and issue.status != "ignored"
        and (since is None or issue.last_seen >= since)
        and (until is None or issue.first_seen < until)
    ]

    def rank(issue: Issue) -> tuple[bool, bool, tuple[int, bool], int, int, str]:
        return (
            not is_open(issue),
            issue.severity == "low",
            urgency_rank(issue),
            _TRENDS.index(issue.trend),
            -issue.count,
            issue.issue_id,
        )

    ranked = sorted(touched, key=rank)
    grave = [one for one in ranked if is_open(one) and one.is_emergency and one.severity in _GRAVE]
    grave.sort(key=lambda one: (-SEVERITIES.index(one.severity), -one.last_seen.timestamp()))
    first = grave[:MOST_EMERGENCIES]
    return [*first, *(one for one in ranked if one not in first)]


def issue_line(
    issue: Issue,
    voices: IssueVoices,
    *,
    known: Mapping[str, Aspect],
    zone: ZoneInfo,
    has_trend: bool = True,
    has_ratio: bool = True,
) -> IssueLine:
    """Returns an issue in a line.

    Without `has_trend` neither its trend nor what is new in it is told; without `has_ratio` the
    ratio of that trend is not, as where the report is of a part of the feedback that the trend was
    tested over.
    """
    aspect = known.get(issue.aspect_id)
    chosen = choose(voices.queues())[:1]
    return IssueLine(
        issue_id=issue.issue_id,
        title=issue.title,
        aspect=aspect.name if aspect else _unknown(issue.aspect_id),
        severity=issue.severity,
        trend=issue.trend if has_trend else UNTOLD,
        trend_p=issue.trend_p if has_trend else 1.0,
        status=issue.status,
        count=issue.count,
        in_period=voices.count,
        first_seen=issue.first_seen.astimezone(zone).date().isoformat(),
        last_seen=issue.last_seen.astimezone(zone).date().isoformat(),
        product=issue.product,
        store=issue.store,
        department=aspect.department if aspect else None,
        ratio=_ratio(issue) if has_trend and has_ratio else None,
        quote=chosen[0].parts if chosen else (),
        reasons=issue.severity_reasons,
        stake=_stake(issue.stake),
        emerging_term=issue.emerging_term if has_trend else None,
    )


def _unknown(aspect_id: str) -> str:
    """Returns what is shown for an aspect that the taxonomy lacks; of several it has a prefix."""
    return ASPECT_NAMES.get(aspect_id.rpartition(".")[2], aspect_id)


def _stake(stake: Stake | None) -> StakeLine | None:
    if stake is None:
        return None
    return StakeLine(
        customers=stake.customers,
        high_tier=stake.high_tier,
        spend=stake.spend,
        times=stake.times,
        voices=stake.voices,
        known_voices=stake.known_voices,
    )


def _ratio(issue: Issue) -> RateRatio | None:
    if issue.trend_low is None:
        return None
    return RateRatio(issue.trend_ratio, issue.trend_low, issue.trend_high, issue.trend_p)


def issue_card(
    line: IssueLine,
    tally: RowTally,
    span: Span | None,
    orders: Sequence[OrderLine],
    topics: Mapping[str, str] | None = None,
    *,
    own_topic: str | None = None,
    exposed: Exposed = "unknown",
) -> IssueCard:
    """Returns an issue in full.

    Args:
        line: The issue in a line.
        tally: All feedback.
        span: The days covered, `None` where no feedback has a time.
        orders: Its work orders.
        topics: The names of topics, by id.
        own_topic: Id of the topic that the issue was formed of, which all of its voices speak of.
        exposed: What feedback the ratio is by: where the report is of a `part` of the feedback
            or of its time, that part; else that of the industry, which is the `whole` report or is
            not known here, or that of the issue's product or store.
    """
    voices = tally.issues[line.issue_id]
    weeks = list(weeks_between(span.first_day, span.last_day))[-MOST_SPARKS:] if span else []
    # Within one product, how much feedback stores have at all tells nothing.
    is_of_all = line.product is None and line.store is None
    return IssueCard(
        line=line,
        recent=_recent(line, voices, span, tally, exposed),
        weekly=tuple(_between(voices.days, week.first_day, week.last_day) for week in weeks),
        weeks=tuple(week.first_day.isoformat() for week in weeks),
        products=_where(voices.products, voices.count, fed=tally.products if is_of_all else None),
        stores=_where(voices.stores, voices.count, fed=tally.stores if is_of_all else None),
        regions=_where(voices.regions, voices.count),
        channels=_where(voices.channels, voices.count, most=len(CHANNELS)),
        topics=_where(_named(voices.topics, topics or {}, own_topic), voices.count),
        verbatims=choose(voices.queues()),
        orders=tuple(orders),
    )


def _recent(
    line: IssueLine, voices: IssueVoices, span: Span | None, tally: RowTally, exposed: Exposed
) -> RecentChange:
    if span is None:
        return RecentChange(0, 0, 0, 0, None)
    opened = date.fromisoformat(line.first_seen)
    baseline = span.recent_from - timedelta(days=BASELINE_WINDOWS * span.window_days)
    before_from = max(span.first_day, min(opened, baseline))
    before_to = span.recent_from - timedelta(days=1)
    counts = (
        _between(voices.days, span.recent_from, span.last_day),
        _between(voices.days, before_from, before_to),
    )
    fed = (tally.fed(span.recent_from, span.last_day), tally.fed(before_from, before_to))
    is_whole = line.product is None and line.store is None
    is_told = exposed == "part" or (exposed == "whole" and is_whole)
    return RecentChange(
        days=min(span.window_days, (span.last_day - span.first_day).days + 1),
        count=counts[0],
        days_before=max(0, (before_to - before_from).days + 1),
        count_before=counts[1],
        ratio=rate_ratio(counts, fed) if exposed == "part" else line.ratio,
        fed=fed[0] if is_told else None,
        fed_before=fed[1] if is_told else None,
    )


def _between(days: Mapping[int, int], first: date, last: date) -> int:
    begin, end = first.toordinal(), last.toordinal()
    return sum(count for day, count in days.items() if begin <= day <= end)


def _named(counts: Counter[str], names: Mapping[str, str], own: str | None) -> Counter[str]:
    """Returns the counts of topics but `own` that more than one voice speaks of, by name."""
    return Counter(
        {names[one]: n for one, n in counts.items() if n > 1 and one in names and one != own}
    )


def _where(
    places: Counter[str],
    total: int,
    *,
    most: int = MOST_SHARES,
    fed: Mapping[str, Place] | None = None,
) -> Where:
    top = ranked(places)[:most]
    found = []
    if fed is not None and len(places) > 1:
        found = standouts(places, {name: one.rows for name, one in fed.items()})
    return Where(
        len(places),
        tuple(Share(name, count, count / total) for name, count in top),
        next(iter(found), None),
    )
