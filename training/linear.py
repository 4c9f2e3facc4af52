"""Trains the linear model: `python -m training.linear --data DIR [--out models]`.

Writes `<out>/<name>/<version>/` with weights and manifest; `python -m training.evaluate` writes its
figures. Trained on the train splits; dev splits set only how sure a head is (`best_scale`).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from training import datasets
from training.export import WEIGHTS, quantised, write_model
from training.fitting import (
    Inputs,
    TrainedHead,
    as_scipy,
    best_scale,
    best_threshold,
    even_weights,
    fit_binary,
    fit_margins,
    fit_multinomial,
    fit_presence,
    plausible,
)
from voc.config import Industry, load_industry, load_model
from voc.inference.features import hashed_ngrams
from voc.inference.linear import QUESTIONS, LinearModel
from voc.inference.manifest import Head, LinearManifest
from voc.records import INTENTS, POLARITIES
from voc.tagging.aspects import hit_counts, keyword_inputs, polarity_inputs
from voc.tagging.documents import intent_inputs, rule_scores
from voc.tagging.keywords import KeywordMatcher
from voc.tagging.prepare import Prepared, prepare
from voc.tagging.windows import window, window_score, window_text

Floats = NDArray[np.float32]
CHUNK = 4096


class HeadRecipe(BaseModel):
    """How one kind of head is fitted.

    `strength` is the inverse of the L2 penalty, `weights` those of whole data sets, and
    `minority_weight` that of rows that are not neutral, by data set.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    strength: float
    weights: dict[str, float] = {}
    minority_weight: dict[str, float] = {}

    def row_weights(self, origins: Sequence[str], labels: Sequence[str]) -> NDArray[np.float64]:
        """Returns the weight of each row."""
        return np.array(
            [
                self.weights.get(origin, 1.0)
                * (1.0 if label == "neutral" else self.minority_weight.get(origin, 1.0))
                for origin, label in zip(origins, labels, strict=True)
            ]
        )


class QuestionsRecipe(BaseModel):
    """How the head of the service questions is fitted, whose labels are noisy.

    `strength` is the inverse of the L2 penalty; a row counts whose label is among the `believed`
    best of a model of `doubt_strength` that has not seen it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    strength: float
    doubt_strength: float
    believed: int


class Recipe(BaseModel):
    """How a linear model is made; see recipes/linear.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    version: str
    longest: int
    bits: dict[str, int]
    min_documents: int
    polarity: HeadRecipe
    subjectivity: HeadRecipe
    intent: HeadRecipe
    presence: HeadRecipe
    aspect_polarity: HeadRecipe
    questions: QuestionsRecipe


class Windows:
    """Labelled windows of texts, in columns: their text, rule score, polarity and origin."""

    def __init__(self) -> None:
        self.rows: list[int] = []
        self.pieces: list[str] = []
        self.scores: list[float] = []
        self.labels: list[str] = []
        self.origins: list[str] = []

    def add(self, row: int, piece: str, score: float, label: str, origin: str) -> None:
        self.rows.append(row)
        self.pieces.append(piece)
        self.scores.append(score)
        self.labels.append(label)
        self.origins.append(origin)

    def extend(self, other: Windows) -> None:
        for mine, theirs in zip(vars(self).values(), vars(other).values(), strict=True):
            mine.extend(theirs)

    @property
    def polarity(self) -> NDArray[np.int64]:
        return np.array([POLARITIES.index(label) for label in self.labels])


