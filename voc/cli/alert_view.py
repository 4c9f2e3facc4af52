"""One alert as people read it: what stands out, where, how surely, and in whose words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Final

import typer

from voc.cli.issue_view import print_changes, ratio_text
from voc.cli.terminal import print_part
from voc.records import Alert, Issue
from voc.report.wording import label, number, usual
from voc.store import AlertEvent, StoredFeedback

_MOST_CHARS: Final = 200


def print_alert(
    alert: Alert,
    issue: Issue | None,
    history: Sequence[AlertEvent],
    said: Sequence[StoredFeedback],
    *,
    zone: tzinfo,
) -> None:
    """Prints an alert; days and times are in `zone`."""
    for line in _head(alert, issue, zone):
        typer.echo(line)
    print_changes(f"人工处理 {len(history)} 次", history, zone=zone)
    more = len(alert.feedback_ids) - len(said)
    print_part(
        f"最近的原话 {len(said)} 条" + (f"，共 {len(alert.feedback_ids)} 条" if more else ""),
        {"反馈": "left", "日期": "left", "原话": "left"},
        (
            (
                one.feedback_id, _day(one.occurred_at, zone),
                _shortened(one.feedback.text),
            )
            for one in said
        ),
    )  # fmt: skip


def _head(alert: Alert, issue: Issue | None, zone: tzinfo) -> Iterator[str]:
    places = (("产品", alert.product), ("门店", alert.store), ("地区", alert.region))
    named = [f"{unit} {name}" for unit, name in places if name]
    yield f"预警 {alert.alert_id}  {alert.title}"
    yield f"行业 {alert.industry}  {'  '.join(named) or '不限产品、门店、地区'}"
    yield f"状态 {label(alert.status, 'issue_status')}{_course(alert, zone)}"
    yield (
        f"趋势 {label(alert.trend, 'trend')}，{alert.window_days} 天内声音 {number(alert.count)} 条"
        f"（最近一条 {_day(alert.last_seen, zone)}），"
        f"按此前的水平预期 {usual(alert.expected)} 条，"
        f"按反馈量折算{ratio_text(alert.ratio, alert.low, alert.high, alert.p)}"
    )
    if alert.set_aside:
        yield f"另有 {number(alert.set_aside)} 条疑似刷评，未计入"
    if issue is not None:
        yield f"问题 {issue.issue_id}  {issue.title}（{label(issue.status, 'issue_status')}）"


def _course(alert: Alert, zone: tzinfo) -> str:
    how = "人工关闭" if alert.is_settled else "平息"
    ended = f"  {_day(alert.closed_at, zone)} {how}" if alert.closed_at else ""
    back = f"  重现 {alert.reopened} 次" if alert.reopened else ""
    return f"  自 {_day(alert.since, zone)}，{_day(alert.opened_at, zone)} 预警{ended}{back}"


def _day(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d}"


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MOST_CHARS else f"{line[:_MOST_CHARS]}…"
