"""Cities are told with their province where feedback names that too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from voc.report import Scope, build_figures

Make = Callable[..., Any]


def test_one_place_is_one_row(row: Make, mention: Make, issue: Make, report: Make) -> None:
    rows = [row(f"a{n}", region="江苏" if n % 2 else "南京") for n in range(24)]
    names = [one.feedback_id for one in rows]
    figures = build_figures(
        report(
            rows=rows,
            mentions=[mention(one.feedback_id, region=one.region) for one in rows],
            issues=[issue("is_1", names)],
        )
    )
    (line,) = figures.regions.rows
    assert (line.name, line.rows, line.cells[0].total) == ("江苏", 24, 24)
    (share,) = figures.issues[0].regions.shares
    assert (share.name, share.count) == ("江苏", 24)


def test_a_province_stands_for_its_cities(row: Make, report: Make) -> None:
    rows = [row("a", region="南京"), row("b", region="江苏"), row("c", region="浙江")]
    assert build_figures(report(rows=rows, scope=Scope(regions=("江苏",)))).overview.rows == 2
    assert build_figures(report(rows=rows, scope=Scope(regions=("南京",)))).overview.rows == 1