class Trainer:
    """Trains one head after another; later heads read what earlier ones say."""

    def __init__(self, recipe: Recipe, data: Path, log: Callable[[str], None]) -> None:
        self.recipe = recipe
        self.data = data
        self.tensors: dict[str, NDArray[Any]] = {}
        self.heads: dict[str, Head] = {}
        self._log = log
        self._prepared: dict[str, Prepared] = {}

    def train(self) -> None:
        """Trains all heads."""
        texts = [
            example.text
            for examples in (datasets.sentiment_examples, datasets.intent_examples)
            for example in examples(self.data, "train")
        ]
        texts = list(dict.fromkeys(texts))
        self._prepare(texts)
        self._log(f"prepared {len(texts)} texts")
        for space in ("wide", "narrow"):
            self.tensors[f"{space}.idf"] = self._idf(texts, space)
        self._train_sentiment()
        self._train_intent()
        self._train_generic()
        for industry in datasets.ASPECT_SETS:
            self._train_industry(load_industry(industry))
        self._train_questions()

    def manifest(self) -> LinearManifest:
        """Returns the manifest of what is trained so far, its digests still to be filled in."""
        return LinearManifest(
            name=self.recipe.name,
            version=self.recipe.version,
            format="voc-linear/1",
            licence="Apache-2.0",
            files={WEIGHTS: "0" * 64},
            heads=self.heads,
            bits={
                space: bits
                for space, bits in self.recipe.bits.items()
                if f"{space}.idf" in self.tensors
            },
            longest=self.recipe.longest,
        )

    def _model(self) -> LinearModel:
        return LinearModel(self.manifest(), self.tensors)

    def _prepare(self, texts: Sequence[str]) -> list[Prepared]:
        """Prepares texts as the engine does, once each."""
        for text in texts:
            if text not in self._prepared:
                self._prepared[text] = prepare(text, max_chars=20_000)
        return [self._prepared[text] for text in texts]

    def _idf(self, texts: Sequence[str], space: str) -> NDArray[np.float16]:
        bits = self.recipe.bits[space]
        counts = np.zeros(1 << bits)
        for start in range(0, len(texts), CHUNK):
            part = [text.normalised.text for text in self._prepare(texts[start : start + CHUNK])]
            rows = hashed_ngrams(part, bits=bits, longest=self.recipe.longest)
            counts += np.bincount(rows.columns, minlength=1 << bits)
        idf = np.log((1 + len(texts)) / (1 + counts)) + 1
        return np.where(counts >= self.recipe.min_documents, idf, 0).astype(np.float16)

    def _rows(self, texts: Sequence[str], space: str) -> Any:
        """Returns the scipy matrix of normalised texts in one feature space."""
        from scipy import sparse

        manifest = self.manifest().model_copy(update={"heads": {}})
        model, bits = LinearModel(manifest, self.tensors), self.recipe.bits[space]
        parts = [
            as_scipy(model.features(texts[start : start + CHUNK], [space])[space], bits)
            for start in range(0, len(texts), CHUNK)
        ]
        return sparse.vstack(parts).tocsr()

    def _add(self, name: str, head: Head, trained: TrainedHead, scale: float) -> None:
        self.heads[name] = head
        self.tensors |= quantised(name, trained.scaled(scale))
        self._log(f"trained {name}, logits times {scale:.2f}")

    def _sentiment_inputs(self, split: str) -> tuple[Inputs, list[datasets.Example]]:
        examples = list(datasets.sentiment_examples(self.data, split))
        texts = self._prepare([example.text for example in examples])
        matrix = self._rows([text.normalised.text for text in texts], "wide")
        return Inputs({"wide": matrix}, rule_scores(texts)), examples

    def _train_sentiment(self) -> None:
        """Trains which way a text judges, then whether it judges at all."""
        for name, label, recipe in (
            ("polarity", "positive", self.recipe.polarity),
            ("subjectivity", "neutral", self.recipe.subjectivity),
        ):
            parts = []
            for split in ("train", "dev"):
                inputs, examples = self._sentiment_inputs(split)
                if name == "polarity":
                    judging = np.array([example.label != "neutral" for example in examples])
                    inputs = inputs.take(judging)
                    examples = [example for example in examples if example.label != "neutral"]
                else:
                    inputs = Inputs(inputs.matrices, np.abs(inputs.extra))
                parts.append((inputs, examples))
            (inputs, examples), (held_out, dev) = parts
            origins = [example.origin for example in examples]
            labels = [example.label for example in examples]
            fitted = fit_binary(
                inputs,
                np.array(labels) == label,
                strength=recipe.strength,
                weights=recipe.row_weights(origins, labels),
            )
            scale = best_scale(
                fitted.logits(held_out),
                np.array([example.label == label for example in dev]),
                weights=even_weights([example.origin for example in dev]),
            )
            self._add(name, Head(kind="binary", labels=(label,)), fitted, scale)

    def _train_intent(self) -> None:
        parts = []
        for split in ("train", "dev"):
            examples = list(datasets.intent_examples(self.data, split))
            texts = self._prepare([example.text for example in examples])
            matrix = self._rows([text.normalised.text for text in texts], "narrow")
            labels = np.array([INTENTS.index(example.label) for example in examples])
            parts.append((Inputs({"narrow": matrix}, intent_inputs(texts)), labels))
        (inputs, labels), (held_out, dev) = parts
        fitted = fit_multinomial(
            inputs, labels, strength=self.recipe.intent.strength, weights=np.ones(len(labels))
        )
        scale = best_scale(fitted.logits(held_out), dev)
        self._add("intent", Head(kind="multinomial", labels=INTENTS), fitted, scale)

    def _train_questions(self) -> None:
        """Trains which of the service questions a text asks."""
        recipe = self.recipe.questions
        rows = {
            split: datasets.rows(self.data, "service_intents", split) for split in ("train", "dev")
        }
        names = datasets.questions(self.data)
        texts = {
            split: [text.normalised.text for text in self._prepare([row["text"] for row in each])]
            for split, each in rows.items()
        }
        self.tensors[f"{QUESTIONS}.idf"] = self._idf(
            [row["text"] for row in rows["train"]], QUESTIONS
        )
        labels = np.array([names.index(row["intent"]) for row in rows["train"]])
        nothing = np.zeros((len(labels), 0), dtype=np.float32)
        inputs = Inputs({QUESTIONS: self._rows(texts["train"], QUESTIONS)}, nothing)
        kept = plausible(inputs, labels, strength=recipe.doubt_strength, best=recipe.believed)
        fitted = fit_margins(inputs.take(kept), labels[kept], strength=recipe.strength)
        known = [row["intent"] in names for row in rows["dev"]]
        held_out = self._rows(texts["dev"], QUESTIONS)[np.flatnonzero(known)]
        dev = np.array(
            [names.index(row["intent"]) for row in rows["dev"] if row["intent"] in names]
        )
        scale = best_scale(fitted.logits(Inputs({QUESTIONS: held_out}, nothing[: len(dev)])), dev)
        self._log(f"{int(kept.sum())} of {len(kept)} service questions may be labelled right")
        self._add(QUESTIONS, Head(kind="multinomial", labels=names), fitted, scale)

    def _train_generic(self) -> None:
        """Trains the heads of taxonomies that have no labelled feedback."""
        presence = [self._keyword_pairs(split) for split in ("train", "dev")]
        (inputs, present), (held_out, dev) = presence
        fitted = fit_binary(
            inputs,
            present,
            strength=self.recipe.presence.strength,
            weights=np.ones(len(present)),
        )
        scale = best_scale(fitted.logits(held_out), dev)
        self._add("generic.presence", Head(kind="binary", labels=("present",)), fitted, scale)
        parts = []
        for split in ("train", "dev"):
            windows = self._food_windows(split)
            for industry in datasets.ASPECT_SETS:
                windows.extend(self._windows(load_industry(industry), split))
            parts.append((self._window_inputs(windows), windows))
        self._add_polarity("generic", parts)

    def _keyword_pairs(self, split: str) -> tuple[Inputs, NDArray[np.bool_]]:
        """Returns what is known of each aspect whose keywords a text has, and if it is labelled."""
        known, present = [], []
        for industry in datasets.ASPECT_SETS:
            aspects = load_industry(industry).all_aspects()
            matcher = KeywordMatcher(aspects)
            for example in datasets.aspect_examples(self.data, industry, split):
                text = self._prepare([example.text])[0].normalised.text
                hits = matcher.hits(text)
                for aspect in sorted({hit.aspect for hit in hits}):
                    known.append(keyword_inputs(hits, aspect, text))
                    present.append(aspects[aspect].name in example.aspects)
        return Inputs({}, np.array(known, dtype=np.float32)), np.array(present)

    def _food_windows(self, split: str) -> Windows:
        windows = Windows()
        for food in datasets.food_windows(self.data, split):
            [text] = self._prepare([food.text])
            windows.add(-1, text.normalised.text, text.judgement.score, food.label, food.origin)
        return windows

    def _windows(self, industry: Industry, split: str) -> Windows:
        """Returns the windows of the labelled aspects of an industry's data set."""
        aspects = industry.all_aspects()
        index = {aspect.name: position for position, aspect in enumerate(aspects)}
        matcher = KeywordMatcher(aspects)
        windows = Windows()
        for row, example in enumerate(datasets.aspect_examples(self.data, industry.id, split)):
            [text] = self._prepare([example.text])
            hits = matcher.hits(text.normalised.text)
            for name, label in example.aspects.items():
                own = [hit for hit in hits if hit.aspect == index[name]]
                part = window(text.judgement, own)
                piece = window_text(text.normalised.text, text.judgement, part)
                score = window_score(text.judgement, part)
                windows.add(row, piece, score, label, industry.id)
        return windows

    def _window_inputs(self, windows: Windows) -> Inputs:
        model = self._model()
        extra = [
            polarity_inputs(
                model, windows.pieces[start : start + CHUNK], windows.scores[start : start + CHUNK]
            )[1]
            for start in range(0, len(windows.pieces), CHUNK)
        ]
        matrix = self._rows(windows.pieces, "narrow")
        return Inputs({"window.narrow": matrix}, np.concatenate(extra))

    def _add_polarity(self, prefix: str, parts: list[tuple[Inputs, Windows]]) -> None:
        (inputs, windows), (held_out, dev) = parts
        recipe = self.recipe.aspect_polarity
        fitted = fit_multinomial(
            inputs,
            windows.polarity,
            strength=recipe.strength,
            weights=recipe.row_weights(windows.origins, windows.labels),
        )
        scale = best_scale(fitted.logits(held_out), dev.polarity)
        head = Head(kind="multinomial", labels=POLARITIES)
        self._add(f"{prefix}.polarity", head, fitted, scale)

    def _train_industry(self, industry: Industry) -> None:
        aspects = industry.all_aspects()
        presence, polarity = [], []
        for split in ("train", "dev"):
            examples = datasets.aspect_examples(self.data, industry.id, split)
            texts = self._prepare([example.text for example in examples])
            matrix = self._rows([text.normalised.text for text in texts], "narrow")
            matcher = KeywordMatcher(aspects)
            hits = [matcher.hits(text.normalised.text) for text in texts]
            labels = np.array(
                [[aspect.name in example.aspects for aspect in aspects] for example in examples]
            )
            presence.append((Inputs({"narrow": matrix}, hit_counts(hits, len(aspects))), labels))
            windows = self._windows(industry, split)
            of_windows = self._window_inputs(windows)
            of_windows.matrices["text.narrow"] = matrix[windows.rows]
            polarity.append((of_windows, windows))
        self._add_presence(industry, presence)
        self._add_polarity(industry.id, polarity)

    def _add_presence(
        self, industry: Industry, parts: list[tuple[Inputs, NDArray[np.bool_]]]
    ) -> None:
        (inputs, labels), (held_out, dev) = parts
        strength = self.recipe.presence.strength
        fitted = fit_presence(inputs, labels, strength=strength)
        scale = best_scale(fitted.logits(held_out), dev)
        logit = best_threshold(inputs, labels, strength=strength) * scale
        names = tuple(aspect.id for aspect in industry.all_aspects())
        threshold = round(float(np.clip(1 / (1 + np.exp(-logit)), 0.05, 0.95)), 4)
        head = Head(kind="presence", labels=names, thresholds=(threshold,) * len(names))
        self._add(f"{industry.id}.presence", head, fitted, scale)


def main() -> None:
    """Trains by a recipe and writes the model."""
    parser = argparse.ArgumentParser(prog="training.linear", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument(
        "--recipe", type=Path, default=Path(__file__).parent / "recipes" / "linear.yaml"
    )
    parser.add_argument("--out", type=Path, default=Path("models"), help="folder of models")
    options = parser.parse_args()
    began = time.monotonic()

    def log(message: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {message}", flush=True)  # noqa: T201

    recipe = load_model(options.recipe, Recipe)
    trainer = Trainer(recipe, options.data, log)
    trainer.train()
    folder = options.out / recipe.name / recipe.version
    write_model(folder, trainer.manifest(), trainer.tensors)
    log(f"wrote {folder}")


if __name__ == "__main__":
    main()
