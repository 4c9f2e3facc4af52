"""One issue as people read it: how bad, since when, in whose words, what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import Final

import typer

from voc.cli.terminal import days, print_part
from voc.pipeline.effects import reason_text
from voc.records import Effect, Evidence, Issue, WorkOrder
from voc.report.verbatims import excerpt
from voc.report.wording import EFFECT_LABELS, label, number, p_value, times
from voc.store import AlertEvent, IssueEvent, StoredFeedback

MOST_VERBATIMS: Final = 20


def print_issue(
    issue: Issue,
    effect: Effect | None,
    orders: Sequence[WorkOrder],
    history: Sequence[IssueEvent],
    said: Mapping[str, StoredFeedback],
    *,
    zone: tzinfo,
) -> None:
    """Prints an issue with its work orders and last verbatims.

    Args:
        issue: The issue.
        effect: Whether its last order helped.
        orders: Its work orders.
        history: What was done with it.
        said: The voices that are quoted, by id; of others their evidence stands alone.
        zone: That of days and times.
    """
    for line in _head(issue, effect, zone):
        typer.echo(line)
    for order in orders:
        due = f"{order.due_at.astimezone(zone):%Y-%m-%d %H:%M} 到期"
        status = label(order.status, "order_status")
        typer.echo(f"工单 {order.work_order_id}  {order.department}  {status}  {due}")
    print_changes(f"经过 {len(history)} 条", history, zone=zone)
    told = issue.evidence[-MOST_VERBATIMS:]
    more = len(issue.evidence) - len(told)
    print_part(
        f"最近的原话 {len(told)} 条" + (f"，更早的 {more} 条见 --json" if more else ""),
        dict.fromkeys(("反馈", "编号", "日期", "原话"), "left"),
        (_quoted(place, said.get(place.feedback_id), zone) for place in reversed(told)),
    )


def _quoted(
    place: Evidence, voice: StoredFeedback | None, zone: tzinfo
) -> tuple[str, str, str, str]:
    """Returns a voice as a row: its id here and at its source, its day, and what it says."""
    if voice is None:
        return place.feedback_id, "", "", place.text
    parts = excerpt(voice.feedback.text, place.start, place.end, place.text)
    day = f"{voice.occurred_at.astimezone(zone):%Y-%m-%d}"
    told = "".join(part.text for part in parts)
    return place.feedback_id, voice.feedback.native_id, day, told


def print_changes(title: str, history: Sequence[IssueEvent | AlertEvent], *, zone: tzinfo) -> None:
    """Prints what was done with an issue or an alert; times are in `zone`."""
    print_part(
        title,
        dict.fromkeys(("时间", "谁", "变化", "说明"), "left"),
        (
            (
                f"{event.at.astimezone(zone):%Y-%m-%d %H:%M}", event.actor,
                " → ".join(
                    label(status, "issue_status")
                    for status in dict.fromkeys((event.from_status, event.to_status))
                ),
                event.note or "",
            )
            for event in history
        ),
    )  # fmt: skip


def _head(issue: Issue, effect: Effect | None, zone: tzinfo) -> Iterator[str]:
    places = [
        f"  {unit} {name}"
        for unit, name in (("产品", issue.product), ("门店", issue.store))
        if name
    ]
    yield f"问题 {issue.issue_id}  {issue.title}"
    span = days(issue.first_seen, issue.last_seen, zone)
    yield (
        f"状态 {label(issue.status, 'issue_status')}  严重程度 {label(issue.severity, 'severity')}"
        f"  声音 {number(issue.count)} 条  {span}{''.join(places)}"
    )
    yield f"趋势 {label(issue.trend, 'trend')}{_ratio(issue)}"
    if issue.emerging_term is not None:
        yield f"新情况 {issue.emerging_term.sentence}"
    if issue.severity_reasons:
        yield f"严重程度依据 {'；'.join(issue.severity_reasons)}"
    if issue.stake is not None:
        stake = issue.stake
        yield (
            f"涉及客户 {number(stake.customers)} 位（高等级 {number(stake.high_tier)} 位），"
            f"近一年消费 ¥{number(stake.spend)}"
        )
    if effect is not None:
        yield f"整改效果 {EFFECT_LABELS[effect.verdict]}：{reason_text(effect)}"


def _ratio(issue: Issue) -> str:
    if issue.trend_low is None:
        return ""
    told = ratio_text(issue.trend_ratio, issue.trend_low, issue.trend_high, issue.trend_p)
    return f"，近 {issue.trend_window_days} 天按反馈量折算{told}"


def ratio_text(ratio: float | None, low: float, high: float | None, p: float) -> str:
    """Tells the ratio of two rates with its 95 % interval; `None` is no rate before, or no end."""
    value = "此前没有" if ratio is None else f"是此前的 {times(ratio)} 倍"
    upper = "∞" if high is None else times(high)
    return f"{value}（95% 区间 {times(low)}–{upper} 倍，{p_value(p)}）"
