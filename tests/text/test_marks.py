from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.growth import loops
from voc.text.marks import blank_marks


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("@趣玩网客服 你们不发货", ["@趣玩网客服"]),
        ("@小米客服不行", ["@小米客服"]),
        ("差评！＠小米，不行", ["＠小米"]),
        ("@12306 买不到票@a_b-c", ["@12306", "@a_b-c"]),
        ("回复@王小明:不好用//@李 四", ["回复@王小明:"]),
        ("真的//@王小明：不好用//@李四:赞", ["//@王小明：", "//@李四:"]),
        ("看https://t.cn/A6xyz?b=1好贵", ["https://t.cn/A6xyz?b=1"]),
        ("www.example.com 打不开", ["www.example.com"]),
        (
            "单[订单x]花了[金额x]，[数字x]天没到[链接x]",
            ["[订单x]", "[金额x]", "[数字x]", "[链接x]"],
        ),
        (
            "[组织机构x]的[身份证号x][商品快照][图片]",
            ["[组织机构x]", "[身份证号x]", "[商品快照]", "[图片]"],
        ),
        ("[URL] [PHONE_1] [ORDERID_10]", ["[URL]", "[PHONE_1]", "[ORDERID_10]"]),
    ],
)
def test_blanks(text: str, marks: list[str]) -> None:
    expected = text
    for mark in marks:
        expected = expected.replace(mark, " " * len(mark))
    if "//@李 四" in text:
        expected = expected.replace("@李", "  ")
    assert blank_marks(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "很好",
        "[怒][呵呵][doge][挖鼻屎]",
        "[Facepalm][爱你哟]",
        "【质量问题】屏幕坏了",
        "2杯@15元",
        "发到a.b@example.com",
        "@这个品牌真的太让人失望了等了三个星期还不发货而且电话打不通",
        "[2018]年[80]",
        "httpd 报错",
        "见[1]",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert blank_marks(text) == text


@given(st.text("@＠[]x数字订单客服:：/回复http:/www. a1\n", max_size=60))
def test_any_text_keeps_its_length_and_lines(text: str) -> None:
    blanked = blank_marks(text)
    assert len(blanked) == len(text)
    assert all(new in (old, " ") for old, new in zip(text, blanked, strict=True))
    assert blanked.count("\n") == text.count("\n")
    assert blank_marks("好" + text + "好").count("\n") == text.count("\n")


def test_costs_little() -> None:
    text = "这家店的味道真的不错，服务员态度也很好，就是停车不太方便" * 2
    assert loops(blank_marks, text, 3) < 3
