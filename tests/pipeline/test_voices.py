"""What is kept of a feedback: masked, pseudonymous, offsets unmoved."""

import re
from dataclasses import replace
from typing import Any

import pytest

from voc.pipeline.voices import customer_view, is_of_staff, protect
from voc.records import Channel, Feedback, Turn

KEY = b"0123456789abcdef"


def test_personal_data_are_masked_everywhere_and_lengths_stay() -> None:
    turns = (Turn("agent", "请问您的电话"), Turn("customer", "13812345678，我叫王小明"))
    text = "\n".join(turn.text for turn in turns)
    feedback = Feedback(
        "hotline", "1", "hotline", text, title="来电13812345678", turns=turns, author="小王",
        customer_id="C100", extra={"备注": "回拨13812345678", "电话": 13812345678, "页": 3},
    )  # fmt: skip
    kept = protect(feedback, key=KEY)
    assert "13812345678" not in str(kept.as_dict())
    assert len(kept.text) == len(text)
    assert kept.text == "\n".join(turn.text for turn in kept.turns)
    assert kept.extra["页"] == 3
    assert kept.customer_id not in (None, "C100")
    assert kept.author not in (None, "小王")


def test_where_somebody_answered_is_kept_of_no_file() -> None:
    told = {"来自IP": "1.2.3.4(浙江-杭州)", "LocationLatitude": 30.25, "IP属地": "浙江"}
    kept = protect(Feedback("s", "1", "review", "好", extra=told), key=KEY)
    assert kept.extra == {"来自IP": "*" * 14, "LocationLatitude": "*****", "IP属地": "浙江"}


def test_a_person_is_the_same_under_one_key_and_another_under_another() -> None:
    feedback = Feedback("s", "1", "review", "好", customer_id="C100")
    once, again = protect(feedback, key=KEY), protect(feedback, key=KEY)
    other = protect(feedback, key=b"fedcba9876543210")
    assert once.customer_id == again.customer_id != other.customer_id


@pytest.mark.parametrize("author", ["匿名用户", "匿名", "m***7", None, ""])
def test_who_is_not_told_is_nobody(author: str | None) -> None:
    assert protect(Feedback("s", "1", "review", "好", author=author), key=KEY).author is None


def test_masking_can_be_switched_off_but_persons_stay_pseudonymous() -> None:
    feedback = Feedback("s", "1", "review", "电话13812345678", customer_id="C100")
    kept = protect(feedback, key=KEY, masked=False)
    assert kept.text == feedback.text
    assert kept.customer_id != "C100"


def test_protecting_twice_changes_no_text() -> None:
    feedback = Feedback("s", "1", "review", "电话13812345678，微信号abc_12345，不错")
    once = protect(feedback, key=KEY)
    assert protect(once, key=KEY).text == once.text


def test_a_view_is_as_long_as_the_text() -> None:
    turns = (Turn("agent", "您好"), Turn("customer", "车坏了"), Turn("agent", "好的"))
    feedback = Feedback("s", "1", "hotline", "您好\n车坏了\n好的", turns=turns)
    assert customer_view(feedback) == "  \n车坏了\n  "


@pytest.mark.parametrize(
    ("speakers", "extra", "is_staffs"),
    [
        (["agent"], {}, True),
        (["agent", "agent"], {}, True),
        (["agent", "customer"], {}, False),
        (["agent", "0"], {}, False),
        (["0"], {}, False),
        ([], {}, False),
        (["旁白", "agent"], {}, True),
        (["旁白"], {}, False),
        ([], {"is_staff": True}, True),
        ([], {"is_staff": "是"}, True),
        ([], {"is_staff": "1"}, True),
        ([], {"is_staff": "0"}, False),
        ([], {"is_staff": "否"}, False),
        ([], {"is_staff": "False"}, False),
    ],
)
def test_what_only_the_company_said_is_no_customers(
    speakers: list[str], extra: dict[str, Any], is_staffs: bool
) -> None:
    turns = tuple(Turn(speaker, "您好") for speaker in speakers)
    text = "\n".join(turn.text for turn in turns) or "您好"
    item = Feedback("s", "1", "hotline", text, turns=turns, extra=extra)
    assert is_of_staff(item) is is_staffs
    assert (not customer_view(item).strip()) is is_staffs


@pytest.mark.parametrize(
    ("channel", "expected"), [("hotline", "  我的卡丢了"), ("chat", "我的我的卡丢了")]
)
def test_stammers_of_a_call_without_turns_are_blanked(channel: Channel, expected: str) -> None:
    assert customer_view(Feedback("s", "1", channel, "我的我的卡丢了")) == expected


