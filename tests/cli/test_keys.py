"""`voc keys`, `voc corrections`, `voc worker`, as people type them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.conftest import Result
from voc.records import Feedback
from voc.store import Correction, open_store

Voc = Callable[..., Result]
NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def test_a_key_is_made_shown_once_listed_and_revoked(voc: Voc, tmp_path: Path) -> None:
    made = voc("keys", "create", "--scopes", "classify,ingest", "--label", "台", "--expires", "90d")
    assert made.code == 0, made.err
    shown = made.out.strip()
    key_id = shown.split("_")[1]
    assert key_id in made.err
    assert shown.split("_", 2)[2].encode() not in b"".join(
        path.read_bytes() for path in tmp_path.glob("voc.db*")
    )
    (listed,) = map(json.loads, voc("keys", "list", "--json").out.splitlines())
    assert (listed["key_id"], listed["label"]) == (key_id, "台")
    assert listed["scopes"] == ["classify", "ingest"]
    assert not any("hash" in name for name in listed)
    assert key_id in voc("keys", "list").out
    assert voc("keys", "revoke", key_id).code == 0
    assert "already" in voc("keys", "revoke", key_id).err
    assert json.loads(voc("keys", "list", "--json").out)["revoked_at"]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("create", "--scopes", "reed"), 2, "'read'"),
        (("create", "--scopes", ""), 2, "scope"),
        (("create", "--scopes", "read", "--expires", "soon"), 2, "90d"),
        (("create", "--scopes", "read", "--workspace", "no"), 1, "no workspace 'no'"),
        (("revoke", "none"), 1, "no store"),
    ],
)
def test_what_is_wrong_is_told(voc: Voc, arguments: tuple[str, ...], code: int, told: str) -> None:
    result = voc("keys", *arguments)
    assert result.code == code, result
    assert told in result.err
    assert result.out == ""


def test_corrections_are_exported_as_labelled_rows(voc: Voc, tmp_path: Path) -> None:
    voice = Feedback("s", "1", "review", "包装破了")
    item = Correction("co_1", voice.feedback_id, 1, "sentiment", "negative", "李工", NOW)
    with open_store(f"sqlite:///{tmp_path / 'voc.db'}") as store, store.transaction() as tx:
        tx.add_feedback([voice], industry="snack", now=NOW)
        tx.add_correction(item)
    assert voc("corrections", "export", "-o", "rows.jsonl").code == 0
    (row,) = map(json.loads, (tmp_path / "rows.jsonl").read_text("utf-8").splitlines())
    assert (row["text"], row["sentiment"]) == ("包装破了", "negative")
    other = voc("corrections", "export", "-o", "rows.jsonl", "--industry", "bank")
    assert (other.code, (tmp_path / "rows.jsonl").read_bytes()) == (0, b"")


def test_the_worker_tags_within_seconds_and_stops_when_told(voc: Voc, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'voc.db'}"
    environ = {**os.environ, "VOC_MODELS_NAME": "voc-zh-linear", "VOC_STORE_URL": url}
    call = [sys.executable, "-c", "from voc.cli import main; main()", "worker"]
    with open_store(url) as store:
        running = subprocess.Popen(
            call, cwd=tmp_path, env=environ, stderr=subprocess.PIPE, text=True
        )
        try:
            with store.transaction() as tx:
                voice = Feedback("s", "1", "review", "包装破了，再也不买")
                tx.add_feedback([voice], industry="snack", now=NOW)
            deadline = time.monotonic() + 120
            while store.tags(voice.feedback_id) is None:
                assert running.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.1)
            # It gives way to who cannot wait.
            nicer = os.getpriority(os.PRIO_PROCESS, running.pid)
            assert nicer == min(os.getpriority(os.PRIO_PROCESS, 0) + 10, 19)
            second = subprocess.run(
                call, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=120
            )
            assert second.returncode == 1
            assert "another worker" in second.stderr
        finally:
            running.send_signal(signal.SIGTERM)
            told = running.communicate(timeout=60)[1]
    assert running.returncode == 0, told
    assert told.rstrip().endswith("stopped")
