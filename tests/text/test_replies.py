"""What a company answers in a customer's text."""

from __future__ import annotations

from functools import partial

import pytest

from tests.growth import LINEAR, growth
from voc.text.replies import customer_parts, without_replies


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("房间很小。 宾馆反馈 2008年4月17日 ： 谢谢！欢迎再来", "房间很小。"),
        ("房间很小。商家回复：尊敬的客人您好，很抱歉", "房间很小。"),
        ("不错【商家回复】谢谢", "不错"),
        ("很脏\n店家回复：感谢您的支持 追评：还是没人管", "很脏\n追评：还是没人管"),
        ("不好 酒店回复(2020-01-02 10:00)：抱歉 用户追评：更差", "不好\n用户追评：更差"),
        ("好。商家回复：谢谢您 追评：坏了。商家回复：很抱歉", "好。\n追评：坏了。"),
        ("问了客服，客服回复：没货了，气死", None),
        ("没人接电话。客服回复：您好，不能退。就这样打发我", None),
        ("商家回复很快，态度好。", None),
        ("一直没有商家回复：太慢", None),
        ("商家回复：您好", None),
        ("  很脏  ", None),
        ("", None),
    ],
)
def test_what_the_company_answers_is_no_customers(text: str, own: str | None) -> None:
    assert without_replies(text) == (text if own is None else own)
    parts = customer_parts(text)
    assert parts == sorted(parts)
    assert all(0 <= start <= end <= len(text) for start, end in parts)


@pytest.mark.parametrize(
    "piece", ["商家回复", "商家回复：您好", "【商家回复", "追评", "2008年4月17日"]
)
def test_hostile_texts_take_linear_time(piece: str) -> None:
    assert growth(lambda size: partial(customer_parts, piece * size), 20_000) < LINEAR
