"""Themes beside BERTopic's defaults: `python -m tests.benchmarks.topics --data DIR`.

Both get the same clauses of `citizen_complaints`, sentence vectors and segmenter, each run in a
process of its own with as many threads. Ours runs again on the same clauses, with another seed, and
on all of them after a run on 10/11, each time knowing the run before, as the store does; the lines
marked `afresh` do not know it. BERTopic, which keeps nothing from run to run, runs twice.

BERTopic runs once more with EVoC as its clusterer; what that leaves out goes to the nearest theme.

Then ours and BERTopic's defaults get `--many` clauses, made of those by resampling with small
edits, for time and memory. It ends with what must hold, and with status 1 where something does not.

BERTopic brings torch, so that the project does not install it: make an environment with bertopic,
umap-learn, hdbscan and evoc, and name its interpreter with `--bertopic`. It must also hold what voc
needs.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from tests.benchmarks.processes import environment, run
from tests.benchmarks.topic_figures import (
    Figures,
    agreement,
    coherence,
    diversity,
    passes,
    support,
)
from tests.benchmarks.topic_rows import (
    INDUSTRY,
    complaints,
    many,
    read,
    share_of,
    tagged_clauses,
    write,
)
from voc.config import bundled, load_industry
from voc.errors import VocError
from voc.inference.encoder import available_cores
from voc.records import is_mixed
from voc.topics import Clause
from voc.topics.words import Reader

Found = dict[str, Any]

_LARGE: Final = 40
_SHARE: Final = 0.05


def options() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        prog="tests.benchmarks.topics",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--data", type=Path, required=True, help="folder of data sets")
    add("--model", default="voc-zh", help="whose clauses and sentence vectors")
    add("--many", type=int, default=100_000, help="clauses for time and memory; 0 for none")
    add("--edits", type=int, default=2, help="characters put into each of the many clauses")
    add("--bertopic", type=Path, help="interpreter with bertopic, umap-learn, hdbscan and evoc")
    add("--keep", type=Path, help="folder that keeps clauses and vectors for the next call")
    add("--threads", type=int, default=available_cores(), help="of each candidate")
    return parser.parse_args()


class Bench:
    """Runs candidates on folders of clauses.

    Args:
        folder: Where they leave what they found.
        threads: Of each.
        bertopic: The interpreter that has BERTopic, if any.
    """

    def __init__(self, folder: Path, *, threads: int, bertopic: Path | None) -> None:
        self._folder = folder
        self._threads = threads
        self._bertopic = bertopic
        self.figures: dict[str, Figures] = {}
        self._table = Table(
            *("run", "themes", "coverage", "NPMI", "diversity"),
            *("Rand", "ids kept", "same id", "seconds", "peak MB"),
        )

    @property
    def with_bertopic(self) -> bool:
        """Whether BERTopic can run."""
        return self._bertopic is not None

    def found(self, name: str, kind: str, source: Path, *more: object) -> Found:
        """Runs a candidate and returns what it found."""
        print(f"running {name}", file=sys.stderr)
        out = self._folder / f"{name.replace(' ', '-')}.json"
        python = sys.executable if kind == "ours" else self._bertopic
        command = [str(python), "-m", "tests.benchmarks.topic_children", kind, source, out, *more]
        run(name, list(map(str, command)), environment(self._threads, bundled("models")))
        left: Found = json.loads(out.read_text(encoding="utf-8"))
        return left | {"name": name, "path": str(out)}

    def add(self, found: Found, voices: Sequence[set[str]], before: Found | None = None) -> None:
        """Adds a line to the table, against an earlier run if one is named."""
        rand, *kept = _kept(found, before) if before else (math.nan, "", "")
        told = self.figures[found["name"]] = Figures(
            coverage=found["coverage"],
            npmi=coherence(found["keywords"], voices) if voices else math.nan,
            diversity=diversity(found["keywords"]),
            rand=rand,
            seconds=found["seconds"],
            peak_mb=found["peak_mb"],
        )
        self._table.add_row(
            found["name"],
            str(len(found["keywords"])),
            f"{told.coverage:.1%}",
            f"{told.npmi:+.3f}" if voices else "",
            f"{told.diversity:.3f}",
            f"{rand:.3f}" if before else "",
            *kept,
            f"{told.seconds:.1f}",
            f"{told.peak_mb:.0f}" if told.peak_mb else "",
        )

    def print(self) -> None:
        """Prints the table."""
        Console(width=130).print(self._table)


def _kept(found: Found, before: Found) -> tuple[float, str, str]:
    """Returns Rand index, share of the earlier ids found again, and of clauses with the same."""
    now, then = ({(row[0], row[1]): row[2] for row in each["places"]} for each in (found, before))
    rand = agreement(now, then)
    if not found["knows"]:
        return rand, "", ""  # ids mean nothing across runs that do not know each other
    both = [place for place in now if place in then]
    ids = set(then.values())
    same = sum(now[place] == then[place] for place in both) / len(both)
    return rand, f"{len(ids & set(now.values())) / len(ids):.1%}", f"{same:.1%}"


def compare(chosen: argparse.Namespace, folder: Path) -> bool:
    """Runs all and prints the tables; returns whether all holds that must."""
    rows = complaints(chosen.data)
    whole = (chosen.keep or folder) / "clauses"
    if not (whole / "clauses.jsonl").is_file():
        write(whole, *tagged_clauses(rows, chosen.model))
    clauses, sentences = read(whole)
    reader = Reader(load_industry(INDUSTRY))
    voices = [set(said.content()) for said in reader.read([row["text"] for row in rows])]
    kept = share_of(clauses, 10 / 11, seed=1)
    part = write(folder / "part", [clauses[at] for at in kept], sentences[kept])
    print(
        f"{len(clauses)} clauses of {len(rows)} complaints; {chosen.threads} threads;"
        f" load {os.getloadavg()[0]:.1f} before the runs."
    )
    bench = Bench(folder, threads=chosen.threads, bertopic=chosen.bertopic)
    first = bench.found("voc", "ours", whole)
    bench.add(first, voices)
    for name, seed in (("voc again", 0), ("voc other seed", 7)):
        bench.add(bench.found(name, "ours", whole, seed, first["path"]), voices, first)
    bench.add(bench.found("voc other seed afresh", "ours", whole, 7), voices, first)
    tenth = bench.found("voc 10 of 11", "ours", part)
    bench.add(tenth, voices)
    bench.add(bench.found("voc 10 % more", "ours", whole, 0, tenth["path"]), voices, tenth)
    bench.add(first | {"name": "voc 10 % more afresh"}, voices, tenth)
    if bench.with_bertopic:
        theirs = bench.found("BERTopic", "bertopic", whole)
        bench.add(theirs, voices)
        bench.add(bench.found("BERTopic again", "bertopic", whole), voices, theirs)
        bench.add(bench.found("BERTopic with EVoC", "evoc", whole), voices)
    if chosen.many:
        crowd = write(
            folder / "many", *many(clauses, sentences, chosen.many, seed=3, edits=chosen.edits)
        )
        bench.add(bench.found(f"voc {chosen.many}", "ours", crowd), [])
        if bench.with_bertopic:
            bench.add(bench.found(f"BERTopic {chosen.many}", "bertopic", crowd), [])
    bench.print()
    gates = passes(bench.figures, many=chosen.many)
    for gate, holds in gates.items():
        print(f"{'holds' if holds else 'FAILS'}: {gate}")
    print(_of_many(first, clauses, reader))
    for name, topic in zip(first["names"][:30], first["topics"], strict=False):
        print(f"{topic['count']:5}  {name}  ({'、'.join(topic['keywords'][:5])})")
    return all(gates.values())


def _of_many(found: Found, clauses: Sequence[Clause], reader: Reader) -> str:
    """Tells how many names are true of many: by their rarest word, against the theme's voices."""
    texts = {(clause.feedback_id, clause.start): clause.text for clause in clauses}
    said: dict[str, dict[str, set[str]]] = {}
    for voice, start, topic_id, *_ in found["places"]:
        words = {word.text for word in reader.read([texts[voice, start]])[0].words}
        said.setdefault(topic_id, {}).setdefault(voice, set()).update(words)
    names = reader.read([topic["topic"].partition("（")[0] for topic in found["topics"]])
    voices = [list(said[topic["topic_id"]].values()) for topic in found["topics"]]
    shares = [support(set(name.content()), of) for name, of in zip(names, voices, strict=True)]
    large = [share for share, of in zip(shares, voices, strict=True) if len(of) >= _LARGE]
    subjects = sum(
        is_mixed(topic["topic"])
        for topic, of in zip(found["topics"], voices, strict=True)
        if len(of) >= _LARGE
    )
    single = sum(share * len(of) <= 1 for share, of in zip(shares, voices, strict=True))
    return (
        f"Rarest word of the name used by {_SHARE:.0%} or more of the voices:"
        f" {sum(share >= _SHARE for share in large)} of {len(large)} themes of {_LARGE} voices and"
        f" more, of which {subjects} are told by a subject alone; by one voice alone:"
        f" {single} of {len(shares)} themes."
    )


def main() -> None:
    """Measures and prints."""
    chosen = options()
    with tempfile.TemporaryDirectory() as name:
        try:
            holds = compare(chosen, Path(name))
        except VocError as error:
            raise SystemExit(str(error)) from error
    sys.exit(0 if holds else 1)


if __name__ == "__main__":
    main()
