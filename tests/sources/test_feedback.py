"""From rows to feedback."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.errors import RowError
from voc.records import Feedback, Turn
from voc.sources.columns import find_columns
from voc.sources.feedback import to_feedback
from voc.sources.identity import Repeats
from voc.sources.rows import Row

ZONE = ZoneInfo("Asia/Shanghai")


def _feedback(values: dict[str, Any], *, replaced: int = 0, **options: Any) -> Feedback:
    columns = find_columns(list(values), sample_rows=[values])
    row = Row(1, "f.csv:2", values, replaced)
    return to_feedback(row, columns, **{"source": "f", "zone": ZONE, **options})


def test_every_field() -> None:
    found = _feedback(
        {
            "评价编号": 1001.0,
            "评价内容": " 起步顿挫\r\n严重 ",
            "标题": "变速箱",
            "评价时间": "2024/3/1 8:05",
            "评分": "4.5/5",
            "车型": "星驰X5",
            "4S店": "东路店",
            "城市": "武汉",
            "昵称": "小王",
            "会员号": "88",
            "链接": "https://e.cn/1",
            "渠道": "汽车论坛",
            "点赞": 3,
        }
    )
    assert found == Feedback(
        source="f",
        native_id="1001",
        channel="forum",
        text="起步顿挫\n严重",
        title="变速箱",
        created_at=datetime(2024, 3, 1, 8, 5, tzinfo=ZONE),
        author="小王",
        url="https://e.cn/1",
        product="星驰X5",
        store="东路店",
        region="武汉",
        rating=4.5,
        rating_max=5,
        customer_id="88",
        extra={"channel_name": "汽车论坛", "点赞": 3},
    )
    json.dumps(found.as_dict())


def test_what_a_source_calls_its_channels_is_kept_where_the_channel_is_told() -> None:
    for name, kept in (("Booking", {"channel_name": "Booking"}), ("forum", {}), ("", {})):
        found = _feedback({"评论": "好", "渠道": name}, channel="review")
        assert (found.channel, found.extra) == ("review", kept)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"评论": "好", "时间": "昨天"}, {"unreadable_time": "昨天"}),
        ({"评论": "好", "评分": "很高"}, {"unreadable_rating": "很高"}),
        ({"评论": "好", "nps": 11}, {"unreadable_nps": "11"}),
        ({"评论": "好", "csat": "0"}, {"unreadable_csat": "0"}),
        ({"评论": "好", "时间": "", "评分": "无", "nps": None, "城市": "NULL"}, {}),
        ({"评论": "好", "评分": float("nan")}, {}),
        ({"评论": "坏\x00字\ud800"}, {"replaced": 2}),
        ({"评论": "好", "x": "", "y": None, "z": float("nan")}, {"columns_left_out": 1}),
        ({"评论": "好", "d": datetime(2024, 1, 1)}, {"d": "2024-01-01T00:00:00"}),  # noqa: DTZ001
        ({"评论": "好", "n": 10**30}, {"n": "1" + "0" * 30}),
        ({"评论": "好", "long": "x" * 2000}, {"long": "x" * 1000}),
        ({"评论": "好", "j": {"a": [1]}}, {"j": {"a": [1]}}),
        ({"评论": "好", "j": ["x" * 5000]}, {"columns_left_out": 1}),
        ({"评论": "好", "replaced": 5, "truncated": 1}, {"columns_left_out": 2}),
    ],
)
def test_extra(values: dict[str, Any], expected: dict[str, Any]) -> None:
    assert _feedback(values).extra == expected


def test_extra_is_bounded() -> None:
    extra = _feedback({"评论": "好"} | {f"c{n}": n for n in range(100_000)}).extra
    assert len(extra) == 51
    assert extra["columns_left_out"] == 99_950


def test_unreadable_bytes_are_counted_with_unstorable_characters() -> None:
    assert _feedback({"评论": "坏\x00"}, replaced=3).extra["replaced"] == 4


def test_a_text_that_is_too_long_is_cut_and_flagged() -> None:
    found = _feedback({"评论": "好" * 10_000_000}, max_chars=20_000)
    assert len(found.text) == 20_000
    assert found.extra == {"truncated": 10_000_000}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("我的电话是13812345678", "我的电话是"),
        ("我的号138 1234 5678", "我的号"),
        ("邮箱ab.cd@example.com", "邮箱"),
        ("很好很好很好very12345", "很好很好很好"),
        ("很好很好很好wonderful", "很好很好很好wond"),
        ("1" * 30, "1" * 10),
    ],
)
def test_no_number_is_torn_by_the_cut(text: str, kept: str) -> None:
    assert _feedback({"评论": text}, max_chars=10).text == kept


def test_no_number_in_another_column_is_torn() -> None:
    values = {"评论": "好", "备注": "好" * 995 + "13812345678", "门店": "店" * 195 + "13812345678"}
    found = _feedback(values)
    assert found.extra["备注"] == "好" * 995
    assert found.store == "店" * 195


def test_turns_are_cut_with_their_text() -> None:
    found = _feedback({"turns": [{"speaker": "客户", "text": "好" * 80}] * 3}, max_chars=100)
    assert len(found.text) == 100
    assert [len(turn.text) for turn in found.turns] == [80, 19]
    assert found.extra["truncated"] == 242


@pytest.mark.parametrize(
    ("values", "text", "title"),
    [
        ({"标题": "异响", "正文": "异响\n很大"}, "异响\n很大", "异响"),
        ({"标题": "异响", "正文": "很大"}, "很大", "异响"),
        ({"标题": "异响", "正文": ""}, "异响", "异响"),
        ({"标题": "", "正文": ""}, "", None),
        ({"正文": None}, "", None),
        ({"正文": 5}, "5", None),
        ({"正文": 5.0}, "5", None),
        ({"正文": "\ufeff好"}, "好", None),
    ],
)
def test_text_and_title(values: dict[str, Any], text: str, title: str | None) -> None:
    found = _feedback(values)
    assert (found.text, found.title) == (text, title)


def test_dialogues() -> None:
    turns = [{"speaker": "客户", "text": "喂"}, {"speaker": "客服", "text": "您好"}]
    expected = (Turn("customer", "喂"), Turn("agent", "您好"))
    joined = _feedback({"id": "1", "turns": turns})
    assert (joined.text, joined.turns, joined.channel) == ("喂\n您好", expected, "hotline")
    for text in ("喂 \n\n您好", "客户：喂\n客服：您好"):
        same = _feedback({"text": text, "turns": turns})
        assert (same.text, same.turns) == ("喂\n您好", expected)
    kept = _feedback({"text": "喂，您好", "turns": turns})
    assert (kept.text, kept.turns) == ("喂，您好", expected)
    marked = _feedback({"通话内容": "客户：喂\n客服：您好"})
    assert (marked.text, marked.turns, marked.channel) == ("喂\n您好", expected, "hotline")


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"text": {"a": 1}}, "the text in 'text' is a dict"),
        ({"text": ["a"]}, "the text in 'text' is a list"),
        ({"text": "好", "turns": [{"speaker": 1}]}, "turn 1 has no text"),
    ],
)
def test_rows_that_are_none(values: dict[str, Any], reason: str) -> None:
    with pytest.raises(RowError, match=reason):
        _feedback(values)


@pytest.mark.parametrize(
    ("rating", "sample_max", "expected"),
    [
        (4, 5, (4, 5)),
        (4, 10, (4, 10)),
        ("8/10", 5, (8, 10)),
        (8, 5, (8, 10)),
        (300, 5, (None, None)),
        ("★★★", 5, (3, 5)),
    ],
)
def test_rating_and_its_scale(
    rating: Any, sample_max: int, expected: tuple[float | None, float | None]
) -> None:
    sample = [{"评论": "好", "评分": sample_max}]
    columns = find_columns(["评论", "评分"], sample_rows=sample)
    row = Row(1, "f:1", {"评论": "好", "评分": rating})
    found = to_feedback(row, columns, source="f", zone=ZONE)
    assert (found.rating, found.rating_max) == expected


def test_a_column_for_the_best_rating() -> None:
    assert _feedback({"评论": "好", "评分": 4, "满分": 10}).rating_max == 10


@pytest.mark.parametrize(
    ("name", "channel"),
    [
        ("forum", "forum"),
        ("微博", "social"),
        ("400热线", "hotline"),
        ("在线客服", "chat"),
        ("NPS问卷", "survey"),
        ("电子邮件", "email"),
        ("京东", "review"),
        ("IM", "chat"),
        ("神秘渠道", "review"),
    ],
)
def test_channel_by_the_row(name: str, channel: str) -> None:
    assert _feedback({"评论": "好", "渠道": name}).channel == channel


def test_told_channel_and_product() -> None:
    found = _feedback({"评论": "好", "渠道": "微博"}, channel="email", product="X5")
    assert (found.channel, found.product) == ("email", "X5")
    assert _feedback({"评论": "好", "产品": "Y1"}, product="X5").product == "Y1"


def test_a_survey_with_scores_alone() -> None:
    found = _feedback({"意见建议": "", "nps": "9分", "csat": "非常满意", "ces": 2})
    assert (found.text, found.nps, found.csat, found.ces) == ("", 9, 5, 2)
    assert found.channel == "survey"


@pytest.mark.parametrize(
    ("value", "expected"),
    [("A-1", "A-1"), (7, "7"), (7.0, "7"), (" 7 ", "7"), (12345678901234567890123, None)],
)
def test_ids_are_as_they_are_written(value: Any, expected: str | None) -> None:
    assert _feedback({"id": value, "text": "好"}).native_id == (expected or str(value))


@pytest.mark.parametrize("value", ["", None, "x" * 300, "NULL"])
def test_an_id_is_made_where_there_is_none(value: Any) -> None:
    found = _feedback({"id": value, "text": "好"}).native_id
    assert found.startswith("row-")
    assert len(found) == 24


def test_made_ids_are_stable_and_count_equal_rows() -> None:
    repeats = Repeats()
    rows = [{"text": "好", "n": 1}, {"n": 1, "text": "好"}, {"text": "差", "n": 1}] * 2
    ids = [_feedback(row, repeats=repeats).native_id for row in rows]
    again = Repeats()
    assert [_feedback(row, repeats=again).native_id for row in rows] == ids
    assert len(set(ids)) == 6
    base = ids[0]
    assert [ids[place] for place in (1, 3, 4)] == [f"{base}-2", f"{base}-3", f"{base}-4"]
    assert _feedback({"text": "好", "n": 1, "empty": ""}).native_id == base


def test_repeats_agree_with_a_dictionary() -> None:
    repeats, counts = Repeats(), dict[int, int]()
    for number in range(60_000):
        key = number * 7919 % 20_011
        assert repeats.before(key.to_bytes(8, "big")) == counts.get(key or 1, 0)
        counts[key or 1] = counts.get(key or 1, 0) + 1


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
NAMES = st.sampled_from(
    ["text", "标题", "id", "时间", "评分", "nps", "csat", "turns", "渠道", "城市", "x", "truncated"]
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(NAMES, VALUES, max_size=8))
def test_any_row_is_a_feedback_or_a_reject(values: dict[str, Any]) -> None:
    columns = find_columns(list({"text": None} | values), sample_rows=[values])
    try:
        found = to_feedback(Row(1, "f:1", values), columns, source="f", zone=ZONE, max_chars=50)
    except RowError:
        return
    json.dumps(found.as_dict(), allow_nan=False).encode()
    assert len(found.text) <= 50


@pytest.mark.parametrize(
    "name", ["聊天记录", "聊天内容", "会话内容", "会话记录", "对话记录", "通话记录"]
)
def test_a_column_of_chats_is_split_into_turns(name: str) -> None:
    found = _feedback({name: "客户：充不进电\n客服：您好"})
    assert [turn.speaker for turn in found.turns] == ["customer", "agent"]
