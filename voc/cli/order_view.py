"""Work orders as people read them: the list, and where one stands, its clock, its history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from textwrap import indent
from typing import Any, Final
from zoneinfo import ZoneInfo

import typer

from voc.cli.terminal import print_part, print_table
from voc.pipeline.effects import reason_text
from voc.records import Effect, WorkOrder
from voc.report.issue_figures import OrderLine
from voc.report.orders import is_open, order_line, pressing_first
from voc.report.wording import EFFECT_LABELS, hours, label
from voc.workorders import ACTION_LABELS, WorkingCalendar, phase_of
from voc.workorders.clocks import granted_hours, is_running, used_hours, used_share
from voc.workorders.rules import PRIORITY_LABELS
from voc.workorders.states import PHASE_LABELS

_WAITING: Final = {"customer": "客户", "third_party": "第三方"}
_FIELDS: Final = {
    "status": "状态", "phase": "状态", "department": "部门", "skill_group": "技能组",
    "assignee": "经办人", "priority": "优先级", "due_at": "截止", "waiting_for": "等待",
    "parent_id": "父单", "merged_into": "并入", "rule": "规则", "satisfaction": "满意度",
    "reopened_count": "重办次数", "extension_hours": "申请延期小时", "returned_by": "退单部门",
}  # fmt: skip


Listed = tuple[WorkOrder, OrderLine]
"""An order, and what a report would say of it."""


def listed(orders: Sequence[WorkOrder], *, now: datetime, zone: ZoneInfo) -> list[Listed]:
    """Returns open orders by the end of their time, overdue ones first, then others as given."""
    found = {one.work_order_id: (one, order_line(one, now=now, zone=zone)) for one in orders}
    running = pressing_first([line for _, line in found.values() if is_open(line)])
    return [found.pop(line.work_order_id) for line in running] + list(found.values())


def print_orders(found: Sequence[Listed], *, zone: tzinfo) -> None:
    """Prints a list of orders, overdue ones marked; times are in `zone`."""
    late = sum(line.is_overdue for _, line in found)
    print_table(
        f"工单 {len(found)} 张" + (f"，逾期 {late} 张" if late else ""),
        dict.fromkeys(("编号", "标题", "部门", "优先级", "状态", "截止"), "left"),
        (
            (
                order.work_order_id, order.title, order.department,
                label(order.priority, "priority"), label(order.status, "order_status"),
                _time(order.due_at, zone)
                + (f" 逾期 {hours(line.hours_left or 0)}" if line.is_overdue else ""),
            )
            for order, line in found
        ),
    )  # fmt: skip


def print_order(
    order: WorkOrder,
    children: Sequence[WorkOrder],
    effect: Effect | None,
    *,
    calendar: WorkingCalendar,
    now: datetime,
) -> None:
    """Prints a work order; times are in the calendar's zone."""
    zone = calendar.zone
    for line in (*_head(order, children), *_clock(order, calendar, now), *_effect(effect)):
        typer.echo(line)
    if order.description:
        typer.echo(f"派出的说明：\n{indent(order.description, '  ')}")
    print_part(
        f"经过 {len(order.history)} 条",
        {"时间": "left", "谁": "left", "动作": "left", "变化": "left", "说明": "left"},
        (
            (
                _time(entry.at, zone),
                entry.actor,
                ACTION_LABELS.get(entry.event, entry.event),
                "\n".join(_changes(entry.changes, zone)),
                entry.note or "",
            )
            for entry in order.history
        ),
    )


def _head(order: WorkOrder, children: Sequence[WorkOrder]) -> Iterator[str]:
    whom = _WAITING.get(order.waiting_for or "", "")
    stands = PHASE_LABELS[phase_of(order)] + (f"（等{whom}）" if whom else "")
    people = [order.department, order.skill_group, order.assignee]
    yield f"工单 {order.work_order_id}  {order.title}"
    yield f"状态 {stands}  优先级 {PRIORITY_LABELS[order.priority]}  类型 {order.type}"
    yield f"部门 {' / '.join(name for name in people if name)}  派单规则 {order.rule or '-'}"
    yield f"问题 {order.issue_id}" + (
        f"  外部编号 {order.external_ref}" if order.external_ref else ""
    )
    if order.parent_id:
        yield f"{'并入' if order.merged_into else '父单'} {order.parent_id}"
    if children:
        listed = (f"{child.work_order_id} {PHASE_LABELS[phase_of(child)]}" for child in children)
        yield f"子单 {'、'.join(listed)}"
    if order.satisfaction is not None:
        yield f"满意度 {order.satisfaction} / 5"


def _clock(order: WorkOrder, calendar: WorkingCalendar, now: datetime) -> Iterator[str]:
    clock, zone = order.clock, calendar.zone
    unit = "工作小时" if clock.kind == "working" else "小时"
    share = used_share(order, now, calendar)
    runs = "计时中" if is_running(order) else "已停表" if clock.ended_at else "暂停计时"
    yield (
        f"时限 {_time(order.due_at, zone)}  已用 {used_hours(order, now, calendar):.1f} /"
        f" {granted_hours(order, calendar):.1f} {unit}（{share:.0%}）  {runs}"
        f"{'，已超时' if share > 1 else ''}"
    )
    moments = {
        "开单": order.created_at,
        "本轮起": clock.started_at if order.reopened_count else None,
        "首次响应": clock.responded_at,
        "暂停自": clock.paused_at,
        "办结": clock.ended_at,
        "关闭": clock.closed_at,
        "归档": clock.archived_at,
    }
    yield "  ".join(f"{name} {_time(at, zone)}" for name, at in moments.items() if at)
    if clock.paused_hours:
        yield f"累计暂停 {clock.paused_hours:.1f} {unit}"
    if order.extension:
        asked = order.extension
        yield f"待批延期 {asked.hours:g} {unit}，{asked.actor}：{asked.note}"
    if clock.escalated:
        yield f"已升级 {'、'.join(clock.escalated)}"
    if order.reopened_count:
        yield f"重办 {order.reopened_count} 次"


def _effect(effect: Effect | None) -> Iterator[str]:
    if effect is not None:
        proposed = "  建议重办" if effect.proposal == "redo" else ""
        yield f"整改效果 {EFFECT_LABELS[effect.verdict]}：{reason_text(effect)}{proposed}"


def _changes(changes: Any, zone: tzinfo) -> Iterator[str]:
    for name, (before, after) in changes.items():
        values = " → ".join(_value(name, value, zone) for value in (before, after))
        yield f"{_FIELDS.get(name, name)} {values}"


def _value(name: str, value: Any, zone: tzinfo) -> str:
    if value is None:
        return "-"
    if name == "due_at":
        return _time(datetime.fromisoformat(value), zone)
    labels: Any = {"status": PHASE_LABELS, "phase": PHASE_LABELS, "priority": PRIORITY_LABELS}
    return str(labels.get(name, _WAITING).get(value, value))


def _time(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
