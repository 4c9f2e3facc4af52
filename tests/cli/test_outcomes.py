"""`voc effects`, `voc work-orders figures` and `voc inbox`, as users type them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.store.test_effects import EFFECT
from voc.records import ClockKind, HistoryEntry, Issue, OrderClock, OrderPart, WorkOrder
from voc.store import StoredLetter, open_store

Voc = Callable[..., Any]
MONDAY = datetime(2026, 3, 2, 1, tzinfo=UTC)
ISSUE = Issue(
    "is_1", "门店服务差", "snack", "store_service", "closed", "high", MONDAY, MONDAY, 9,
    "steady", 1.0, store="南京店",
)  # fmt: skip
LETTERS = (
    (
        "lt_1",
        "waiting",
        {"work_order_id": "wo_1", "event_id": "e1", "event": "reopened", "note": "又"},
    ),
    ("lt_2", "refused", {"work_order_id": "wo_9", "event_id": "e2", "event": "accepted"}),
)


@pytest.fixture
def filled(tmp_path: Path) -> None:
    """A closed order that did not help, and two letters set aside."""
    resolved = MONDAY + timedelta(hours=5)
    order = WorkOrder(
        "wo_1", "is_1", "门店服务差", "", "投诉", "high", "门店运营部", "resolved", MONDAY,
        MONDAY + timedelta(days=2), history=(HistoryEntry(resolved, "李工", "resolved"),),
        clock=OrderClock(responded_at=resolved, ended_at=resolved), satisfaction=4,
    )  # fmt: skip
    with open_store(f"sqlite:///{tmp_path / 'voc.db'}") as store, store.transaction() as tx:
        tx.save_issues([ISSUE])
        tx.save_work_order(order)
        tx.save_effects([replace(EFFECT, ended_at=resolved)])
        for name, state, body in LETTERS:
            text = json.dumps(body, ensure_ascii=False)
            tx.keep_letter(StoredLetter(name, "tray", "wo_1", text, state, "why", MONDAY))  # type: ignore[arg-type]


@pytest.mark.usefixtures("filled")
def test_effects_are_listed_and_stand_with_order_and_issue(voc: Voc) -> None:
    table = voc("effects").out
    for word in ("未见效", "门店运营部", "建议重办", "30（3.3/百条）", "0.97"):
        assert word in table
    [effect] = [json.loads(line) for line in voc("effects", "--json").out.splitlines()]
    assert effect["verdict"] == "not_effective"
    assert voc("effects", "--verdict", "effective", "--json").out == ""
    assert "Did you mean 'effective'" in voc("effects", "--verdict", "efective").err
    assert json.loads(voc("issues", "show", "is_1", "--json").out)["effect"] == effect
    assert json.loads(voc("work-orders", "show", "wo_1", "--json").out)["effect"] == effect
    assert "整改效果 未见效：投诉率没有明显下降" in voc("work-orders", "show", "wo_1").out


@pytest.mark.usefixtures("filled")
def test_figures_of_departments(voc: Voc) -> None:
    lines = voc("work-orders", "figures", "--json").out.splitlines()
    whole, team = (json.loads(line) for line in lines)
    assert (whole["department"], team["department"]) == ("全部", "门店运营部")
    assert team["satisfied"]["share"] == team["responded"]["share"] == 1.0
    assert team["resolution_hours"] == {"n": 1, "value": 4.0, "low": None, "high": None}
    table = voc("work-orders", "figures", "--since", "2026-03-02", "--until", "2026-03-02").out
    assert "响应率" in table
    assert "办结（工作小时）" in table
    assert voc("work-orders", "figures", "--since", "2026-03-03", "--json").out == ""
    wrong = voc("work-orders", "figures", "--since", "2026-03-03", "--until", "2026-03-01")
    assert (wrong.code, "no day lies between them" in wrong.err) == (2, True)
    assert voc("work-orders", "figures", "--since", "soon").code == 2


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(("place", "recurred"), [("南京店", 1), ("苏州店", 0)])
def test_only_orders_of_the_same_store_recur(
    voc: Voc, tmp_path: Path, place: str, recurred: int
) -> None:
    with open_store(f"sqlite:///{tmp_path / 'voc.db'}") as store, store.transaction() as tx:
        [first] = store.work_orders()
        begin = MONDAY + timedelta(days=3)
        later = replace(first, work_order_id="wo_2", status="open", created_at=begin, history=())
        tx.save_work_order(later)
        parts = {"wo_1": "南京店", "wo_2": place}
        tx.save_order_parts([OrderPart(name, f"store={its}", "") for name, its in parts.items()])
    whole = json.loads(voc("work-orders", "figures", "--json").out.splitlines()[0])
    assert whole["recurred"]["count"] == recurred


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("due", "kind", "is_told"),
    [("2047-01-01", "working", True), ("2046-12-31", "working", True),
     ("2026-12-31", "working", False), ("2047-01-01", "calendar", False)],
)  # fmt: skip
def test_run_says_that_the_calendar_ends_before_an_order(
    voc: Voc, tmp_path: Path, due: str, kind: ClockKind, is_told: bool
) -> None:
    """Midnight in Shanghai is still the year before in UTC."""
    with open_store(f"sqlite:///{tmp_path / 'voc.db'}") as store, store.transaction() as tx:
        [first] = store.work_orders()
        running = replace(
            first, work_order_id="wo_2", status="open", history=(), clock=OrderClock(kind=kind),
            due_at=datetime.fromisoformat(f"{due}T00:30+08:00"),
        )  # fmt: skip
        tx.save_work_order(running)
    said = [line for line in voc("run").err.splitlines() if "knows no holidays" in line]
    assert len(said) == is_told
    assert all(line.startswith(f"1 work orders are due in {due[:4]}, of which") for line in said)


@pytest.mark.usefixtures("filled")
def test_letters_are_listed_retried_and_dropped(voc: Voc) -> None:
    table = voc("inbox", "list").out
    assert "已拒收 1，等待中 1" in table
    assert not {"refused", "waiting"} & set(table.split())
    assert "lt_1" in table
    [line] = voc("inbox", "list", "--state", "waiting", "--json").out.splitlines()
    letter = json.loads(line)
    assert (letter["letter_id"], letter["inbox"]) == ("lt_1", "tray")
    assert voc("inbox", "retry", "lt_2").code == 1
    assert voc("inbox", "drop", "lt_2").err == "lt_2: dropped\n"
    assert voc("inbox", "drop", "lt_2").err == "lt_2: was dropped before\n"
    assert voc("inbox", "retry", "lt_9").code == 2
    assert "no letter 'lt_9'" in voc("inbox", "drop", "lt_9").err


def test_doctor_looks_at_inboxes(voc: Voc, tmp_path: Path) -> None:
    (tmp_path / "voc.yaml").write_text("inboxes: {tray: {kind: file, dir: events}}\n", "utf-8")
    assert "set another inboxes.tray.dir" in voc("doctor", "--config", "voc.yaml").out
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "a.json").write_text("{}", "utf-8")
    assert "1 events wait" in voc("doctor", "--config", "voc.yaml").out


def test_run_takes_events_in(voc: Voc, tmp_path: Path, filled: None) -> None:
    (tmp_path / "voc.yaml").write_text("inboxes: {tray: {kind: file, dir: events}}\n", "utf-8")
    (tmp_path / "events").mkdir()
    body = {"work_order_id": "wo_1", "event_id": "e7", "event": "closed"}
    (tmp_path / "events" / "a.json").write_text(json.dumps(body), "utf-8")
    (tmp_path / "events" / "b.json").write_text("{torn", "utf-8")
    done = voc("run", "--config", "voc.yaml")
    assert "1 events of other systems taken in, " in done.out
    assert json.loads(voc("work-orders", "show", "wo_1", "--json").out)["status"] == "closed"
    assert sorted(path.name for path in (tmp_path / "events" / "done").iterdir()) == [
        "a.json",
        "b.json",
    ]
