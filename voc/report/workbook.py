"""The report as a workbook: one sheet a section, every text a text and nothing that runs.

A spreadsheet takes what begins with `=`, `+`, `-` or `@` for a formula when a sheet is saved as CSV
and opened again, so that such texts get an apostrophe before them, as OWASP's notes on CSV
injection advise; within the workbook all texts are stored as strings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Final

from voc.insights import Proportion, RateRatio
from voc.report.call_figures import CallFigures
from voc.report.figures import Figures, HeatTable, Overview
from voc.report.issue_figures import IssueCard, IssueLine, TextPart, Where
from voc.report.wording import interval, label, percent

if TYPE_CHECKING:
    from xlsxwriter import Workbook

LONGEST_CELL: Final = 32_000
"""Characters; a cell holds 32,767."""

_RUNS: Final = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_WIDEST: Final = 60
_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with its heading; `name` has at most 31 characters."""

    name: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]


def to_xlsx(figures: Figures) -> bytes:
    """Returns the report as the bytes of an xlsx file."""
    import xlsxwriter

    target = BytesIO()
    with xlsxwriter.Workbook(target, dict(_OPTIONS)) as book:
        book.set_properties({"title": text_cell(figures.title)})
        for sheet in sheets(figures):
            _write(book, sheet)
    return target.getvalue()


def text_cell(text: str) -> str:
    """Returns a text as it may stand in a cell: cut, printable, and no formula anywhere."""
    clean = _UNPRINTABLE.sub("", text)[:LONGEST_CELL]
    return f"'{clean}" if _RUNS.match(clean.lstrip(" \u00a0\u3000\ufeff\u200b")) else clean


def _write(book: Workbook, sheet: Sheet) -> None:
    page = book.add_worksheet(sheet.name)
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    body = book.add_format({"text_wrap": True, "valign": "top"})
    for column, title in enumerate(sheet.columns):
        texts = [len(str(row[column])) for row in sheet.rows[:200] if row[column] is not None]
        page.set_column(column, column, min(_WIDEST, 2 * max([len(title), *texts], default=4) + 2))
        page.write_string(0, column, text_cell(title), head)
    for line, row in enumerate(sheet.rows, start=1):
        for column, value in enumerate(row):
            if isinstance(value, str):
                page.write_string(line, column, text_cell(value), body)
            elif value is not None:
                page.write_number(line, column, value, body)
    page.freeze_panes(1, 1)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)


def sheets(figures: Figures) -> Iterator[Sheet]:
    """Yields the sheets of the report, the first screen first."""
    yield _points(figures)
    if scores := _scores(figures.overview):
        yield Sheet("打分", ("指标", "值", "下限", "上限", "回答份数"), scores)
    yield _issues(figures)
    yield _verbatims(figures)
    if figures.week:
        yield _week(figures)
    yield _topics(figures)
    yield _aspects(figures)
    for name, table in (
        ("产品", figures.products), ("门店", figures.stores), ("地区", figures.regions)
    ):  # fmt: skip
        if table.rows:
            yield _places(name, table)
    if figures.drivers:
        yield _drivers(figures)
    if figures.calls:
        yield _calls(figures.calls)
    if figures.calls and figures.calls.reasons:
        yield _call_reasons(figures.calls)
    yield _orders(figures)
    yield _aside(figures)
    yield _method(figures)


def _sentence(parts: Sequence[TextPart]) -> str:
    return "".join(part.text for part in parts)


def _share(figure: Proportion) -> tuple[Cell, Cell, Cell]:
    return figure.share, figure.low, figure.high


def _scores(overview: Overview) -> list[Sequence[Cell]]:
    """Returns the scores that customers gave, with their intervals."""
    rows: list[Sequence[Cell]] = []
    if nps := overview.nps:
        rows.append(("NPS（推荐者占比减贬损者占比，分）", nps.value, nps.low, nps.high, nps.n))
    if csat := overview.csat:
        rows.append(
            ("CSAT（1–5 分中 4、5 分的占比）", *_share(csat.satisfied), csat.satisfied.total)
        )
    if ces := overview.ces:
        rows.append(("CES（1–7 分中 5–7 分的占比，7 分最容易）", *_share(ces.easy), ces.easy.total))
    if rating := overview.rating:
        rows.append(("平均评分（满分 5 分）", rating.value, rating.low, rating.high, rating.n))
    return rows


