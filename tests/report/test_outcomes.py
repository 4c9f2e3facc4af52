"""What came of orders: told where there is something, whole, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.report.conftest import MONDAY
from voc.records import Effect, Heard, HistoryEntry, OrderClock
from voc.report import Scope, build_figures
from voc.report.outcomes import MOST_EFFECTS
from voc.report.rendering import render_html
from voc.workorders import load_calendar

Make = Callable[..., Any]
END = MONDAY + timedelta(days=20)


def effect(name: str, verdict: Any = "effective", **values: Any) -> Effect:
    whole = Effect(
        effect_id=f"ef_{name}",
        work_order_id=name,
        issue_id="is_1",
        ended_at=END,
        verdict=verdict,
        reason="dropped",
        days_before=42,
        days_after=28,
        days_watched=28,
        expected=30.0,
        before=Heard(30, 40, 600),
        after=Heard(9, 12, 500),
        ratio=0.36,
        control_ratio=0.9,
        effect_ratio=0.4,
        low=0.19,
        high=0.77,
    )
    return replace(whole, **values)


@pytest.fixture
def page(row: Make, mention: Make, issue: Make, order: Make, report: Make) -> Make:
    rows = [row(f"r{n}", day=n) for n in range(40)]
    names = [one.feedback_id for one in rows]

    def make(effects: list[Effect], orders: list[Any] | None = None, **values: Any) -> Any:
        chosen = orders or [order("wo_1", status="closed"), order("wo_2", status="resolved")]
        return build_figures(
            report(
                rows=rows,
                mentions=[mention(name) for name in names],
                issues=[issue("is_1", names)],
                work_orders=chosen,
                effects=effects,
                **values,
            )
        )

    return make


def test_there_is_nothing_to_tell_without_effects_and_calendar(page: Make) -> None:
    figures = page([])
    assert (figures.effects, figures.handling) == (None, ())
    html = render_html(figures)
    assert 'id="effects"' not in html
    assert 'id="handling"' not in html
    assert "整改效果" not in html


def test_what_did_not_help_stands_first(page: Make) -> None:
    figures = page(
        [
            effect("wo_1", "not_effective", reason="no_drop", proposal="redo", high=None),
            effect("wo_2", control_ratio=None),
            effect("wo_gone"),
        ]
    )
    told = figures.effects
    assert (told.effective, told.not_effective, told.insufficient) == (1, 1, 0)
    assert [line.work_order_id for line in told.lines] == ["wo_1", "wo_2"]
    assert (told.lines[0].before, told.lines[0].after) == (5.0, 1.8)
    html = render_html(figures)
    assert "建议重办" in html
    assert "0.2–∞" in html
    assert "，无对照" in html


def test_the_last_end_of_an_order_counts(page: Make) -> None:
    later = effect("wo_1", "insufficient", reason="watching", days_watched=3,
                   ended_at=END + timedelta(days=9), effect_id="ef_9", effect_ratio=None, low=None,
                   after=Heard(0, 0, 0))  # fmt: skip
    figures = page([effect("wo_1", "not_effective"), later])
    [line] = figures.effects.lines
    assert (line.verdict, line.after) == ("insufficient", None)
    assert "已观察 3/28 天" in render_html(figures)


def test_only_so_many_are_listed(page: Make, order: Make) -> None:
    names = [f"wo_{n}" for n in range(MOST_EFFECTS + 3)]
    figures = page([effect(name) for name in names], [order(name) for name in names])
    assert (len(figures.effects.lines), figures.effects.more) == (MOST_EFFECTS, 3)
    assert "另有 3 张未列出" in render_html(figures)


def test_a_narrowed_report_tells_of_its_own_issues_alone(page: Make) -> None:
    assert page([effect("wo_1")], scope=Scope(stores=("别处",))).effects is None


def test_departments_are_told_with_their_figures(page: Make, order: Make) -> None:
    done = HistoryEntry(MONDAY + timedelta(hours=3), "李工", "resolved")
    handled = [
        order(
            f"wo_{n}", status="resolved", history=(done,), department="<b>门店部",
            clock=OrderClock(responded_at=done.at, ended_at=done.at),
        )
        for n in range(7)
    ]  # fmt: skip
    figures = page([], handled, calendar=load_calendar("cn"))
    assert [line.department for line in figures.handling] == ["全部", "<b>门店部"]
    assert figures.handling[0].rates[0].figure.total == 7
    assert figures.handling[0].times[0].figure.n == 7
    html = render_html(figures)
    assert "部门办理指标" in html
    assert "&lt;b&gt;门店部" in html


def test_departments_that_did_nothing_yet_are_not_told(page: Make, order: Make) -> None:
    assert page([], [order("wo_1", due=900)], calendar=load_calendar("cn")).handling == ()
