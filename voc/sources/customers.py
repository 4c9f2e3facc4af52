"""Customers and orders out of tables: which column holds what, and how a row is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from voc.errors import RowError, UsageError, nearest
from voc.sources.base import Reject
from voc.sources.identity import named
from voc.sources.names import EXACT, fold
from voc.sources.phones import phone_column, phone_in
from voc.sources.rows import Row
from voc.sources.times import read_time
from voc.sources.totals import TOTAL_ROW, is_total
from voc.sources.values import folded, number_in


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "customer_id": EXACT["customer_id"]
    + _words("客户代码 客户编码 会员码 会员卡 买家id 买家编号 buyerid clientid 客户 会员 customer"),
    "order_id": _words(
        "订单号 订单编号 订单id 交易号 交易编号 交易流水号 小票号 单号 orderid orderno ordernumber "
        "transactionid"
    ),
    "amount": _words(
        "消费金额 订单金额 实付金额 实付款 实付 支付金额 付款金额 成交金额 交易金额 实收金额 "
        "订单总额 金额 amount orderamount totalamount paidamount total payment"
    ),
    "ordered_at": _words(
        "下单时间 订单时间 支付时间 付款时间 成交时间 交易时间 消费时间 购买时间 订单创建时间 "
        "下单日期 订单日期 支付日期 付款日期 成交日期 交易日期 消费日期 购买日期 "
        "orderedat ordertime orderdate paidat paymenttime purchasetime purchasedate 时间 日期"
    ),
    "product": EXACT["product"],
    "home_store": _words("归属门店 所属门店 开户门店 开卡门店 注册门店 常去门店 homestore"),
    "store": EXACT["store"] + _words("下单门店 消费门店 购买门店 订单门店"),
    "region": EXACT["region"],
    "tier": _words(
        "会员等级 客户等级 会员级别 客户级别 用户等级 用户级别 会员类型 客户分层 客户层级 vip等级 "
        "等级 级别 tier level memberlevel customerlevel membertier customertier viplevel"
    ),
    "since": _words(
        "注册时间 入会时间 开卡时间 建档时间 注册日期 入会日期 开卡日期 建档日期 成为会员时间 "
        "since registeredat joinedat signupdate membersince"
    ),
    "tags": _words("标签 客户标签 会员标签 用户标签 tags labels"),
    "updated_at": _words(
        "更新时间 修改时间 最后更新时间 更新日期 updatedat updatetime modifiedat lastmodified"
    ),
}
"""The names of each field's columns after `fold`, the better first."""

_MOST_TAGS: Final = 50
_ZERO_DATE: Final = "0000-00-00"
"""What MariaDB and MySQL keep where a day is not known."""
_MOST_AMOUNT: Final = 1e12
_SPLIT: Final = re.compile(r"[,;|、，；\n]")
_CURRENCY: Final = re.compile(r"^(?:¥|￥|rmb|cny|人民币)\s*|\s*(?:元|圆|rmb|cny)$")


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """What one row tells of a customer, and of an order where it is one; ids as they stand.

    Attributes:
        place: Where the row stands, to tell of it.
        values: Fields of `COLUMNS` that have a value: words, a float for `amount`, times, and
            `tags` as a tuple.
    """

    place: str
    values: Mapping[str, Any]

    @property
    def is_order(self) -> bool:
        """Whether the row is an order: it has a sum, and a number or a time."""
        return "amount" in self.values and "ordered_at" in self.values


@dataclass(frozen=True, slots=True)
class CustomerColumns:
    """Which column each field is read from.

    Attributes:
        columns: Field: column.
        by_phone: Whether the customers' ids are their telephones, as no column has others.
        unread_phone: The column of their telephones, where another one has their ids.
    """

    columns: Mapping[str, str]
    by_phone: bool = False
    unread_phone: str | None = None

    @property
    def has_lone_amount(self) -> bool:
        """Whether there are sums that belong to no order, as what a customer spent in all."""
        return "amount" in self.columns and "ordered_at" not in self.columns


