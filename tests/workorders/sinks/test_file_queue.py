"""The file queue: whole files, once each, and a clear word when the disk will not have them."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from voc.errors import TerminalDeliveryError, TransientDeliveryError
from voc.records import Message
from voc.workorders.sinks import FileQueueSink, Sink
from voc.workorders.sinks.file_queue import file_name

NOW = datetime(2026, 3, 9, 2, 30, 0, 1500, tzinfo=UTC)


def message(
    name: str = "msg_1",
    *,
    sequence: int = 1,
    payload: Mapping[str, Any] | None = None,
    at: datetime = NOW,
) -> Message:
    return Message(
        message_id=name,
        sink="file",
        key="wo_1",
        sequence=sequence,
        payload=payload if payload is not None else {"id": name, "title": "变速箱顿挫"},
        created_at=at,
    )


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def test_a_message_is_one_file(tmp_path: Path) -> None:
    sink: Sink = FileQueueSink(tmp_path / "a" / "queue")
    reference = sink.send(message())
    assert reference == "20260309T023000.001500Z-000001-msg_1.json"
    assert names(tmp_path / "a" / "queue") == [reference]
    text = (tmp_path / "a" / "queue" / reference).read_text(encoding="utf-8")
    assert json.loads(text) == {"id": "msg_1", "title": "变速箱顿挫"}
    assert "变速箱顿挫" in text


def test_names_sort_by_time_then_sequence() -> None:
    told = [
        message("a", at=NOW - timedelta(seconds=1), sequence=9),
        message("b", sequence=2),
        message("c", sequence=10),
        message("d", at=NOW.astimezone(UTC) + timedelta(microseconds=1)),
    ]
    found = [file_name(item) for item in told]
    assert found == sorted(found)


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "甲", ".hidden", "a b"])
def test_an_odd_id_stays_in_the_folder(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "queue"
    reference = FileQueueSink(folder).send(message(name))
    assert names(folder) == [reference]
    assert [path.name for path in tmp_path.iterdir()] == ["queue"]


def test_the_same_message_twice_is_one_file(tmp_path: Path) -> None:
    first = FileQueueSink(tmp_path).send(message())
    before = (tmp_path / str(first)).stat().st_mtime_ns
    again = FileQueueSink(tmp_path).send(message())
    assert (first, names(tmp_path)) == (again, [first])
    assert (tmp_path / str(first)).stat().st_mtime_ns == before


def test_a_message_that_was_taken_does_not_come_back(tmp_path: Path) -> None:
    sink = FileQueueSink(tmp_path)
    name = str(sink.send(message()))
    (tmp_path / name).rename(tmp_path / "done" / name)
    assert sink.send(message()) == name
    assert names(tmp_path) == []


def test_a_folder_removed_while_running_is_made_again(tmp_path: Path) -> None:
    folder = tmp_path / "queue"
    sink = FileQueueSink(folder)
    (folder / str(sink.send(message()))).unlink()
    (folder / "done").rmdir()
    folder.rmdir()
    sink.send(message("msg_2"))
    assert len(names(folder)) == 1


def test_leftovers_of_a_killed_writer_go_when_they_are_old(tmp_path: Path) -> None:
    old, young = tmp_path / ".x.json.1-1.tmp", tmp_path / ".y.json.2-2.tmp"
    old.touch()
    young.touch()
    hour_ago = time.time() - 3700
    os.utime(old, (hour_ago, hour_ago))
    FileQueueSink(tmp_path).send(message())
    assert not old.exists()
    assert young.exists()


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ({"t": "坏\ud800字"}, '{\n  "t": "\\u574f\\ud800\\u5b57"\n}\n'),
        ({"t": NOW}, '{\n  "t": "2026-03-09T02:30:00.001500+00:00"\n}\n'),
        ({"t": ("a",)}, '{\n  "t": [\n    "a"\n  ]\n}\n'),
    ],
)
def test_what_json_hardly_holds(payload: Mapping[str, Any], text: str, tmp_path: Path) -> None:
    name = FileQueueSink(tmp_path).send(message(payload=payload))
    assert (tmp_path / str(name)).read_text(encoding="utf-8") == text


@pytest.mark.parametrize("value", [float("nan"), object(), b"x"])
def test_what_json_does_not_hold_is_refused_for_good(value: Any, tmp_path: Path) -> None:
    with pytest.raises(TerminalDeliveryError, match="Message msg_1: its payload cannot"):
        FileQueueSink(tmp_path).send(message(payload={"value": value}))
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("call", "code", "says"),
    [
        ("fsync", errno.ENOSPC, "the disk is full"),
        ("fsync", errno.EDQUOT, "the disk quota is used up"),
        ("fsync", errno.EIO, "Input/output error; look at the disk"),
        ("link", errno.ENOSPC, "the disk is full"),
        ("link", errno.EROFS, "the file system is read-only"),
    ],
)
def test_a_disk_that_fails_leaves_nothing_and_goes_on_later(
    call: str, code: int, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    sink = FileQueueSink(tmp_path)
    with monkeypatch.context() as broken:
        broken.setattr(os, call, fail)
        with pytest.raises(TransientDeliveryError) as caught:
            sink.send(message())
    assert says in str(caught.value)
    assert str(tmp_path) in str(caught.value)
    assert names(tmp_path) == []
    assert sink.send(message()) in names(tmp_path)


@pytest.mark.parametrize("nth", range(1, 5))
def test_an_error_at_the_nth_message_costs_that_one_alone(
    nth: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink, calls, real = FileQueueSink(tmp_path), [0], os.link

    def link(source: Any, target: Any) -> None:
        calls[0] += 1
        if calls[0] == nth:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        real(source, target)

    monkeypatch.setattr(os, "link", link)
    failed = []
    for number in range(4):
        try:
            sink.send(message(f"msg_{number}"))
        except TransientDeliveryError:
            failed.append(number)
    assert failed == [nth - 1]
    assert len(names(tmp_path)) == 3


def test_a_file_system_without_links_is_served_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsupported(*_: object) -> None:
        raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))

    monkeypatch.setattr(os, "link", unsupported)
    name = FileQueueSink(tmp_path).send(message())
    assert names(tmp_path) == [name]


def test_a_file_in_the_folders_place(tmp_path: Path) -> None:
    (tmp_path / "queue").write_text("x")
    with pytest.raises(TransientDeliveryError, match=r"File queue .*queue: a message could not"):
        FileQueueSink(tmp_path / "queue").send(message())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "queue"
    (folder / "done").mkdir(parents=True)
    folder.chmod(0o500)
    try:
        with pytest.raises(TransientDeliveryError, match="not permitted"):
            FileQueueSink(folder).send(message())
    finally:
        folder.chmod(0o700)


def test_a_full_disk_for_real(tmp_path: Path) -> None:
    """A limit on the size of files stands for a full disk: the kernel cuts the write short."""
    script = f"""
import resource, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from voc.errors import TransientDeliveryError
from voc.records import Message
from voc.workorders.sinks import FileQueueSink
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
sink = FileQueueSink(Path({str(tmp_path)!r}))
big = Message("m", "file", "k", 1, {{"text": "长" * 100_000}}, datetime.now(UTC))
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
try:
    sink.send(big)
except TransientDeliveryError as error:
    sys.stdout.write(str(error))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert "a message could not be written" in done.stdout
    assert list(tmp_path.glob("*.json")) == []
    assert list(tmp_path.glob(".*")) == []


def test_what_another_writer_has_published_meanwhile_stops_nobody(tmp_path: Path) -> None:
    gone = tmp_path / ".20260309T023000.json.1-2.tmp"
    gone.symlink_to(tmp_path / "nowhere")  # listed, but gone when it is looked at
    assert FileQueueSink(tmp_path).send(message()) in names(tmp_path)
