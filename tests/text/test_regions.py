"""Cities are told with their province where feedback names that too."""

from __future__ import annotations

import pytest

from voc.text.regions import counted_by_region, province_of, told_regions


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


def test_what_is_told_as_one_counts_together() -> None:
    assert counted_by_region({"江苏": 14, "南京": 12, "杭州": 3}) == {"江苏": 26, "杭州": 3}
    assert counted_by_region({"南京": 2}, beside=["江苏"]) == {"江苏": 2}
