"""What emerges or came back: alerts as lines, and as sentences of the lead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from voc.insights import RateRatio
from voc.records import Alert, Issue
from voc.report.intake import ReportInput
from voc.report.issue_figures import AlertKind, AlertLine, TextPart
from voc.report.wording import Calendar, label, number, p_value, usual

MOST_TOLD: Final = 3
_KINDS: Final[tuple[AlertKind, ...]] = ("new", "reopened", "rising")


def alert_lines(report: ReportInput) -> tuple[AlertLine, ...]:
    """Returns the alerts of the period: the open ones first, the surest before the others.

    One that goes on after the period is left out: its figures hold voices that are not of it.
    """
    issues = {issue.issue_id: issue for issue in report.issues}
    chosen = [
        alert
        for alert in report.alerts
        if report.scope.holds(alert)
        and (report.until is None or alert.last_seen < report.until)
        and (report.since is None or (alert.closed_at or alert.last_seen) >= report.since)
    ]
    chosen.sort(key=lambda alert: (alert.status != "open", alert.p, alert.alert_id))
    return tuple(_line(alert, issues.get(alert.issue_id or ""), report) for alert in chosen)


def _line(alert: Alert, issue: Issue | None, report: ReportInput) -> AlertLine:
    is_new = alert.trend == "new"
    return AlertLine(
        alert_id=alert.alert_id,
        title=issue.title if issue and _is_of(issue, alert) else placed(alert),
        kind="reopened" if alert.reopened else "new" if is_new else "rising",
        status=alert.status,
        since=alert.since.astimezone(report.zone).date().isoformat(),
        opened=alert.opened_at.astimezone(report.zone).date().isoformat(),
        days=alert.window_days,
        count=alert.count,
        expected=alert.expected,
        ratio=RateRatio(alert.ratio, alert.low, alert.high, alert.p),
        product=alert.product,
        store=alert.store,
        region=alert.region,
        reopened=alert.reopened,
        set_aside=alert.set_aside,
        issue_id=alert.issue_id,
    )


def _is_of(issue: Issue, alert: Alert) -> bool:
    """Says whether an issue is of what an alert is of, and of no more: its matter and its place."""
    is_same = (alert.topic_id or alert.aspect_id) in (issue.topic_id, issue.aspect_id)
    return is_same and (issue.product, issue.store, None) == (
        alert.product,
        alert.store,
        alert.region,
    )


def placed(alert: Alert) -> str:
    """Returns what emerges, and where."""
    places = [place for place in (alert.product, alert.store, alert.region) if place]
    return f"{alert.title}（{'，'.join(places)}）" if places else alert.title


def emerging(lines: Sequence[AlertLine], calendar: Calendar) -> tuple[TextPart, ...]:
    """Returns the sentences that tell of the open alerts, those of most voices more than usual.

    None where there are none.
    """
    current = [line for line in lines if line.status == "open"]
    told = sorted(current, key=lambda line: line.expected - line.count)[:MOST_TOLD]
    parts: list[TextPart] = []
    # What most voices tell of comes first, whatever kind of news it is.
    for kind in sorted(_KINDS, key=lambda one: -_most_voices(told, one)):
        group = [line for line in told if line.kind == kind]
        for place, line in enumerate(group):
            parts.append(TextPart("；" if place else f"本期{label(kind, 'alert_kind')}："))
            parts += _told(line, calendar)
        if group:
            parts.append(TextPart("。"))
    if len(current) > len(told):
        parts.append(TextPart(f"另有 {number(len(current) - len(told))} 项也在升温。"))
    return tuple(parts)


def _most_voices(lines: Sequence[AlertLine], kind: AlertKind) -> int:
    return max((line.count for line in lines if line.kind == kind), default=0)


def expected_text(expected: float) -> str:
    """Returns how many are usual, as it follows a Chinese word."""
    told = usual(expected)
    return f" {told}" if told[0].isdigit() else told


def _told(line: AlertLine, calendar: Calendar) -> Iterator[TextPart]:
    """Tells count and expectation only: a card tells the ratio, of its own, longer window."""
    yield TextPart(line.title, marked=True)
    expected = expected_text(line.expected)
    yield TextPart(f"，{calendar.day(line.since)}起，{line.days} 天内 ")
    yield TextPart(f"{number(line.count)} 条", marked=True)
    chance = f"，{p_value(line.ratio.p)}" if line.ratio else ""
    yield TextPart(f"（按此前的水平应有{expected} 条{chance}")
    if line.set_aside:
        yield TextPart(f"；另有 {number(line.set_aside)} 条疑似刷评，未计入")
    yield TextPart("）")
