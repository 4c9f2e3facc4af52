"""Cities are told with their province where feedback names that too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from voc.report import Scope, build_figures
from voc.report.regions import province_of, told_regions

Make = Callable[..., Any]


@pytest.mark.parametrize(
    ("region", "province"),
    [
        ("南京", "江苏"),
        ("南京市", "江苏"),
        ("江苏省", "江苏"),
        ("江苏", "江苏"),
        ("江苏省南京市", "江苏"),
        ("内蒙古自治区", "内蒙古"),
        ("广西壮族自治区", "广西"),
        ("延边朝鲜族自治州", "吉林"),
        ("西双版纳傣族自治州", "云南"),
        ("海南藏族自治州", "海南藏族自治州"),
        ("黑龙江哈尔滨", "黑龙江"),
        ("吉林市", "吉林"),
        ("上海市", "上海"),
        ("华东", "华东"),
        ("朝阳区", "朝阳区"),
        ("西湖区", "西湖区"),
    ],
)
def test_a_region_lies_in_its_province(region: str, province: str) -> None:
    assert province_of(region) == province


def test_cities_stay_apart_where_nobody_names_their_province() -> None:
    assert told_regions(["南京", "苏州", "浙江", "杭州市"]) == {
        "南京": "南京",
        "苏州": "苏州",
        "浙江": "浙江",
        "杭州市": "浙江",
    }


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