def test_turns_without_known_speakers_are_all_read() -> None:
    turns = (Turn("0", "屏幕很好"), Turn("1", "电池不行"))
    feedback = Feedback("s", "1", "forum", "屏幕很好\n电池不行", turns=turns)
    assert customer_view(feedback) == feedback.text


@pytest.mark.parametrize(
    ("field", "value", "kept"),
    [
        ("store", "王建国的店13811110004", "王建国的店***********"),
        ("store", "王师傅烧饼中山路12号店", "王师傅烧饼中山路12号店"),
        ("product", "联系人：王小明", "联系人：***"),
        ("product", "iPhone 15 Pro", "iPhone 15 Pro"),
        ("region", "浙江省杭州市", "浙江省杭州市"),
        ("region", "阳光花园3栋2单元501", "************"),
        ("native_id", "20240102-17", "20240102-17"),
        (
            "url",
            "https://a.cn/post/13812345678?tel=13812345678&page=2#top",
            "https://a.cn/post/13812345678?tel=***********&page=2#top",
        ),
        ("url", "https://a.cn/p?id=110105194912310021", "https://a.cn/p?id=110105194912310021"),
        ("url", "https://a.cn/p?id=11010519491231002X", "https://a.cn/p?id=******************"),
        ("url", "https://a.cn/p?q=a%40b.com&n=1", "https://a.cn/p?q=*********&n=1"),
        ("url", "https://a.cn/p?userName=%E7%8E%8B", "https://a.cn/p?userName=*********"),
        ("url", "https://a.cn/p?name=x;phone=1#mobile=2", "https://a.cn/p?name=*;phone=*#mobile=*"),
        ("url", "tel:13812345678", "tel:***********"),
    ],
)
def test_context_is_masked(field: str, value: str, kept: str) -> None:
    feedback = Feedback("s", "1", "review", "好")
    change: dict[str, Any] = {field: value}
    given = replace(feedback, **change)
    assert getattr(protect(given, key=KEY), field) == kept
    assert getattr(protect(given, key=KEY, masked=False), field) == value


def test_an_id_that_is_personal_gives_way_to_a_pseudonym() -> None:
    feedback = Feedback("s", "13812345678", "review", "好")
    kept = protect(feedback, key=KEY)
    assert re.fullmatch("c_[0-9a-f]{20}", kept.native_id)
    assert kept.native_id == protect(feedback, key=KEY, masked=False).native_id
    assert protect(kept, key=KEY).native_id == kept.native_id


def test_speakers_are_roles_or_pseudonyms() -> None:
    names = ("customer", "agent", "0", "SPEAKER_01", "说话人2", "王小明", "13812345678", "王小明")
    turns = tuple(Turn(name, "好") for name in names)
    kept = protect(Feedback("s", "1", "chat", "\n".join("好" * 8), turns=turns), key=KEY)
    speakers = [turn.speaker for turn in kept.turns]
    assert speakers[:5] == list(names[:5])
    assert all(re.fullmatch("c_[0-9a-f]{20}", speaker) for speaker in speakers[5:])
    assert speakers[5] == speakers[7] != speakers[6]


def test_extra_is_masked_by_the_names_of_its_columns() -> None:
    extra = {
        "客户姓名": "王建国", "商品名称": "王小明牛肉面", "家庭住址": "幸福里", "vin": 12345,
        "13812345678": "好", "138-1234-5678": "坏", "is_staff": True, "channel_name": "小红书",
        "contact": {"name": "Wang", "city": "杭州"}, "item": {"name": "拿铁"}, "phones": [1, None],
    }  # fmt: skip
    kept = protect(Feedback("s", "1", "review", "好", extra=extra), key=KEY).extra
    assert kept == {
        "客户姓名": "***", "商品名称": "王小明牛肉面", "家庭住址": "***", "vin": "*****",
        "***********": "好", "*************": "坏", "is_staff": True, "channel_name": "小红书",
        "contact": {"name": "****", "city": "杭州"}, "item": {"name": "拿铁"}, "phones": [1, None],
    }  # fmt: skip


def test_masked_names_of_columns_stay_apart() -> None:
    extra = {"13812345678": "一", "13812345679": "二"}
    kept = protect(Feedback("s", "1", "review", "好", extra=extra), key=KEY).extra
    assert kept == {"*" * 11: "一", "*" * 12: "二"}


def test_a_reply_in_the_text_of_a_review_is_blanked() -> None:
    text = "房间很小。商家回复：感谢您的入住，隔音差我们会改进"
    view = customer_view(Feedback("s", "1", "review", text))
    assert len(view) == len(text)
    assert view.strip() == "房间很小。"
