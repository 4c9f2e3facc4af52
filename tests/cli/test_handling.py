"""Work orders at the terminal: acted on, shown with clock and history, returns counted."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from voc.records import Issue, OrderClock, WorkOrder
from voc.store import open_store

Voc = Callable[..., Any]
NAMES = ("wo_00000000000000000001", "wo_00000000000000000002")


class Place(NamedTuple):
    """A folder with two orders, the older of which ran out of time."""

    voc: Voc
    url: str

    def act(self, *arguments: str, name: str = NAMES[0]) -> Any:
        return self.voc("work-orders", "act", name, *arguments)

    def order(self, name: str = NAMES[0]) -> dict[str, Any]:
        return dict(json.loads(self.voc("work-orders", "show", name, "--json").out))


@pytest.fixture
def place(voc: Voc, tmp_path: Path) -> Place:
    now = datetime.now(UTC)
    url = f"sqlite:///{tmp_path / 'voc.db'}"
    with open_store(url) as store, store.transaction() as transaction:
        for number, name in enumerate(NAMES):
            issue = Issue(
                f"is_{number}", "服务：骂人", "snack", "service", "open", "medium", now, now, 3,
                "new", 1.0, store="南京店",
            )  # fmt: skip
            begun = now - timedelta(hours=5 * (1 - number))
            order = WorkOrder(
                name, issue.issue_id, issue.title, "原声", "投诉", "normal", "运营部", "open",
                begun, begun + timedelta(hours=4), rule="门店",
                clock=OrderClock("calendar", 4, begun),
            )  # fmt: skip
            transaction.save_issues([issue])
            transaction.save_work_order(order)
    return Place(voc, url)


def test_an_order_is_handled_and_shown(place: Place) -> None:
    name = NAMES[0]
    assert "open → accepted" in place.act("accepted").err
    given = place.act("转派", "--to", "华东运营部", "--assignee", "小王", "--note", "归华东")
    assert given.code == 0
    assert "规则与行业分类都没有部门「华东运营部」" in given.err
    assert place.act("waiting", "--for", "customer").code == 0
    asked = place.act("extend", "--hours", "3", "--note", "等客户回来", "--by", "小王")
    assert "延期申请: extension_hours - → 3" in asked.err
    shown = place.voc("work-orders", "show", name)
    assert shown.code == 0
    for words in (
        f"工单 {name}  服务：骂人", "状态 等待中（等客户）", "部门 华东运营部 / 小王",
        "派单规则 人工指定", "暂停计时，已超时", "待批延期 3 小时，小王：等客户回来", "经过 5 条",
        "部门 运营部 → 华东运营部", "归华东",
    ):  # fmt: skip
        assert words in shown.out, words
    place.act("grant")
    order = place.order()
    assert order["extension"] is None
    assert [entry["event"] for entry in order["history"]] == [
        "accepted", "transfer", "note", "waiting", "extend", "grant",
    ]  # fmt: skip
    left = datetime.fromisoformat(order["due_at"]) - datetime.fromisoformat(order["created_at"])
    assert left == timedelta(hours=7)


def test_orders_are_merged_and_their_parent_shows_it(place: Place) -> None:
    assert place.act("merge", "--into", NAMES[1]).code == 0
    child, parent = (place.voc("work-orders", "show", name).out for name in NAMES)
    assert f"并入 {NAMES[1]}" in child
    assert f"子单 {NAMES[0]} 已合并" in parent
    refused = place.act("reopened", "--note", "又来了")
    assert (refused.code, refused.out) == (1, "")
    assert "is merged" in refused.err


def test_a_dissatisfied_customer_has_it_redone(place: Place) -> None:
    place.act("resolved")
    done = place.act("回访", "--satisfaction", "1", "--note", "没人联系我")
    assert "resolved → reopened" in done.err
    assert place.order()["satisfaction"] == 1
    shown = place.voc("work-orders", "show", NAMES[0]).out
    assert "重办 1 次" in shown
    assert "满意度 1 / 5" in shown


def test_closing_says_that_the_issue_is_closed(place: Place) -> None:
    assert "is_0: → closed" in place.act("closed").err


def test_what_happened_before_is_told_with_its_time(place: Place) -> None:
    opened = datetime.fromisoformat(place.order()["created_at"])
    moment = opened + timedelta(minutes=30)
    assert place.act("accepted", "--at", moment.isoformat()).code == 0
    assert datetime.fromisoformat(place.order()["history"][-1]["at"]) == moment
    late = place.act("resolved", "--at", "2199-01-01")
    assert (late.code, "is still to come" in late.err) == (2, True)


def test_returns_are_counted_by_rule(place: Place) -> None:
    returned = place.act("退单", "--note", "不归运营管")
    assert "改派: department 运营部 →" in returned.err
    assert place.order()["status"] == "open"
    place.act("rejected", "--note", "重复", name=NAMES[1])
    [counted] = [
        json.loads(line)
        for line in place.voc("work-orders", "rejections", "--json").out.splitlines()
    ]
    assert (counted["rule"], counted["returns"]) == ("门店", 2)
    assert counted["reasons"] == {"不归运营管": 1, "重复": 1}
    table = place.voc("work-orders", "rejections").out
    assert "退单 2 次" in table
    assert "不归运营管" in table


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("explode",), "There is no event 'explode'"),
        (("transfer", "--note", "x"), "transfer needs department"),
        (("suspend",), "suspend needs a reason; give it with --note"),
        (("extend", "--due", "morgen", "--note", "x"), "'morgen' is no time"),
        (("waiting", "--for", "godot"), "customer, third_party"),
        (("merge", "--into", "wo_none"), "There is no work order 'wo_none'"),
    ],
)
def test_what_cannot_be_is_told(place: Place, arguments: tuple[str, ...], said: str) -> None:
    result = place.act(*arguments)
    assert (result.code, result.out) == (2, "")
    assert said in result.err
    assert place.order()["history"] == []


def test_an_unknown_order_is_told(place: Place) -> None:
    for command in (("show", "wo_none"), ("act", "wo_none", "closed")):
        result = place.voc("work-orders", *command)
        assert (result.code, result.out) == (2, "")
        assert "There is no work order 'wo_none'" in result.err


def test_a_run_escalates_once(place: Place) -> None:
    assert "2 escalations, 0 archived" in place.voc("run").out
    assert "0 escalations, 0 archived" in place.voc("run").out
    order = place.order()
    assert order["clock"]["escalated"] == ["临期提醒", "超时"]
    assert order["priority"] == "high"
    shown = place.voc("work-orders", "show", NAMES[0]).out
    assert "已升级 临期提醒、超时" in shown
    assert "优先级 中 → 高" in shown
