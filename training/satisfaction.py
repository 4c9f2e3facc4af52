"""Trains the prediction of satisfaction: `python -m training.satisfaction --data DIR`.

Fits `helpdesk_dialogues/train` as `recipes/satisfaction.yaml` says and writes
`<out>/<name>/<version>/` with weights, manifest and `metrics.json`. The margin of a prediction
comes from cross-validation on train; the dev split is only measured on.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from training import datasets
from training.export import WEIGHTS, quantised, write_model
from training.fitting import TrainedHead, as_scipy
from voc.config import load_model
from voc.inference.features import hashed_ngrams
from voc.inference.linear import LinearModel
from voc.inference.manifest import Head, LinearManifest
from voc.records import Satisfaction, Turn
from voc.sources.dialogues import read_turns
from voc.tagging.evaluation import Figure, marked_satisfaction, satisfaction_figures
from voc.tagging.satisfaction import (
    HEAD,
    HIGHEST,
    LOWEST,
    SPACE,
    Conversation,
    SatisfactionModel,
    conversation,
    part_inputs,
)

SET = "helpdesk_dialogues"
COVERED = 0.95
METRICS_FILE = "metrics.json"

Numbers = NDArray[np.float64]


class Recipe(BaseModel):
    """How the model is made; see recipes/satisfaction.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    version: str
    longest: int
    bits: int
    min_documents: int
    penalty: float
    shape_weight: float
    folds: int


@dataclass(frozen=True, slots=True)
class Judged:
    """Conversations and how satisfied people judged their customers to be, -2 to 2."""

    turns: list[tuple[Turn, ...]]
    satisfaction: Numbers


def read_judged(data: Path, split: str) -> Judged:
    """Reads a split of the set.

    Raises:
        SourceError: The file is not there.
        UsageError: A judgement is off the scale.
    """
    rows = [
        (read_turns(row["turns"]), value)
        for row in datasets.rows(data, SET, split)
        if (value := marked_satisfaction(row)) is not None
    ]
    return Judged([turns for turns, _ in rows], np.array([value for _, value in rows]))


@dataclass(frozen=True, slots=True)
class Fitted:
    """What `write_model` writes, and what predicts by it."""

    manifest: LinearManifest
    tensors: dict[str, NDArray[Any]]

    @property
    def model(self) -> SatisfactionModel:
        return SatisfactionModel(LinearModel(self.manifest, self.tensors))

    def with_margin(self, margin: float) -> Fitted:
        head = self.manifest.heads[HEAD].model_copy(update={"margin": round(margin, 3)})
        return replace(self, manifest=self.manifest.model_copy(update={"heads": {HEAD: head}}))


def fit(recipe: Recipe, read: Sequence[Conversation], gold: Numbers) -> Fitted:
    """Fits a ridge regression to n conversations and their (n,) judgements.

    Its margin is as wide as the scale until `with_margin` tells a measured one.
    """
    head = Head(kind="regression", labels=(HEAD,), margin=HIGHEST - LOWEST)
    manifest = LinearManifest(
        name=recipe.name,
        version=recipe.version,
        format="voc-linear/1",
        licence="Apache-2.0",
        files={WEIGHTS: "0" * 64},
        heads={HEAD: head},
        bits={SPACE: recipe.bits},
        longest=recipe.longest,
    )
    idf = {f"{SPACE}.idf": _idf(recipe, read)}
    bare = LinearModel(manifest.model_copy(update={"heads": {}}), idf)
    words = {name: as_scipy(rows, recipe.bits) for name, rows in part_inputs(bare, read).items()}
    trained = _ridge(recipe, words, np.array([each.shape for each in read]), gold)
    return Fitted(manifest, idf | quantised(HEAD, trained))


def _idf(recipe: Recipe, read: Sequence[Conversation]) -> NDArray[np.float16]:
    texts = [text for each in read for text in each.parts if text]
    rows = hashed_ngrams(texts, bits=recipe.bits, longest=recipe.longest)
    counts = np.bincount(rows.columns, minlength=1 << recipe.bits)
    idf = np.log((1 + len(texts)) / (1 + counts)) + 1
    return np.where(counts >= recipe.min_documents, idf, 0).astype(np.float16)


