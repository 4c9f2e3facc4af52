"""The sheets of the workbook: which there are, and what stands in each.

They hold all that there is where the page holds an excerpt; where one does not, its `total` says
how many rows there are, and the last sheet tells so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voc.report.call_figures import CallFigures
from voc.report.cells import (
    Cell,
    Form,
    Number,
    Sheet,
    bounded,
    day,
    mean,
    moment,
    number,
    ratio,
    share,
)
from voc.report.figures import Figures, HeatTable, Overview
from voc.report.issue_sheets import (
    issue_sheet,
    order_sheet,
    sentence,
    verbatim_sheet,
)
from voc.report.wording import label


def sheets(figures: Figures) -> Iterator[Sheet]:
    """Yields the sheets of the report, the first screen first and what they leave out last."""
    tables = list(_tables(figures))
    yield from tables
    yield _method(figures, tables)


def _tables(figures: Figures) -> Iterator[Sheet]:
    yield _points(figures)
    if scores := _scores(figures.overview):
        yield Sheet("打分", ("指标", "值", "下限", "上限", "回答份数"), scores)
    if figures.alerts:
        yield _alerts(figures)
    yield issue_sheet(figures)
    yield verbatim_sheet(figures)
    if figures.week:
        yield _week(figures)
    yield _topics(figures)
    yield _aspects(figures)
    for name, table in _places(figures):
        yield _heat(name, table)
    if figures.drivers:
        yield _drivers(figures)
    if figures.calls:
        yield _calls(figures.calls)
    if figures.calls and figures.calls.reasons:
        yield _call_reasons(figures.calls)
    yield order_sheet(figures)
    yield _aside(figures)


def _alerts(figures: Figures) -> Sheet:
    columns = (
        "编号", "内容", "状况", "状态", "起于", "预警于", "天数", "反馈条数", "应有条数",
        "按量折算倍数", "倍数下限", "倍数上限", "p 值", "产品", "门店", "地区",
        "未计入的疑似刷评", "所属问题",
    )  # fmt: skip
    rows = [
        (
            one.alert_id, one.title, label(one.kind, "alert_kind"),
            label(one.status, "issue_status"), day(one.since), day(one.opened),
            one.days, one.count, Number(one.expected, Form.TENTHS),
            *ratio(one.ratio), Number(one.ratio.p, Form.P_VALUE) if one.ratio else None,
            one.product, one.store, one.region, one.set_aside, one.issue_id,
        )
        for one in figures.alerts
    ]  # fmt: skip
    return Sheet("预警", columns, rows)


def _places(figures: Figures) -> Iterator[tuple[str, HeatTable]]:
    tables = (("产品", figures.products), ("门店", figures.stores), ("地区", figures.regions))
    return ((name, table) for name, table in tables if table.rows)


def _scores(overview: Overview) -> list[Sequence[Cell]]:
    """Returns the scores that customers gave, with their intervals."""
    rows: list[Sequence[Cell]] = []
    if nps := overview.nps:
        points = bounded(nps.value, nps.low, nps.high, Form.TENTHS)
        rows.append(("NPS（推荐者占比减贬损者占比，分）", *points, nps.n))
    if csat := overview.csat:
        rows.append(
            ("CSAT（1–5 分中 4、5 分的占比）", *share(csat.satisfied), csat.satisfied.total)
        )
    if ces := overview.ces:
        rows.append(("CES（1–7 分中 5–7 分的占比，7 分最容易）", *share(ces.easy), ces.easy.total))
    if rating := overview.rating:
        rows.append(("平均评分（满分 5 分）", *mean(rating), rating.n))
    return rows


def _points(figures: Figures) -> Sheet:
    when = f"{figures.first_day or '？'} 至 {figures.last_day or '？'}"
    rows: list[Sequence[Cell]] = [
        ("报告", figures.title, ""),
        ("时间", when, ""),
        ("本期", sentence(figures.lead), ""),
    ]
    rows += [
        (label(point.kind, "point"), sentence(point.sentence), sentence(point.action))
        for point in figures.key_points
    ]
    return Sheet("要点", ("类别", "发生了什么", "该做什么"), rows)


def _week(figures: Figures) -> Sheet:
    week = figures.week
    assert week is not None
    rows: list[Sequence[Cell]] = [
        (
            label(row.kind, "kind"), row.name, row.now, row.before,
            Number(row.earlier / week.weeks_earlier, Form.TENTHS),
            Number(row.per_hundred, Form.TENTHS), Number(row.per_hundred_earlier, Form.TENTHS),
            *ratio(row.to_before), *ratio(row.to_earlier), Number(row.p, Form.P_VALUE),
            label(row.verdict, "verdict"),
        )
        for row in week.lines
    ]  # fmt: skip
    columns = (
        "类别", "内容", f"本周（{week.first_day} 起）", "上周", "前几周平均",
        "本周每百条", "前几周每百条", "比上周（倍）", "比上周下限", "比上周上限",
        "比前几周（倍）", "比前几周下限", "比前几周上限", "校正后的 p 值", "结论",
    )  # fmt: skip
    return Sheet("每周对比", columns, rows, week.compared)


def _topics(figures: Figures) -> Sheet:
    rows = [
        (
            topic.topic, "、".join(topic.keywords), topic.count, *share(topic.negative),
            day(topic.first_seen), day(topic.last_seen), topic.verbatim,
        )
        for topic in (*figures.topics, *figures.other_topics, *figures.further_topics)
    ]  # fmt: skip
    columns = ("主题", "关键词", "反馈", "负面率", "下限", "上限", "首次", "最近", "有人这样说")
    return Sheet("主题", columns, rows)


def _aspects(figures: Figures) -> Sheet:
    rows = [
        (
            one.name, one.department, one.negative, one.neutral, one.positive,
            *share(one.negative_share),
        )
        for one in figures.aspects
    ]  # fmt: skip
    columns = ("方面", "负责部门", "负面", "中性", "正面", "负面率", "下限", "上限")
    return Sheet("方面", columns, rows)


def _heat(name: str, table: HeatTable) -> Sheet:
    rows = [
        (
            row.name,
            row.rows,
            *share(row.negative),
            *(count for cell in row.cells for count in (cell.negative, cell.total)),
        )
        for row in table.rows
    ]
    aspects = (f"{column}：{what}" for column in table.columns for what in ("负面", "全部"))
    columns = (name, "反馈", "负面率", "下限", "上限", *aspects)
    return Sheet(name, columns, rows, len(rows) + table.more_rows)


def _drivers(figures: Figures) -> Sheet:
    assert figures.drivers is not None
    rows = [
        (
            item.name, item.driver.n, number(item.driver.mean, Form.HUNDREDTHS),
            number(item.driver.mean_other, Form.HUNDREDTHS),
            *bounded(
                item.driver.difference, item.driver.low, item.driver.high, Form.HUNDREDTHS
            ),
            "" if item.driver.is_enough else "样本不足",
        )
        for item in figures.drivers.drivers
    ]  # fmt: skip
    columns = ("抱怨的方面", "人数", "他们的平均", "其余的平均", "差", "下限", "上限", "说明")
    return Sheet("评分", columns, rows)


def _calls(calls: CallFigures) -> Sheet:
    rows: list[Sequence[Cell]] = [
        (
            line.native_id, line.reason, line.last,
            *bounded(line.satisfaction, line.low, line.high, Form.HUNDREDTHS),
            label(line.outcome, "outcome"), moment(line.moment), line.product, line.url,
        )
        for line in calls.lowest
    ]  # fmt: skip
    columns = (
        "编号", "缘由", "客户最后说", "预测满意度（−2 至 2）", "下限", "上限", "结果", "时间",
        "产品", "原文地址",
    )  # fmt: skip
    return Sheet("会话", columns, rows, calls.total)


def _call_reasons(calls: CallFigures) -> Sheet:
    rows = [
        (
            reason.aspect, reason.share.count, number(reason.share.share, Form.SHARE),
            number(reason.unresolved.share, Form.SHARE),
            number(reason.satisfaction.value, Form.HUNDREDTHS) if reason.satisfaction else None,
        )
        for reason in calls.reasons
    ]  # fmt: skip
    columns = ("谈到的方面", "会话", "占比", "未解决占比", "预测满意度（−2 至 2）")
    return Sheet("会话缘由", columns, rows)


def _aside(figures: Figures) -> Sheet:
    rows = [
        (
            "疑似刷评", burst.product, burst.count, moment(burst.began), burst.minutes,
            "、".join(label(channel, "channel") for channel in burst.channels), burst.sample,
        )
        for burst in figures.set_aside.bursts
    ]  # fmt: skip
    rows.append(("重复", None, figures.set_aside.near_duplicates, None, None, "", ""))
    rows.append(("广告", None, figures.set_aside.advertisements, None, None, "", ""))
    rows.append(("客服或商家所说", None, figures.set_aside.staff, None, None, "", ""))
    rows.append(("没有内容", None, figures.set_aside.uninformative, None, None, "", ""))
    columns = ("类别", "产品", "条数", "开始", "历时（分钟）", "渠道", "其中一条")
    return Sheet("单独列出", columns, rows, len(rows) + figures.set_aside.more_bursts)


def _method(figures: Figures, tables: Sequence[Sheet]) -> Sheet:
    coverage = figures.coverage
    told: list[tuple[str, Cell]] = [
        *_excerpts(tables),
        ("读入（条）", coverage.rows),
        ("计入（条）", figures.overview.counted),
        ("可判断情感（条）", coverage.judged),
        ("谈到具体方面（条）", coverage.with_aspect),
        ("没有时间（条）", coverage.untimed),
        ("按导入时间计（条）", coverage.undated),
        ("时间在未来（条）", coverage.future),
        ("离群时间（条）", coverage.strays),
        ("无法读取（行）", coverage.rejects),
        ("模型", figures.model),
        ("生成于", moment(figures.generated_at)),
        ("时区", figures.zone),
    ]
    rows: list[Sequence[Cell]] = [(name, value, None, None, None) for name, value in told]
    if figures.calls and figures.calls.is_enough and (found := figures.calls.satisfaction):
        rows.append(("会话预测满意度的平均（−2 至 2）", *mean(found.mean), found.mean.n))
    rows += [
        (
            f"{one.data}：{one.metric}",
            *bounded(one.value, one.low, one.high, Form.SHARE),
            one.n,
        )
        for one in figures.measured
    ]
    return Sheet("说明", ("项目", "数值", "下限", "上限", "样本数"), rows)


def _excerpts(tables: Sequence[Sheet]) -> Iterator[tuple[str, str]]:
    """Yields what the sheets leave out."""
    for sheet in tables:
        if sheet.total is not None and sheet.total > len(sheet.rows):
            yield f"工作表“{sheet.name}”", f"列出 {len(sheet.rows)} 条，共 {sheet.total} 条"
