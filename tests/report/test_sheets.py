"""The sheets list all there is, or say what they leave out, in cells that can be counted with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from tests.report.conftest import MONDAY, ZONE
from voc.insights import RateRatio
from voc.records import EmergingTerm, Stake, Topic
from voc.report import Figures, Scope, build_figures, render_html, to_xlsx
from voc.report.aspects import PAGE_COLUMNS, PAGE_PLACES
from voc.report.cells import Form, Number, day, form_of, moment, ratio
from voc.report.issue_cards import MOST_CARDS
from voc.report.measured import Measured
from voc.report.orders import MOST_PRESSING
from voc.report.sheets import sheets
from voc.report.themes import MOST_OTHERS, MOST_TOPICS

Make = Callable[..., Any]


def _column(figures: Figures, sheet: str, title: str) -> list[Any]:
    table = next(one for one in sheets(figures) if one.name == sheet)
    return [row[table.columns.index(title)] for row in table.rows]


def _left_out(figures: Figures) -> dict[str, str]:
    """Returns what the last sheet tells of the others, by their names."""
    *_, last = sheets(figures)
    told = {str(row[0]): str(row[1]) for row in last.rows}
    return {name: text for name, text in told.items() if name.startswith("工作表")}


def _topic(name: str) -> Topic:
    return Topic(name, f"主题 {name}", "cars", (), 9, 0.5, MONDAY, MONDAY, ())


@pytest.fixture(scope="module")
def whole(row: Make, mention: Make, issue: Make, order: Make, report: Make) -> Figures:
    """A report in which every sheet holds something, with more places and aspects than shown."""
    rows = [
        row(f"r{n}", day=n, rating=1.0 + n % 5, nps=n % 11, csat=1 + n % 5, ces=7,
            store=f"{n % (PAGE_PLACES + 3)}号店", flags={"paid_burst"} if n % 20 == 7 else ())
        for n in range(56)
    ]  # fmt: skip
    mentions = [
        mention(one.feedback_id, f"a{n % (PAGE_COLUMNS + 2)}", store=one.store, region="浙江",
                occurred_at=one.occurred_at)
        for n, one in enumerate(rows)
    ]  # fmt: skip
    voices = [one.feedback_id for one in rows if not one.flags]
    return build_figures(
        report(
            rows=rows,
            mentions=mentions,
            issues=[
                issue(f"is_{n}", voices, severity=severity, stake=Stake(53, 9, 9, 2, 18_250.5, 300))
                for n, severity in enumerate(("high", "low"))
            ],
            topics=[_topic("t1")],
            topic_voices=[(name, "t1", 1, True) for name in voices],
            work_orders=[order("wo_1")],
            measured=(Measured("外卖评价", "准确率", 0.912, 0.9, 0.925, 1195, False),),
        )
    )


def test_all_open_orders_are_listed_the_most_pressing_first(order: Make, report: Make) -> None:
    orders = [order(f"wo_{n:02}", due=80 - n) for n in range(MOST_PRESSING + 3)]
    figures = build_figures(report(work_orders=[*orders, order("done", status="closed")]))
    told = [one.work_order_id for one in reversed(orders)]
    assert _column(figures, "未结工单", "编号") == told
    assert _left_out(figures) == {}


def test_orders_of_other_products_are_not_listed(
    row: Make, issue: Make, order: Make, report: Make
) -> None:
    figures = build_figures(
        report(
            rows=[row("a"), row("b", product="E3")],
            issues=[issue("is_1", ["a"]), issue("is_2", ["b"])],
            work_orders=[
                order(f"wo_{n:02}", issue_id=f"is_{1 + n % 2}") for n in range(2 * MOST_PRESSING)
            ],
            scope=Scope(products=("E3",)),
        )
    )
    told = _column(figures, "未结工单", "编号")
    assert told == [f"wo_{n:02}" for n in range(1, 2 * MOST_PRESSING, 2)]


def test_all_themes_of_the_period_are_listed(row: Make, report: Make) -> None:
    topics = [_topic(f"{n:03}") for n in range(MOST_TOPICS + MOST_OTHERS + 5)]
    voices = [("a", one.topic_id, 1, True) for one in topics[1:]]
    figures = build_figures(report(rows=[row("a")], topics=topics, topic_voices=voices))
    assert sorted(_column(figures, "主题", "主题")) == [one.topic for one in topics[1:]]


def test_all_issues_are_told_in_full(row: Make, issue: Make, order: Make, report: Make) -> None:
    names = [f"is_{number:02}" for number in range(MOST_CARDS + 3)]
    said = ("变速箱顿挫", "空调不凉", "座椅太硬", "油耗太高") * 4
    figures = build_figures(
        report(
            rows=[row(name, store="甲店", text=said[at]) for at, name in enumerate(names)],
            issues=[issue(name, [name]) for name in names],
            work_orders=[order(f"wo_{name}", issue_id=name) for name in names],
        )
    )
    assert len(figures.more_issues) == 3
    for column in ("门店", "渠道", "工单"):
        assert len(set(_column(figures, "问题", column))) == 1, column
    assert _column(figures, "问题", "门店")[-1] == "甲店 1"
    assert len(_column(figures, "原话", "原话")) == len(names)


def test_what_is_new_in_an_issue_is_told_in_full(row: Make, issue: Make, report: Make) -> None:
    term = EmergingTerm("<盖子>", 14, 9, 12, 0, 30, 1e-6)
    rows = [row("a"), row("b", day=40)]
    one = issue("is_1", ["a", "b"], emerging_term=term)
    figures = build_figures(report(rows=rows, issues=[one]))
    told = "近 14 天 12 条里 9 条说到“<盖子>”，此前 30 条里 0 条"
    assert _column(figures, "问题", "新情况") == [told]
    told = told.replace("<", "&lt;").replace(">", "&gt;")
    assert f"<b>新情况</b>：{told}" in render_html(figures)


def test_alerts_are_told_on_the_page_and_in_the_workbook(
    row: Make, issue: Make, alert: Make, report: Make
) -> None:
    alerts = [
        alert("al_1", issue_id="is_1"),
        alert("al_2", title="<空调>", product=None, expected=0.01),
        alert("al_3", title="油耗", status="closed", closed_at=MONDAY + timedelta(days=54)),
    ]
    given = {"rows": [row("a"), row("b", day=55)], "issues": [issue("is_1", ["a"])]}
    figures = build_figures(report(**given, alerts=alerts))
    assert _column(figures, "预警", "编号") == ["al_1", "al_2", "al_3"]
    assert _column(figures, "预警", "所属问题") == ["is_1", None, None]
    page = render_html(figures)
    section = page[page.index('<section id="alerts"') : page.index('<section id="issues"')]
    assert section.count("<tr>") == 3
    assert ("&lt;空调&gt;" in section, "不到 0.1" in section, "油耗" in section) == (
        True,
        True,
        False,
    )
    assert 'href="#issue-is_1"' in section
    calm = build_figures(report(**given))
    assert 'id="alerts"' not in render_html(calm)
    assert "预警" not in [one.name for one in sheets(calm)]


def test_what_a_sheet_leaves_out_is_told(whole: Figures) -> None:
    told = _left_out(whole)
    week = whole.week
    assert week is not None
    assert len(whole.stores.rows) == PAGE_PLACES + 3
    assert len(whole.stores.columns) == PAGE_COLUMNS + 2
    assert len(_column(whole, "门店", "门店")) == PAGE_PLACES + 3
    assert "工作表“门店”" not in told
    assert len(week.lines) < week.compared
    assert told["工作表“每周对比”"] == f"列出 {len(week.lines)} 条，共 {week.compared} 条"
    assert told["工作表“原话”"] == "列出 2 条，共 106 条"
    assert "工作表“产品”" not in told


def test_bursts_that_are_not_listed_are_told(row: Make, report: Make) -> None:
    rows = [row(f"r{n}", product=f"{n} 型", flags={"paid_burst"}) for n in range(12)]
    assert _left_out(build_figures(report(rows=rows)))["工作表“单独列出”"] == (
        "列出 14 条，共 16 条"
    )


def test_headings_name_one_column_each(whole: Figures) -> None:
    for sheet in sheets(whole):
        assert len(set(sheet.columns)) == len(sheet.columns), sheet.name
        assert all(len(line) == len(sheet.columns) for line in sheet.rows), sheet.name


@pytest.mark.parametrize(
    ("sheet", "title", "form"),
    [
        ("主题", "反馈", "0"),
        ("主题", "负面率", "0.0%"),
        ("主题", "上限", "0.0%"),
        ("主题", "首次", "yyyy-mm-dd"),
        ("方面", "负面率", "0.0%"),
        ("门店", "负面率", "0.0%"),
        ("门店", "a0：负面", "0"),
        ("问题", "趋势 p 值", "0.000"),
        ("问题", "反馈条数", "0"),
        ("问题", "最近", "yyyy-mm-dd"),
        ("问题", "问题", "General"),
        ("问题", "近一年消费", "#,##0"),
        ("原话", "时间", "yyyy-mm-dd hh:mm"),
        ("每周对比", "本周每百条", "0.0"),
        ("每周对比", "前几周平均", "0.0"),
        ("每周对比", "校正后的 p 值", "0.000"),
        ("评分", "他们的平均", "0.00"),
        ("评分", "差", "0.00"),
        ("未结工单", "到期", "yyyy-mm-dd hh:mm"),
        ("单独列出", "开始", "yyyy-mm-dd hh:mm"),
    ],
)
def test_cells_show_what_they_hold(whole: Figures, sheet: str, title: str, form: str) -> None:
    page = openpyxl.load_workbook(BytesIO(to_xlsx(whole)))[sheet]
    column = [cell.value for cell in page[1]].index(title)
    assert page[2][column].number_format == form
    assert page[2][column].value is not None


def test_scores_have_the_format_of_their_kind(whole: Figures) -> None:
    page = openpyxl.load_workbook(BytesIO(to_xlsx(whole)))["打分"]
    told = {line[0].value[:3]: [cell.number_format for cell in line[1:]] for line in page["2:5"]}
    assert told == {
        "NPS": ["0.0", "0.0", "0.0", "0"],
        "CSA": ["0.0%", "0.0%", "0.0%", "0"],
        "CES": ["0.0%", "0.0%", "0.0%", "0"],
        "平均评": ["0.00", "0.00", "0.00", "0"],
    }


def test_what_was_measured_is_told_in_numbers(whole: Figures) -> None:
    *_, last = openpyxl.load_workbook(BytesIO(to_xlsx(whole)))["说明"]
    assert [cell.value for cell in last] == ["外卖评价：准确率", 0.912, 0.9, 0.925, 1195]
    assert [cell.number_format for cell in last[1:]] == ["0.0%", "0.0%", "0.0%", "0"]


def test_no_fraction_goes_without_a_format(whole: Figures) -> None:
    for page in openpyxl.load_workbook(BytesIO(to_xlsx(whole))):
        for line in page.iter_rows(min_row=2):
            for cell in line:
                if isinstance(cell.value, int | float):
                    assert cell.number_format != "General", (page.title, cell.coordinate)
                if isinstance(cell.value, float) and not cell.value.is_integer():
                    assert cell.number_format != "0", (page.title, cell.coordinate)


def test_days_and_moments_are_those_of_clocks(whole: Figures) -> None:
    book = openpyxl.load_workbook(BytesIO(to_xlsx(whole)))
    head, first = list(book["未结工单"].values)[:2]
    due = MONDAY.replace(tzinfo=None) + timedelta(days=57)
    assert dict(zip(head, first, strict=True))["到期"] == due
    head, first = list(book["问题"].values)[:2]
    seen = datetime.combine(MONDAY.date(), datetime.min.time())
    assert dict(zip(head, first, strict=True))["首次"] == seen
    notes = dict(list(line[:2]) for line in book["说明"].values)
    assert notes["时区"] == ZONE.key
    assert notes["生成于"] == MONDAY.replace(tzinfo=None) + timedelta(days=56)


def test_every_sheet_can_be_filtered_to_its_last_row(whole: Figures) -> None:
    for page in openpyxl.load_workbook(BytesIO(to_xlsx(whole))):
        assert page.auto_filter.ref == page.dimensions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-09", date(2026, 11, 9)),
        ("1900-01-01", date(1900, 1, 1)),
        ("1899-12-31", "1899-12-31"),
        (None, None),
    ],
)
def test_a_day_that_spreadsheets_do_not_know_stays_a_text(
    text: str | None, expected: date | str | None
) -> None:
    assert day(text) == expected


def test_a_moment_loses_its_zone_and_nothing_else() -> None:
    told = moment("2026-11-09T14:05+08:00")
    assert isinstance(told, datetime)
    assert (told.isoformat(), form_of(told)) == ("2026-11-09T14:05:00", Form.MOMENT)
    assert moment("1899-12-31T14:05+08:00") == "1899-12-31T14:05+08:00"
    assert moment(None) is None


def test_a_ratio_that_is_not_known_leaves_its_cells_empty() -> None:
    assert ratio(None) == (None, None, None)
    endless = RateRatio(None, 2.5, None, 0.01)
    assert ratio(endless) == (None, Number(2.5, Form.TENTHS), None)
