"""`voc issues`, `voc work-orders`: list, show and act on what came of feedback."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from voc.cli.alerts import change_alert, is_alert, list_alerts, show_alert
from voc.cli.handling import tell_open_orders
from voc.cli.prefixes import full_id
from voc.cli.reviews import review
from voc.cli.terminal import (
    ConfigOption,
    IndustryFilter,
    JsonOption,
    check_industry,
    code_of,
    days,
    opened_store,
    passed,
    print_records,
    print_table,
    say,
    settings_from,
)

if TYPE_CHECKING:
    from voc.records import Issue, IssueStatus
    from voc.store import Store

issues = typer.Typer(invoke_without_command=True)
work_orders = typer.Typer(invoke_without_command=True)
work_orders.add_typer(review, name="review")

LimitOption = Annotated[
    int | None, typer.Option("--limit", metavar="N", min=1, help="At most so many.")
]
ActorOption = Annotated[str, typer.Option("--by", help="Who does it, for the history.")]
NoteOption = Annotated[str | None, typer.Option("--note", help="Why, for the history.")]


@issues.callback()
def list_issues(
    context: typer.Context,
    industry: IndustryFilter = None,
    status: Annotated[
        str | None,
        typer.Option(
            "--status",
            help="open, closed, reopened or ignored; or as it is printed: 跟进中, 已关闭, ….",
        ),
    ] = None,
    store_name: Annotated[
        str | None,
        typer.Option(
            "--store",
            metavar="NAME",
            help="Only of this store alone; what stores share is told by voc report --store.",
        ),
    ] = None,
    product: Annotated[
        str | None,
        typer.Option("--product", metavar="NAME", help="Only of this product alone."),
    ] = None,
    limit: LimitOption = None,
    alerts: Annotated[
        bool,
        typer.Option(
            "--alerts", help="List what emerges instead; --status is then open or closed."
        ),
    ] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """List issues, open ones before others, the most severe first.

    What rises or is new, with three voices or more, stands a step higher than its severity. Of
    equal ones emergencies come first, and then the largest.

    Show and act on them, and on alerts, by the commands below.

    Example: voc issues --industry automotive --status open --json
    Example: voc issues --alerts --status open
    Example: voc issues --store 东湖店
    """
    from voc.records import AlertStatus, IssueStatus

    if context.invoked_subcommand:
        return
    codes = get_args(AlertStatus if alerts else IssueStatus)
    status = code_of("--status", status, codes, kind="issue_status")
    settings = settings_from(config)
    with opened_store(settings) as store:
        check_industry(industry, store, settings)
        if alerts:
            told = [
                alert
                for alert in store.alerts(industry=industry, status=status)
                if store_name in (None, alert.store) and product in (None, alert.product)
            ]
            list_alerts(told[:limit], as_json, zone=settings.zone)
            return
        listed = store.issues(
            industry=industry,
            status=status,
            product=product,
            store=store_name,
            with_evidence=as_json,
        )
        found = _worst_first(listed)[:limit]
        if as_json:
            print_records(item.as_dict() for item in found)
            return
    from voc.report.wording import label

    print_table(
        f"问题 {len(found)} 个",
        {
            "编号": "left", "标题": "left", "严重": "left", "趋势": "left", "声音": "right",
            "产品": "left", "门店": "left", "状态": "left", "时间": "left",
        },
        (
            (
                item.issue_id, item.title, label(item.severity, "severity"),
                label(item.trend, "trend"), str(item.count),
                item.product or "", item.store or "", label(item.status, "issue_status"),
                days(item.first_seen, item.last_seen, settings.zone),
            )
            for item in found
        ),
    )  # fmt: skip


def _worst_first(found: Sequence[Issue]) -> list[Issue]:
    from voc.report.issue_cards import is_open, urgency_rank

    def rank(issue: Issue) -> tuple[bool, tuple[int, bool], bool, int, float, str]:
        return (
            not is_open(issue),
            urgency_rank(issue),
            not issue.is_emergency,
            -issue.count,
            -issue.last_seen.timestamp(),
            issue.issue_id,
        )

    return sorted(found, key=rank)


@issues.command("show")
def show_issue(issue_id: str, as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """Show one issue with its orders, history and verbatims, and whether its last order helped.

    Of an alert: what stood out, where and how surely, its issue, what people did, and its last
    verbatims.

    Example: voc issues show is_0123456789abcdef0123
    Example: voc issues show al_0123456789abcdef0123 --json
    """
    from dataclasses import asdict

    from voc.cli.issue_view import MOST_VERBATIMS, print_issue
    from voc.records import plain

    settings = settings_from(config)
    if is_alert(issue_id):
        show_alert(issue_id, as_json, settings)
        return
    with opened_store(settings) as store:
        found = _issue(store, issue_id)
        effect = next(iter(store.effects(issue_id=found.issue_id, limit=1)), None)
        orders = store.work_orders(issue_id=found.issue_id)
        history = store.issue_events(found.issue_id)
        told = () if as_json else found.evidence[-MOST_VERBATIMS:]
        voices = (store.feedback(place.feedback_id) for place in told)
        said = {voice.feedback_id: voice for voice in voices if voice}
    if not as_json:
        print_issue(found, effect, orders, history, said, zone=settings.zone)
        return
    more = {
        "effect": effect.as_dict() if effect else None,
        "work_orders": [order.work_order_id for order in orders],
        "history": [plain(asdict(event)) for event in history],
    }
    print_records([found.as_dict() | more])


@issues.command("close")
def close_issue(
    issue_id: str,
    note: NoteOption = None,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="TIME", help="When it was solved, a bare day at its end."),
    ] = None,
    actor: ActorOption = "cli",
    config: ConfigOption = None,
) -> None:
    """Close an issue; voices said after the newest one heard by now, or after --at, may reopen it.

    It takes as many as make an issue, or a critical one; what was said before and comes in later
    joins it as history. An alert reopens when voices of later days stand out by themselves.

    Example: voc issues close is_0123456789abcdef0123 --note 已换供应商 --at 2026-11-20
    Example: voc issues close al_0123456789abcdef0123 --note 促销所致 --by 王
    """
    _change_issue(issue_id, "closed", actor, note, config, at=at)


@issues.command("ignore")
def ignore_issue(
    issue_id: str, note: NoteOption = None, actor: ActorOption = "cli", config: ConfigOption = None
) -> None:
    """Ignore an issue: it goes on counting and opens no work order. An alert is closed instead.

    Example: voc issues ignore is_0123456789abcdef0123 --note 已知，不处理
    """
    _change_issue(issue_id, "ignored", actor, note, config)


@issues.command("reopen")
def reopen_issue(
    issue_id: str, note: NoteOption = None, actor: ActorOption = "cli", config: ConfigOption = None
) -> None:
    """Reopen a closed or ignored issue, or an alert that was closed by hand.

    Example: voc issues reopen is_0123456789abcdef0123
    """
    _change_issue(issue_id, "reopened", actor, note, config)


@work_orders.callback()
def list_work_orders(
    context: typer.Context,
    status: Annotated[
        str | None,
        typer.Option(
            "--status",
            help="open, accepted, in_progress, waiting, resolved, closed, rejected or reopened; or"
            " as it is printed: 待处理, 处理中, ….",
        ),
    ] = None,
    department: Annotated[str | None, typer.Option("--department", help="Of this team.")] = None,
    limit: LimitOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """List work orders, open ones before others, by the end of their time; show and act on them.

    Those whose time is up come first and are marked 逾期; of those done, the newest.

    Example: voc work-orders --department 动力总成质量部 --json
    """
    from voc.cli.order_view import listed, print_orders
    from voc.records import WorkOrderStatus

    if context.invoked_subcommand:
        return
    status = code_of("--status", status, get_args(WorkOrderStatus), kind="order_status")
    settings = settings_from(config)
    with opened_store(settings) as store:
        orders = store.work_orders(status=status, department=department)
    now = datetime.now(settings.zone)
    found = listed(orders, now=now, zone=settings.zone)[:limit]
    if as_json:
        print_records(order.as_dict() for order, _ in found)
        return
    print_orders(found, zone=settings.zone)


def _issue(store: Store, issue_id: str) -> Issue:
    from voc.errors import UsageError

    named = full_id(issue_id, lambda: (each.issue_id for each in store.issues()))
    found = store.issue(named)
    if found is None:
        raise UsageError(f"There is no issue {issue_id!r}; voc issues lists all there are.")
    return found


def _change_issue(
    issue_id: str,
    status: IssueStatus,
    actor: str,
    note: str | None,
    config: Path | None,
    *,
    at: str | None = None,
) -> None:
    from voc.errors import UsageError

    settings = settings_from(config)
    moment = passed(at, settings, after=True)
    if is_alert(issue_id):
        change_alert(
            issue_id, status, actor, note, settings, now=moment, solved_at=moment if at else None
        )
        return
    with opened_store(settings) as store:
        before = _issue(store, issue_id)
        issue_id = before.issue_id
        if before.merged_into is not None:
            raise UsageError(
                f"Issue {issue_id} has no voices of its own any more: they are those of"
                f" {before.merged_into}; act on that one."
            )
        if before.status == status or (before.status, status) == ("open", "reopened"):
            say(f"{issue_id}: is {before.status} already; nothing was changed.")
            return
        with store.transaction() as transaction:
            transaction.set_issue_status(
                issue_id, status, actor, note, moment, solved_at=moment if at else None
            )
        say(f"{issue_id}: {before.status} → {status}")
        if status == "reopened":
            return
        tell_open_orders(store, issue_id)
