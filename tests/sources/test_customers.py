"""Columns and cells of customers and orders, in the forms that systems export them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from voc.errors import RowError, UsageError
from voc.sources.customers import find_customer_columns, read_customer

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (
            ["会员号", "会员等级", "注册时间", "归属门店", "所在城市", "客户标签"],
            {"customer_id": "会员号", "tier": "会员等级", "since": "注册时间",
             "home_store": "归属门店", "region": "所在城市", "tags": "客户标签"},
        ),
        (
            ["订单号", "客户编号", "下单时间", "实付金额", "商品名称", "门店名称"],
            {"order_id": "订单号", "customer_id": "客户编号", "ordered_at": "下单时间",
             "amount": "实付金额", "product": "商品名称", "store": "门店名称"},
        ),
        (
            ["customer_id", "tier", "Order ID", "total_amount", "order_date", "updated_at"],
            {"customer_id": "customer_id", "tier": "tier", "order_id": "Order ID",
             "amount": "total_amount", "ordered_at": "order_date", "updated_at": "updated_at"},
        ),
        (["客户", "客户等级", "备注"], {"customer_id": "客户", "tier": "客户等级"}),
    ],
)  # fmt: skip
def test_columns_are_found_by_the_names_people_use(names: list[str], found: dict[str, str]) -> None:
    assert dict(find_customer_columns(names).columns) == found


@pytest.mark.parametrize(
    ("names", "mapping", "said"),
    [
        (["等级", "金额"], {}, "customers' ids"),
        (["会员号"], {"teir": "等级"}, "Did you mean 'tier'"),
        (["会员号", "会员等级"], {"tier": "会员等极"}, "Did you mean '会员等级'"),
    ],
)
def test_what_cannot_be_found_is_told(names: list[str], mapping: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        find_customer_columns(names, mapping=mapping)


def read(**cells: Any) -> dict[str, Any]:
    columns = find_customer_columns(list(cells))
    return dict(read_customer(cells, columns, place="f:1", zone=ZONE).values)


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("1299", 1299.0), ("¥1,299.00", 1299.0), ("￥ 99", 99.0), ("1.2万", 12_000.0),
        ("88元", 88.0), ("ＣＮＹ５０", 50.0), (12.5, 12.5), ("-30.00", -30.0), ("0", 0.0),
    ],
)  # fmt: skip
def test_sums_are_read_as_they_are_written(cell: Any, amount: float) -> None:
    told = read(会员号="U1", 订单号="A1", 下单时间="2026/10/1 9:30", 消费金额=cell)
    assert told["amount"] == amount
    assert told["ordered_at"] == datetime(2026, 10, 1, 9, 30, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"会员号": None, "等级": "金卡"}, "names no customer"),
        ({"会员号": "-", "等级": "金卡"}, "names no customer"),
        ({"会员号": "U1", "下单时间": "2026-10-01", "金额": "面议"}, "no sum of money"),
        ({"会员号": "U1", "下单时间": "2026-10-01", "金额": "9e99"}, "no sum of money"),
        ({"会员号": "U1", "下单时间": "昨天", "金额": "9"}, "cannot be read"),
        ({"会员号": "U1", "订单号": "A1", "金额": "9"}, "without a time"),
        ({"会员号": "U1", "注册时间": "很久以前"}, "cannot be read"),
    ],
)
def test_a_row_that_cannot_be_read_says_why(cells: dict[str, Any], reason: str) -> None:
    with pytest.raises(RowError, match=reason) as error:
        read(**cells)
    assert "U1" not in error.value.reason


@pytest.mark.parametrize(
    ("cell", "tags"),
    [
        ("企业客户、老客户", ("企业客户", "老客户")),
        ("a|b,a；c", ("a", "b", "c")),
        (["a", None, "b"], ("a", "b")),
        ("", None),
    ],
)
def test_tags_are_split(cell: Any, tags: tuple[str, ...] | None) -> None:
    assert read(会员号="U1", 标签=cell).get("tags") == tags


def test_an_id_is_the_same_as_number_and_as_text() -> None:
    assert read(会员号=1001.0)["customer_id"] == read(会员号=" 1001 ")["customer_id"] == "1001"


def test_a_sum_without_an_order_is_told() -> None:
    assert find_customer_columns(["会员号", "消费金额"]).has_lone_amount
    assert not find_customer_columns(["会员号", "消费金额", "下单时间"]).has_lone_amount


def test_a_total_is_no_customer() -> None:
    columns = find_customer_columns(["会员号", "消费金额"])
    with pytest.raises(RowError, match="is a total"):
        read_customer({"会员号": "合计", "消费金额": 9}, columns, place="m.csv:9", zone=ZONE)


def test_a_day_that_a_database_does_not_know_is_no_time() -> None:
    columns = find_customer_columns(["会员号", "等级", "注册时间", "更新时间"])
    cells = {
        "会员号": "7",
        "等级": "黑金",
        "注册时间": "0000-00-00 00:00:00",
        "更新时间": "0000-00-00",
    }
    row = read_customer(cells, columns, place="p", zone=ZONE)
    assert row.values == {"customer_id": "7", "tier": "黑金"}
