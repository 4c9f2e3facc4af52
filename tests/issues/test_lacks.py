"""What customers say they did not get."""

from __future__ import annotations

import pytest

from voc.config import load_industry
from voc.issues.lacks import Lack, lacks
from voc.topics.words import Reader

READER = Reader(load_industry("takeaway"))


def missing(text: str) -> list[Lack]:
    [reading] = READER.read([text])
    return list(lacks(reading))


@pytest.mark.parametrize(
    ("text", "thing", "how"),
    [
        ("没有给我们筷子", "筷子", "没给"),
        ("也没给餐具", "餐具", "没给"),
        ("筷子都忘了放", "筷子", "没放"),
        ("少了一双筷子", "筷子", "没有"),
        ("缺一瓶雪碧", "雪碧", "没有"),
        ("饮料漏送了", "饮料", "没送"),
        ("不给发票理直气壮", "发票", "不给"),
        ("发票不给开", "发票", "不给"),
        ("要了发票也没有", "发票", "没有"),
        ("忘记带筷子", "筷子", "没带"),
        ("送来的饮料没有盖子", "盖子", "没有"),
        ("服务员没给菜单", "菜单", "没给"),
        ("米饭没送来", "米饭", "没送"),
        ("没开发票", "发票", "没开"),
        ("汤没放盐", "盐", "没放"),
        ("少送了一个汉堡", "汉堡", "没送"),
        ("没收到饮料", "饮料", "没收到"),
        ("不带儿童椅", "儿童椅", "不带"),
    ],
)
def test_what_is_missing_is_told_with_what_was_not_done(text: str, thing: str, how: str) -> None:
    assert missing(text) == [Lack(thing, how)]


@pytest.mark.parametrize(
    "text",
    [
        "我明确的写了发票信息",
        "服务员不给力",
        "味道不错没有异味",
        "筷子没有消毒",
        "不送餐上楼",
        "没有店里的筷子好用",
        "没有店里好吃",
        "没有想象中好吃",
        "没有图片那漂亮",
        "没有图片上的那么红",
        "客服没给解释",
        "骑手没拿餐就点了送达",
        "系统没给更新",
        "从来没少过筷子",
        "不缺筷子",
        "没给好脸色",
        "没有卡顿",
        "",
    ],
)
def test_nothing_is_missing_where_something_else_is_said(text: str) -> None:
    assert missing(text) == []
