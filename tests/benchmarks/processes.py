"""Processes that are measured: each candidate runs in one of its own, with the same threads."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What the libraries of the candidates take their number of threads from.
_THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "RAYON_NUM_THREADS",
    "VOC_MODELS_THREADS",
)


@dataclass(frozen=True, slots=True)
class Report:
    """What a candidate says of its own run.

    Attributes:
        seconds: Spent on the rows, start and warm-up left out; `None` where only the whole process
            counts.
        peak_mb: The most memory its process held; `None` where the system does not tell.
    """

    seconds: float | None
    peak_mb: float | None

    def write(self, path: Path) -> None:
        """Leaves the report for the parent."""
        path.write_text(json.dumps({"seconds": self.seconds, "peak_mb": self.peak_mb}))

    @classmethod
    def read(cls, path: Path) -> Report:
        """Reads what a child left."""
        return cls(**json.loads(path.read_text()))


def own_peak_mb() -> float | None:
    """Returns the most resident memory this process held, in MB, where Linux counts it.

    `VmHWM` begins anew with a program; `ru_maxrss` begins with what the parent held at the fork.
    """
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return None
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    return int(found[1]) / 1024 if found else None


def environment(threads: int, models: Path) -> dict[str, str]:
    """Returns the environment of all candidates, with no settings of the user's own."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("VOC_")}
    return {
        **own,
        **dict.fromkeys(_THREADS, str(threads)),
        "VOC_MODELS_DIR": str(models),
        "TOKENIZERS_PARALLELISM": "true",
        "HF_HUB_OFFLINE": "1",
    }


def module(name: str, *arguments: object) -> list[str]:
    """Returns the command that runs a module of the benchmarks."""
    return [sys.executable, "-m", f"tests.benchmarks.{name}", *map(str, arguments)]


def run(name: str, command: Sequence[str], environ: Mapping[str, str]) -> float:
    """Runs a process to its end and returns its seconds, from its start to its end.

    Raises:
        SystemExit: It failed; with what it said.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
        began = time.perf_counter()
        ended = subprocess.run(
            command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=said, check=False
        )
        seconds = time.perf_counter() - began
        if ended.returncode:
            said.seek(0)
            raise SystemExit(f"{name} ended with status {ended.returncode}:\n{said.read()}")
    return seconds
