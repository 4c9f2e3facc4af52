"""Which column holds what, by the names people use."""

from __future__ import annotations

from typing import Any

import pytest

from voc.errors import UsageError
from voc.sources.columns import find_columns, has_text_column
from voc.sources.names import EXACT, LIKELY_TEXT, SURE_TEXT, fold

# As shops, surveys, hotlines and forums export them.
EXPORTS: list[tuple[list[str], dict[str, str]]] = [
    (
        [
            "评价编号",
            "商品名称",
            "评价内容",
            "评价星级",
            "评价时间",
            "用户昵称",
            "追评内容",
            "店铺名称",
        ],
        {
            "id": "评价编号",
            "product": "商品名称",
            "text": "评价内容",
            "rating": "评价星级",
            "created_at": "评价时间",
            "author": "用户昵称",
            "store": "店铺名称",
        },
    ),
    (
        [
            "序号",
            "提交答卷时间",
            "所用时间",
            "来源",
            "1、您有多大可能向朋友或同事推荐我们？（0-10分）",
            "2、您对本次服务的整体满意度（1-5分）",
            "3、办理业务是否费力？（1-7）",
            "4、您的意见或建议",
            "5、不满意的原因是什么",
            "所在城市",
        ],
        {
            "created_at": "提交答卷时间",
            "nps": "1、您有多大可能向朋友或同事推荐我们？（0-10分）",
            "csat": "2、您对本次服务的整体满意度（1-5分）",
            "ces": "3、办理业务是否费力？（1-7）",
            "text": "4、您的意见或建议",
            "region": "所在城市",
        },
    ),
    (
        ["留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "点赞数", "反对数"],
        {
            "id": "留言编号",
            "title": "留言主题",
            "created_at": "留言时间",
            "text": "留言详情",
        },
    ),
    (
        ["工单号", "来电时间", "会员号", "诉求内容", "网点", "渠道", "处理时间", "处理结果"],
        {
            "id": "工单号",
            "created_at": "来电时间",
            "customer_id": "会员号",
            "text": "诉求内容",
            "store": "网点",
            "channel": "渠道",
        },
    ),
    (
        ["review_id", "Review Text", "Star Rating", "Created_At", "User_Name", "City", "URL"],
        {
            "id": "review_id",
            "text": "Review Text",
            "rating": "Star Rating",
            "created_at": "Created_At",
            "author": "User_Name",
            "region": "City",
            "url": "URL",
        },
    ),
    (
        ["id", "title", "author", "text", "time", "likes"],
        {"id": "id", "title": "title", "author": "author", "text": "text", "created_at": "time"},
    ),
    (
        ["４Ｓ店", "车型", "口碑评论", "评论时间", "评论人", "购买时间", "油耗评分"],
        {
            "store": "４Ｓ店",
            "product": "车型",
            "text": "口碑评论",
            "created_at": "评论时间",
            "author": "评论人",
            "rating": "油耗评分",
        },
    ),
    (["\ufeff 评论 ", "评分*"], {"text": "\ufeff 评论 ", "rating": "评分*"}),
    (["想对我们说的话", "推荐指数"], {"text": "想对我们说的话", "nps": "推荐指数"}),
    (["随便什么"], {"text": "随便什么"}),
]


@pytest.mark.parametrize(("names", "expected"), EXPORTS)
def test_columns_of_real_exports(names: list[str], expected: dict[str, str]) -> None:
    assert dict(find_columns(names).columns) == expected


@pytest.mark.parametrize(
    ("names", "sample", "text"),
    [
        (["评价", "评论"], [{"评价": "5", "评论": "好吃"}], "评论"),
        (["review", "content"], [{"review": 4, "content": "好吃"}], "content"),
        (["评论", "正文"], [], "正文"),
        (["服务评价", "服务描述"], [{"服务评价": "5星", "服务描述": "很好"}], "服务描述"),
    ],
)
def test_the_text_is_told_from_numbers_and_better_names_win(
    names: list[str], sample: list[dict[str, Any]], text: str
) -> None:
    assert find_columns(names, sample_rows=sample)["text"] == text


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["a", "b"], r"No column looks like .*--text.* 'a', 'b'"),
        (["评论时间", "评论人", "评论图片"], "No column looks like"),
        (["意见", "建议"], r"could stand in '意见', '建议'.*--text"),
        (["服务反馈", "产品建议"], r"could stand in '服务反馈', '产品建议'"),
        ([f"c{n}" for n in range(100_000)], r"'c29' and 99970 more"),
        (["x" * 5000, "y"], "x…"),
    ],
)
def test_a_text_that_cannot_be_told(names: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message) as failure:
        find_columns(names)
    assert len(str(failure.value)) < 1500