def _ridge(recipe: Recipe, words: dict[str, Any], shape: Numbers, gold: Numbers) -> TrainedHead:
    """Fits words and the standardised shape; the returned weights take the shape as it is."""
    from scipy import sparse
    from sklearn.linear_model import Ridge

    mean, spread = shape.mean(axis=0), shape.std(axis=0)
    scale = recipe.shape_weight / np.where(spread > 0, spread, np.inf)
    joined = sparse.hstack([*words.values(), sparse.csr_matrix((shape - mean) * scale)]).tocsr()
    model = Ridge(alpha=recipe.penalty, solver="sparse_cg").fit(joined, gold)
    columns = 1 << recipe.bits
    weights = {
        name: model.coef_[place * columns : (place + 1) * columns, None]
        for place, name in enumerate(words)
    }
    extra = model.coef_[len(words) * columns :] * scale
    return TrainedHead(weights, np.array([model.intercept_ - mean @ extra]), extra[:, None])


def held_out(recipe: Recipe, read: Sequence[Conversation], gold: Numbers) -> Numbers:
    """Returns the (n,) predictions of models that have not seen the row."""
    folds = np.random.default_rng(0).permutation(len(gold)) % recipe.folds
    found = np.zeros(len(gold))
    for fold in range(recipe.folds):
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        fitted = fit(recipe, [read[int(row)] for row in inside], gold[inside])
        found[outside] = fitted.model.scores([read[int(row)] for row in outside])
    return found


def margin_of(errors: Numbers) -> float:
    """Returns what holds 95 % of further errors too (split conformal: Lei et al. 2018)."""
    n = len(errors)
    return float(np.quantile(np.abs(errors), min(1.0, np.ceil((n + 1) * COVERED) / n)))


def train(recipe: Recipe, data: Path, out: Path, log: Callable[[str], None]) -> Path:
    """Trains, measures and writes the model; returns its folder.

    Raises:
        SourceError: The data set is not there.
    """
    judged = read_judged(data, "train")
    read = [conversation(turns) for turns in judged.turns]
    log(f"read {len(read)} conversations")
    unseen = held_out(recipe, read, judged.satisfaction)
    margin = margin_of(unseen - judged.satisfaction)
    log(f"cross-validated; 95 % of errors are below {margin:.3f}")
    fitted = fit(recipe, read, judged.satisfaction).with_margin(margin)
    folder = out / recipe.name / recipe.version
    write_model(folder, fitted.manifest, fitted.tensors)
    by_fold = [_within(score, margin) for score in unseen]
    dev = read_judged(data, "dev")
    on_dev = fitted.model.predict(dev.turns)
    figures = {"folds of train": _figures(judged, by_fold), "dev": _figures(dev, on_dev)}
    (folder / METRICS_FILE).write_text(_as_json(figures), encoding="utf-8")
    for name, found in figures.items():
        log(f"{name}: " + ", ".join(f"{key} {each.value:.3f}" for key, each in found.items()))
    return folder


def _figures(judged: Judged, found: Sequence[Satisfaction]) -> dict[str, Figure]:
    return satisfaction_figures(judged.satisfaction.tolist(), found)


def _within(score: float, margin: float) -> Satisfaction:
    return Satisfaction(score, score - margin, score + margin, "")


def _as_json(figures: dict[str, dict[str, Figure]]) -> str:
    plain = {
        name: {SET: {key: each.as_dict() for key, each in found.items()}}
        for name, found in figures.items()
    }
    return json.dumps(plain, ensure_ascii=False, indent=2) + "\n"


def main() -> None:
    """Trains by a recipe and writes the model."""
    parser = argparse.ArgumentParser(prog="training.satisfaction", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument(
        "--recipe", type=Path, default=Path(__file__).parent / "recipes" / "satisfaction.yaml"
    )
    parser.add_argument("--out", type=Path, default=Path("models"), help="folder of models")
    options = parser.parse_args()
    began = time.monotonic()

    def log(message: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {message}", flush=True)  # noqa: T201

    folder = train(load_model(options.recipe, Recipe), options.data, options.out, log)
    log(f"wrote {folder}")


if __name__ == "__main__":
    main()
