"""Hums and stammers are blanked, and lengths stay."""

from __future__ import annotations

import pytest

from voc.text.fillers import blank_fillers, blank_order_cards


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("嗯，那个那个我要退款", "    那个我要退款"),
        ("我我我的卡丢了", "  我的卡丢了"),
        ("就是就是，就是登不上", "     就是登不上"),
        ("啊，登不上", " ，登不上"),
        ("呃呃屏幕碎了", "  屏幕碎了"),
    ],
)
def test_blanked(text: str, expected: str) -> None:
    assert blank_fillers(text) == expected
    assert len(expected) == len(text)


@pytest.mark.parametrize(
    "text",
    ["额度太低", "很多很多问题", "天天死机", "哈哈哈", "高高兴兴", "啊啊啊太好了", "", "研究研究"],
)
def test_left_as_it_is(text: str) -> None:
    assert blank_fillers(text) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("咨询订单号:[订单x] 订单金额:[金额x] 下单时间:[日期x] 你好", "你好"),
        ("咨询订单号:[订单x]    商品ID:[数字x] 咨询订单号:123", ""),
        ("[订单编号:[订单x]，订单金额:[金额x]，下单时间:[日期x] [时间x]] 没到", "没到"),
        ("[订单编号:12，订单金额:5，下单时间:2026-01-01 10:00:00]", ""),
        ("是啊 顾客通过点击web咚咚[站点x]信息发送:", "是啊"),
        ("[订单编号:12，订单金额:，下单时间:]", ""),
        ("请选择咨询订单 你好", "你好"),
        ("请选择您要咨询的业务类型", ""),
        ("您选择了一个订单进行咨询(订单号:[订单x];商品编号:[数字x]) 没到", "没到"),
        ("订单业务咨询 没到", "没到"),
        ("发票类咨询\n抬头错了", "抬头错了"),
        ("京东快递(移动端) 到哪了", "到哪了"),
        ("换个移动端(手机端)的", "换个移动端(手机端)的"),
        ("我打电话咨询 没人接", "我打电话咨询 没人接"),
        ("发票咨询", "发票咨询"),
        ("客服电话咨询半天没用", "客服电话咨询半天没用"),
        ("[订单编号是多少] 我通过点击网页查", "[订单编号是多少] 我通过点击网页查"),
        ("我想咨询订单号怎么查", "我想咨询订单号怎么查"),
    ],
)
def test_order_cards(text: str, said: str) -> None:
    assert blank_order_cards(text).strip() == said
    assert len(blank_order_cards(text)) == len(text)