def _points(figures: Figures) -> Sheet:
    when = f"{figures.first_day or '？'} 至 {figures.last_day or '？'}"
    rows: list[Sequence[Cell]] = [
        ("报告", figures.title, ""),
        ("时间", when, ""),
        ("本期", _sentence(figures.lead), ""),
    ]
    rows += [
        (label(point.kind, "point"), _sentence(point.sentence), _sentence(point.action))
        for point in figures.key_points
    ]
    return Sheet("要点", ("类别", "发生了什么", "该做什么"), rows)


def _issues(figures: Figures) -> Sheet:
    cards = {card.line.issue_id: card for card in figures.issues}
    lines = [*(card.line for card in figures.issues), *figures.more_issues]
    columns = (
        "编号", "问题", "方面", "严重程度", "趋势", "趋势 p 值", "状态", "反馈条数", "本期条数",
        "近期条数", "此前条数", "按量折算倍数", "倍数下限", "倍数上限", "首次", "最近",
        "产品", "门店", "地区", "渠道", "同时谈到的主题", "涉及客户", "近一年消费", "严重程度依据",
        "负责部门", "工单",
    )  # fmt: skip
    return Sheet("问题", columns, [_issue(line, cards.get(line.issue_id)) for line in lines])


def _issue(line: IssueLine, card: IssueCard | None) -> Sequence[Cell]:
    recent = card.recent if card else None
    ratio = recent.ratio if recent else None
    return (
        line.issue_id, line.title, line.aspect,
        label(line.severity, "severity"), label(line.trend, "trend"), line.trend_p,
        label(line.status, "issue_status"), line.count, line.in_period,
        recent.count if recent else None, recent.count_before if recent else None,
        ratio.value if ratio else None, ratio.low if ratio else None, ratio.high if ratio else None,
        line.first_seen, line.last_seen,
        line.product or (_where(card.products) if card else None),
        line.store or (_where(card.stores) if card else None),
        _where(card.regions) if card else None,
        _where(card.channels, "channel") if card else None,
        _where(card.topics) if card else None,
        line.stake.customers if line.stake else None, line.stake.spend if line.stake else None,
        "；".join(line.reasons) or None,
        line.department,
        "；".join(f"{order.department} {label(order.status, 'order_status')}"
                 for order in card.orders) if card else None,
    )  # fmt: skip


def _where(places: Where, kind: str | None = None) -> str:
    return "、".join(
        f"{label(one.name, kind) if kind else one.name} {one.count}" for one in places.shares
    )


def _verbatims(figures: Figures) -> Sheet:
    rows = [
        (
            card.line.title,
            _sentence(voice.parts),
            "；".join(part.text for part in voice.parts if part.marked),
            voice.moment,
            label(voice.channel, "channel"),
            voice.product,
            voice.store,
            voice.url,
        )
        for card in figures.issues
        for voice in card.verbatims
    ]
    columns = ("问题", "原话", "依据", "时间", "渠道", "产品", "门店", "原文地址")
    return Sheet("原话", columns, rows)


def _week(figures: Figures) -> Sheet:
    week = figures.week
    assert week is not None
    rows: list[Sequence[Cell]] = [
        (
            label(row.kind, "kind"), row.name, row.now, row.before,
            row.earlier / week.weeks_earlier, row.per_hundred, row.per_hundred_earlier,
            *_ratio(row.to_before), *_ratio(row.to_earlier), row.p, label(row.verdict, "verdict"),
        )
        for row in week.lines
    ]  # fmt: skip
    columns = (
        "类别", "内容", f"本周（{week.first_day} 起）", "上周", "前几周平均",
        "本周每百条", "前几周每百条", "比上周（倍）", "下限", "上限",
        "比前几周（倍）", "下限", "上限", "校正后的 p 值", "结论",
    )  # fmt: skip
    return Sheet("每周对比", columns, rows)


def _ratio(ratio: RateRatio | None) -> tuple[Cell, Cell, Cell]:
    return (ratio.value, ratio.low, ratio.high) if ratio else (None, None, None)


def _topics(figures: Figures) -> Sheet:
    rows = [
        (
            topic.topic, "、".join(topic.keywords), topic.count, *_share(topic.negative),
            topic.first_seen, topic.last_seen, topic.verbatim,
        )
        for topic in (*figures.topics, *figures.other_topics)
    ]  # fmt: skip
    columns = ("主题", "关键词", "反馈", "负面率", "下限", "上限", "首次", "最近", "有人这样说")
    return Sheet("主题", columns, rows)


def _aspects(figures: Figures) -> Sheet:
    rows = [
        (
            one.name, one.department, one.negative, one.neutral, one.positive,
            *_share(one.negative_share),
        )
        for one in figures.aspects
    ]  # fmt: skip
    columns = ("方面", "负责部门", "负面", "中性", "正面", "负面率", "下限", "上限")
    return Sheet("方面", columns, rows)


