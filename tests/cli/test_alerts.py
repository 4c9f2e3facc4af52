"""Alerts as users see them: listed, shown, closed by hand, and back when the matter is."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import MadeOnce
from voc.records import Alert
from voc.store import open_store

Voc = Callable[..., Any]
BEGIN = date(2026, 6, 1)
ANGRY = (
    "排队半小时，店员爱答不理",
    "又去了一次，店员还是爱答不理",
    "南京这家服务太差，店员骂人",
    "收银员态度恶劣，问个价都不耐烦",
)
MOMENT = datetime(2026, 6, 5, tzinfo=UTC)


def _ingest(voc: Voc, folder: Path, name: str, rows: Sequence[tuple[int, str]]) -> None:
    lines = (
        json.dumps(
            {
                "id": f"{name}{number}",
                "text": text,
                "time": f"{BEGIN + timedelta(days=day)} 11:00",
                "store": "南京店",
            },
            ensure_ascii=False,
        )
        for number, (day, text) in enumerate(rows)
    )
    (folder / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert voc("ingest", f"{name}.jsonl", "--industry", "snack").code == 0


def _told(voc: Voc, *arguments: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in voc(*arguments, "--json").out.splitlines()]


@pytest.fixture
def alert(voc: Voc, tmp_path: Path, made_once: MadeOnce) -> dict[str, Any]:
    """The one alert of a shop where staff are rude on three days after six calm weeks."""

    def make() -> None:
        calm = [(day, f"第{day}次买，{said}") for day in range(47) for said in ("栗子甜", "好吃")]
        rude = [(day, f"{said}，{day}号") for day in (44, 45, 46) for said in ANGRY[:3]]
        _ingest(voc, tmp_path, "first", [*calm, *rude])
        assert voc("run").code == 0

    made_once("alert", make)
    [found] = _told(voc, "issues", "--alerts")
    return found


def _status(voc: Voc, alert: dict[str, Any]) -> tuple[str, int]:
    [shown] = _told(voc, "issues", "show", alert["alert_id"])
    return shown["status"], shown["reopened"]


def test_an_alert_is_shown_to_people(voc: Voc, alert: dict[str, Any]) -> None:
    result = voc("issues", "show", alert["alert_id"][:8])
    assert (result.code, result.err) == (0, "")
    said = " ".join(result.out.split())
    assert said.startswith(f"预警 {alert['alert_id']} {alert['title']} 行业 snack 门店 南京店")
    assert "状态 跟进中 自 2026-07-15" in said
    assert f"天内声音 {alert['count']} 条（最近一条 2026-07-17）" in said
    assert "预期 不到 0.1 条，按反馈量折算此前没有（95% 区间" in said
    assert "倍，p<0.001）" in said
    [issue] = _told(voc, "issues")
    assert f"问题 {issue['issue_id']} {issue['title']}（跟进中）" in said
    assert f"最近的原话 5 条，共 {len(alert['feedback_ids'])} 条" in said
    assert said.index("46号") < said.index("45号")
    assert "│ 2026-07-17 │ 南京这家服务太差，店员骂人，46号" in said
    assert "{" not in said


def test_an_alert_is_one_record_for_programs(voc: Voc, alert: dict[str, Any]) -> None:
    [shown] = _told(voc, "issues", "show", alert["alert_id"])
    assert alert.items() <= shown.items()
    assert shown["history"] == []
    newest = alert["feedback_ids"][:-6:-1]
    assert [one["feedback_id"] for one in shown["verbatims"]] == newest
    assert shown["verbatims"][0]["text"].endswith("46号")
    assert shown["verbatims"][0]["at"].startswith("2026-07-17T11:00")


def test_one_that_is_closed_stays_closed_until_later_voices_stand_out(
    voc: Voc, tmp_path: Path, alert: dict[str, Any]
) -> None:
    name = alert["alert_id"]
    assert voc("report", "-o", "open.html").code == 0
    solved = str(BEGIN + timedelta(days=48))
    closing = voc("issues", "close", name[:8], "--note", "换了店长", "--by", "王", "--at", solved)
    assert (closing.code, closing.out) == (0, "")
    assert f"{name}: open → closed\nissue {alert['issue_id']} is still open" in closing.err
    assert voc("run").code == 0
    assert _status(voc, alert) == ("closed", 0)
    assert _told(voc, "issues", "--alerts", "--status", "open") == []
    assert voc("report", "-o", "closed.html").code == 0
    emerges = "本期新出现"
    assert emerges in (tmp_path / "open.html").read_text("utf-8")
    assert emerges not in (tmp_path / "closed.html").read_text("utf-8")
    shown = " ".join(voc("issues", "show", name).out.split())
    assert "人工关闭 趋势" in shown
    assert "王 │ 跟进中 → 已关闭 │ 换了店长" in shown
    late = [(day, f"{said}，那天是{day}号") for day in (47, 48) for said in ANGRY]
    _ingest(voc, tmp_path, "late", late)
    assert voc("run").code == 0
    assert _status(voc, alert) == ("closed", 0)
    later = [(day, f"{said}，{day}号") for day in (51, 52) for said in ANGRY]
    _ingest(voc, tmp_path, "later", [*later, *((day, "栗子甜") for day in range(47, 53))])
    assert voc("run").code == 0
    assert _status(voc, alert) == ("open", 1)
    [event] = _told(voc, "issues", "show", name)[0]["history"]
    assert (event["actor"], event["to_status"], event["note"]) == ("王", "closed", "换了店长")


def test_one_that_was_closed_by_hand_is_reopened_by_hand(voc: Voc, alert: dict[str, Any]) -> None:
    name = alert["alert_id"]
    assert "is open already; nothing was changed" in voc("issues", "reopen", name).err
    voc("issues", "close", name)
    again = voc("issues", "close", name)
    assert (again.code, "is closed already; nothing was changed" in again.err) == (0, True)
    assert voc("issues", "reopen", name, "--by", "李").err == f"{name}: closed → open\n"
    assert _told(voc, "issues", "--alerts") == [alert]
    assert voc("run").code == 0
    assert _told(voc, "issues", "--alerts") == [alert]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "al_9"], "There is no alert 'al_9'; voc issues --alerts lists all there are."),
        (["close", "al_zzzzzz"], "There is no alert 'al_zzzzzz'; voc issues --alerts"),
        (["show", "al_0123"], "begins 2 ids, al_01234"),
        (["ignore", "al_01234000000000000000"], "alerts are not ignored: voc issues close al_0123"),
        (["reopen", "al_01234000000000000000"], "closed by itself, as it had calmed"),
    ],
)
def test_what_cannot_be_done_is_told(
    voc: Voc, tmp_path: Path, arguments: list[str], said: str
) -> None:
    with open_store(f"sqlite:///{tmp_path / 'voc.db'}") as store, store.transaction() as tx:
        for name in ("al_01234000000000000000", "al_01235000000000000000"):
            tx.save_alerts(
                [
                    Alert(
                        name, "snack", "口味", "closed", "new", MOMENT, MOMENT, MOMENT, 3, 9, 1.5,
                        None, 2.5, None, 1e-6, closed_at=MOMENT + timedelta(days=9),
                    )
                ]
            )  # fmt: skip
    result = voc("issues", *arguments)
    assert (result.code, result.out) == (2, "")
    assert said in result.err
