"""The sheets of issues, of what customers said of them, and of their work orders."""

from __future__ import annotations

from collections.abc import Sequence

from voc.report.cells import Cell, Form, Number, Sheet, day, moment, ratio
from voc.report.figures import Figures
from voc.report.issue_figures import IssueCard, TextPart, Where
from voc.report.wording import label


def sentence(parts: Sequence[TextPart]) -> str:
    """Returns the text of a sentence without its marks."""
    return "".join(part.text for part in parts)


def issue_sheet(figures: Figures) -> Sheet:
    """Lists the issues."""
    columns = (
        "编号", "问题", "方面", "严重程度", "趋势", "趋势 p 值", "状态", "反馈条数", "本期条数",
        "近期条数", "此前条数", "按量折算倍数", "倍数下限", "倍数上限", "首次", "最近",
        "产品", "门店", "地区", "渠道", "同时谈到的主题", "新情况", "涉及客户", "近一年消费",
        "严重程度依据",
        "负责部门", "工单",
    )  # fmt: skip
    return Sheet("问题", columns, [_issue(card) for card in all_issues(figures)])


def all_issues(figures: Figures) -> tuple[IssueCard, ...]:
    """Returns the issues of the report, those first that the page shows in full."""
    return figures.issues + figures.more_issues


def _issue(card: IssueCard) -> Sequence[Cell]:
    line, recent = card.line, card.recent
    return (
        line.issue_id, line.title, line.aspect, label(line.severity, "severity"),
        label(line.trend, "trend"), Number(line.trend_p, Form.P_VALUE),
        label(line.status, "issue_status"), line.count, line.in_period,
        recent.count, recent.count_before, *ratio(recent.ratio),
        day(line.first_seen), day(line.last_seen),
        line.product or _where(card.products), line.store or _where(card.stores),
        _where(card.regions), _where(card.channels, "channel"), _where(card.topics),
        line.emerging_term.sentence if line.emerging_term else None,
        line.stake.customers if line.stake else None,
        Number(line.stake.spend, Form.MONEY) if line.stake else None,
        "；".join(line.reasons) or None,
        line.department,
        "；".join(f"{order.department} {label(order.status, 'order_status')}"
                 for order in card.orders),
    )  # fmt: skip


def _where(places: Where, kind: str | None = None) -> str:
    return "、".join(
        f"{label(one.name, kind) if kind else one.name} {one.count}" for one in places.shares
    )


def verbatim_sheet(figures: Figures) -> Sheet:
    """Lists what customers said, as far as it is quoted, of all voices of the issues."""
    rows = [
        (
            card.line.title,
            sentence(voice.parts),
            "；".join(part.text for part in voice.parts if part.marked),
            moment(voice.moment),
            label(voice.channel_name or voice.channel, "channel"),
            voice.product,
            voice.store,
            voice.url,
        )
        for card in all_issues(figures)
        for voice in card.verbatims
    ]
    columns = ("问题", "原话", "依据", "时间", "渠道", "产品", "门店", "原文地址")
    said = sum(card.line.in_period for card in all_issues(figures))
    return Sheet("原话", columns, rows, said)


def order_sheet(figures: Figures) -> Sheet:
    """Lists all open work orders, the most pressing first."""
    rows = [
        (
            order.work_order_id, order.title, order.department, order.assignee,
            label(order.status, "order_status"), label(order.priority, "priority"),
            moment(order.due_at), "逾期" if order.is_overdue else "", order.external_ref,
        )
        for order in (*figures.orders.pressing, *figures.orders.further)
    ]  # fmt: skip
    columns = ("编号", "工单", "部门", "处理人", "状态", "优先级", "到期", "逾期", "外部编号")
    return Sheet("未结工单", columns, rows)
