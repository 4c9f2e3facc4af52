"""Measures candidates, one process after another, on the same rows."""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.candidates import Asked, Candidate, Ours
from tests.benchmarks.processes import Report, environment, module, run
from tests.benchmarks.rows import write_rows


@dataclass(frozen=True, slots=True)
class Measured:
    """What one line of the table says.

    Attributes:
        candidate: Whose it is.
        rows: How many it got.
        rows_a_second: Of the whole process for `voc score`; for the others, of the loop alone.
        peak_mb: Most memory of that process; `None` where the system does not tell.
        start_s: Median seconds of whole processes on ten rows.
    """

    candidate: Candidate
    rows: int
    rows_a_second: float
    peak_mb: float | None
    start_s: float


class Bench:
    """A folder with the rows, in which candidates are measured.

    Args:
        folder: An empty folder.
        texts: All rows.
        few: The few rows, of them.
        threads: Of every candidate.
        starts: How often each is started on ten rows.
    """

    def __init__(
        self,
        folder: Path,
        texts: Sequence[str],
        few: Sequence[str],
        *,
        threads: int,
        starts: int,
    ) -> None:
        self._all = write_rows(folder / "rows.jsonl", texts)
        self._few = write_rows(folder / "few.jsonl", few)
        self._ten = write_rows(folder / "ten.jsonl", few[:10])
        self._counts = {self._all: len(texts), self._few: len(few)}
        self._out, self._report = folder / "out.jsonl", folder / "report.json"
        self._threads, self._starts = threads, starts

    def measure(self, candidate: Candidate) -> Measured:
        """Measures one candidate.

        Raises:
            SystemExit: It failed, or left rows out; with what it said.
        """
        rows = self._few if candidate.few else self._all
        environ = environment(self._threads, candidate.models)
        command = self._command(candidate, rows)
        whole = run(candidate.name, command, environ)
        self._check_whole(candidate, self._counts[rows])
        report = Report.read(self._report)
        start = self._start_command(candidate)
        starts = [run(candidate.name, start, environ) for _ in range(self._starts)]
        return Measured(
            candidate,
            self._counts[rows],
            self._counts[rows] / (report.seconds or whole),
            report.peak_mb,
            statistics.median(starts),
        )

    def stages(self, ours: Ours, asked: Asked) -> dict[str, float]:
        """Returns the seconds that each stage of `voc score` takes for all rows, with aspects."""
        wanted = ("--model", ours.identifier, "--industry", asked.industry)
        command = module("stages", self._all, self._out, self._report, *wanted)
        run("the stages", command, environment(self._threads, ours.models))
        seconds: dict[str, float] = json.loads(self._report.read_text())
        return seconds

    def _command(self, candidate: Candidate, rows: Path) -> list[str]:
        places = (candidate.kind, rows, self._out, self._report)
        return module("children", *places, *candidate.arguments)

    def _start_command(self, candidate: Candidate) -> list[str]:
        if candidate.kind != "score":
            return self._command(candidate, self._ten)
        voc = Path(sys.executable).with_name("voc")
        return [str(voc), "score", str(self._ten), "-o", str(self._out), *candidate.arguments]

    def _check_whole(self, candidate: Candidate, rows: int) -> None:
        """Stops where `voc score` was fast by rejecting rows; the loops count their own."""
        if candidate.kind != "score":
            return
        with self._out.open(encoding="utf-8") as lines:
            written = sum(1 for _ in lines)
        if written != rows:
            raise SystemExit(f"{candidate.name}: {written} of {rows} rows were tagged.")
