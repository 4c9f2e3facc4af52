from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.text.informative import is_uninformative


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n　",
        "。。。",
        "……",
        "!!!???",
        "，",
        "111",
        "1",
        "12345 67890",
        "１２３",
        "*****",
        "----",
        "\u200b\u200d",
        "此用户没有填写评价",
        "此用户没有填写评价。",
        "此用户未填写评价内容",
        "该用户未填写评价",
        "该用户没有发表评论",
        "此用戶沒有填寫評價",
        "用户未作评价",
        "买家未及时做出评价",
        "评价方未及时做出评价,系统默认好评!",
        "该用户超时未评价，系统默认好评",
        "15天内买家未作出评价，系统默认好评",
        "系统默认好评",
        "系统默认评价",
        "默认好评",
        "用户默认好评",
        "系统自动默认好评！",
        "默认五星好评",
        "自动好评",
        "未填写",
        "未填写评价",
        "没有填写内容",
        "暂无评价",
        "无",
        "無",
        "无。",
        "没有",
        "无意见",
        "没有意见和建议",
        "暂无建议",
        "没有任何意见",
        "空",
        "略",
        "N/A",
        "null",
        "None",
        "nan",
        "a",
        "aaaaaa",
        "asdfgh",
        "test",
        "测试",
        "凑字数凑字数凑字数",
        "不知道说什么",
        "满15字",
        "图片评论",
        "[图片]",
        "转发微博",
        "<br>",
        "&nbsp;",
    ],
)
def test_says_nothing(text: str) -> None:
    assert is_uninformative(text)


@pytest.mark.parametrize(
    "text",
    [
        "好",
        "差",
        "差评",
        "好评",
        "中评",
        "五星好评",
        "👍",
        "😡😡",
        "❤️",
        "ok",
        "666",
        "还行",
        "一般",
        "不错",
        "满意",
        "没毛病",
        "没有问题",
        "没货",
        "没有味道",
        "无语",
        "无所谓",
        "垃圾",
        "呵呵",
        "哈" * 1000,
        "^_^",
        ":)",
        "(╯°□°）╯",
        "默认发的快递太慢",
        "默认好评返现，骗人的",
        "系统默认开启续费",
        "没有填写发票抬头就寄来了",
        "此用户体验极差",
        "收到货没有评价卡",
        "图片和实物不符",
        "测试了一下续航还行",
        "无线耳机",
        "1楼的服务员态度差",
        "hen hao",
        "唔错",
        "不知道说什么好，太差了",
    ],
)
def test_says_something(text: str) -> None:
    assert not is_uninformative(text)


@given(st.text(st.characters(exclude_categories=()), max_size=100))
def test_any_text(text: str) -> None:
    assert is_uninformative(text) in (True, False)
