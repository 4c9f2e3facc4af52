"""Time and memory of the whole chain over the store: `python -m tests.benchmarks.chain --data DIR`.

Makes feedback of several industries over 90 days (see `chain_rows`), and then runs, each in a
process of its own: `voc ingest`, `voc run`, `voc topics` and `voc report`; then the next day's
feedback, one hundredth more: `voc ingest` and `voc run` again; and `voc run` once more, which finds
nothing to do. Each has its seconds from start to end, those that all cores worked for it, and its
peak memory (the kernel's `VmHWM`); `voc run` and `voc report` have them by stage too.

The store is a SQLite file, unless `--store` names another, which must be empty; what a server's own
processes hold is not counted. `--model voc-zh-linear` or `--speed fast` shorten the tagging.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import yaml
from rich.console import Console
from rich.table import Table

from tests.benchmarks.chain_children import Stage
from tests.benchmarks.chain_rows import DAYS, END, FIRST_DAY, pools, write
from tests.benchmarks.processes import environment, module, run
from voc.config import bundled
from voc.inference.encoder import available_cores

NEW: Final = 100
"""One voice more for so many that there are."""


@dataclass(frozen=True, slots=True)
class Step:
    """One command: its seconds, those of all cores, and its memory; and those of its stages."""

    name: str
    seconds: float
    cpu_s: float
    peak_mb: float | None
    stages: tuple[Stage, ...]


def options() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        prog="tests.benchmarks.chain",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--data", type=Path, required=True, help="folder of data sets")
    add("--rows", type=int, default=100_000, help="feedbacks before the last day's")
    add("--store", help="URL of an empty store; a SQLite file without")
    add("--model", default="voc-zh", help="the model that tags")
    add("--speed", choices=("full", "fast"), default="full", help="as the setting models.speed")
    add("--threads", type=int, default=available_cores(), help="of each process")
    add("--keep", type=Path, help="new folder that keeps the store, the rows and the report")
    add("--json", type=Path, help="file that gets all figures")
    return parser.parse_args()


class Bench:
    """A store in a folder, over which commands are measured.

    Args:
        folder: For the store, configs and what the commands write.
        settings: Laid over the defaults.
        threads: Of each process.
    """

    def __init__(self, folder: Path, settings: dict[str, Any], *, threads: int) -> None:
        self._folder = folder
        self._settings = {"store": {"url": f"sqlite:///{folder / 'voc.db'}"}} | settings
        self._environ = environment(threads, bundled("models"))
        self.steps: list[Step] = []

    def ingest(self, name: str, sources: dict[str, dict[str, str]]) -> None:
        """Measures the reading of sources."""
        self.measure(name, "ingest", *sources, sources=sources)

    def measure(
        self, name: str, *command: str, sources: dict[str, dict[str, str]] | None = None
    ) -> None:
        """Measures one command of `voc`."""
        print(f"running {name}", file=sys.stderr)
        config, report = self._folder / "voc.yaml", self._folder / "report.json"
        config.write_text(yaml.safe_dump(self._settings | {"sources": sources or {}}))
        child = module("chain_children", report, *command, "--config", str(config))
        seconds = run(name, child, self._environ)
        left = json.loads(report.read_text())
        stages = tuple(Stage(**stage) for stage in left["stages"])
        self.steps.append(Step(name, seconds, left["cpu_s"], left["peak_mb"], stages))


def measured(
    data: Path, folder: Path, *, rows: int, settings: dict[str, Any], threads: int
) -> list[Step]:
    """Runs the chain over `rows` feedbacks and one hundredth more.

    Args:
        data: Folder of data sets.
        folder: A folder that is new or empty.
        rows: How many feedbacks there are before the last day's.
        settings: Laid over the defaults.
        threads: Of each process.
    """
    found = pools(data)
    first = write(folder / "rows", found, rows, first=FIRST_DAY, days=DAYS, seed=1)
    more = write(folder / "new", found, max(1, rows // NEW), first=END, days=1, seed=2)
    days = [(END + timedelta(days=day, hours=1)).isoformat() for day in range(2)]
    bench = Bench(folder, settings, threads=threads)
    bench.ingest("ingest", first)
    bench.measure("run", "run", "--at", days[0])
    bench.measure("topics", "topics")
    bench.measure("report", "report", "-o", str(folder / "report.html"))
    bench.ingest("ingest 1 % more", more)
    bench.measure("run after it", "run", "--at", days[1])
    bench.measure("run again", "run", "--at", days[1])
    bench.measure("report after it", "report", "-o", str(folder / "report.html"))
    return bench.steps


def print_steps(steps: list[Step]) -> None:
    """Prints a line for each command and for each of its stages."""
    table = Table("command", "stage", "seconds", "share", "CPU s", "peak MB")
    for step in steps:
        parts: tuple[Step | Stage, ...] = (step, *step.stages)
        for part in parts:
            names = (part.name, "") if part is step else ("", part.name)
            share = f"{part.seconds / step.seconds:.1%}"
            peak = f"{part.peak_mb:.0f}" if part.peak_mb else "-"
            table.add_row(*names, f"{part.seconds:.1f}", share, f"{part.cpu_s:.1f}", peak)
    Console(width=90).print(table)


def main() -> None:
    """Measures and prints; nothing is asserted on time."""
    chosen = options()
    settings: dict[str, Any] = {"models": {"name": chosen.model, "speed": chosen.speed}}
    settings |= {"store": {"url": chosen.store}} if chosen.store else {}
    print(
        f"{chosen.rows} feedbacks, {chosen.model} at {chosen.speed} speed, {chosen.threads}"
        f" threads; load {os.getloadavg()[0]:.1f} before the runs."
    )
    with tempfile.TemporaryDirectory() as name:
        steps = measured(
            chosen.data,
            chosen.keep or Path(name),
            rows=chosen.rows,
            settings=settings,
            threads=chosen.threads,
        )
    print_steps(steps)
    if chosen.json:
        chosen.json.write_text(json.dumps([asdict(step) for step in steps], indent=2))


if __name__ == "__main__":
    main()
