"""How often the verdict on a work order is right: `python -m tests.benchmarks.effect --data DIR`.

Forty places of each of five sizes get a work order; after its end their complaints stay as they
are, or drop to a half or to three in ten. The background is 60 other places; all share the real
daily volumes of `citizen_complaints`, weekdays and seasons included, and vary more than chance
from day to day. An order helped where its complaints dropped more than those elsewhere.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.benchmarks.effect_rows import CASES, SIZES, effects, figures, plant
from tests.benchmarks.emergence_rows import daily_volumes
from voc.records import Effect


def options() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        prog="tests.benchmarks.effect",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of data sets")
    parser.add_argument(
        "--alpha", type=float, default=0.1, help="over-dispersion of daily counts; 0: Poisson"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--runs", type=int, default=3, help="how often each cell is drawn")
    return parser.parse_args()


def measured(data: Path, *, alpha: float, seed: int, runs: int) -> list[dict[str, Any]]:
    """Returns the verdicts of each case and size, with the control and without."""
    volumes, _ = daily_volumes(data)
    told = []
    for case in CASES:
        for size in SIZES:
            found: dict[bool, list[Effect]] = {True: [], False: []}
            for run in range(runs):
                made = plant(volumes, case, size=size, seed=seed + run, alpha=alpha)
                for with_control in found:
                    found[with_control] += effects(made, with_control=with_control)
            told.append(
                {
                    "case": case.name,
                    "a_week": size,
                    **figures(found[True]),
                    "without_control": figures(found[False]),
                }
            )
    return told


def passes(told: list[dict[str, Any]]) -> dict[str, bool]:
    """Returns which gates hold, each over all sizes of its case."""

    def share(case: str, verdict: str, least: float = 0) -> float:
        found: list[float] = [
            one[verdict] for one in told if one["case"] == case and one["a_week"] >= least
        ]
        return sum(found) / len(found)

    return {
        **{
            f"{case}: called a success in at most 5 of 100": share(case, "effective") <= 0.05
            for case in ("no change", "no change, at a peak", "half of it everywhere")
        },
        "a drop to 0.5 is called no success in at most 5 of 100": share(
            "drop to 0.5", "not_effective"
        )
        <= 0.05,
        "a drop to 0.3 is seen in 90 of 100 from ten voices a week on": share(
            "drop to 0.3", "effective", 10
        )
        >= 0.9,
    }


def _print(told: list[dict[str, Any]], screen: Console) -> None:
    table = Table(
        *("case", "a week", "n", "已见效", "未见效", "样本不足", "已见效 without control"),
        title="Verdicts on planted orders",
    )
    for one in told:
        shares = (one[name] for name in ("effective", "not_effective", "insufficient"))
        table.add_row(
            *(one["case"], f"{one['a_week']:g}", str(one["n"])),
            *(f"{share:.3f}" for share in shares),
            f"{one['without_control']['effective']:.3f}",
        )
    screen.print(table)


def main() -> None:
    """Prints the table to stderr and all figures as JSON to stdout."""
    chosen = options()
    told = measured(chosen.data, alpha=chosen.alpha, seed=chosen.seed, runs=chosen.runs)
    _print(told, Console(stderr=True, width=110))
    gates = passes(told)
    json.dump({"cells": told, "gates": gates}, sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")
    sys.exit(0 if all(gates.values()) else 1)


if __name__ == "__main__":
    main()