def test_told_columns_come_first() -> None:
    names = ["评论", "话", "编号", "k", "时间", "t"]
    found = find_columns(names, text="话", id="k", mapping={"created_at": "t"})
    assert (found["text"], found["id"], found["created_at"]) == ("话", "k", "t")
    assert find_columns(["Review Text", "x"], text="review_text")["text"] == "Review Text"


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("time", "created_at"), ("时间", "created_at"), ("Created At", "created_at"),
        ("内容", "text"), ("评论", "text"), ("门店", "store"), ("产品", "product"),
        ("车型", "product"), ("城市", "region"), ("编号", "id"), ("评分", "rating"),
        ("用户", "author"), ("渠道", "channel"), ("rating_max", "rating_max"),
    ],
)  # fmt: skip
def test_a_field_may_be_called_as_its_column_often_is(name: str, field: str) -> None:
    found = find_columns(["正文", "x"], mapping={name: "x"})
    assert found[field] == "x"


def test_a_field_that_is_told_to_have_no_column_has_none() -> None:
    found = find_columns(["评论", "门店", "评分"], mapping={"门店": "", "rating": ""})
    assert dict(found.columns) == {"text": "评论"}
    with pytest.raises(UsageError, match="text needs a column"):
        find_columns(["评论"], mapping={"text": ""})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"text": "评伦"}, r"no column '评伦' for text.*The columns are: '评论内容', 'time'"),
        ({"text": "评论内"}, r"Did you mean '评论内容'\?"),
        ({"id": "x"}, "no column 'x' for id"),
        ({"mapping": {"create_at": "time"}}, r"no field 'create_at'.*Did you mean 'created_at'\?"),
        ({"mapping": {"created_at": "tine"}}, r"Did you mean 'time'\?"),
    ],
)
def test_told_wrongly(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        find_columns(["评论内容", "time"], **options)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([5, 3, "4"], 5),
        ([5, 8], 10),
        ([96, 100], 100),
        (["4.5/10"], 10),
        (["★★★☆☆"], 5),
        (["四星"], 5),
        ([], None),
        (["?"], None),
        ([1000], None),
    ],
)
def test_the_scale_of_ratings(values: list[Any], expected: float | None) -> None:
    sample = [{"评论": "好", "评分": value} for value in values]
    assert find_columns(["评论", "评分"], sample_rows=sample).rating_max == expected


@pytest.mark.parametrize(
    ("names", "sample", "channel"),
    [
        (["评论"], [], "review"),
        (["评论", "nps"], [], "survey"),
        (["评论", "满意度"], [], "survey"),
        (["内容", "楼层"], [], "forum"),
        (["text", "reply", "reply_time"], [], "forum"),
        (["turns"], [{"turns": [{"speaker": 0, "text": "喂"}]}], "hotline"),
        (["turns"], [{"turns": [{"speaker": 0, "text": "喂", "reply_to": -1}]}], "forum"),
        (["text", "turns"], [{"turns": "[{}]"}], "hotline"),
    ],
)
def test_the_channel_that_columns_look_like(
    names: list[str], sample: list[dict[str, Any]], channel: str
) -> None:
    assert find_columns(names, sample_rows=sample).channel == channel


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (" Review Text ", "reviewtext"),
        ("ＩＤ", "id"),
        ("Q1. 满意度", "满意度"),
        ("1、您的意见", "您的意见"),
        ("第3题：建议", "建议"),
        ("12345", "12345"),
        ("4S店", "4s店"),
        ("___", "___"),
        ("", ""),
    ],
)
def test_fold(name: str, expected: str) -> None:
    assert fold(name) == expected


def test_the_names_are_folded_and_none_serves_two_fields() -> None:
    names = [name for known in EXACT.values() for name in known] + [*SURE_TEXT, *LIKELY_TEXT]
    assert [name for name in names if fold(name) != name] == []
    assert sorted(name for name in set(names) if names.count(name) > 1) == []


@pytest.mark.parametrize(
    ("names", "time"),
    [
        (["评论", "下单时间", "您评价的时间"], "您评价的时间"),
        (["评论", "订单时间", "反馈时间"], "反馈时间"),
        (["评论", "订单时间", "下单时间", "收货时间"], "收货时间"),
        (["评论", "下单时间"], "下单时间"),
        (["评论", "发货日期", "回复时间"], "发货日期"),
        (["评论", "订单评价时间", "下单时间"], "订单评价时间"),
        (["评论", "回复时间"], None),
    ],
)
def test_the_time_of_an_order_counts_where_no_other_does(
    names: list[str], time: str | None
) -> None:
    assert find_columns(names)["created_at"] == time
    assert find_columns(names, mapping={"created_at": ""})["created_at"] is None


def test_has_text_column() -> None:
    assert has_text_column(["x", "评论内容"])
    assert has_text_column(["本店评论"])
    assert not has_text_column(["本店评论"], exact=True)
    assert not has_text_column(["评论时间", "x"])


def test_a_table_without_columns_is_said_to_be_one() -> None:
    with pytest.raises(UsageError, match="It names no columns"):
        find_columns([])
