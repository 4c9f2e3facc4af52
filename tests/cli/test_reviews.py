"""`voc work-orders review`: what waits is sent to nobody before a person says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import MadeOnce

Voc = Callable[..., Any]
TEXTS = ("店员骂人", "店员态度恶劣", "店员爱答不理，态度差", "店员态度真差", "店员又骂人")


@pytest.fixture
def shop(voc: Voc, tmp_path: Path, made_once: MadeOnce) -> Path:
    """A store whose only order waits; returns the folder of the file queue."""
    made_once("shop", lambda: _open(voc, tmp_path))
    return tmp_path / "work-orders"


def _open(voc: Voc, tmp_path: Path) -> None:
    (tmp_path / "voc.yaml").write_text("routing: {file: rules.yaml}\n", encoding="utf-8")
    (tmp_path / "rules.yaml").write_text("review: {confidence: 1}\n", encoding="utf-8")
    rows = [
        json.dumps({"id": str(n), "text": text, "time": f"2026-11-0{n + 1} 23:00"})
        for n, text in enumerate(TEXTS)
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join(rows), encoding="utf-8")
    ingested = voc("ingest", "rows.jsonl", "--industry", "snack", "--config", "voc.yaml")
    assert ingested.code == 0
    assert voc("run", "--config", "voc.yaml").code == 0


def waiting(voc: Voc, *more: str) -> list[dict[str, Any]]:
    said = voc("work-orders", "review", "list", "--json", "--config", "voc.yaml", *more)
    assert said.code == 0
    return [json.loads(line) for line in said.out.splitlines()]


def orders(voc: Voc) -> list[dict[str, Any]]:
    said = voc("work-orders", "--json", "--config", "voc.yaml")
    return [json.loads(line) for line in said.out.splitlines()]


def sent(folder: Path) -> int:
    return len(list(folder.glob("*.json"))) if folder.is_dir() else 0


def test_approving_opens_and_sends(voc: Voc, shop: Path) -> None:
    [review] = waiting(voc)
    assert (review["department"], review["state"]) == ("门店运营部", "waiting")
    assert "低于 1" in review["reason"]
    table = voc("work-orders", "review", "list", "--config", "voc.yaml").out
    assert table.count("待复核") == 2
    assert "waiting" not in table
    assert (orders(voc), sent(shop)) == ([], 0)
    name = review["work_order_id"]
    done = voc("work-orders", "review", "approve", name, "--by", "王", "--config", "voc.yaml")
    assert done.code == 0
    assert f"{name}: opened for 门店运营部" in done.err
    [order] = orders(voc)
    assert (order["work_order_id"], order["status"]) == (name, "open")
    assert [(item["actor"], item["event"]) for item in order["history"]] == [
        ("voc", "opened"), ("王", "note")
    ]  # fmt: skip
    assert voc("run", "--config", "voc.yaml").code == 0
    assert sent(shop) == 1
    assert waiting(voc) == []
    again = voc("work-orders", "review", "approve", name, "--config", "voc.yaml")
    assert again.code == 1
    assert "was approved by 王 before" in again.err
    assert voc("run", "--config", "voc.yaml").code == 0
    assert sent(shop) == 1


def test_an_emergency_of_no_aspect_keeps_its_urgency(voc: Voc, tmp_path: Path) -> None:
    (tmp_path / "voc.yaml").write_text("routing: {file: rules.yaml}\n", encoding="utf-8")
    (tmp_path / "rules.yaml").write_text(
        """
        departments: [安全部]
        rules:
        - name: 危险
          when: {urgency: critical}
          then: {department: 安全部, review: true, sla_hours: 1, clock: calendar}
        """,
        encoding="utf-8",
    )
    row = {"id": "1", "text": "吃完孩子上吐下泻送医院了", "time": "2026-11-01 23:00"}
    (tmp_path / "rows.jsonl").write_text(json.dumps(row), encoding="utf-8")
    assert voc("ingest", "rows.jsonl", "--industry", "snack", "--config", "voc.yaml").code == 0
    ran = voc("run", "--config", "voc.yaml")
    assert "1 work orders wait for review" in ran.err
    assert "0 work orders opened" in ran.out
    [review] = waiting(voc)
    assert review["department"] == "安全部"
    routed = json.loads(voc("route", "--config", "voc.yaml").out)
    assert routed["department"] == "安全部"
    name = review["work_order_id"]
    assert voc("work-orders", "review", "approve", name, "--config", "voc.yaml").code == 0
    [order] = orders(voc)
    assert order["department"] == "安全部"
    due, made = (datetime.fromisoformat(order[key]) for key in ("due_at", "created_at"))
    assert due - made == timedelta(hours=1)


def test_dismissing_sends_nothing(voc: Voc, shop: Path) -> None:
    [review] = waiting(voc)
    done = voc(
        "work-orders", "review", "dismiss", review["work_order_id"], "--note", "误判",
        "--config", "voc.yaml",
    )  # fmt: skip
    assert done.code == 0
    assert voc("run", "--config", "voc.yaml").code == 0
    assert (orders(voc), sent(shop), waiting(voc)) == ([], 0, [])
    [kept] = waiting(voc, "--state", "dismissed")
    assert (kept["note"], kept["actor"]) == ("误判", "cli")


def test_what_does_not_wait_is_said(voc: Voc, shop: Path) -> None:
    done = voc("work-orders", "review", "approve", "wo_none", "--config", "voc.yaml")
    assert done.code == 2
    assert "review list" in done.err
    listed = voc("work-orders", "review", "list", "--state", "open", "--config", "voc.yaml")
    assert listed.code == 2


def test_what_every_team_refused_is_told_until_somebody_sorts_it(voc: Voc, shop: Path) -> None:
    name = waiting(voc)[0]["work_order_id"]
    assert voc("work-orders", "review", "approve", name, "--config", "voc.yaml").code == 0

    def act(action: str, *more: str) -> None:
        done = voc(
            "work-orders", "act", name, action, "--note", "不归我们", "--config", "voc.yaml", *more
        )
        assert done.code == 0

    while orders(voc)[0]["status"] != "rejected":
        act("退单")
    told = "1 work orders were refused by every team"
    assert told in voc("run", "--config", "voc.yaml").err
    act("转派", "--to", "门店运营部")
    assert told not in voc("run", "--config", "voc.yaml").err


def test_nothing_is_tagged_under_wrong_rules(voc: Voc, shop: Path) -> None:
    row = {"id": "9", "text": "店员又骂人了", "time": "2026-11-06 23:00"}
    (shop.parent / "more.jsonl").write_text(json.dumps(row), encoding="utf-8")
    ask = ("--industry", "snack", "--config", "voc.yaml")
    assert voc("ingest", "more.jsonl", *ask).code == 0
    rules = shop.parent / "rules.yaml"
    rules.write_text("rules: [{name: 派, then: {sinks: [nowhere]}}]\n", encoding="utf-8")
    wrong = voc("run", "--config", "voc.yaml")
    assert wrong.code == 1
    assert "'nowhere'" in wrong.err
    rules.write_text("review: {confidence: 1}\n", encoding="utf-8")
    assert "1 tagged" in voc("run", "--config", "voc.yaml").out
