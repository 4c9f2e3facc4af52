"""From records to figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from voc.insights import (
    ces_of_counts,
    core_days,
    csat_of_counts,
    mean_of_counts,
    nps_of_counts,
    proportion,
)
from voc.records import POLARITIES, Issue, WorkOrder
from voc.report.aside import set_aside
from voc.report.aspects import (
    MentionTally,
    aspect_figures,
    aspects_by_id,
    heat_table,
    score_drivers,
    tally_mentions,
)
from voc.report.calls import call_figures
from voc.report.changes import recent_change, week_change
from voc.report.emerging import alert_lines, emerging
from voc.report.figures import (
    ChannelFigures,
    Coverage,
    Figures,
    Overview,
)
from voc.report.intake import ReportInput
from voc.report.issue_cards import (
    MOST_CARDS,
    MOST_QUOTED,
    Exposed,
    Span,
    is_growing,
    is_open,
    issue_card,
    issue_line,
    ranked_issues,
)
from voc.report.issue_figures import IssueCard, IssueLine, OrderLine
from voc.report.key_points import key_points
from voc.report.lead import counted_to, lead
from voc.report.orders import is_open as is_order_open
from voc.report.orders import order_figures, order_line, orders_by_issue
from voc.report.outcomes import effect_figures, handling_lines
from voc.report.peaks import theme_peaks
from voc.report.periods import volume_of
from voc.report.regions import tell_regions
from voc.report.tally import Place, RowTally, tally_rows
from voc.report.theme_map import theme_map
from voc.report.themes import (
    MOST_OTHERS,
    MOST_TOPICS,
    chosen,
    is_narrowed,
    spoken_of,
    theme_quality,
    topic_figures,
    topics_of_voices,
)
from voc.report.weekly import week_table
from voc.report.wider_points import Findings
from voc.report.wording import Calendar

_NEGATIVE: Final = POLARITIES.index("negative")
_POSITIVE: Final = POLARITIES.index("positive")
# Of more channels than so many the rest are told by the kinds they are of.
_MOST_CHANNELS: Final = 12


def build_figures(report: ReportInput) -> Figures:
    """Computes all that the report says; reads `topic_voices`, `rows` and `mentions` once each.

    Memory grows with days, places and issues, and little with rows: no text is kept but that of
    the verbatims of the first issues.
    """
    known = aspects_by_id(report.industry)
    rows, mentions, issues = _read(report)
    in_full = _in_full(issues)
    span = _span(report, rows)
    told = {issue.issue_id for issue in issues}
    spoken = [one for one in report.work_orders if not report.scope or one.issue_id in told]
    orders = [order_line(one, now=report.generated_at, zone=report.zone) for one in spoken]
    lines = [
        issue_line(
            one,
            rows.issues[one.issue_id],
            known=known,
            zone=report.zone,
            has_trend=span is not None and span.has_baseline,
            has_ratio=not is_narrowed(report),
        )
        for one in issues
    ]
    by_issue = orders_by_issue(orders)
    names = {topic.topic_id: topic.topic for topic in report.topics}
    exposed = _exposed(report)
    cards = [
        issue_card(
            line,
            rows,
            span,
            by_issue.get(line.issue_id, ()),
            names,
            own_topic=issue.topic_id,
            exposed=exposed,
        )
        for issue, line in zip(issues, lines, strict=True)
    ]
    findings = Findings(
        overview=_overview(rows, span, lines, orders),
        lines=lines,
        cards=tuple(card for card in cards if card.line.issue_id in in_full),
        orders=order_figures(orders),
        drivers=score_drivers(rows, mentions, known),
        stores=rows.stores,
        products=rows.products,
        peaks=theme_peaks(rows, report.topics, span),
        calls=call_figures(
            (call for call in report.calls if report.scope.holds(call)), report.zone, known
        ),
        calendar=Calendar.of(*_ends(span), report.generated_at.astimezone(report.zone).isoformat()),
        last_day=_ends(span)[1] if report.until is not None else None,
    )
    more = tuple(card for card in cards if card.line.issue_id not in in_full)
    return _figures(report, rows, mentions, span, findings, more, spoken)


def _exposed(report: ReportInput) -> Exposed:
    if is_narrowed(report):
        return "part"
    return "whole" if len({issue.industry for issue in report.issues}) == 1 else "unknown"


def _read(report: ReportInput) -> tuple[RowTally, MentionTally, list[Issue]]:
    """Reads the feedback and what was said in it; returns the issues it speaks of as well."""
    issues = ranked_issues(report.issues, since=report.since, until=report.until)
    if is_narrowed(report):  # what is new was found in all voices
        issues = [replace(issue, emerging_term=None) for issue in issues]
    scope = report.scope
    followed = {
        issue.issue_id: (issue, bool(scope) or place < MOST_QUOTED)
        for place, issue in enumerate(issues)
    }
    rows = tally_rows(
        (row for row in report.rows if scope.holds(row)),
        followed,
        zone=report.zone,
        topics=topics_of_voices(report.topic_voices),
    )
    mentions = tally_mentions((item for item in report.mentions if scope.holds(item)), rows)
    tell_regions(rows, mentions)
    return rows, mentions, [one for one in issues if not scope or rows.issues[one.issue_id].count]


def _in_full(issues: Sequence[Issue]) -> set[str]:
    """Returns the ids of the issues that get a card: the first ones that somebody must look at."""
    current = [issue for issue in issues if is_open(issue)]
    worth = [issue for issue in current if issue.severity != "low"]
    return {issue.issue_id for issue in (worth or current)[:MOST_CARDS]}


def _figures(
    report: ReportInput,
    rows: RowTally,
    mentions: MentionTally,
    span: Span | None,
    findings: Findings,
    more: tuple[IssueCard, ...],
    orders: Sequence[WorkOrder],
) -> Figures:
    first_day, last_day = _ends(span)
    known = aspects_by_id(report.industry)
    aspects = aspect_figures(mentions, known)
    days = (span.first_day, span.last_day) if span else (None, None)
    spoken = spoken_of(report.topics, rows)
    themes = [topic_figures(topic, report, rows) for topic in spoken]
    topics = chosen(themes, MOST_TOPICS)
    alerts = alert_lines(report)
    others = [topic for topic in themes if topic not in topics]
    made = report.generated_at.astimezone(report.zone).isoformat(timespec="minutes")
    return Figures(
        title=report.title,
        industry=report.industry.name if report.industry else None,
        first_day=first_day,
        last_day=last_day,
        generated_at=made,
        zone=report.zone.key,
        model=report.model,
        window_days=report.window_days,
        is_masked=report.is_masked,
        has_trends=span is not None and span.has_baseline,
        is_narrowed=is_narrowed(report),
        scope=report.scope,
        lead=(
            *lead(findings.overview, findings.calendar, first_day, last_day, undated=rows.undated),
            *(emerging(alerts, findings.calendar) if findings.overview.rows else ()),
            *(counted_to(findings.calendar, last_day, made) if findings.orders.pressing else ()),
        ),
        alerts=alerts,
        key_points=key_points(findings),
        overview=findings.overview,
        week=week_table(rows, mentions, findings.lines, report.topics, known, span),
        volume=volume_of(rows.days, *days),
        channels=_channels(rows),
        aspects=aspects,
        drivers=findings.drivers,
        issues=tuple(findings.cards),
        more_issues=more,
        topics=topics,
        other_topics=tuple(others[:MOST_OTHERS]),
        more_topics=max(0, len(others) - MOST_OTHERS),
        further_topics=tuple(others[MOST_OTHERS:]),
        peaks=findings.peaks,
        theme_map=theme_map(topics, rows.together, "wide"),
        theme_map_narrow=theme_map(topics, rows.together, "narrow"),
        products=heat_table(rows.products, mentions.products, aspects),
        stores=heat_table(rows.stores, mentions.stores, aspects),
        regions=heat_table(rows.regions, mentions.regions, aspects),
        orders=findings.orders,
        effects=effect_figures(report, {order.work_order_id: order for order in orders}),
        handling=handling_lines(report, orders),
        set_aside=set_aside(rows),
        coverage=_coverage(report, rows, mentions, span),
        measured=report.measured,
        calls=findings.calls,
        untagged=report.untagged,
        theme_quality=theme_quality(report, rows, mentions),
        is_past=report.is_past,
    )


def _span(report: ReportInput, rows: RowTally) -> Span | None:
    """Returns the days covered: as asked for, else those of the feedback without strays."""
    first, last = core_days({day: sum(counts) for day, counts in rows.days.items()}) or (None, None)
    if report.since is not None:
        first = report.since.astimezone(report.zone).date()
    if report.until is not None:
        last = (report.until.astimezone(report.zone) - timedelta(microseconds=1)).date()
    if first is None or last is None or first > last:
        return None
    return Span(first, last, report.window_days)


def _ends(span: Span | None) -> tuple[str | None, str | None]:
    return (span.first_day.isoformat(), span.last_day.isoformat()) if span else (None, None)


def _overview(
    rows: RowTally, span: Span | None, lines: Sequence[IssueLine], orders: Sequence[OrderLine]
) -> Overview:
    current = [line for line in lines if is_open(line)]
    strays = _outside(rows, span)
    judged = rows.judged - sum(strays[: len(POLARITIES)])
    return Overview(
        rows=rows.rows - sum(strays),
        counted=rows.counted - sum(strays),
        negative=proportion(rows.polarities[_NEGATIVE] - strays[_NEGATIVE], judged),
        positive=proportion(rows.polarities[_POSITIVE] - strays[_POSITIVE], judged),
        week=week_change(rows.days, span),
        recent=recent_change(rows.days, span),
        nps=nps_of_counts(rows.nps) if rows.nps else None,
        csat=csat_of_counts(rows.csat) if rows.csat else None,
        ces=ces_of_counts(rows.ces) if rows.ces else None,
        rating=mean_of_counts(rows.ratings) if rows.ratings else None,
        praised_but_angry=rows.contradicting["high_score_negative_text"],
        scolded_but_glad=rows.contradicting["low_score_positive_text"],
        open_issues=len(current),
        serious_issues=sum(line.severity in ("high", "critical") for line in current),
        growing_issues=sum(is_growing(line) for line in current),
        open_orders=sum(is_order_open(order) for order in orders),
        overdue_orders=sum(order.is_overdue for order in orders),
    )


def _channels(rows: RowTally) -> tuple[ChannelFigures, ...]:
    """Tells channels by what their sources call them; those of few voices by their ids alone."""
    told: defaultdict[tuple[str, str], Place] = defaultdict(Place)
    for at, ((channel, name), place) in enumerate(_most_first(rows.channels)):
        told[channel, name if at < _MOST_CHANNELS else channel].take(place)
    return tuple(
        ChannelFigures(
            channel,
            None if name == channel else name,
            place.rows,
            proportion(place.polarities[_NEGATIVE], sum(place.polarities)),
        )
        for (channel, name), place in _most_first(told)
    )


def _most_first(
    places: Mapping[tuple[str, str], Place],
) -> list[tuple[tuple[str, str], Place]]:
    return sorted(places.items(), key=lambda item: (-item[1].rows, item[0]))


def _coverage(
    report: ReportInput, rows: RowTally, mentions: MentionTally, span: Span | None
) -> Coverage:
    strays = _outside(rows, span)
    return Coverage(
        rows=rows.rows + rows.staff + report.future,
        rejects=report.rejects,
        judged=rows.judged - sum(strays[: len(POLARITIES)]),
        with_aspect=mentions.feedback,
        untimed=rows.untimed,
        undated=rows.undated,
        future=report.future,
        strays=sum(strays),
        off_scale=rows.off_scale,
    )


def _outside(rows: RowTally, span: Span | None) -> list[int]:
    """Returns the counted feedback outside the days covered: by polarity, and unjudged last."""
    sums = [0] * (len(POLARITIES) + 1)
    if span is None:
        return sums
    covered = range(span.first_day.toordinal(), span.last_day.toordinal() + 1)
    for day, counts in rows.days.items():
        if day not in covered:
            sums = [one + other for one, other in zip(sums, counts, strict=True)]
    return sums
