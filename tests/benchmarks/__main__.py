"""Speed, memory and start of scoring beside named alternatives: `python -m tests.benchmarks`.

All candidates are measured in one run, on the same rows and with as many threads, each in processes
of its own, whose peak memory is the kernel's `VmHWM`:

- `voc score` end to end: by the encoder, by the same encoder in float32, by its linear twin;
- `voc score` of sentiment alone, at full speed and with `--speed fast`;
- the engine asked for sentiment alone, in memory;
- a classifier of the teacher's architecture in a plain `transformers` loop, and SnowNLP.

The encoder in float32 and the teacher have random weights, unless `--teacher` names its run: the
speed of an encoder does not depend on them. What the heads then find does, and with it a little of
the time around the encoder; the lines with sentiment alone are free of that. `--data FILE` names
the rows (jsonl with `text`); the distinct texts of the demo are used where none is named.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.candidates import TORCH_NEEDS, Asked, Ours, candidates, missing
from tests.benchmarks.measuring import Bench, Measured
from tests.benchmarks.processes import environment, module, run
from tests.benchmarks.rows import distinct, mean_length, source_texts, spread
from tests.benchmarks.tables import print_skipped, print_stages, print_table
from voc.config import bundled, load_industry, load_settings
from voc.errors import VocError
from voc.inference.encoder import available_cores


def options() -> argparse.Namespace:
    """Reads the command line."""
    default = load_settings(environ={}).models.name
    parser = argparse.ArgumentParser(
        prog="tests.benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--data", type=Path, help="jsonl with `text`, also .gz; the demo's texts without")
    add("--rows", type=int, default=2_000, help="rows, at even distances in the file")
    add("--slow-rows", type=int, default=200, help="rows of them that the loops get")
    add("--threads", type=int, default=available_cores(), help="of each candidate")
    add("--starts", type=int, default=3, help="starts whose median is the cold start")
    add("--models", type=Path, default=bundled("models"), help="folder of models")
    add("--model", default=default, help="name or name@version of the model to measure")
    add("--teacher", type=Path, help="run of the teacher, for the transformers loop")
    add("--industry", default="phone", help="industry whose aspects are looked for")
    found = parser.parse_args()
    for name in ("rows", "slow_rows", "threads", "starts"):
        if getattr(found, name) < 1:
            parser.error(f"--{name.replace('_', '-')} must be at least 1")
    if found.data and not found.data.is_file():
        parser.error(f"--data {found.data}: there is no such file")
    return found


def busy() -> str:
    """Tells how busy the machine already is: candidates with several threads suffer most by it."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    warning = ", so that the figures are worth little" if load > available_cores() / 4 else ""
    return f" the load before the run is {load:.1f}{warning}"


def write_float_models(ours: Ours, folder: Path, *, threads: int) -> None:
    """Makes a folder of models like ours, with the encoder in float32."""
    name, version = ours.identifier.split("@")
    target = folder / name / version
    command = module("models", ours.folder, target)
    run("writing the float32 encoder", command, environment(threads, ours.models))
    twin = ours.twin.partition("@")[0]
    (folder / twin).symlink_to(ours.models / twin, target_is_directory=True)


def compare(chosen: argparse.Namespace, folder: Path) -> None:
    """Measures all candidates that can run here and prints the tables."""
    ours = Ours.find(chosen.models, chosen.model, chosen.teacher)
    industry = load_industry(chosen.industry)
    asked = Asked(industry.id, len(industry.all_aspects()))
    source = chosen.data.name if chosen.data else "the demo"
    texts = spread(distinct(source_texts(chosen.data)), chosen.rows)
    few = spread(texts, chosen.slow_rows)
    if not texts:
        raise SystemExit(f"{source}: holds no text; name another file with --data.")
    print(
        f"{len(texts)} distinct texts of {source}, {mean_length(texts):.0f} characters in the mean;"
        f" the loops get {len(few)} of them, {mean_length(few):.0f} in the mean."
        f" {chosen.threads} threads each, {available_cores()} cores;{busy()}."
    )
    if ours.is_encoder and not missing(TORCH_NEEDS):
        write_float_models(ours, folder / "models", threads=chosen.threads)
    bench = Bench(folder, texts, few, threads=chosen.threads, starts=chosen.starts)
    measured: list[Measured] = []
    skipped = {}
    for each in candidates(ours, folder / "models", asked, threads=chosen.threads):
        if absent := missing(each.needs):
            skipped[each.name] = absent
        else:
            print(f"measuring {each.name}", file=sys.stderr)
            measured.append(bench.measure(each))
    print_table(measured)
    print_skipped(skipped)
    if not ours.is_encoder:
        print(f"{ours.identifier} is no encoder, so that there is none to measure.")
    else:
        print_stages(bench.stages(ours, asked), len(texts), ours.identifier, asked.aspects)


def main() -> None:
    """Measures and prints; nothing is asserted on time."""
    chosen = options()
    with tempfile.TemporaryDirectory() as name:
        try:
            compare(chosen, Path(name))
        except VocError as error:
            raise SystemExit(str(error)) from error


if __name__ == "__main__":
    main()
