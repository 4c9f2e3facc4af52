"""`voc work-orders show|act|rejections`: one order with its clock and history, and what is done."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from voc.cli.prefixes import full_id
from voc.cli.terminal import (
    ConfigOption,
    JsonOption,
    check_one_of,
    opened_store,
    passed,
    print_records,
    print_table,
    say,
    settings_from,
)

if TYPE_CHECKING:
    from voc.config import Settings
    from voc.pipeline.handling import Applied
    from voc.store import Store

OrderArgument = Annotated[str, typer.Argument(metavar="WORK_ORDER_ID", help="The work order.")]


def show(
    work_order_id: OrderArgument, as_json: JsonOption = False, config: ConfigOption = None
) -> None:
    """Show one work order: where it stands, its clock, history and effect; --json for programs.

    Example: voc work-orders show wo_0123456789abcdef0123
    """
    from voc.cli.order_view import print_order
    from voc.pipeline.handling import Handler

    settings = settings_from(config)
    with opened_store(settings) as store:
        work_order_id = _whole(store, work_order_id)
        order = store.work_order(work_order_id)
        if order is None:
            raise _unknown(work_order_id)
        effect = next(iter(store.effects(work_order_id=work_order_id, limit=1)), None)
        if as_json:
            told = {"effect": effect.as_dict() if effect else None}
            print_records([order.as_dict() | told])
            return
        children = store.child_orders(work_order_id)
        calendar = Handler(store, settings).rulebook.calendar
    print_order(order, children, effect, calendar=calendar, now=datetime.now(settings.zone))


def act(
    work_order_id: OrderArgument,
    action: Annotated[
        str,
        typer.Argument(
            metavar="ACTION",
            help="accepted, in_progress, waiting, resolved, closed, rejected 退单, reopened 重办,"
            " note, urge 催单, suspend 挂起, resume 恢复, transfer 转派, merge 合并, attach 挂接,"
            " extend 延期申请, grant, refuse, call_back 回访, archive 归档; Chinese names do too.",
        ),
    ],
    note: Annotated[str | None, typer.Option("--note", help="Why, for the history.")] = None,
    department: Annotated[
        str | None, typer.Option("--to", metavar="DEPT", help="transfer: the team that gets it.")
    ] = None,
    group: Annotated[
        str | None, typer.Option("--group", metavar="NAME", help="transfer: the group in it.")
    ] = None,
    assignee: Annotated[
        str | None, typer.Option("--assignee", metavar="NAME", help="transfer: the person.")
    ] = None,
    into: Annotated[
        str | None,
        typer.Option("--into", metavar="ID", help="merge: what takes it over; attach: its parent."),
    ] = None,
    hours: Annotated[
        float | None, typer.Option("--hours", metavar="N", help="extend, grant: hours more.")
    ] = None,
    days: Annotated[
        float | None,
        typer.Option("--days", metavar="N", help="extend, grant: (working) days more."),
    ] = None,
    due: Annotated[
        str | None,
        typer.Option("--due", metavar="TIME", help="extend, grant: the new end of its time."),
    ] = None,
    waits_for: Annotated[
        str | None,
        typer.Option("--for", metavar="WHOM", help="waiting: customer or third_party."),
    ] = None,
    satisfaction: Annotated[
        int | None, typer.Option("--satisfaction", metavar="1-5", help="call_back: the score.")
    ] = None,
    satisfied: Annotated[
        bool | None,
        typer.Option("--satisfied/--unsatisfied", help="call_back: else as the score says."),
    ] = None,
    actor: Annotated[str, typer.Option("--by", help="Who does it, for the history.")] = "cli",
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="When it happened; else now.")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Do something with a work order; closing it closes its issue, a return has it rerouted.

    Example: voc work-orders act wo_0123456789abcdef0123 resolved --note 已更换阀体

    Example: voc work-orders act wo_0123456789abcdef0123 transfer --to 售后服务部 --note 属维修问题

    Example: voc work-orders act wo_0123456789abcdef0123 extend --days 2 --note 等配件
    """
    from typing import cast, get_args

    from voc.pipeline.handling import Handler
    from voc.records import WaitingFor
    from voc.workorders import Details

    check_one_of("--for", waits_for, get_args(WaitingFor))
    settings = settings_from(config)
    details = Details(
        department=department,
        skill_group=group,
        assignee=assignee,
        into=into,
        hours=hours,
        days=days,
        due_at=_moment(due, settings),
        waiting_for=cast("WaitingFor | None", waits_for),
        satisfaction=satisfaction,
        satisfied=satisfied,
    )
    moment = passed(at, settings)
    with opened_store(settings) as store:
        work_order_id = _whole(store, work_order_id)
        if store.work_order(work_order_id) is None:
            raise _unknown(work_order_id)
        handler = Handler(store, settings)
        with store.transaction() as transaction:
            done = handler.act(
                transaction,
                work_order_id,
                action,
                actor=actor,
                at=moment,
                note=note,
                details=details,
            )
    _tell(done)


def rejections(as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """List how often orders were returned, by the rule that had routed them, with the reasons.

    Example: voc work-orders rejections --json
    """
    from voc.workorders import returns_by_rule

    with opened_store(settings_from(config)) as store:
        found = returns_by_rule(store.returned_orders())
    if as_json:
        print_records(one.as_dict() for one in found)
        return
    print_table(
        f"退单 {sum(one.count for one in found)} 次",
        {"规则": "left", "退单": "right", "退单部门": "left", "原因": "left", "最近": "left"},
        (
            (
                one.rule,
                str(one.count),
                "、".join(f"{name} {count}" for name, count in one.departments),
                "；".join(f"{reason}（{count}）" for reason, count in one.reasons),
                f"{one.last_at:%Y-%m-%d}",
            )
            for one in found
        ),
    )


def tell_open_orders(store: Store, issue_id: str) -> None:
    """Says which orders of an issue are still open, and how to end them."""
    from voc.workorders.states import ENDED

    for order in store.work_orders(issue_id=issue_id):
        if order.status not in ENDED:
            say(
                f"work order {order.work_order_id} is still {order.status};"
                f" voc work-orders act {order.work_order_id} closed ends it"
            )


def _tell(done: Applied) -> None:
    from voc.workorders import ACTION_LABELS, phase_of
    from voc.workorders.history import SYSTEM

    order = done.order
    if done.is_late:
        say(f"{order.work_order_id}: it came late; it is noted and moves nothing.")
        return
    phases = [phase_of(done.before), phase_of(order)]
    say(f"{order.work_order_id}: {' → '.join(dict.fromkeys(phases))}")
    for entry in done.entries:
        changes = ", ".join(
            f"{name} {before or '-'} → {after or '-'}"
            for name, (before, after) in entry.changes.items()
            if name not in ("status", "phase")
        )
        if changes:
            say(f"  {ACTION_LABELS[entry.event]}: {changes}")
        elif entry.actor == SYSTEM and entry.note:
            say(f"  {ACTION_LABELS[entry.event]}: {entry.note}")
    for name, status in done.issues:
        say(f"{name}: → {status}")


def _moment(text: str | None, settings: Settings) -> datetime | None:
    from voc.errors import UsageError

    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--due {text!r} is no time; write it as 2026-11-09T18:00.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=settings.zone)


def _whole(store: Store, told: str) -> str:
    return full_id(told, lambda: (each.work_order_id for each in store.work_orders()))


def _unknown(work_order_id: str) -> Exception:
    from voc.errors import UsageError

    return UsageError(
        f"There is no work order {work_order_id!r}; voc work-orders lists all there are."
    )
