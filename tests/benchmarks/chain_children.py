"""One command of `voc`, timed: `python -m tests.benchmarks.chain_children REPORT ARGUMENT …`.

It runs as a shell would run it, in a process of its own whose stages are wrapped by a stopwatch.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import wraps
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.processes import own_peak_mb
from tests.benchmarks.stages import seam

_CHAIN: Final = (
    *("take_in", "tag", "screen", "discover_topics", "form", "alert", "watch", "measure"),
    "deliver",
)
SEAMS: Final = {
    "run": tuple((name, "voc.pipeline.chain", f"Chain.{name}") for name in _CHAIN),
    "report": (
        ("count", "voc.pipeline.reporting", "build_figures"),
        ("write", "voc.pipeline.reporting", "write_report"),
    ),
}
"""The stages of commands: name, module and attribute."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of a command: its seconds, those of all cores, and the most memory until its end."""

    name: str
    seconds: float
    cpu_s: float
    peak_mb: float | None


def _timed(name: str, function: Callable[..., Any], told: list[Stage]) -> Callable[..., Any]:
    @wraps(function)
    def inside(*args: Any, **kwargs: Any) -> Any:
        began, used = time.perf_counter(), time.process_time()
        try:
            return function(*args, **kwargs)
        finally:
            seconds, cpu_s = time.perf_counter() - began, time.process_time() - used
            told.append(Stage(name, seconds, cpu_s, own_peak_mb()))

    return inside


def main() -> None:
    """Runs the command and leaves the seconds of its stages and its peak memory."""
    report, *arguments = sys.argv[1:]
    stages: list[Stage] = []
    for name, module, place in SEAMS.get(arguments[0], ()):
        owner, attribute = seam(module, place)
        setattr(owner, attribute, _timed(name, getattr(owner, attribute), stages))
    from voc.cli import main as voc

    sys.argv = ["voc", *arguments]
    try:
        voc()
    except SystemExit as ended:
        if ended.code:
            raise
    left = {
        "cpu_s": time.process_time(),
        "peak_mb": own_peak_mb(),
        "stages": [asdict(stage) for stage in stages],
    }
    Path(report).write_text(json.dumps(left), encoding="utf-8")


if __name__ == "__main__":
    main()
