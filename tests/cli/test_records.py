"""Lists, filters and the life of issues and work orders, as users see them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.cli.conftest import MadeOnce
from voc.cli.issue_view import print_issue
from voc.cli.order_view import listed, print_orders
from voc.cli.records import _worst_first
from voc.cli.terminal import days
from voc.records import Alert, EmergingTerm, Issue, WorkOrder
from voc.store import open_store

Voc = Callable[..., Any]
DAY = datetime(2026, 11, 5, tzinfo=UTC)
TEXTS = (
    "排队半小时，店员爱答不理",
    "又去了一次，店员还是爱答不理",
    "南京这家服务太差，店员骂人",
    "收银员态度恶劣，问个价都不耐烦",
    "店员冲老人大吼，这种服务太恶心了",
)


@pytest.fixture
def issue(voc: Voc, tmp_path: Path, made_once: MadeOnce) -> dict[str, Any]:
    """An issue with its work order open, formed of five voices."""
    made_once("issue", lambda: _form(voc, tmp_path))
    [found] = [json.loads(line) for line in voc("issues", "--json").out.splitlines()]
    return dict(found)


def _write(tmp_path: Path) -> None:
    rows = [
        {"id": str(n), "text": text, "time": f"2026-11-0{n + 1} 11:00", "store": "南京店"}
        for n, text in enumerate(TEXTS)
    ]
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (tmp_path / "reviews.jsonl").write_text("".join(lines), encoding="utf-8")


def _form(voc: Voc, tmp_path: Path) -> None:
    _write(tmp_path)
    voc("ingest", "reviews.jsonl", "--industry", "snack")
    assert voc("run").code == 0


def _order(voc: Voc) -> str:
    [found] = [json.loads(line) for line in voc("work-orders", "--json").out.splitlines()]
    return str(found["work_order_id"])


def _status(voc: Voc, issue: dict[str, Any]) -> str:
    return str(json.loads(voc("issues", "show", issue["issue_id"], "--json").out)["status"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["issues", "--status", "foo"], "open, closed, reopened, ignored"),
        (["issues", "--industry", "foo"], "snack"),
        (["issues", "--industry", "snak"], "Did you mean 'snack'"),
        (["issues", "--alerts", "--status", "ignored"], "open, closed"),
        (["topics", "--industry", "foo"], "snack"),
        (["issues", "show", "is_0"], "is_0"),
        (["work-orders", "--status", "foo"], "in_progress"),
        (["report", "-o", "r.html", "--since", "2026-11-02", "--until", "2026-11-01"], "is after"),
    ],
)
def test_a_filter_that_names_nothing_is_refused(
    voc: Voc, tmp_path: Path, arguments: list[str], said: str
) -> None:
    (tmp_path / "in.jsonl").write_text('{"text": "好"}\n', encoding="utf-8")
    voc("ingest", "in.jsonl")
    result = voc(*arguments)
    assert (result.code, result.out) == (2, "")
    assert said in result.err


def test_a_filter_that_could_find_something_is_not_refused(voc: Voc, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"text": "好"}\n', encoding="utf-8")
    voc("ingest", "in.jsonl")
    assert voc("issues", "--industry", "bank", "--status", "ignored").code == 0
    day = ["--since", "2026-11-01", "--until", "2026-11-01"]
    assert voc("report", "-o", "r.html", *day).code == 0


def test_a_status_is_filtered_by_as_it_is_printed(voc: Voc, issue: dict[str, Any]) -> None:
    for shown, command in (("跟进中", "issues"), ("待处理", "work-orders")):
        assert shown in voc(command).out
        [found] = voc(command, "--status", shown, "--json").out.splitlines()
        assert json.loads(found)["status"] == "open"
    assert voc("issues", "--status", "已关闭", "--json").out == ""
    assert voc("issues", "--alerts", "--status", "跟进中").code == 0
    refused = voc("issues", "--alerts", "--status", "已忽略")
    assert (refused.code, "open, closed, 跟进中, 已关闭" in refused.err) == (2, True)


def test_an_issue_is_shown_to_people_with_its_history(voc: Voc, issue: dict[str, Any]) -> None:
    name = issue["issue_id"]
    assert voc("issues", "close", name, "--note", "已换供应商", "--by", "王").code == 0
    said = voc("issues", "show", name).out
    assert said.startswith(f"问题 {name}  {issue['title']}")
    assert "声音 5 条  2026-11-01–11-05  门店 南京店" in said
    assert "跟进中 → 已关闭" in said
    assert "已换供应商" in said
    assert "店员爱答不理" in said
    assert "{" not in said
    [event] = json.loads(voc("issues", "show", name, "--json").out)["history"]
    assert (event["actor"], event["to_status"], event["note"]) == ("王", "closed", "已换供应商")


def test_an_issue_is_closed_as_of_when_it_was_solved(voc: Voc, issue: dict[str, Any]) -> None:
    name = issue["issue_id"]
    refused = voc("issues", "close", name, "--at", "2999-01-01")
    assert (refused.code, "is still to come" in refused.err) == (2, True)
    assert voc("issues", "close", name, "--at", "2026-11-06").code == 0
    with open_store("sqlite:///voc.db") as store:
        settled = store.settled_until()[name]
    assert settled.isoformat() == "2026-11-07T00:00:00+08:00"
    [event] = json.loads(voc("issues", "show", name, "--json").out)["history"]
    assert event["at"] == settled.isoformat()
    voc("issues", "reopen", name)
    began = datetime.now(UTC)
    assert voc("issues", "close", name, "--at", f"{began.astimezone():%Y-%m-%d}").code == 0
    with open_store("sqlite:///voc.db") as store:
        assert store.settled_until()[name] <= datetime.now(UTC)


def test_tables_without_rows_have_no_headings(voc: Voc, issue: dict[str, Any]) -> None:
    said = voc("issues", "show", issue["issue_id"]).out
    assert "经过" not in said
    assert "最近的原话" in said
    assert all(f"│ {n} " in said for n in range(len(TEXTS)))
    assert "2026-11-01" in said
    assert voc("issues", "--status", "closed").out == "问题 0 个\n"


def test_a_run_at_a_time_to_come_says_what_waits(voc: Voc, tmp_path: Path) -> None:
    _write(tmp_path)
    voc("ingest", "reviews.jsonl", "--industry", "snack")
    told = voc("run", "--at", "2199-01-02T09:00")
    assert "0 messages delivered" in told.out
    assert "1 messages wait, the first until 2199-01-02 09:00: --at is still to come" in told.err
    assert "wait" not in voc("run").err


def test_what_changes_beside_the_status_is_shown_with_it(voc: Voc, issue: dict[str, Any]) -> None:
    with open_store("sqlite:///voc.db") as store, store.transaction() as transaction:
        transaction.note_issue(issue["issue_id"], "voc", "方面有变", datetime.now(UTC))
    [row] = [
        line
        for line in voc("issues", "show", issue["issue_id"]).out.splitlines()
        if "方面有变" in line
    ]
    assert "跟进中" in row
    assert "→" not in row


def test_an_issue_is_shown_with_its_work_orders(voc: Voc, issue: dict[str, Any]) -> None:
    name = _order(voc)
    [line] = [
        line
        for line in voc("issues", "show", issue["issue_id"]).out.splitlines()
        if line.startswith("工单 ")
    ]
    order = json.loads(voc("work-orders", "show", name, "--json").out)
    assert line.startswith(f"工单 {name}  {order['department']}  待处理  ")
    assert line.endswith(" 到期")
    shown = json.loads(voc("issues", "show", issue["issue_id"], "--json").out)
    assert shown["work_orders"] == [name]


def test_closing_an_issue_names_the_order_still_open(voc: Voc, issue: dict[str, Any]) -> None:
    name = _order(voc)
    result = voc("issues", "close", issue["issue_id"])
    assert result.code == 0
    assert f"work order {name} is still open; voc work-orders act {name} closed" in result.err
    assert "派出的说明：\n  问题：" in voc("work-orders", "show", name).out
    voc("work-orders", "act", name, "closed")
    voc("issues", "reopen", issue["issue_id"])
    assert "still" not in voc("issues", "close", issue["issue_id"]).err


@pytest.mark.parametrize(
    ("first", "then", "status"),
    [("close", "close", "closed"), ("ignore", "ignore", "ignored"), (None, "reopen", "open")],
)
def test_the_status_it_has_changes_nothing(
    voc: Voc, tmp_path: Path, issue: dict[str, Any], first: str | None, then: str, status: str
) -> None:
    if first:
        voc("issues", first, issue["issue_id"])
    result = voc("issues", then, issue["issue_id"])
    assert (result.code, f"is {status} already" in result.err) == (0, True)
    assert _status(voc, issue) == status
    with open_store(f"sqlite:///{tmp_path / 'voc.db'}") as store:
        assert len(store.issue_events(issue["issue_id"])) == (1 if first else 0)


@pytest.mark.parametrize(("before", "after"), [("ignore", "ignored"), (None, "closed")])
def test_closing_an_order_closes_its_issue_unless_that_is_ignored(
    voc: Voc, issue: dict[str, Any], before: str | None, after: str
) -> None:
    if before:
        voc("issues", before, issue["issue_id"])
    assert voc("work-orders", "act", _order(voc), "closed").code == 0
    assert _status(voc, issue) == after


def test_a_note_on_a_closed_order_leaves_its_reopened_issue(
    voc: Voc, issue: dict[str, Any]
) -> None:
    name = _order(voc)
    voc("work-orders", "act", name, "closed")
    voc("issues", "reopen", issue["issue_id"])
    assert voc("work-orders", "act", name, "note", "--note", "再看").code == 0
    assert _status(voc, issue) == "reopened"


@pytest.mark.parametrize(
    "arguments",
    [
        ["issues"],
        ["issues", "show", "is_0"],
        ["topics", "--json"],
        ["work-orders"],
        ["work-orders", "act", "wo_0", "closed"],
        ["report", "-o", "r.html"],
        ["run"],
    ],
    ids=" ".join,
)
def test_what_only_reads_makes_no_store(voc: Voc, tmp_path: Path, arguments: list[str]) -> None:
    result = voc(*arguments)
    assert (result.code, result.out) == (1, "")
    assert "There is no store at" in result.err
    assert "voc ingest" in result.err
    assert list(tmp_path.iterdir()) == []


def test_a_run_with_sources_makes_the_store(voc: Voc, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"text": "好"}\n', encoding="utf-8")
    (tmp_path / "voc.yaml").write_text("sources: {a: {path: in.jsonl}}\n", encoding="utf-8")
    assert voc("run", "--config", "voc.yaml").code == 0
    assert (tmp_path / "voc.db").exists()


def test_a_refused_ingest_makes_no_store(voc: Voc, tmp_path: Path) -> None:
    assert voc("ingest", "nothing.jsonl").code == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("ingest", "--map FIELD=COLUMN"),
        ("ingest", "--config FILE"),
        ("report", "--out FILE"),
        ("issues", "--limit N"),
        ("issues", "--industry ID "),
    ],
)
def test_help_names_what_an_option_takes(voc: Voc, command: str, shown: str) -> None:
    result = " ".join(voc(command, "--help").out.split())
    assert shown in result
    assert "--map <" not in result


def test_alerts_are_listed(voc: Voc, tmp_path: Path, issue: dict[str, Any]) -> None:
    assert voc("issues", "--alerts", "--json").out == ""
    [url] = [f"sqlite:///{path}" for path in tmp_path.rglob("*.db")]
    alert = Alert(
        "al_1", "snack", "门店服务", "open", "rising", DAY, DAY, DAY, 3, 9, 1.5, 6.0, 2.5, 15.0,
        1e-6, store="南京店", issue_id=issue["issue_id"], feedback_ids=("a", "b"),
    )  # fmt: skip
    with open_store(url) as store, store.transaction() as transaction:
        transaction.save_alerts([alert])
    [told] = [json.loads(line) for line in voc("issues", "--alerts", "--json").out.splitlines()]
    assert told == json.loads(json.dumps(alert.as_dict()))
    assert "南京店" in voc("issues", "--alerts", "--status", "open").out
    assert voc("issues", "--alerts", "--status", "closed", "--json").out == ""
    assert "南京店" in voc("issues", "--alerts", "--store", "南京店").out
    assert voc("issues", "--alerts", "--store", "北京店", "--json").out == ""
    assert voc("issues", "--alerts", "--product", "麻薯", "--json").out == ""


def test_issues_of_one_place_are_listed(voc: Voc, issue: dict[str, Any]) -> None:
    whole = voc("issues", "--json").out
    for unit in ("store", "product"):
        told = voc("issues", f"--{unit}", issue[unit] or "none", "--json").out
        assert told == (whole if issue[unit] else "")
        assert voc("issues", f"--{unit}", "another", "--json").out == ""


def test_issues_are_listed_by_severity_and_then_size() -> None:
    moment = datetime(2026, 11, 1, tzinfo=UTC)

    def issue(name: str, status: str, severity: str, count: int, trend: Any = "steady") -> Issue:
        return Issue(
            name, "口味", "snack", "taste", status, severity, moment, moment, count, trend, 1.0,  # type: ignore[arg-type]
        )  # fmt: skip

    found = [
        issue("small", "open", "high", 3),
        issue("closed", "closed", "critical", 50),
        issue("low", "open", "low", 90),
        issue("large", "reopened", "high", 30),
        issue("worst", "open", "critical", 2),
        issue("rising", "open", "high", 5, "rising"),
    ]
    assert [one.issue_id for one in _worst_first(found)] == [
        "rising", "worst", "large", "small", "low", "closed",
    ]  # fmt: skip


def test_what_is_new_in_an_issue_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    moment, zone = datetime(2026, 11, 1, tzinfo=UTC), ZoneInfo("Asia/Shanghai")
    issue = Issue(
        "is_1",
        "包装：洒了",
        "takeaway",
        "packing",
        "open",
        "high",
        moment,
        moment,
        42,
        "steady",
        1.0,
    )
    print_issue(issue, None, [], [], {}, zone=zone)
    assert "新情况" not in capsys.readouterr().out
    term = EmergingTerm("盖子", 14, 9, 12, 0, 30, 1e-6)
    print_issue(replace(issue, emerging_term=term), None, [], [], {}, zone=zone)
    assert "新情况 近 14 天 12 条里 9 条说到“盖子”，此前 30 条里 0 条\n" in capsys.readouterr().out


def test_work_orders_are_listed_by_the_end_of_their_time_and_marked_when_overdue(
    capsys: pytest.CaptureFixture[str],
) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    now = datetime(2026, 11, 20, 9, tzinfo=UTC)

    def order(name: str, status: str, hours_left: float) -> WorkOrder:
        due = now + timedelta(hours=hours_left)
        return WorkOrder(
            name, "is_1", "题", "", "投诉", "normal", "甲部", status, now - timedelta(days=9), due,  # type: ignore[arg-type]
        )  # fmt: skip

    given = [
        order("new", "open", 50),
        order("done", "closed", -90),
        order("late", "in_progress", -72),
        order("older", "resolved", -99),
        order("soon", "waiting", 3),
    ]
    found = listed(given, now=now, zone=zone)
    assert [one.work_order_id for one, _ in found] == ["late", "soon", "new", "done", "older"]
    print_orders(found, zone=zone)
    said = capsys.readouterr().out
    assert "工单 5 张，逾期 1 张" in said
    [line] = [line for line in said.splitlines() if "逾期 3 天" in line]
    assert "late" in line
    assert "2026-11-17 17:00 逾期 3 天" in line


def test_the_list_shows_days_of_the_settings_zone(
    voc: Voc, issue: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "2026-11-01–11-05" in voc("issues").out
    monkeypatch.setenv("VOC_TIMEZONE", "America/Los_Angeles")
    assert "2026-10-31–11-04" in voc("issues").out


def test_days_write_what_is_the_same_once() -> None:
    first = datetime(2026, 9, 21, tzinfo=UTC)
    assert days(first, first + timedelta(hours=3), UTC) == "2026-09-21"
    assert days(first, first + timedelta(days=9), UTC) == "2026-09-21–09-30"
    assert days(first, first + timedelta(days=120), UTC) == "2026-09-21–2027-01-19"