def find_customer_columns(
    names: Sequence[str],
    *,
    mapping: Mapping[str, str] = MappingProxyType({}),
    sample_rows: Sequence[Mapping[str, Any]] = (),
) -> CustomerColumns:
    """Finds the column of each field: told ones, then by the names people use.

    Args:
        names: All columns.
        mapping: Field: column, as they are told.
        sample_rows: Some rows; where no column has ids, they tell that one has telephones.

    Raises:
        UsageError: A told field or column does not exist, or none holds the customers' ids.
    """
    found: dict[str, str] = {}
    for field, column in mapping.items():
        if field not in COLUMNS:
            raise UsageError(
                f"Customers have no field {field!r} to map a column to.{nearest(field, COLUMNS)} "
                f"The fields are: {', '.join(COLUMNS)}."
            )
        if column not in names:
            raise UsageError(
                f"There is no column {column!r} for {field}.{nearest(column, names)} "
                f"The columns are: {', '.join(names[:30])}."
            )
        found[field] = column
    by_name = {fold(name): name for name in reversed(names)}
    for field, known in COLUMNS.items():
        free = (by_name[name] for name in known if name in by_name)
        own = next((name for name in free if name not in found.values()), None)
        if field not in found and own is not None:
            found[field] = own
    phone = phone_column(names, sample_rows, besides=frozenset(found.values()))
    by_phone = "customer_id" not in found and phone is not None
    if by_phone and phone:
        found["customer_id"] = phone
    if "customer_id" not in found:
        raise UsageError(
            "No column looks like the customers' ids (客户编号, 会员号, customer_id, …). Say which "
            f"one it is with --map customer_id=COLUMN. The columns are: {', '.join(names[:30])}."
        )
    return CustomerColumns(found, by_phone, None if by_phone else phone)


def read_customers(
    rows: Iterable[Row | Reject], columns: CustomerColumns, *, source: str, zone: ZoneInfo
) -> Iterator[CustomerRow | Reject]:
    """Reads rows; one that cannot be read is a reject, whose sample tells nothing of a person."""
    for row in rows:
        if isinstance(row, Reject):
            yield Reject(source, row.place, row.reason)
            continue
        try:
            yield read_customer(row.values, columns, place=row.place, zone=zone)
        except RowError as error:
            yield Reject(source, row.place, error.reason)


def read_customer(
    values: Mapping[str, Any], columns: CustomerColumns, *, place: str, zone: ZoneInfo
) -> CustomerRow:
    """Reads one row.

    Raises:
        RowError: It names no customer, is a total of others, or its sum or a time cannot be read.
    """
    cells = {field: values.get(column) for field, column in columns.columns.items()}
    if is_total(cells["customer_id"]):
        raise RowError(TOTAL_ROW)
    if columns.by_phone:
        cells["customer_id"] = phone_in(cells["customer_id"])
    told: dict[str, Any] = {}
    for field, cell in cells.items():
        value = _READERS.get(field, _word)(field, cell, zone)
        if value not in (None, ()):
            told[field] = value
    if "customer_id" not in told:
        raise RowError(f"names no customer in {columns.columns['customer_id']!r}")
    if "order_id" in told and "amount" in told and "ordered_at" not in told:
        raise RowError("is an order without a time")
    return CustomerRow(place, told)


def _word(_field: str, cell: Any, _zone: ZoneInfo) -> str | None:
    return named(cell)


def _amount(field: str, cell: Any, _zone: ZoneInfo) -> float | None:
    text = named(cell)
    if text is None:
        return None
    plain = _CURRENCY.sub("", folded(text).lower()).replace(",", "").replace(" ", "")
    factor = 10_000.0 if plain.endswith("万") else 1.0
    number = number_in(plain.removesuffix("万"))
    if number is None or abs(number * factor) > _MOST_AMOUNT:
        raise RowError(f"has no sum of money in {field}")
    return number * factor


def _time(field: str, cell: Any, zone: ZoneInfo) -> datetime | None:
    text = named(cell)
    if text is None or text.startswith(_ZERO_DATE):
        return None
    found = read_time(cell, zone)
    if found is None:
        raise RowError(f"has a time in {field} that cannot be read")
    return found


def _tags(_field: str, cell: Any, _zone: ZoneInfo) -> tuple[str, ...]:
    if isinstance(cell, (list, tuple)):
        parts = [named(part) for part in cell]
    else:
        parts = [named(part) for part in _SPLIT.split(named(cell) or "")]
    return tuple(dict.fromkeys(part for part in parts if part))[:_MOST_TAGS]


_READERS: Final = {
    "amount": _amount,
    "ordered_at": _time,
    "since": _time,
    "updated_at": _time,
    "tags": _tags,
}
