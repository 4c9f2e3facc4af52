"""`voc customers`, `voc forget`, `voc quality`: as users type them, to the issue and the report."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

MEMBERS = "会员号,会员等级\n" + "".join(
    f"U{n},{'钻石会员' if n < 6 else '普卡'}\n" for n in range(40)
)
ORDERS = "会员号,订单号,下单时间,消费金额\n" + "".join(
    f"U{n},A{n},2026-09-{n % 28 + 1:02},{9000 if n < 6 else 100}\n" for n in range(40)
)
REVIEWS = "编号,评价内容,评价时间,产品,会员号\n" + "".join(
    f"{n},变速箱起步顿挫严重，低速一冲一冲的，第{n}次了,2026-10-0{n % 7 + 1} 10:00,云驰X5,U{n}\n"
    for n in range(6)
)
CONFIG = "models: {name: voc-zh-linear}\n"


@pytest.fixture
def fed(voc: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    """The program in a folder with customers, orders and complaints, after a run."""
    for name, text in (
        ("members.csv", MEMBERS), ("orders.csv", ORDERS), ("reviews.csv", REVIEWS),
        ("voc.yaml", CONFIG),
    ):  # fmt: skip
        (tmp_path / name).write_text(text, encoding="utf-8")

    def call(*arguments: str) -> Any:
        result = voc(*arguments, "--config", "voc.yaml")
        assert result.code == 0, result.err
        return result

    call("customers", "ingest", "members.csv", "orders.csv")
    call("ingest", "reviews.csv", "--industry", "automotive", "--channel", "review")
    call("run")
    return call


def test_an_issue_says_what_is_at_stake(fed: Callable[..., Any], tmp_path: Path) -> None:
    issues = [json.loads(line) for line in fed("issues", "--json").out.splitlines()]
    issue = max(issues, key=lambda item: item["count"])
    assert issue["stake"] == {
        "voices": 6, "known_voices": 6, "customers": 6, "high_tier": 6, "spend": 54_000.0,
        "typical": 100.0,
    }  # fmt: skip
    assert any(
        reason.startswith("涉及客户 6 位，近一年消费 ¥54,000") and reason.endswith("升一级")
        for reason in issue["severity_reasons"]
    )
    fed("report", "-o", "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "近一年消费 <b>¥54,000</b>" in page
    assert "严重程度依据：" in page


def test_customers_are_listed_and_shown_by_pseudonym(fed: Callable[..., Any]) -> None:
    lines = fed("customers", "list", "--tier", "钻石会员", "--json").out.splitlines()
    assert len(lines) == 6
    shown = json.loads(fed("customers", "show", "U0").out)
    assert shown["customer"]["tier"] == "钻石会员"
    assert len(shown["feedback_ids"]) == 1
    assert "U0" not in json.dumps(shown["customer"])


def test_a_person_is_forgotten_only_with_yes(fed: Callable[..., Any]) -> None:
    told = fed("forget", "U0").err
    assert "would go: 1 feedbacks, 1 orders, 1 customers" in told
    assert json.loads(fed("customers", "show", "U0").out)["customer"]
    assert "removed: 1 feedbacks" in fed("forget", "U0", "--yes").err
    assert "would go: 0 feedbacks, 0 orders, 0 customers" in fed("forget", "U0").err
    fed("run")


def test_who_is_not_known_is_told(fed: Callable[..., Any], voc: Callable[..., Any]) -> None:
    result = voc("customers", "show", "nobody", "--config", "voc.yaml")
    assert result.code == 2
    assert "voc customers list" in result.err


def test_the_gate_tells_what_it_set_aside(fed: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text(
        "编号,评价内容,评价时间,is_staff\n"
        "1,变速箱起步顿挫严重，低速一冲一冲的，第0次了,2026-10-01,否\n"
        "2,此用户没有填写评价,2026-10-01,\n"
        "3,诚招全国代理，厂家直销，加微信：abc12345,2026-10-01,\n"
        "4,变速箱起步顿挫严重，低速一冲一冲的，第0次了,2026-10-01,\n"
        "5,非常抱歉给您带来不便，请联系4S店检查,2026-10-01,是\n",
        encoding="utf-8",
    )
    fed("ingest", "other.csv", "--industry", "automotive", "--channel", "review")
    fed("run")
    lines = [json.loads(line) for line in fed("quality", "--json").out.splitlines()]
    counts = {line["reason"]: line["count"] for line in lines}
    assert counts == {
        "rejected": 0, "staff": 1, "empty": 1, "language": 0, "duplicate": 1, "paid_burst": 0,
        "advertisement": 1, "survey": 0, "contradiction": 0, "future": 0, "held_back": 0,
    }  # fmt: skip
    (shown,) = fed("quality", "--show", "advertisement", "--json").out.splitlines()
    assert "诚招全国代理" in json.loads(shown)["text"]
    (shown,) = fed("quality", "--show", "duplicate", "--json").out.splitlines()
    assert "第0次了" in json.loads(shown)["text"]
    assert "只计最早的一条" in fed("quality").out
    assert "读不出的行 0 条" in fed("quality", "--show", "rejected").out


def test_how_a_table_of_customers_was_read_is_told(voc: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("会员号,会员等级\n6.22203E+15,普卡\n", encoding="utf-8")
    (tmp_path / "empty.csv").write_text("会员号,会员等级\n", encoding="utf-8")
    result = voc("customers", "ingest", "m.csv", "empty.csv")
    assert result.code == 0, result.err
    assert "m: 1 rows have a number in '会员号' that a spreadsheet cut" in result.err
    assert "empty: there are no rows below the header" in result.err
    assert result.err.count("no rows") == 1


def test_a_telephone_beside_an_id_is_told_to_join_nobody(
    voc: Callable[..., Any], tmp_path: Path
) -> None:
    rows = "".join(f"U{n},1380013800{n}\n" for n in range(6))
    (tmp_path / "m.csv").write_text(f"会员号,手机号\n{rows}", encoding="utf-8")
    said = voc("customers", "ingest", "m.csv").err
    assert "customers are known by '会员号'; '手机号' was not read" in said
    assert "13800138001" not in said
    assert "1 customers" not in voc("forget", "13800138001").err
    assert "1 customers" in voc("forget", "U1").err


def test_a_bad_source_of_customers_holds_up_no_other(
    voc: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "m.csv").write_text("会员号,等级\n7,黑金\n", encoding="utf-8")
    result = voc("customers", "ingest", "gone.csv", "m.csv")
    assert result.code == 1
    assert "gone.csv: there is no such file" in result.err
    assert "m: customers 1 new" in result.err
    assert voc("customers", "ingest", "gone.csv").code == 2
