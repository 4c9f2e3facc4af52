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
        ({}, "动力（X5），11月7日起，4 天内 12 条（按此前的水平应有 2.0 条，p<0.001）。"),
        ({"trend": "new", "ratio": None, "high": None, "expected": 0.01}, "本期新出现：动力（X5）"),
        ({"trend": "new", "ratio": None, "high": None, "expected": 0.01}, "应有不到 0.1 条"),
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
    one = issue("is_1", ["a"], product="X5")
    told = _told(report, row, issues=[one], alerts=[alert("al_1", issue_id="is_1")])
    assert f"本期升温：{one.title}，" in told


def test_an_alert_of_one_place_is_not_called_by_a_wider_issue(
    report: Make, row: Make, alert: Make, issue: Make
) -> None:
    wide, one = issue("is_1", ["a"], product="X5"), alert("al_1", issue_id="is_1", store="滨江店")
    told = _told(report, row, issues=[wide], alerts=[one])
    assert "动力（X5，滨江店）" in told
    assert wide.title not in told
    assert "））" not in told


def test_an_alert_of_a_theme_is_not_called_by_the_issue_of_its_aspect(
    report: Make, row: Make, alert: Make, issue: Make
) -> None:
    wide = issue("is_1", ["a"], product="X5")
    one = alert("al_1", issue_id="is_1", title="变速箱顿挫", topic_id="t1", aspect_id=None)
    assert "变速箱顿挫（X5）" in _told(report, row, issues=[wide], alerts=[one])
    mine = issue("is_1", ["a"], product="X5", topic_id="t1")
    assert mine.title in _told(report, row, issues=[mine], alerts=[one])


def test_no_second_ratio_is_told_beside_that_of_the_card(
    report: Make, row: Make, alert: Make
) -> None:
    assert "倍" not in _told(report, row, alerts=[alert("al_1")])


def test_an_alert_that_goes_on_after_the_period_is_left_out(
    report: Make, row: Make, alert: Make
) -> None:
    one = alert("al_1", opened=50, last_seen=MONDAY + timedelta(days=53))
    assert "升温" not in _told(report, row, alerts=[one], until=MONDAY + timedelta(days=52))
    assert "升温" in _told(report, row, alerts=[one], until=MONDAY + timedelta(days=54))


def test_three_are_told_the_surest_first_and_the_rest_counted(
    report: Make, row: Make, alert: Make
) -> None:
    alerts = [alert(f"al_{n}", product=f"X{n}", p=10.0**-n) for n in range(1, 6)]
    told = _told(report, row, alerts=alerts)
    assert told.index("X5") < told.index("X4") < told.index("X3")
    assert "X2" not in told
    assert "另有 2 项也在升温" in told


def test_what_is_most_beyond_the_usual_is_told_however_sure_others_are(
    report: Make, row: Make, alert: Make
) -> None:
    alerts = [alert(f"al_{n}", product=f"X{n}", p=1e-9, count=7, expected=1.0) for n in range(1, 4)]
    alerts += [alert("al_4", product="X4", p=1e-3, count=80, expected=36.0)]
    told = _told(report, row, alerts=alerts)
    assert "X4" in told
    assert "另有 1 项也在升温" in told


def test_what_most_voices_tell_of_comes_first(report: Make, row: Make, alert: Make) -> None:
    alerts = [
        alert("al_1", product="X1", trend="new", ratio=None, high=None, count=5, p=1e-9),
        alert("al_2", product="X2", count=12),
    ]
    told = _told(report, row, alerts=alerts)
    assert told.index("本期升温：动力（X2）") < told.index("本期新出现：动力（X1）")


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
