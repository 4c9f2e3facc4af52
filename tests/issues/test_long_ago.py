"""Dangers of years ago are told from those of today."""

from __future__ import annotations

from datetime import date

import pytest

from voc.issues.long_ago import is_long_ago, is_undated

SAID_ON = date(2026, 10, 20)


@pytest.mark.parametrize(
    ("sentence", "past"),
    [
        ("2006年由于交通意外,尽管我们极力抢救,我的丈夫还是离开了我们", True),
        ("2025年9月他在门口被打成重伤", True),
        ("2025年11月他在门口被打成重伤", False),
        ("2025年他在门口被打成重伤", False),
        ("2024年底小区里起火", True),
        ("五年前有人从楼上掉下来摔伤", True),
        ("断轴是多少年前的事了", True),
        ("早几年这里发生过燃气爆炸", True),
        ("2018年交房,楼板开裂", False),
        ("2015年买的车在高速上自燃", False),
        ("2019年到2023年多次起火,至今没人管", False),
        ("2018年与今年除夕发生了3起火灾", False),
        ("2020年开始一直漏电", False),
        ("2026年10月3日起火", False),
        ("12020年漏电", False),
        ("2024年12月漏电,2026年3月漏电伤人", False),
        ("家里漏电,差点出人命", False),
    ],
)
def test_what_happened_more_than_a_year_before_it_was_said(sentence: str, past: bool) -> None:
    assert is_long_ago(sentence, SAID_ON) is past


@pytest.mark.parametrize(
    ("sentence", "undated"),
    [
        ("他被打成重伤", True),
        ("10月3日起火", False),
        ("三天前起火", False),
        ("两个月之前起火", False),
        ("那天起火", False),
        ("2019年起火", False),
        ("前天起火", False),
    ],
)
def test_what_tells_no_time(sentence: str, undated: bool) -> None:
    assert is_undated(sentence) is undated
