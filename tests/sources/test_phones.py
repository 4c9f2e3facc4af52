"""Customers who are known by telephone alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from voc.records import Feedback
from voc.sources.files import FileSource

NUMBERS = ("13800138000", "+86 139-0013-9000", "137 0013 7000", "13600136000", "13500135000")
PLAIN = ["13800138000", "13900139000", "13700137000", "13600136000", "13500135000"]


def read(folder: Path, header: str, *cells: str, **told: Any) -> tuple[list[Feedback], str]:
    rows = "".join(f"东西坏了{number},{cell}\n" for number, cell in enumerate(cells))
    path = folder / "calls.csv"
    path.write_text(f"诉求内容,{header}\n{rows}", encoding="utf-8")
    zone = ZoneInfo("Asia/Shanghai")
    source = FileSource(path, zone=zone, max_chars=100, **told)
    found = [item for page in source.read(None) for item in page.feedback]
    return found, "\n".join(source.doubts.sentences())


@pytest.mark.parametrize(
    "name",
    [
        "主叫号码", "来电号码", "客户电话", "手机号", "手机号码", "客户号码", "联系电话",
        "联系方式", "4、您的手机号", "Q5 请留下您的联系方式（选填）", "请填写你的手机号码",
        "Phone", "mobile", "Caller Number", "phone_number",
    ],
)  # fmt: skip
def test_a_column_of_telephones_tells_the_customer(tmp_path: Path, name: str) -> None:
    found, said = read(tmp_path, name, *NUMBERS)
    assert [item.customer_id for item in found] == PLAIN
    assert not any(name in item.extra for item in found)
    assert f"customers are known by {name!r}" in said
    assert said.count("customers are known") == 1


@pytest.mark.parametrize(
    "name", ["坐席号码", "被叫号码", "客服电话", "门店电话", "电话", "热线号码", "回访电话"]
)
def test_other_numbers_tell_no_customer(tmp_path: Path, name: str) -> None:
    found, said = read(tmp_path, name, *NUMBERS)
    assert {item.customer_id for item in found} == {None}
    assert "customers are known" not in said


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("联系电话", ["021-62888888", "0571-88886666", "13800138000"]),
        ("主叫号码", ["13800138000"] * 5),
        ("主叫号码,呼叫方向", ["13800138000,呼入", "13900139000,呼出"]),
        ("手机", ["华为P60", "小米14", "苹果15"]),
        ("手机号", ["138****8000", "139****9000"]),
    ],
)
def test_numbers_that_are_hardly_the_customers_tell_none(
    tmp_path: Path, header: str, cells: list[str]
) -> None:
    found, _ = read(tmp_path, header, *cells)
    assert {item.customer_id for item in found} == {None}
    assert all(header.split(",")[0] in item.extra for item in found)


def test_ids_and_what_is_told_come_first(tmp_path: Path) -> None:
    found, said = read(tmp_path, "手机号,会员号", "13800138000,U1")
    assert (found[0].customer_id, said.count("customers")) == ("U1", 0)
    found, said = read(tmp_path, "手机号", "13800138000", mapping={"customer_id": ""})
    assert (found[0].customer_id, "手机号" in found[0].extra) == (None, True)


def test_a_cell_without_a_number_stays_as_it_is(tmp_path: Path) -> None:
    first, second, third = read(
        tmp_path, "手机号", "13800138000/021-62888888", "138****8000", "13900139000"
    )[0]
    assert (first.customer_id, second.customer_id) == ("13800138000", None)
    assert second.extra["手机号"] == "138****8000"
    assert "手机号" not in third.extra
