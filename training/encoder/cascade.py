"""Fits when the twin may answer for the encoder: `python -m training.encoder.cascade --data DIR`.

For each task, the lowest probability at which no dev set loses more than `MOST_LOST` of its figure
is written into the manifest. Prints what each set loses, and how many texts skip the encoder.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training import datasets
from training.encoder.export import write_heads
from training.encoder.folders import chosen
from voc.config import load_industry
from voc.records import Tags
from voc.tagging.encoder import EncoderTagger
from voc.tagging.engine import Engine
from voc.tagging.evaluation import evaluate
from voc.tagging.prepare import prepare
from voc.tagging.taxonomy import Taxonomy

MOST_LOST = 0.003
_CANDIDATES = np.linspace(0.5, 0.995, 100)
_FIGURES = {"sentiment": ("accuracy", "macro_f1"), "aspects": ("joint_micro_f1",)}


@dataclass(frozen=True, slots=True)
class Answered:
    """What both models say of one dev set.

    Attributes:
        name: The set.
        task: The task it is labelled for.
        rows: Its rows.
        encoder: Tags by the encoder.
        twin: Tags by its twin.
        certain: (n_rows,) how sure the twin is.
    """

    name: str
    task: str
    rows: list[dict[str, Any]]
    encoder: list[Tags]
    twin: list[Tags]
    certain: NDArray[np.float32]

    def figures(self, least: float) -> dict[str, float]:
        """Returns the figures where the twin answers from a probability on."""
        mixed = [
            theirs if sure >= least else ours
            for ours, theirs, sure in zip(self.encoder, self.twin, self.certain, strict=True)
        ]
        found = evaluate(self.rows, mixed)[self.task]
        return {name: found[name].value for name in _FIGURES[self.task] if name in found}

    def lost(self, least: float, whole: Mapping[str, float]) -> float:
        """Returns how much the figure falls most, against what the encoder alone reaches."""
        return max(whole[name] - value for name, value in self.figures(least).items())


def answered(tagger: EncoderTagger, data: Path) -> Iterator[Answered]:
    """Yields the dev sets, without rows that repeat training rows."""
    for name in datasets.SENTIMENT_SETS:
        rows = datasets.rows(data, name, "dev")
        marks = datasets.repeated(data, name, rows)
        fresh = [row for row, mark in zip(rows, marks, strict=True) if not mark]
        yield _answered(tagger, name, "sentiment", fresh, None)
    for industry, name in datasets.ASPECT_SETS.items():
        yield _answered(tagger, name, "aspects", datasets.rows(data, name, "dev"), industry)


def _answered(
    tagger: EncoderTagger, name: str, task: str, rows: list[dict[str, Any]], industry: str | None
) -> Answered:
    texts = [row["text"] for row in rows]
    ours, theirs = (
        Engine(each).tag(texts, industry=industry, tasks=[task]) for each in (tagger, tagger.twin)
    )
    taxonomy = None
    if industry:
        taxonomy = Taxonomy(load_industry(industry).all_aspects(), industry=industry)
    prepared = [prepare(text, max_chars=20_000) for text in texts]
    certain = tagger.twin.certainties(prepared, taxonomy)[task]
    return Answered(name, task, rows, ours, theirs, certain)


def lowest(sets: list[Answered]) -> float:
    """Returns the lowest probability at which no set loses more than `MOST_LOST`, nor above it."""
    whole = {each.name: each.figures(np.inf) for each in sets}
    least = 1.0
    for candidate in _CANDIDATES[::-1]:
        if any(each.lost(candidate, whole[each.name]) > MOST_LOST for each in sets):
            break
        least = float(candidate)
    return round(least, 4)


def main() -> None:
    """Fits, prints and writes."""
    named = chosen("training.encoder.cascade", __doc__)
    sets = list(answered(named.tagger, named.data))
    believed = {task: lowest([each for each in sets if each.task == task]) for task in _FIGURES}
    # Nobody labelled intents; where the twin is as sure of them as of sentiment, it is believed.
    believed["intent"] = believed["sentiment"]
    print("| set | n | skip the encoder | lost |\n|---|---|---|---|")  # noqa: T201
    for each in sets:
        least = believed[each.task]
        share, lost = (each.certain >= least).mean(), each.lost(least, each.figures(np.inf))
        print(f"| {each.name} | {len(each.rows):,} | {share:.0%} | {lost:.4f} |")  # noqa: T201
    print(f"\n{believed}")  # noqa: T201
    model = named.tagger.model
    manifest = model.manifest.model_copy(update={"cascade": believed})
    write_heads(named.folder, manifest, model.tensors)


if __name__ == "__main__":
    main()
