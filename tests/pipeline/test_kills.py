"""Killed at random moments, nothing is lost and nothing is twice (hard cases 1 and 2).

VOC_TEST_KILLS makes it longer, VOC_TEST_KILLS=100 as the cases ask.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from voc.config import bundled
from voc.inference.manifest import newest
from voc.store import open_store

VOC = str(Path(sys.executable).with_name("voc"))
KILLS = int(os.environ.get("VOC_TEST_KILLS", "4"))
ROWS = 1_000 * KILLS
"""More than is read between the kills."""


def _start(arguments: Sequence[str], environ: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [VOC, *arguments],
        env={**os.environ, **environ},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def _run_with_kills(
    command: Callable[[int], Sequence[str]], environ: dict[str, str], begun: Callable[[], bool]
) -> int:
    """Runs a command again and again, killed soon after it has begun; then once to its end.

    Returns:
        How many kills there were.
    """
    chance = random.Random(20261122)
    kills = 0
    while kills < KILLS:
        process = _start(command(kills), environ)
        waited = time.monotonic() + 60
        while process.poll() is None and not begun() and time.monotonic() < waited:
            time.sleep(0.01)
        time.sleep(chance.uniform(0.0, 0.3))
        process.send_signal(signal.SIGKILL)
        _, errors = process.communicate()
        if process.returncode == 0:
            break
        assert process.returncode == -signal.SIGKILL, errors.decode()
        kills += 1
    process = _start(command(kills), environ)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors.decode()
    return kills


def _write_rows(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8") as out:
        for number in range(count):
            row = {"id": f"r{number}", "text": f"第{number}条：起步顿挫，电话138000{number:05d}"}
            line = json.dumps(row, ensure_ascii=False)
            out.write((line if number % 500 else line[:20]) + "\n")


def test_ingest_survives_kills(tmp_path: Path) -> None:
    count = 3 * ROWS
    rows = tmp_path / "rows.jsonl"
    _write_rows(rows, count)
    url = f"sqlite:///{tmp_path / 'voc.db'}"
    wal = tmp_path / "voc.db-wal"
    kills = _run_with_kills(
        lambda _: ["ingest", str(rows), "--industry", "automotive"],
        {"VOC_STORE_URL": url},
        begun=lambda: wal.exists() and wal.stat().st_size > 0,
    )
    with open_store(url) as store:
        counts = store.counts()
        assert counts.feedback == counts.versions == count - count // 500
        assert counts.rejects == count // 500
        assert store.check() == []
    assert kills >= 3


def test_scoring_survives_kills_and_a_change_of_model(tmp_path: Path) -> None:
    rows, out = tmp_path / "rows.jsonl", tmp_path / "tags.jsonl"
    _write_rows(rows, ROWS)
    versions = _two_versions(tmp_path / "models")
    config = tmp_path / "voc.yaml"
    config.write_text(f"models: {{dir: {tmp_path / 'models'}}}\nscore: {{batch_rows: 64}}\n")
    journal = tmp_path / "tags.jsonl.journal"
    sizes = [0]

    def begun() -> bool:
        if not journal.exists() or journal.stat().st_size == sizes[-1]:
            return False
        sizes.append(journal.stat().st_size)
        return True

    kills = _run_with_kills(
        lambda number: [
            "score", str(rows), "-o", str(out), "--resume", "--config", str(config),
            "--model", f"voc-zh-linear@{versions[number % 2]}", "--industry", "automotive",
        ],
        {},
        begun,
    )  # fmt: skip
    tags = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [item["id"] for item in tags] == [f"r{n}" for n in range(ROWS) if n % 500]
    rejects = (tmp_path / "tags.jsonl.rejects.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(rejects) == ROWS // 500
    assert {item["model"] for item in tags} <= {f"voc-zh-linear@{name}" for name in versions}
    assert kills >= 3
    assert not list(tmp_path.glob("*.part"))


def _two_versions(folder: Path) -> tuple[str, str]:
    """Makes two versions of the bundled model, alike but for their number."""
    original = newest(bundled("models"), "voc-zh-linear")
    for version in ("1.0.0", "1.0.1"):
        target = folder / "voc-zh-linear" / version
        shutil.copytree(original, target)
        manifest = json.loads((target / "manifest.json").read_text())
        manifest["version"] = version
        (target / "manifest.json").write_text(json.dumps(manifest))
    return "1.0.0", "1.0.1"
