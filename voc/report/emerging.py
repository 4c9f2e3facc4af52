"""What emerges or came back: alerts as lines, and as sentences of the lead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from voc.insights import RateRatio
from voc.records import Alert
from voc.report.intake import ReportInput
from voc.report.issue_figures import AlertKind, AlertLine, TextPart
from voc.report.wording import Calendar, number, times

MOST_TOLD: Final = 3
_KINDS: Final[tuple[tuple[AlertKind, str], ...]] = (
    ("new", "新出现"),
    ("reopened", "重新升温"),
    ("rising", "升温"),
)


def alert_lines(report: ReportInput) -> tuple[AlertLine, ...]:
    """Returns the alerts of the period: the open ones first, the surest before the others."""
    names = {issue.issue_id: issue.title for issue in report.issues}
    chosen = [
        alert
        for alert in report.alerts
        if report.scope.holds(alert)
        and (report.until is None or alert.opened_at < report.until)
        and (report.since is None or (alert.closed_at or alert.last_seen) >= report.since)
    ]
    chosen.sort(key=lambda alert: (alert.status != "open", alert.p, alert.alert_id))
    return tuple(_line(alert, names.get(alert.issue_id or ""), report) for alert in chosen)


def _line(alert: Alert, issue: str | None, report: ReportInput) -> AlertLine:
    is_new = alert.trend == "new"
    return AlertLine(
        alert_id=alert.alert_id,
        title=issue or _placed(alert),
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


def _placed(alert: Alert) -> str:
    places = [place for place in (alert.product, alert.store, alert.region) if place]
    return f"{alert.title}（{'，'.join(places)}）" if places else alert.title


def emerging(lines: Sequence[AlertLine], calendar: Calendar) -> tuple[TextPart, ...]:
    """Returns the sentences that tell of the open alerts; none where there are none."""
    current = [line for line in lines if line.status == "open"]
    told = current[:MOST_TOLD]
    parts: list[TextPart] = []
    for kind, words in _KINDS:
        group = [line for line in told if line.kind == kind]
        for place, line in enumerate(group):
            parts.append(TextPart("；" if place else f"本期{words}："))
            parts += _told(line, calendar)
        if group:
            parts.append(TextPart("。"))
    if len(current) > len(told):
        parts.append(TextPart(f"另有 {number(len(current) - len(told))} 项也在升温。"))
    return tuple(parts)


def _told(line: AlertLine, calendar: Calendar) -> Iterator[TextPart]:
    yield TextPart(line.title, marked=True)
    expected = "不到 0.1" if line.expected < 0.1 else number(line.expected, 1)
    yield TextPart(f"（{calendar.day(line.since)}起，{line.days} 天内 ")
    yield TextPart(f"{number(line.count)} 条", marked=True)
    yield TextPart(f"，按此前应有 {expected} 条")
    ratio = line.ratio
    if ratio is not None and ratio.value is not None and ratio.high is not None:
        yield TextPart(f"，为此前的 {times(ratio.value)} 倍")
        yield TextPart(f"，95% 区间 {times(ratio.low)}–{times(ratio.high)} 倍")
    if line.set_aside:
        yield TextPart(f"；另有 {number(line.set_aside)} 条疑似刷评，未计入")
    yield TextPart("）")
