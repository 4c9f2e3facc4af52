"""What emerges stands in the lead, with figures, place and since when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.report.conftest import MONDAY
from voc.report import Scope, build_figures

Make = Callable[..., Any]


def _told(report: Make, row: Make, **values: Any) -> str:
    figures = build_figures(report(rows=[row("a"), row("b", day=55)], **values))
    return "".join(part.text for part in figures.lead)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "本期升温：动力（X5）（11月7日起，4 天内 12 条，按此前应有 2.0 条"),
        ({}, "为此前的 6.0 倍，95% 区间 2.5–15 倍）。"),
        ({"trend": "new", "ratio": None, "high": None, "expected": 0.01}, "本期新出现：动力（X5）"),
        ({"trend": "new", "ratio": None, "high": None, "expected": 0.01}, "应有 不到 0.1 条）。"),
        ({"reopened": 2}, "本期重新升温：动力（X5）"),
        ({"set_aside": 7}, "另有 7 条疑似刷评，未计入"),
        ({"store": "滨江店"}, "动力（X5，滨江店）"),
    ],
)
def test_the_lead_tells_of_an_open_alert(
    changes: dict[str, Any], words: str, report: Make, row: Make, alert: Make
) -> None:
    assert words in _told(report, row, alerts=[alert("al_1", **changes)])


def test_an_alert_bears_the_name_of_its_issue(
    report: Make, row: Make, alert: Make, issue: Make
) -> None:
    one = issue("is_1", ["a"])
    told = _told(report, row, issues=[one], alerts=[alert("al_1", issue_id="is_1")])
    assert f"本期升温：{one.title}（" in told


def test_three_are_told_the_surest_first_and_the_rest_counted(
    report: Make, row: Make, alert: Make
) -> None:
    alerts = [alert(f"al_{n}", product=f"X{n}", p=10.0**-n) for n in range(1, 6)]
    told = _told(report, row, alerts=alerts)
    assert told.index("X5") < told.index("X4") < told.index("X3")
    assert "X2" not in told
    assert "另有 2 项也在升温" in told


def test_what_calmed_is_listed_and_not_told(report: Make, row: Make, alert: Make) -> None:
    calm = alert("al_1", status="closed", closed_at=MONDAY + timedelta(days=55))
    figures = build_figures(report(rows=[row("a")], alerts=[calm]))
    assert [line.status for line in figures.alerts] == ["closed"]
    assert "升温" not in "".join(part.text for part in figures.lead)


def test_only_the_reports_time_and_places_are_told(report: Make, row: Make, alert: Make) -> None:
    one = alert("al_1", opened=50, status="closed", closed_at=MONDAY + timedelta(days=52))

    def lines(**values: Any) -> int:
        return len(build_figures(report(rows=[row("a")], alerts=[one], **values)).alerts)

    assert lines(since=MONDAY, until=MONDAY + timedelta(days=60)) == 1
    assert lines(until=MONDAY + timedelta(days=40)) == 0
    assert lines(since=MONDAY + timedelta(days=53)) == 0
    assert lines(scope=Scope(products=("X5",))) == 1
    assert lines(scope=Scope(products=("X7",))) == 0
