"""Prints what was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.benchmarks.candidates import LOOP
from tests.benchmarks.measuring import Measured

WIDTH = 56
NOTES = """
rows/s   voc score: of the whole process, start, reading and writing included. The others: of the
         loop over the rows alone, once ten others have been scored.
ratio    to the transformers loop's rows/s.
peak MB  of that process (VmHWM); start s: the whole process on ten rows, the median.
float32  has random weights in the shape of the shipped encoder, as has the transformers loop's
         classifier without --teacher: speed does not depend on what weights are worth.
fast     with --speed fast, where the twin answers for the encoder if it is sure.
"""


def print_table(measured: Sequence[Measured]) -> None:
    """Prints a line for each candidate, and what the columns are."""
    base = next((each.rows_a_second for each in measured if each.candidate.kind == LOOP), None)
    print(f"\n{'':{WIDTH}}{'rows':>7}{'rows/s':>9}{'ratio':>8}{'peak MB':>9}{'start s':>9}")
    for each in measured:
        ratio = f"{each.rows_a_second / base:.2f}" if base else "-"
        peak = f"{each.peak_mb:.0f}" if each.peak_mb else "-"
        print(
            f"{each.candidate.name:{WIDTH}}{each.rows:7}{each.rows_a_second:9.1f}"
            f"{ratio:>8}{peak:>9}{each.start_s:9.2f}"
        )
    print(NOTES, end="")


def print_skipped(skipped: Mapping[str, Sequence[str]]) -> None:
    """Prints who was passed over, and what to install."""
    for name, packages in skipped.items():
        print(f"passed over: {name}; it needs {', '.join(packages)}")
    if skipped:
        print(
            "make bench installs all of it, as does: pip install -c constraints.txt -e '.[bench]'"
        )


def print_stages(seconds: Mapping[str, float], rows: int, model: str, aspects: int) -> None:
    """Prints where the time of one run goes."""
    total = sum(seconds.values())
    print(f"\n{f'voc score, {model}, {aspects} aspects, by stage':{WIDTH}}{'ms a row':>9}{'%':>8}")
    for stage, spent in seconds.items():
        print(f"{stage:{WIDTH}}{1000 * spent / rows:9.3f}{100 * spent / total:8.1f}")
    print(f"{'in all, the model loaded':{WIDTH}}{1000 * total / rows:9.3f}{100.0:8.1f}")
