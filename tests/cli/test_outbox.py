"""`voc outbox` and what `voc doctor` says of sinks, as users see them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.workorders.sinks.receiver import Reply, receiver
from voc.records import Message
from voc.store import open_store

Voc = Callable[..., Any]
NOW = datetime(2026, 3, 9, 2, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def filled(tmp_path: Path) -> None:
    """A store with three messages, one of them dead, one for a sink nobody names."""
    with open_store(f"sqlite:///{tmp_path / 'voc.db'}") as store, store.transaction() as tx:
        for name, sink in (("m1", "file"), ("m2", "file"), ("m3", "gone")):
            tx.enqueue(Message(name, sink, name, 1, {"id": name}, NOW))
        tx.lease("w", limit=1, lease_s=60, now=NOW, sinks=["file"])
        tx.bury("m1", "w", "answered 410 Gone", NOW)


def listed(voc: Voc, *arguments: str) -> dict[str, str]:
    lines = voc("outbox", "list", "--json", *arguments).out.splitlines()
    return {item["message_id"]: item["state"] for item in map(json.loads, lines)}


@pytest.mark.usefixtures("filled")
def test_messages_are_listed_shown_retried_and_dropped(voc: Voc) -> None:
    assert listed(voc) == {"m1": "dead", "m2": "pending", "m3": "pending"}
    assert listed(voc, "--state", "dead") == {"m1": "dead"}
    assert listed(voc, "--sink", "gone") == {"m3": "pending"}
    table = voc("outbox", "list")
    assert "answered 410 Gone" in table.out
    assert "待发送 2" in table.out
    assert table.out.count("发送失败") == 2
    assert not {"pending", "dead"} & set(table.out.split())
    shown = json.loads(voc("outbox", "show", "m1").out)
    assert (shown["last_error"], shown["payload"]) == ("answered 410 Gone", {"id": "m1"})
    assert voc("outbox", "retry", "--sink", "file").err.startswith("1 message will be tried")
    assert voc("outbox", "drop", "--sink", "gone").err == "1 message dropped.\n"
    assert listed(voc) == {"m1": "pending", "m2": "pending"}
    assert voc("outbox", "drop", "m2", "--by", "小王").code == 0
    assert json.loads(voc("outbox", "show", "m2").out)["last_error"] == "dropped by 小王"
    assert voc("outbox", "retry", "m2").code == 0
    assert listed(voc) == {"m1": "pending", "m2": "pending"}


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["list", "--state", "ded"], "Did you mean 'dead'"),
        (["list", "--sink", "gon"], "Did you mean 'gone'"),
        (["show", "m9"], "There is no message 'm9'"),
        (["retry"], "Name one message by its id, or all of a sink with --sink."),
        (["retry", "m1", "--sink", "file"], "Name one message"),
        (["drop", "m9"], "There is no message 'm9'"),
        (["drop", "--sink", "file", "--state", "delivered"], "pending, dead"),
    ],
)
def test_what_names_nothing_is_refused(voc: Voc, arguments: list[str], said: str) -> None:
    result = voc("outbox", *arguments)
    assert result.code == 2
    assert said in result.err


@pytest.mark.usefixtures("filled")
def test_doctor_tells_of_messages_and_sinks(voc: Voc, tmp_path: Path) -> None:
    config = tmp_path / "voc.yaml"
    with receiver() as told:
        config.write_text(
            "sinks:\n"
            f"  hook: {{kind: webhook, url: {told.url}, secret: {SECRET},\n"
            "    allow_hosts: 127.0.0.1}\n"
            f"  inner: {{kind: webhook, url: {told.url}, secret: {SECRET}}}\n"
            "  files: {kind: file, dir: orders}\n"
        )
        told.answer = lambda _: Reply(405)
        result = voc("doctor", "--config", "voc.yaml")
    assert result.code == 1
    assert f"✓ sink hook: webhook: {told.url} answers (405 to HEAD); nothing was sent" in result.out
    assert "✗ sink inner: cannot be used" in result.out
    assert "name the host under allow_hosts" in result.out
    assert "✓ sink files:" in result.out
    assert "1 messages were refused; the first because: answered 410 Gone" in result.out
    assert "1 messages wait for the sink 'gone'" in result.out
    assert [asked.method for asked in told.asked] == ["HEAD"]


def test_a_sink_that_rules_name_and_nobody_has(voc: Voc, tmp_path: Path) -> None:
    (tmp_path / "routing.yaml").write_text("defaults: {sinks: [qualty]}\n", encoding="utf-8")
    (tmp_path / "voc.yaml").write_text(
        "routing: {file: routing.yaml}\nsinks: {quality: {kind: file}}\n", encoding="utf-8"
    )
    result = voc("doctor", "--config", "voc.yaml")
    assert result.code == 1
    assert "routing.yaml:1: defaults.sinks: there is no sink 'qualty'" in result.out
    assert "Did you mean 'quality'" in result.out
    (tmp_path / "in.jsonl").write_text('{"text": "好"}\n', encoding="utf-8")
    voc("ingest", "in.jsonl", "--industry", "snack", "--config", "voc.yaml")
    result = voc("run", "--config", "voc.yaml")
    assert result.code == 1
    assert "The routing rules send to the sink 'qualty'" in result.err


@pytest.mark.usefixtures("filled")
def test_run_names_the_sinks_that_got_messages(voc: Voc, tmp_path: Path) -> None:
    with (
        open_store(f"sqlite:///{tmp_path / 'voc.db'}") as store,
        store.transaction() as tx,
    ):
        tx.enqueue(Message("m4", "hook", "m4", 1, {"id": "m4"}, NOW))
    with receiver() as told:
        told.answer = lambda _: Reply(503)
        (tmp_path / "voc.yaml").write_text(
            f"sinks: {{hook: {{kind: webhook, url: {told.url}, secret: {SECRET},"
            " allow_hosts: 127.0.0.1}}\n"
        )
        done = voc("run", "--config", "voc.yaml")
    assert f"1 messages delivered to {tmp_path / 'work-orders'}\n" in done.out
    assert "1 messages will be tried again" in done.err
    assert listed(voc, "--sink", "hook") == {"m4": "pending"}
    assert voc("run").out.endswith("0 messages delivered\n")


def test_orders_go_to_the_sinks_that_are_named(voc: Voc, tmp_path: Path) -> None:
    """Rules send where they say, the rest goes where the defaults say."""
    texts = [
        "排队半小时，店员爱答不理", "又去了一次，店员还是爱答不理", "南京这家服务太差，店员骂人",
        "收银员态度恶劣，问个价都不耐烦", "店员冲老人大吼，这种服务太恶心了",
    ]  # fmt: skip
    rows = [
        {"id": str(n), "text": text, "time": f"2026-11-0{n + 1} 11:00", "store": "南京店"}
        for n, text in enumerate(texts)
    ]
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (tmp_path / "in.jsonl").write_text("".join(lines), encoding="utf-8")
    (tmp_path / "routing.yaml").write_text(
        "defaults: {sinks: b}\nrules: [{name: r, when: {store: 南*}, then: {sinks: [c]}}]\n",
        encoding="utf-8",
    )
    sinks = "".join(f"  {name}: {{kind: file, dir: {name}}}\n" for name in "abc")
    (tmp_path / "voc.yaml").write_text(f"routing: {{file: routing.yaml}}\nsinks:\n{sinks}")
    (tmp_path / "all.yaml").write_text(f"store: {{url: sqlite:///all.db}}\nsinks:\n{sinks}")
    voc("ingest", "in.jsonl", "--industry", "snack", "--config", "voc.yaml")
    result = voc("run", "--config", "voc.yaml")
    assert result.code == 0, result.err
    assert "1 messages delivered to c\n" in result.out
    written = [len(list((tmp_path / name).glob("*.json"))) for name in "abc"]
    assert written == [0, 0, 1]
    voc("ingest", "in.jsonl", "--industry", "snack", "--config", "all.yaml")
    assert voc("run", "--config", "all.yaml").code == 0
    written = [len(list((tmp_path / name).glob("*.json"))) for name in "abc"]
    assert written == [1, 1, 2]
