"""Measures what labelled rows do for a taxonomy: `python -m training.sharpening_trial --data DIR`.

A taxonomy stands as if nobody had trained it: a copy under another id, so that no trained head fits
it, once with all its keywords and once with the first two of each aspect, as somebody writes one in
an hour. Random rows of the dev set sharpen it, as `voc train-aspects` would; it is compared on
the rows that were not drawn. Rows that repeat training texts are left out: a user's rows are new to
the encoder. With `--learn-from train` it learns from the train set instead, which the encoder
knows, and is compared on the dev set. The aspects are never new to the encoder but for those of the
city hotline, where a row has one department and counts as a complaint about it.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from training import datasets
from training.datasets import ASPECT_SETS
from voc.config import Industry, bundled, load_industry, load_settings
from voc.errors import ModelError
from voc.tagging.encoder import EncoderTagger
from voc.tagging.evaluation.aspects import aspect_figures
from voc.tagging.loading import load_tagger
from voc.tagging.prepare import prepare
from voc.tagging.sharpening.answers import Answers, answers, joined
from voc.tagging.sharpening.crossing import Held, cross_validated, fitted, shifted, unsharpened
from voc.tagging.sharpening.judging import as_tags, judged
from voc.tagging.taxonomy import Taxonomy

Labelled = Mapping[str, Any]
FIGURES = ("aspect_micro_f1", "joint_micro_f1", "polarity_macro_f1")
FEW_KEYWORDS = 2
FEWEST_TEST = 50
_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Trial:
    """A taxonomy with rows to sharpen it and others to measure on.

    Attributes:
        name: As the table has it.
        industry: The taxonomy.
        train: Labelled rows to draw from.
        test: Labelled rows, or none: then those that were not drawn.
    """

    name: str
    industry: Industry
    train: list[Labelled]
    test: list[Labelled]


@dataclass(frozen=True, slots=True)
class Known:
    """Rows with what the tagger says of them."""

    labelled: Sequence[Labelled]
    answers: Answers

    def rows(self, chosen: np.ndarray[Any, Any]) -> Known:
        return Known([self.labelled[row] for row in chosen], self.answers.rows(chosen))


def copied(industry: Industry, *, keywords: int | None) -> Industry:
    """Returns a taxonomy under an id of its own, with the first keywords of each aspect."""
    aspects = tuple(
        aspect.model_copy(update={"keywords": aspect.keywords[:keywords], "children": ()})
        for aspect in industry.all_aspects()
    )
    return industry.model_copy(update={"id": f"{industry.id}_copy", "aspects": aspects})


def trials(data: Path, learn_from: str, most: int) -> Iterator[Trial]:
    """Yields the taxonomies with their rows, at most so many, drawn by a fixed seed."""
    for id_, name in ASPECT_SETS.items():
        rows = datasets.rows(data, name, "dev")
        marks = datasets.repeated(data, name, rows)
        dev = _drawn([row for row, mark in zip(rows, marks, strict=True) if not mark], most)
        train = _drawn(datasets.rows(data, name, "train"), most) if learn_from == "train" else dev
        for keywords in (None, FEW_KEYWORDS):
            words = "all" if keywords is None else f"{keywords}"
            industry = copied(load_industry(id_), keywords=keywords)
            yield Trial(
                f"{id_}, {words} keywords", industry, train, dev if learn_from == "train" else []
            )
    rows = [
        {**row, "aspects": [{"aspect": row["department"], "sentiment": "negative"}]}
        for split in ("train", "dev")
        for row in datasets.rows(data, "citizen_messages", split)
    ]
    yield Trial("citizen, all keywords", load_industry("citizen"), _drawn(rows, len(rows)), [])


def _drawn(rows: list[dict[str, Any]], count: int) -> list[Labelled]:
    order = np.random.default_rng(0).permutation(len(rows))[:count]
    return [rows[row] for row in order]


def known(tagger: EncoderTagger, taxonomy: Taxonomy, rows: Sequence[Labelled]) -> Known:
    """Asks the tagger about rows."""
    parts = []
    for start in range(0, len(rows), _AT_ONCE):
        part = rows[start : start + _AT_ONCE]
        texts = [prepare(row["text"], max_chars=20_000) for row in part]
        parts.append(answers(tagger, taxonomy, texts, part))
    return Known(rows, joined(parts))


def figures(rows: Known, held: Held, taxonomy: Taxonomy) -> list[float]:
    """Returns the values of `FIGURES`."""
    tags = as_tags(rows.answers, held, taxonomy.aspects)
    found = aspect_figures(list(zip(rows.labelled, tags, strict=True)), 0)
    return [found[name].value for name in FIGURES]


def measured(train: Known, test: Known, taxonomy: Taxonomy) -> list[list[float]]:
    """Returns the figures before, of what was expected after, after, and of what is written."""
    before = unsharpened(test.answers)
    held = cross_validated(train.answers)
    verdict = judged(
        train.answers,
        unsharpened(train.answers),
        held,
        labelled=train.labelled,
        aspects=taxonomy.aspects,
    )
    shifts = fitted(train.answers)
    return [
        figures(test, before, taxonomy),
        [verdict.after[name].value for name in FIGURES],
        figures(test, shifted(shifts, test.answers), taxonomy),
        figures(test, shifted(verdict.kept(shifts), test.answers), taxonomy),
        [float(verdict.presence), float(verdict.polarity), float(verdict.is_better)],
    ]


def run(tagger: EncoderTagger, trial: Trial, sizes: Sequence[int], seeds: int) -> None:
    """Prints a line for each size, in the mean over seeds."""
    taxonomy = Taxonomy(trial.industry.all_aspects(), industry=trial.industry.id)
    pool = known(tagger, taxonomy, trial.train)
    test = known(tagger, taxonomy, trial.test) if trial.test else None
    for size in sizes:
        if size > len(trial.train) - (0 if test else FEWEST_TEST):
            continue
        found = []
        for seed in range(seeds):
            order = np.random.default_rng(seed).permutation(len(trial.train))
            rest = test or pool.rows(order[size:])
            found.append(measured(pool.rows(order[:size]), rest, taxonomy))
        cells = [" ".join(f"{value:.3f}" for value in part) for part in np.mean(found, axis=0)]
        print(f"| {trial.name} | {size} | {' | '.join(cells)} |", flush=True)  # noqa: T201


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(prog="training.sharpening_trial", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--models", type=Path, default=bundled("models"), help="folder of models")
    parser.add_argument("--model", default="voc-zh", help="name or name@version of an encoder")
    parser.add_argument("--sizes", type=int, nargs="+", default=[30, 60, 120, 300])
    parser.add_argument("--learn-from", choices=["dev", "train"], default="dev")
    parser.add_argument("--most", type=int, default=700, help="rows of a set that are read")
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    settings = load_settings(overrides={"models.dir": options.models}, environ={})
    tagger, _ = load_tagger(settings, options.model, sharpened=False)
    if not isinstance(tagger, EncoderTagger):
        raise ModelError(f"{tagger.identifier} is no encoder; name one with --model.")
    print("aspects F1, joint F1, polarity macro-F1; mean of", options.seeds, "draws")  # noqa: T201
    print("| taxonomy | rows | before | expected | all shifts | written | share kept |")  # noqa: T201
    print("|---|---|---|---|---|---|---|")  # noqa: T201
    for trial in trials(options.data, options.learn_from, options.most):
        run(tagger, trial, options.sizes, options.seeds)


if __name__ == "__main__":
    main()