def _places(name: str, table: HeatTable) -> Sheet:
    rows = [
        (
            row.name,
            row.rows,
            *_share(row.negative),
            *(f"{cell.negative}/{cell.total}" if cell.total else None for cell in row.cells),
        )
        for row in table.rows
    ]
    aspects = (f"{column}（负面/全部）" for column in table.columns)
    return Sheet(name, (name, "反馈", "负面率", "下限", "上限", *aspects), rows)


def _drivers(figures: Figures) -> Sheet:
    assert figures.drivers is not None
    rows = [
        (
            item.name, item.driver.n, item.driver.mean, item.driver.mean_other,
            item.driver.difference, item.driver.low, item.driver.high,
            "" if item.driver.is_enough else "样本不足",
        )
        for item in figures.drivers.drivers
    ]  # fmt: skip
    columns = ("抱怨的方面", "人数", "他们的平均", "其余的平均", "差", "下限", "上限", "说明")
    return Sheet("评分", columns, rows)


def _calls(calls: CallFigures) -> Sheet:
    rows: list[Sequence[Cell]] = [
        (
            line.native_id, line.reason, line.last, line.satisfaction, line.low, line.high,
            label(line.outcome, "outcome"), line.moment, line.product, line.url,
        )
        for line in calls.lowest
    ]  # fmt: skip
    found = calls.satisfaction
    if found and calls.is_enough:
        mean = found.mean
        whole = f"全部 {mean.n} 通的平均"
        rows.append((whole, "", "", mean.value, mean.low, mean.high, "", None, None, None))
    columns = (
        "编号", "缘由", "客户最后说", "预测满意度（−2 至 2）", "下限", "上限", "结果", "时间",
        "产品", "原文地址",
    )  # fmt: skip
    return Sheet("会话", columns, rows)


def _call_reasons(calls: CallFigures) -> Sheet:
    rows = [
        (
            reason.aspect, reason.share.count, reason.share.share, reason.unresolved.share,
            reason.satisfaction.value if reason.satisfaction else None,
        )
        for reason in calls.reasons
    ]  # fmt: skip
    columns = ("谈到的方面", "会话", "占比", "未解决占比", "预测满意度（−2 至 2）")
    return Sheet("会话缘由", columns, rows)


def _orders(figures: Figures) -> Sheet:
    rows = [
        (
            order.work_order_id, order.title, order.department, order.assignee,
            label(order.status, "order_status"), label(order.priority, "priority"), order.due_at,
            "逾期" if order.is_overdue else "", order.external_ref,
        )
        for order in figures.orders.pressing
    ]  # fmt: skip
    columns = ("编号", "工单", "部门", "处理人", "状态", "优先级", "到期", "逾期", "外部编号")
    return Sheet("未结工单", columns, rows)


def _aside(figures: Figures) -> Sheet:
    rows = [
        (
            "疑似刷评", burst.product, burst.count, burst.began, burst.minutes,
            "、".join(label(channel, "channel") for channel in burst.channels), burst.sample,
        )
        for burst in figures.set_aside.bursts
    ]  # fmt: skip
    rows.append(("重复", None, figures.set_aside.near_duplicates, None, None, "", ""))
    rows.append(("广告", None, figures.set_aside.advertisements, None, None, "", ""))
    rows.append(("客服或商家所说", None, figures.set_aside.staff, None, None, "", ""))
    rows.append(("没有内容", None, figures.set_aside.uninformative, None, None, "", ""))
    columns = ("类别", "产品", "条数", "开始", "历时（分钟）", "渠道", "其中一条")
    return Sheet("单独列出", columns, rows)


def _method(figures: Figures) -> Sheet:
    coverage = figures.coverage
    rows: list[Sequence[Cell]] = [
        ("读入（条）", coverage.rows),
        ("计入（条）", figures.overview.counted),
        ("可判断情感（条）", coverage.judged),
        ("谈到具体方面（条）", coverage.with_aspect),
        ("没有时间（条）", coverage.untimed),
        ("按导入时间计（条）", coverage.undated),
        ("离群时间（条）", coverage.strays),
        ("无法读取（行）", coverage.rejects),
        ("模型", figures.model),
        ("生成于", figures.generated_at),
    ]
    rows += [
        (
            f"{one.data}：{one.metric}",
            f"{percent(one.value)}（{interval(one.low, one.high)}，n={one.n}）",
        )
        for one in figures.measured
    ]
    return Sheet("说明", ("项目", "数值"), rows)
