"""`voc score` and `voc eval` where things go wrong."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

VOC = str(Path(sys.executable).with_name("voc"))
Voc = Callable[..., Any]
PHONE = "13812345678"


def _voc(folder: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [VOC, *arguments], cwd=folder, capture_output=True, text=True, input=stdin, check=False
    )


def _write(path: Path, rows: Sequence[object]) -> None:
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text("".join(lines), encoding="utf-8")


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
def test_personal_data_are_masked_in_every_kind_of_text(
    voc: Voc, tmp_path: Path, ending: str
) -> None:
    turns = [("agent", f"您的手机是{PHONE}吗"), ("customer", "是的，你们太慢了")]
    rows = [
        {"text": f"我电话{PHONE}，太慢了"},
        {"turns": [{"speaker": speaker, "text": text} for speaker, text in turns]},
        {"text": f"客服：您的手机是{PHONE}吗\n客户：是的，你们太慢了"},
        {"text": f"您好，请打{PHONE}联系我们", "is_staff": True},
    ]
    _write(tmp_path / "in.jsonl", rows)
    done = voc("score", "in.jsonl", "-o", f"out.{ending}")
    assert done.code == 0, done.err
    written = (tmp_path / f"out.{ending}").read_text(encoding="utf-8")
    assert PHONE not in written
    if ending == "jsonl":
        assert all("***" in line for line in written.splitlines())
    assert written.count("***") >= len(rows)


def test_a_rejected_row_tells_no_number_nor_half_of_one(voc: Voc, tmp_path: Path) -> None:
    rows = [{"text": {"a": "长" * before + PHONE + "好"}} for before in range(160, 200, 3)]
    _write(tmp_path / "in.jsonl", [*rows, {"text": "好"}])
    done = voc("score", "in.jsonl", "-o", "out.jsonl")
    assert done.code == 0, done.err
    told = (tmp_path / "out.jsonl.rejects.jsonl").read_text(encoding="utf-8")
    assert len(told.splitlines()) == len(rows)
    assert told.count("长长") >= len(rows)
    assert PHONE[:4] not in told


def test_spans_of_a_dialogue_point_into_its_whole_text(voc: Voc, tmp_path: Path) -> None:
    turns = [
        {"speaker": "agent", "text": "您好"},
        {"speaker": "customer", "text": "起步顿挫严重，油耗也高"},
    ]
    _write(tmp_path / "in.jsonl", [{"turns": turns}])
    done = voc("score", "in.jsonl", "--industry", "automotive")
    [tags] = [json.loads(line) for line in done.out.splitlines()]
    assert tags["text"] == "您好\n起步顿挫严重，油耗也高"
    spans = [span for mention in tags["aspects"] for span in mention["evidence"]]
    assert spans
    for span in spans:
        assert tags["text"][span["start"] : span["end"]] == span["text"]


def test_the_input_is_never_written_over(voc: Voc, tmp_path: Path) -> None:
    _write(tmp_path / "r.jsonl", [{"text": "好"}])
    before = (tmp_path / "r.jsonl").read_bytes()
    (tmp_path / "link.jsonl").symlink_to("r.jsonl")
    for out in ("r.jsonl", "./r.jsonl", "link.jsonl"):
        done = voc("score", "r.jsonl", "-o", out)
        assert done.code == 2
        assert "is the input itself" in done.err
    assert (tmp_path / "r.jsonl").read_bytes() == before


def _interrupt(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Starts a run and sends it SIGINT once it has written something."""
    process = subprocess.Popen(
        [VOC, *arguments],
        cwd=folder,
        stderr=subprocess.PIPE,
        # Who runs the tests in the background of a shell has it ignored, and children with them.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    journal = folder / "out.jsonl.journal"
    waited = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < waited:
        if journal.exists() and len(journal.read_bytes().splitlines()) > 2:
            process.send_signal(signal.SIGINT)
            break
        time.sleep(0.01)
    _, errors = process.communicate(timeout=60)
    return subprocess.CompletedProcess(arguments, process.returncode, b"", errors)


def test_an_interrupted_run_says_how_to_go_on_and_does(tmp_path: Path) -> None:
    rows = 600
    _write(tmp_path / "in.jsonl", [{"id": n, "text": f"第{n}次，太慢了"} for n in range(rows)])
    # Small batches: much is left to do when the first ones are written.
    (tmp_path / "voc.yaml").write_text("score: {batch_rows: 8}")
    score = ("score", "in.jsonl", "-o", "out.jsonl", "--config", "voc.yaml")
    stopped = _interrupt(tmp_path, *score)
    assert stopped.returncode == 130
    assert b"--resume" in stopped.stderr
    assert b"Traceback" not in stopped.stderr
    assert _voc(tmp_path, *score, "--resume", "--tasks", "intent").returncode == 2
    assert _voc(tmp_path, *score, "--resume").returncode == 0
    assert len((tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()) == rows


def test_a_run_without_one_good_row_fails(tmp_path: Path) -> None:
    done = _voc(tmp_path, "score", "-", "-o", "o.jsonl", stdin="评价,时间\n好,今天\n")
    assert done.returncode == 1
    assert "read as jsonl" in done.stderr


def test_no_aspect_named_is_a_wrong_call(voc: Voc, tmp_path: Path) -> None:
    _write(tmp_path / "in.jsonl", [{"text": "好"}])
    assert voc("score", "in.jsonl", "--aspects", "").code == 2


def test_a_folder_that_cannot_be_written_is_said_so(voc: Voc, tmp_path: Path) -> None:
    _write(tmp_path / "in.jsonl", [{"text": "好"}])
    done = voc("score", "in.jsonl", "-o", "/proc/out.jsonl")
    assert done.code == 1
    assert "/proc" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"aspects": [{"aspect": "油耗"}]}, "the sentiment of 油耗"),
        ({"aspects": [{"aspect": "油耗", "sentiment": "bad"}]}, "the sentiment of 油耗"),
        ({"aspects": "油耗"}, "no list"),
        ({"aspects": [{"sentiment": "negative"}]}, "neither"),
        ({"aspects": [{"aspect": "油号", "sentiment": "negative"}]}, "'油号'"),
        ({"sentiment": "bad"}, "'bad'"),
    ],
)
def test_a_wrong_label_is_named_with_its_row(
    voc: Voc, tmp_path: Path, row: dict[str, object], said: str
) -> None:
    _write(tmp_path / "dev.jsonl", [{"text": "油耗高", **row}])
    done = voc("eval", "dev.jsonl", "--industry", "automotive")
    assert done.code == 2
    assert said in done.err
    assert "dev.jsonl:1" in done.err
