"""Speed of scoring, beside a named alternative on the same rows: `python -m tests.benchmarks`.

Each candidate is a process of its own: it reads the same file, writes its results, and is charged
for its start. `--data FILE` names the rows (jsonl with `text`); the demo's feedback, repeated, is
used where none is named.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SNOWNLP = """
import json, sys
from snownlp import SnowNLP
with open(sys.argv[1]) as rows, open(sys.argv[2], "w") as out:
    for line in rows:
        text = json.loads(line)["text"]
        out.write(json.dumps(SnowNLP(text).sentiments if text.strip() else 0.5) + "\\n")
"""


@dataclass(frozen=True, slots=True)
class Timing:
    """How long one process took, and the most memory it held."""

    name: str
    seconds: float
    peak_mb: float
    rows: int

    @property
    def rows_a_second(self) -> float:
        return self.rows / self.seconds


def texts(data: Path | None) -> Iterator[str]:
    """Yields the texts of a jsonl file, or of the demo's forum and hotline."""
    files = [data] if data else sorted((ROOT / "corpora/demo").glob("*/*.jsonl"))
    for path in files:
        reader = gzip.open if path.suffix == ".gz" else open
        with reader(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                yield row.get("text") or "\n".join(turn["text"] for turn in row["turns"])


def write_rows(path: Path, source: Iterable[str], count: int) -> int:
    """Writes `count` rows, each a text of the source, made unlike its repeats by a number."""
    pool = list(source)
    with path.open("w", encoding="utf-8") as out:
        for number, text in enumerate(itertools.islice(itertools.cycle(pool), count)):
            suffix = "" if number < len(pool) else f" {number}"
            out.write(json.dumps({"id": number, "text": text + suffix}, ensure_ascii=False) + "\n")
    return count


def timed(name: str, command: Sequence[str], rows: int) -> Timing:
    """Runs a process to its end; its peak memory is what the kernel counted for it."""
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"{name}: {' '.join(command)} failed with status {status}.")
    return Timing(name, time.perf_counter() - began, _peak_mb(usage), rows)


def _peak_mb(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss / (1024 if sys.platform == "linux" else 1024 * 1024)


def compare(rows_path: Path, folder: Path, count: int, slow_count: int) -> list[Timing]:
    """Times ours on all rows, and ours and SnowNLP on the first `slow_count`."""
    voc = [str(Path(sys.executable).with_name("voc")), "score"]
    few = folder / "few.jsonl"
    with rows_path.open(encoding="utf-8") as lines, few.open("w", encoding="utf-8") as first:
        first.writelines(itertools.islice(lines, slow_count))
    out = str(folder / "tags.jsonl")
    return [
        timed("voc score, 10 rows (cold start)", [*voc, str(_ten(few)), "-o", out], 10),
        timed("voc score, all tasks", [*voc, str(rows_path), "-o", out], count),
        timed(
            "voc score, all tasks and 14 aspects",
            [*voc, str(rows_path), "-o", out, "--industry", "phone"],
            count,
        ),
        timed(
            "voc score, sentiment, the first rows",
            [*voc, str(few), "-o", out, "--tasks", "sentiment"],
            slow_count,
        ),
        timed(
            "SnowNLP sentiment, the first rows",
            [sys.executable, "-c", SNOWNLP, str(few), str(folder / "snownlp.jsonl")],
            slow_count,
        ),
    ]


def _ten(path: Path) -> Path:
    ten = path.with_name("ten.jsonl")
    with path.open(encoding="utf-8") as lines:
        ten.write_text("".join(itertools.islice(lines, 10)), encoding="utf-8")
    return ten


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.benchmarks", description=__doc__)
    parser.add_argument("--data", type=Path, help="jsonl with `text`, also .gz")
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--slow-rows", type=int, default=2_000, help="rows that SnowNLP gets too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        count = write_rows(folder / "rows.jsonl", texts(options.data), options.rows)
        timings = compare(folder / "rows.jsonl", folder, count, options.slow_rows)
    print(f"{'':40}{'rows':>8}{'seconds':>10}{'rows/s':>10}{'peak MB':>10}")
    for each in timings:
        print(
            f"{each.name:40}{each.rows:8}{each.seconds:10.2f}"
            f"{each.rows_a_second:10.0f}{each.peak_mb:10.0f}"
        )
    ours, theirs = timings[-2], timings[-1]
    print(
        f"voc score against SnowNLP on the same {ours.rows} rows, start and writing included:"
        f" {ours.rows_a_second / theirs.rows_a_second:.1f} times the rows a second"
    )


if __name__ == "__main__":
    main()
