"""What the names of themes tell."""

from __future__ import annotations

import pytest

from voc.topics.matters import matter_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("太咸", "偏咸"),
        ("味道太淡", "有点淡"),
        ("出行不便", "出行不方便"),
        ("电梯坏了", "电梯故障"),
        ("太腻", "油腻等"),
        ("太贵", "价格高"),
        ("难吃的菜", "不好吃"),
        ("假货", "不是正品"),
        ("不新鲜", "剩的"),
        ("没熟", "夹生"),
    ],
)
def test_names_of_one_problem(one: str, other: str) -> None:
    assert matter_of(one) == matter_of(other) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("太咸", "不咸"),
        ("保养贵", "太贵"),
        ("路灯坏了", "电梯坏了"),
        ("烧机油", "担心烧机油"),
        ("发动机噪音", "胎噪"),
    ],
)
def test_names_of_two_problems(one: str, other: str) -> None:
    assert matter_of(one) is None or matter_of(one) != matter_of(other)


@pytest.mark.parametrize("name", ["服务（太差等）", "故障", "投诉", "等"])
def test_what_tells_no_problem_of_its_own(name: str) -> None:
    assert matter_of(name) is None
