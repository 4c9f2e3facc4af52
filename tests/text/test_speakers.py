"""Labels of speakers, as call centres and chats write them."""

from __future__ import annotations

import pytest

from voc.text.speakers import role_in


@pytest.mark.parametrize(
    ("label", "role"),
    [
        ("客服", "agent"),
        ("在线客服", "agent"),
        ("客服小李", "agent"),
        ("客服张三", "agent"),
        ("客服（张三）", "agent"),
        ("客服（工号1001）", "agent"),
        ("客服专员 王芳", "agent"),
        ("【客服】张三", "agent"),
        ("张三-客服", "agent"),
        ("坐席1001", "agent"),
        ("坐席A", "agent"),
        ("Agent_01", "agent"),
        ("张三（客户）", "customer"),
        ("王小红[顾客]", "customer"),
        ("客户A", "customer"),
        ("业主", "customer"),
        ("物业", "agent"),
        ("店长", "agent"),
        ("店员小李", "agent"),
        ("物业费", None),
        ("张三", None),
        ("0", None),
        ("speaker1", None),
        ("username", None),
        ("customers", None),
        ("用户体验", None),
        ("客服态度", None),
        ("商家包装", None),
        ("客服电话", None),
        ("客户（客服）", None),
        ("", None),
    ],
)
def test_a_label_tells_the_role(label: str, role: str | None) -> None:
    assert role_in(label) == role
