"""How often a theme is near the right aspect: `python -m tests.benchmarks.nearest --data DIR`.

Reviews of a shop and of delivered meals go through the chain. Then half of the keywords of each
aspect are hidden, drawn by chance: complaints that only hidden ones hear count as unheard, and the
themes of which seven in ten of these complain of one aspect should be near that.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from tests.benchmarks.rows import source_texts, write_rows
from voc.config import load_industry
from voc.config.industries import Industry
from voc.insights import proportion
from voc.pipeline.sentences import Floats, sentences_of
from voc.pipeline.themes import clauses_of, heard_in
from voc.pipeline.vectors import KeptVectors
from voc.store import open_store
from voc.topics import Clause
from voc.topics.nearest import nearest_aspects

SETS: Final = {"ecommerce": "online_shopping", "takeaway": "waimai"}
"""The taxonomies and what is read with each."""
_LEAST: Final = 3
_ONE: Final = 0.7


@dataclass(frozen=True, slots=True)
class Heard:
    """Complaints, the aspect that alone is heard in each, its theme and its sentence vector."""

    clauses: Sequence[Clause]
    aspects: Sequence[str | None]
    themes: Sequence[str | None]
    sentences: Floats


def options() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        prog="tests.benchmarks.nearest",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of data sets")
    parser.add_argument("--rows", type=int, default=6_000, help="reviews read of each set")
    parser.add_argument("--draws", type=int, default=6, help="how often keywords are hidden")
    return parser.parse_args()


def run_chain(rows: Path, industry: Industry, folder: Path) -> Heard:
    """Runs the chain over rows and returns what complaints are heard to speak of."""
    import voc

    url = f"sqlite:///{folder / 'voc.db'}"
    for command in (["ingest", str(rows), "--industry", industry.id], ["run"]):
        subprocess.run(
            [sys.executable, "-c", "from voc.cli import main; main()", *command],
            cwd=folder,
            env={**os.environ, "VOC_STORE_URL": url},
            check=True,
            capture_output=True,
        )
    engine = voc.load(industry=industry.id)
    store = open_store(url)
    mentions = list(store.mentions(model=engine.model, with_unheard=True))
    heard, themes = heard_in(mentions), store.topic_places(industry.id)
    clauses = [clause for clause in clauses_of(mentions) if clause.negative]
    kept = KeptVectors(store, engine.model)
    sentences = sentences_of(engine, [clause.text for clause in clauses], kept=kept)
    if sentences is None:
        raise SystemExit(f"{engine.model} gives no sentence vectors")
    single = (heard.get(clause.place, set()) for clause in clauses)
    return Heard(
        clauses,
        [next(iter(one)) if len(one) == 1 else None for one in single],
        [themes.get(clause.place) for clause in clauses],
        sentences,
    )


def answers(found: Heard, shown: Mapping[str, Collection[str]]) -> Iterator[bool | None]:
    """Yields for each theme whether it is near the right aspect; `None` where it is near none.

    Args:
        found: The complaints.
        shown: The keywords of each aspect that are not hidden.
    """
    seen = [
        aspect is not None and any(word in clause.text for word in shown[aspect])
        for clause, aspect in zip(found.clauses, found.aspects, strict=True)
    ]
    hidden: dict[str, Counter[str]] = defaultdict(Counter)
    themes: list[str | None] = []
    for aspect, theme, is_seen in zip(found.aspects, found.themes, seen, strict=True):
        if aspect is None or theme is None or is_seen:
            themes.append(None)
        else:
            themes.append(theme)
            hidden[theme][aspect] += 1
    heard = [
        (aspect,) if aspect is not None and is_seen else ()
        for aspect, is_seen in zip(found.aspects, seen, strict=True)
    ]
    near = nearest_aspects(themes, heard, found.sentences)
    for theme, aspects in hidden.items():
        [(aspect, n)] = aspects.most_common(1)
        if aspects.total() >= _LEAST and n >= _ONE * aspects.total():
            yield near[theme].aspect_id == aspect if theme in near else None


def halved(industry: Industry, chance: random.Random) -> dict[str, set[str]]:
    """Returns half of the keywords of each aspect."""
    return {
        aspect.id: set(chance.sample(sorted(aspect.keywords), len(aspect.keywords) // 2))
        for aspect in industry.all_aspects()
    }


def main() -> None:
    """Prints how many themes are near an aspect, and how many of these near the right one."""
    asked = options()
    table = Table("industry", "themes", "near one", "near the right one", "95 %")
    for name, folder in SETS.items():
        industry, chance = load_industry(name), random.Random(0)
        with tempfile.TemporaryDirectory() as place:
            said = list(source_texts(asked.data / folder / "train.jsonl.gz"))
            said = random.Random(0).sample(said, min(asked.rows, len(said)))
            rows = write_rows(Path(place, "rows.jsonl"), said)
            found = run_chain(rows, industry, Path(place))
        told = [one for _ in range(asked.draws) for one in answers(found, halved(industry, chance))]
        near = [one for one in told if one is not None]
        share = proportion(sum(near), len(near))
        table.add_row(
            *(name, str(len(told)), f"{len(near) / len(told):.0%}"),
            f"{share.share:.0%}" if share.share is not None else "",
            f"{share.low:.0%} to {share.high:.0%}",
        )
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
