"""How soon and how often rises are found: `python -m tests.benchmarks.emergence --data DIR`.

Twenty series of each of five sizes rise by each of four factors, over a background of 200 streams
that share the real daily volumes of `citizen_complaints`, weekdays and seasons included. Ours is
read every day, the plain rule "this week over last week > 2" (of three voices or more) both by
calendar weeks and every day, and BERTopic's `topics_over_time` as the plain rule over its weekly
bins; it counts and does not judge, and it is given the right topics.

BERTopic is not installed by the project: name an interpreter that has it with `--bertopic`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
from rich.console import Console
from rich.table import Table

from tests.benchmarks.emergence_rows import (
    RISES,
    SIZES,
    WEEK,
    Alarms,
    Planted,
    daily_volumes,
    figures,
    judged,
    ours,
    plain_daily,
    plain_weekly,
    plant,
    weekly_rule,
)
from tests.benchmarks.processes import ROOT

Finder = Callable[[Planted], Alarms]

GATE_SIZE: Final = 10
GATE_RISE: Final = 3.0
FINDERS: Final[dict[str, Finder]] = {
    "ours": ours,
    "plain, weekly": plain_weekly,
    "plain, daily": plain_daily,
}


def options() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        prog="tests.benchmarks.emergence",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--data", type=Path, required=True, help="folder of data sets")
    add("--bertopic", type=Path, help="interpreter with bertopic")
    add("--alpha", type=float, default=0.1, help="over-dispersion of the counts; 0: Poisson")
    add("--seed", type=int, default=0)
    return parser.parse_args()


def over_time(python: Path) -> Finder:
    """Returns the plain rule over what BERTopic's `topics_over_time` counts."""

    def found(planted: Planted) -> Alarms:
        first = (WEEK - planted.weekday) % WEEK
        whole = (planted.days - first) // WEEK
        part = planted.counts[:, first : first + whole * WEEK].astype(int)
        with tempfile.TemporaryDirectory() as folder:
            given, told = Path(folder) / "in.npy", Path(folder) / "out.npy"
            np.save(given, part.reshape(len(part), whole, WEEK).sum(axis=2))
            module = "tests.benchmarks.emergence_children"
            command = [str(python), "-m", module, str(given), str(told)]
            subprocess.run(command, check=True, cwd=ROOT)
            return weekly_rule(np.load(told), first)

    return found


def measured(
    data: Path, finders: dict[str, Finder], *, alpha: float, seed: int
) -> dict[str, dict[tuple[float, float], dict[str, Any]]]:
    """Returns what each finder found, by size and rise."""
    volumes, weekday = daily_volumes(data)
    found: dict[str, dict[tuple[float, float], dict[str, Any]]] = {name: {} for name in finders}
    for place, (size, rise) in enumerate((size, rise) for size in SIZES for rise in RISES):
        made = plant(volumes, weekday, size=size, rise=rise, seed=seed + place, alpha=alpha)
        for name, finder in finders.items():
            # One run in BERTopic is minutes: it gets the cells that the gates are about.
            if name != "bertopic" or (size >= GATE_SIZE and rise == GATE_RISE):
                found[name][size, rise] = judged(made, finder(made))
    return found


def summary(found: dict[tuple[float, float], dict[str, Any]]) -> dict[str, Any]:
    """Returns the figures of each cell, and of the cells that the gates are about."""
    gate = [one for (size, rise), one in found.items() if size >= GATE_SIZE and rise == GATE_RISE]
    return {
        "cells": [
            {"a_week": size, "rise": rise, **figures([one])} for (size, rise), one in found.items()
        ],
        "gate": figures(gate),
        "all": figures(list(found.values())),
    }


def passes(told: dict[str, Any]) -> dict[str, bool]:
    """Returns which gates hold; the plain rule is read by weeks, as it is meant."""
    own, plain = told["ours"], told["plain, weekly"]
    return {
        "recall at least 0.9": own["gate"]["recall"] >= 0.9,
        "one false alarm a month at most": own["all"]["false_a_month"] <= 1,
        "no later than the plain rule": own["gate"]["mean_delay"] <= plain["gate"]["mean_delay"],
        "a fifth of its false alarms at most": own["all"]["false_a_month"]
        <= plain["all"]["false_a_month"] / 5,
    }


def _print(told: dict[str, Any], screen: Console) -> None:
    table = Table(
        *("finder", "a week", "rise", "recall", "precision", "false a month"),
        *("median days", "mean days"),
        title="Planted rises, 20 of each cell",
    )
    for name, one in told.items():
        sums = [("≥ 10", "3", one["gate"]), ("all", "all", one["all"])]
        cells = [(str(cell["a_week"]), f"{cell['rise']:g}", cell) for cell in one["cells"]]
        for size, rise, cell in [*cells, *sums]:
            values = (
                cell[key]
                for key in ("recall", "precision", "false_a_month", "median_delay", "mean_delay")
            )
            table.add_row(name, size, rise, *("–" if one is None else f"{one:g}" for one in values))
    screen.print(table)


def main() -> None:
    """Prints the table to stderr and all figures as JSON to stdout."""
    chosen = options()
    screen = Console(stderr=True, width=110)
    finders = dict(FINDERS)
    if chosen.bertopic is None:
        screen.print("BERTopic is left out: name an interpreter that has it with --bertopic.")
    else:
        finders["bertopic"] = over_time(chosen.bertopic)
    found = measured(chosen.data, finders, alpha=chosen.alpha, seed=chosen.seed)
    told = {name: summary(one) for name, one in found.items()}
    _print(told, screen)
    gates = passes(told)
    json.dump({"finders": told, "gates": gates}, sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")
    sys.exit(0 if all(gates.values()) else 1)


if __name__ == "__main__":
    main()
