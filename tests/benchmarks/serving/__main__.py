"""How fast the API answers, beside a plain server: `python -m tests.benchmarks.serving`.

All in one run, on loopback, on the same single short texts, which no server remembers:

- `voc serve` with 1, 8 and 32 callers who ask again as soon as they are answered, with batching
  and without;
- its p99 at half of what 32 callers got from it, sent at a steady rate;
- ten times that: what the accepted ones wait, how fast the others are refused, and its memory;
- FastAPI around a `transformers` pipeline of the teacher's twelve layers, with random weights
  where `--teacher` names no folder.

The load shares the cores with the servers. The last line of the output is all figures as JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.candidates import TORCH_NEEDS, Ours, missing
from tests.benchmarks.rows import distinct, mean_length, source_texts, spread
from tests.benchmarks.serving.load import Measured, Target, closed_loop, open_loop
from tests.benchmarks.serving.servers import memory_mb, our_server, plain_server
from voc.config import bundled, load_settings
from voc.inference.encoder import available_cores

CALLERS = (1, 8, 32)


@dataclass(frozen=True, slots=True)
class Bench:
    """What every measurement shares."""

    texts: Sequence[str]
    seconds: float

    def at_once(self, target: Target, callers: int) -> Measured:
        """Measures callers who ask as soon as they are answered."""
        return asyncio.run(closed_loop(target, self.texts, callers=callers, seconds=self.seconds))

    def at_rate(self, target: Target, a_second: float, seconds: float) -> Measured:
        """Measures a steady rate."""
        return asyncio.run(
            open_loop(target, self.texts, a_second=max(1.0, a_second), seconds=seconds)
        )


def options() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        prog="tests.benchmarks.serving",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--data", type=Path, metavar="DIR", help="folder or file of jsonl; without, the demo")
    add("--teacher", type=Path, metavar="FOLDER", help="a classifier for transformers")
    add("--seconds", type=float, default=15.0, help="of each measurement")
    add("--overload-seconds", type=float, default=60.0, help="of ten times too much")
    add("--chars", type=int, default=60, help="code points of a text at most")
    add("--threads", type=int, default=available_cores(), help="of each server")
    add("--model", default=load_settings(environ={}).models.name, help="model of voc serve")
    return parser.parse_args()


def short_texts(data: Path | None, chars: int) -> list[str]:
    """Returns distinct short texts."""
    files = sorted(data.rglob("*.jsonl*")) if data and data.is_dir() else [data]
    texts = distinct(text for file in files for text in source_texts(file))
    return spread([text for text in texts if 4 <= len(text) <= chars], 4_000)


def free_port() -> int:
    """Returns a port of 127.0.0.1 that nobody listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def measure_ours(bench: Bench, folder: Path, chosen: argparse.Namespace) -> dict[str, Any]:
    """Measures `voc serve` with batching and without, at half load and under overload."""
    figures: dict[str, Any] = {}
    own = {"threads": chosen.threads, "model": chosen.model}
    with our_server(folder / "single", free_port(), batching=False, **own) as (target, _):
        for callers in CALLERS:
            figures[f"batching off, {callers}"] = bench.at_once(target, callers).as_dict()
    with our_server(folder / "batched", free_port(), **own) as (target, process):
        for callers in CALLERS:
            found = bench.at_once(target, callers)
            figures[f"batching on, {callers}"] = found.as_dict()
        half = bench.at_rate(target, found.a_second / 2, bench.seconds)
        figures["half load"] = half.as_dict()
        before = memory_mb(process)
        over = bench.at_rate(target, found.a_second * 10, chosen.overload_seconds)
        figures["ten times too much"] = {
            **over.as_dict(), "mb_before": before, "mb_after": memory_mb(process)
        }  # fmt: skip
        figures["afterwards"] = bench.at_rate(target, found.a_second / 2, 5.0).as_dict()
    return figures


def measure_plain(bench: Bench, folder: Path, chosen: argparse.Namespace) -> dict[str, Any]:
    """Measures the plain server."""
    ours = Ours.find(bundled("models"), chosen.model)
    figures = {}
    with plain_server(
        folder / "plain", free_port(), threads=chosen.threads, model=ours.folder,
        teacher=chosen.teacher,
    ) as (target, _):  # fmt: skip
        for callers in CALLERS:
            figures[f"plain transformers, {callers}"] = bench.at_once(target, callers).as_dict()
    return figures


def print_table(figures: dict[str, Any]) -> None:
    """Prints a line for each measurement."""
    print(f"\n{'':28}{'ok/s':>9}{'p50 ms':>10}{'p99 ms':>10}{'p99 of 429':>12}  answers")
    for name, each in figures.items():
        cells = (each["p50_ms"], each["p99_ms"], each["p99_ms_of_429"])
        p50, p99, refused = ("-" if cell is None else f"{cell:.1f}" for cell in cells)
        told = ", ".join(f"{count} × {status}" for status, count in each["answers"].items())
        print(f"{name:28}{each['requests_a_second']:9.1f}{p50:>10}{p99:>10}{refused:>12}  {told}")


def main() -> None:
    """Measures and prints; nothing is asserted on time."""
    chosen = options()
    texts = short_texts(chosen.data, chosen.chars)
    if not texts:
        raise SystemExit("There is no text that short; allow more with --chars.")
    print(
        f"{len(texts)} texts of {mean_length(texts):.0f} characters in the mean;"
        f" {chosen.threads} threads, {available_cores()} cores."
    )
    bench = Bench(texts, chosen.seconds)
    with tempfile.TemporaryDirectory() as name:
        figures = measure_ours(bench, Path(name), chosen)
        if absent := missing(TORCH_NEEDS):
            print(f"passed over: the plain server; it needs {', '.join(absent)}")
        else:
            figures |= measure_plain(bench, Path(name), chosen)
    print_table(figures)
    print(json.dumps(figures, ensure_ascii=False))


if __name__ == "__main__":
    main()
