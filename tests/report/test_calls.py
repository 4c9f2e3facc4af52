"""Calls and chats in the report: what is counted, which are listed, and what is said of few."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from voc.records import Satisfaction
from voc.report import ReportCall, ReportInput, Scope, build_figures, render_html
from voc.report.calls import FEWEST_CALLS, MOST_CALLS, call_figures
from voc.report.cells import Form, Number
from voc.report.sheets import sheets

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 9, 21, 10, tzinfo=ZONE)
Make = Callable[..., Any]


def _call(name: str, score: float | None = 0.0, **values: Any) -> ReportCall:
    defaults: dict[str, Any] = {
        "feedback_id": f"fb_{name}",
        "native_id": name,
        "occurred_at": MONDAY,
        "is_dated": True,
        "channel": "hotline",
        "product": "X5",
        "store": None,
        "region": None,
        "url": None,
        "start": None,
        "end": None,
        "reason": f"缘由 {name}",
        "last": None,
        "outcome": "unknown",
        "satisfaction": None
        if score is None
        else Satisfaction(score, score - 0.7, score + 0.7, "voc-zh-calls@1.0.0"),
    }
    return ReportCall(**(defaults | values))


def test_no_calls_say_nothing(report: Callable[..., ReportInput]) -> None:
    assert call_figures([], ZONE) is None
    assert build_figures(report()).calls is None


def test_levels_outcomes_and_moods_are_counted() -> None:
    found = call_figures(
        [
            _call("1", -1.0, start="negative", end="negative", outcome="unresolved"),
            _call("2", 0.0, start="negative", end="positive", outcome="resolved"),
            _call("3", 0.5, start="neutral", end="negative", outcome="pending"),
            _call("4", None, start="neutral", end="neutral"),
        ],
        ZONE,
    )
    assert found is not None
    assert found.satisfaction is not None
    assert found.total == 4
    assert found.satisfaction.mean.n == 3
    levels = (found.satisfaction.low, found.satisfaction.middle, found.satisfaction.high)
    assert [level.count for level in levels] == [1, 1, 1]
    assert (found.resolved.count, found.pending.count) == (1, 1)
    assert (found.unresolved.count, found.unknown.count) == (1, 1)
    assert (found.soothed.count, found.soothed.total) == (1, 2)
    assert (found.soured.count, found.soured.total) == (1, 2)
    assert not found.is_enough


def test_the_least_satisfied_are_listed_lowest_first_and_equal_ones_as_they_came() -> None:
    calls = [_call(str(number), number / 10) for number in range(15, 0, -1)]
    calls += [_call("first", -1.0), _call("second", -1.0), _call("none", None)]
    found = call_figures(calls, ZONE)
    assert found is not None
    names = [line.native_id for line in found.lowest]
    assert names == ["first", "second", *(str(number) for number in range(1, 9))]
    assert len(names) == MOST_CALLS


@pytest.mark.parametrize(
    ("values", "moment", "url"),
    [
        ({}, "2026-09-21T10:00+08:00", None),
        ({"is_dated": False}, None, None),
        ({"url": "https://example.com/1"}, "2026-09-21T10:00+08:00", "https://example.com/1"),
        ({"url": "javascript:alert(1)"}, "2026-09-21T10:00+08:00", None),
    ],
)
def test_a_listed_call_tells_its_time_and_a_safe_address(
    values: dict[str, Any], moment: str | None, url: str | None
) -> None:
    found = call_figures([_call("1", **values)], ZONE)
    assert found is not None
    assert (found.lowest[0].moment, found.lowest[0].url) == (moment, url)


@pytest.mark.parametrize(("count", "is_told"), [(FEWEST_CALLS, True), (FEWEST_CALLS - 1, False)])
def test_a_mean_is_told_of_enough_calls_alone(
    count: int, is_told: bool, report: Callable[..., ReportInput], row: Make
) -> None:
    calls = [_call(str(number), -0.4) for number in range(count)]
    page = render_html(build_figures(report(rows=[row("fb_1")], calls=calls)))
    assert ("预测满意度平均" in page) is is_told
    assert ("不足 20 通" in page) is not is_told
    assert "不是客户自己的评分" in page
    assert "缘由 0" in page


def test_without_a_model_nothing_is_predicted(
    report: Callable[..., ReportInput], row: Make
) -> None:
    figures = build_figures(report(rows=[row("fb_1")], calls=[_call("1", None)]))
    assert figures.calls is not None
    assert figures.calls.lowest == ()
    assert "没有预测满意度的模型" in render_html(figures)


def test_a_narrowed_report_tells_of_its_own_calls(
    report: Callable[..., ReportInput], row: Make
) -> None:
    calls = [_call("1"), _call("2", product="X7")]
    figures = build_figures(report(rows=[row("fb_1")], calls=calls, scope=Scope(products=("X7",))))
    assert figures.calls is not None
    assert [line.native_id for line in figures.calls.lowest] == ["2"]


def test_the_workbook_lists_them(report: Callable[..., ReportInput], row: Make) -> None:
    calls = [_call(str(number), -0.4, outcome="resolved") for number in range(FEWEST_CALLS)]
    figures = build_figures(report(rows=[row("fb_1")], calls=calls))
    book = {sheet.name: sheet for sheet in sheets(figures)}
    first, *others = book["会话"].rows
    scores = [Number(value, Form.HUNDREDTHS) for value in (-0.4, -1.1, 0.3)]
    assert first[:6] == ("0", "缘由 0", None, *scores)
    assert first[6:8] == ("已解决", MONDAY.replace(tzinfo=None))
    assert len(others) == MOST_CALLS - 1
    notes = {line[0]: line[1:] for line in book["说明"].rows}
    assert notes["工作表“会话”"][0] == f"列出 {MOST_CALLS} 条，共 {FEWEST_CALLS} 条"
    mean, *_, n = notes["会话预测满意度的平均（−2 至 2）"]
    assert isinstance(mean, Number)
    assert (mean.form, n) == (Form.HUNDREDTHS, FEWEST_CALLS)
    assert mean.value == pytest.approx(-0.4)


def test_what_calls_were_about_is_told_by_aspect(
    report: Callable[..., ReportInput], row: Make
) -> None:
    calls = [
        _call(f"p{n}", -0.6, aspects=("power",) * 2, outcome=("unknown", "unresolved")[n % 2])
        for n in range(FEWEST_CALLS)
    ]
    calls += [_call("few", 0.4, aspects=("price", "power")), _call("none", 0.0, aspects=("gone",))]
    figures = build_figures(report(rows=[row("fb_1")], calls=calls))
    assert figures.calls is not None
    power, price = figures.calls.reasons
    assert (power.aspect, power.share.count, power.share.total) == ("动力", 21, 22)
    assert (power.unresolved.count, power.unresolved.total) == (10, 21)
    assert power.satisfaction is not None
    assert power.satisfaction.value == pytest.approx((-0.6 * 20 + 0.4) / 21)
    assert (price.aspect, price.share.count, price.satisfaction) == ("价格", 1, None)
    assert "客户为什么找来" in render_html(figures)
    [sheet] = [sheet for sheet in sheets(figures) if sheet.name == "会话缘由"]
    assert [line[:2] for line in sheet.rows] == [("动力", 21), ("价格", 1)]


def test_without_aspects_nothing_is_told_of_what_calls_were_about(
    report: Callable[..., ReportInput], row: Make
) -> None:
    figures = build_figures(report(rows=[row("fb_1")], calls=[_call("1")]))
    assert "客户为什么找来" not in render_html(figures)
    assert "会话缘由" not in [sheet.name for sheet in sheets(figures)]


@pytest.mark.parametrize(("rows", "told"), [(FEWEST_CALLS, True), (3 * FEWEST_CALLS, False)])
def test_the_first_screen_tells_of_calls_where_they_are_most_of_what_came(
    rows: int, told: bool, report: Callable[..., ReportInput], row: Callable[..., Any]
) -> None:
    calls = [_call(str(number), -0.4, outcome="unresolved") for number in range(FEWEST_CALLS)]
    figures = build_figures(report(rows=[row(f"fb_{n}") for n in range(rows)], calls=calls))
    points = [point for point in figures.key_points if point.kind == "calls"]
    assert len(points) == told
    for point in points:
        said = "".join(part.text for part in point.sentence)
        assert said.startswith(
            "20 通会话，按最后的话 100% 未解决（95% 区间 84–100%），0% 待跟进，0% 已解决"
        )
        assert point.anchor == "calls"
