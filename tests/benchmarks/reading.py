"""Speed and memory of reading a large file as feedback: `python -m tests.benchmarks.reading`.

Each form is read in a process of its own, whose peak memory is the kernel's `VmHWM` of it.
"""

from __future__ import annotations

import argparse
import csv
import functools
import gzip
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.processes import ROOT

READER = """
import sys
from zoneinfo import ZoneInfo
from tests.benchmarks.processes import own_peak_mb
from voc.sources.files import FileSource
source = FileSource(sys.argv[1], zone=ZoneInfo("Asia/Shanghai"), max_chars=20_000)
print(sum(len(page.feedback) for page in source.read(None)), own_peak_mb())
"""
LIMIT_MB = 400
WORDS = "这个车的动力真不错起步有点顿挫变速箱异响服务态度很好价格实惠内饰味道大空间宽敞油耗偏高"
COLUMNS = ("评价内容", "评价时间", "评分", "门店", "车型")


def rows(count: int) -> Iterator[dict[str, Any]]:
    """Yields reviews of about forty characters, every tenth on two lines, none with an id."""
    random.seed(1)
    for number in range(count):
        text = "".join(random.choices(WORDS, k=40)) + ("，\n还行" if number % 10 == 0 else "")
        when = f"2024/{number % 12 + 1}/{number % 28 + 1} {number % 24}:05:09"
        values = (text, when, number % 5 + 1, f"{number % 97}号店", "星驰X5")
        yield dict(zip(COLUMNS, values, strict=True))


def write_csv(path: Path, count: int, *, encoding: str = "utf-8") -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows(count))


def write_lines(path: Path, count: int) -> None:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "wt", encoding="utf-8") as file:
        for row in rows(count):
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def write_parquet(path: Path, count: int) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.Table.from_pylist(list(rows(count))), path)


def write_xlsx(path: Path, count: int) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, COLUMNS)
        for number, row in enumerate(rows(count), 1):
            sheet.write_row(number, 0, row.values())


FORMS: dict[str, tuple[str, Callable[[Path, int], None]]] = {
    "csv": ("f.csv", write_csv),
    "csv in GBK": ("f.csv", functools.partial(write_csv, encoding="gb18030")),
    "jsonl.gz": ("f.jsonl.gz", write_lines),
    "parquet": ("f.parquet", write_parquet),
    "xlsx": ("f.xlsx", write_xlsx),
}


def write(form: str, folder: Path, count: int) -> None:
    """Writes `count` reviews in one form."""
    name, writer = FORMS[form]
    writer(folder / name, count)


def measure(form: str, count: int) -> tuple[float, float]:
    """Returns the seconds that reading took and the peak memory in MB.

    Raises:
        SystemExit: Not every row was read, or the system does not tell the memory.
    """
    with tempfile.TemporaryDirectory() as folder:
        write(form, Path(folder), count)
        (path,) = Path(folder).iterdir()
        began = time.perf_counter()
        command = [sys.executable, "-c", READER, str(path)]
        process = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
        seconds = time.perf_counter() - began
    read, _, peak_mb = process.stdout.strip().partition(" ")
    if process.returncode or int(read) != count:
        raise SystemExit(f"{form}: {read or 'nothing'} of {count} rows were read.")
    if peak_mb == "None":
        raise SystemExit("This system does not tell the peak memory of a process; run it on Linux.")
    return seconds, float(peak_mb)


def main() -> None:
    """Prints a line for each form; fails where one takes more memory than the gate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--forms", default="csv", help=f"some of {', '.join(FORMS)}; or all")
    options = parser.parse_args()
    forms = list(FORMS) if options.forms == "all" else options.forms.split(",")
    worst = 0.0
    for form in forms:
        seconds, peak_mb = measure(form, options.rows)
        worst = max(worst, peak_mb)
        speed = options.rows / seconds
        print(f"{form:12} {options.rows:>9,} rows {speed:>9,.0f} rows/s {peak_mb:>6.0f} MB")
    if worst > LIMIT_MB:
        raise SystemExit(f"The gate is {LIMIT_MB} MB.")


if __name__ == "__main__":
    main()
