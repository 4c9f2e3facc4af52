"""Fits how much the encoder and its twin count: `python -m training.encoder.calibrate --data DIR`.

On dev sets, for each head: the weights of both models' logits, a bias, and from which probability
an aspect counts. Few numbers on thousands of rows, written into the model folder.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training import datasets
from training.encoder.corpus import BY_KEYWORDS, UNKNOWN, Corpus, Row
from training.encoder.export import write_heads
from training.encoder.folders import chosen
from training.fitting import even_weights
from voc.inference.encoder import TokenStates
from voc.inference.heads import linear
from voc.inference.linear import QUESTIONS, sigmoid
from voc.records import INTENTS, POLARITIES
from voc.tagging.aspects import (
    IMPOSSIBLE,
    Reading,
    polarity_logits,
    presence_logits,
    spoken_of,
    trained_prefix,
)
from voc.tagging.documents import intent_logits, sentiment_logits
from voc.tagging.encoder import EncoderTagger
from voc.tagging.prepare import prepare
from voc.tagging.sharpening.crossing import best_cut
from voc.tagging.taxonomy import Taxonomy

Floats = NDArray[np.float32]
_CHUNK = 2048
_RARITY = 1 / 3  # power of a polarity's rarity by which it counts; on car_forum's dev rows best
_DEPARTURE = 0.0002  # penalty, in nats, of weights of both models that differ from 1 and 0 by 1


@dataclass(frozen=True, slots=True)
class Fitted:
    """The weights of the inputs and the bias of one head."""

    weight: Floats
    bias: Floats


@dataclass(frozen=True, slots=True)
class Known:
    """Labelled texts as both models read them."""

    reading: Reading
    states: list[TokenStates]


def fitted_binary(inputs: Floats, labels: NDArray[np.bool_], weights: NDArray[Any]) -> Fitted:
    """Fits a logistic regression on (n, n_inputs) logits of n rows."""
    signs = np.where(labels, 1.0, -1.0)

    def cost(values: Floats) -> float:
        margins = signs * (inputs @ values[:-1] + values[-1])
        return float(np.average(np.logaddexp(0, -margins), weights=weights))

    found = _minimised(cost, np.array([1.0, *[0.0] * inputs.shape[1]]))
    return Fitted(found[:-1], found[-1:])


def fitted_multinomial(
    inputs: Sequence[Floats], labels: NDArray[np.int64], weights: NDArray[Any], *, biased: bool
) -> Fitted:
    """Fits the weights of some (n, n_labels) logits, and a bias a label where `biased`."""
    size, outputs = len(inputs), inputs[0].shape[1]
    stacked = np.stack(inputs)

    def cost(values: Floats) -> float:
        logits = np.tensordot(values[:size], stacked, axes=1)
        if biased:
            logits = logits + values[size:]
        logits -= logits.max(axis=1, keepdims=True)
        norms = np.log(np.exp(logits).sum(axis=1))
        return float(np.average(norms - logits[np.arange(len(labels)), labels], weights=weights))

    start = np.array([1.0, *[0.0] * (size - 1 + (outputs if biased else 0))])
    found = _minimised(cost, start)
    bias = found[size:] if biased else np.zeros(outputs, dtype=np.float32)
    return Fitted(found[:size], bias)


def _minimised(cost: Callable[[Floats], float], start: NDArray[np.float64]) -> Floats:
    from scipy.optimize import minimize

    def penalised(values: Floats) -> float:
        return cost(values) + _DEPARTURE * float(np.square(values - start).sum())

    return np.asarray(minimize(penalised, start, method="L-BFGS-B").x, dtype=np.float32)


def _rarity(labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Returns (n,) weights by which rare polarities count more, though less than common ones.

    Only the label of a polarity is told, not its probability: a forum that is neutral nearly
    always must not make the label so.
    """
    counts = np.bincount(labels, minlength=len(POLARITIES))
    weights = (len(labels) / np.maximum(counts, 1)) ** _RARITY
    return np.asarray(weights[labels] / weights[labels].mean())


class Calibration:
    """Fits all heads of one model.

    Args:
        tagger: The model, with its twin.
        corpus: The data sets.
    """

    def __init__(self, tagger: EncoderTagger, corpus: Corpus) -> None:
        self.tagger = tagger
        self.corpus = corpus
        self.fitted: dict[str, Fitted] = {}
        self.thresholds: dict[str, float] = {}

    def fit(self) -> None:
        """Fits them."""
        self._fit_sentiment()
        self._fit_intent()
        self._fit_questions()
        for industry, name in datasets.ASPECT_SETS.items():
            self._fit_industry(industry, list(self.corpus.rows(name, "dev")))
        for industry, name in BY_KEYWORDS.items():
            self.fit_by_keywords(industry, list(self.corpus.rows(name, "dev")))
        self._fit_generic()

    def write(self, folder: Path) -> None:
        """Writes what was fitted into the model's folder."""
        tensors = dict(self.tagger.model.tensors)
        manifest = self.tagger.model.manifest
        heads = dict(manifest.heads)
        for name, each in self.fitted.items():
            tensors[f"calibration.{name}.weight"] = each.weight
            tensors[f"calibration.{name}.bias"] = each.bias
        for name, threshold in self.thresholds.items():
            size = len(heads[name].labels)
            cut = (round(threshold, 4),) * size
            heads[name] = heads[name].model_copy(update={"thresholds": cut})
        write_heads(folder, manifest.model_copy(update={"heads": heads}), tensors)

    def _known(self, texts: Sequence[str], taxonomy: Taxonomy | None = None) -> Known:
        prepared = [prepare(text, max_chars=20_000) for text in texts]
        states: list[TokenStates] = []
        for start in range(0, len(prepared), _CHUNK):
            part = [text.normalised.text for text in prepared[start : start + _CHUNK]]
            states.extend(self.tagger.model.encode(part))
        return Known(self.tagger.twin.read(prepared, taxonomy), states)

    def _ours(self, head: str, known: Known) -> Floats:
        pooled = np.stack([each.pooled for each in known.states])
        return linear(self.tagger.model.tensors, head, pooled)

    def _fit_sentiment(self) -> None:
        examples = list(datasets.sentiment_examples(self.corpus.data, "dev", fresh=True))
        known = self._known([example.text for example in examples])
        ours = self._ours("sentiment", known)
        reading = known.reading
        theirs = sentiment_logits(self.tagger.twin.model, reading.texts, reading.features)
        labels = np.array([example.label for example in examples])
        origins = [example.origin for example in examples]
        for column, (head, label) in enumerate(
            (("polarity", "positive"), ("subjectivity", "neutral"))
        ):
            rows = labels != "neutral" if head == "polarity" else np.ones(len(labels), bool)
            inputs = np.stack([ours[rows, column], theirs[rows, column]], axis=1)
            weights = even_weights([origins[row] for row in np.flatnonzero(rows)])
            self.fitted[head] = fitted_binary(inputs, labels[rows] == label, weights)

    def _fit_intent(self) -> None:
        examples = list(datasets.intent_examples(self.corpus.data, "dev"))
        known = self._known([example.text for example in examples])
        theirs = intent_logits(self.tagger.twin.model, known.reading.texts, known.reading.features)
        labels = np.array([INTENTS.index(example.label) for example in examples])
        inputs = [self._ours("intent", known), theirs]
        ones = np.ones(len(labels), dtype=np.float32)
        self.fitted["intent"] = fitted_multinomial(inputs, labels, ones, biased=False)

    def _fit_questions(self) -> None:
        names = self.tagger.model.manifest.heads[QUESTIONS].labels
        rows = [
            row
            for row in datasets.rows(self.corpus.data, "service_intents", "dev")
            if row["intent"] in names
        ]
        known = self._known([row["text"] for row in rows])
        labels = np.array([names.index(row["intent"]) for row in rows])
        ones = np.ones(len(labels), dtype=np.float32)
        theirs = self.tagger.twin.question_logits(known.reading.texts)
        self.fitted[QUESTIONS] = fitted_multinomial(
            [self._ours("question", known), theirs], labels, ones, biased=False
        )

    def _fit_industry(self, industry: str, rows: list[Row]) -> None:
        """Fits what is said of a labelled taxonomy."""
        polarity = np.array([[asked.polarity for asked in row.asked] for row in rows])
        self._fit_aspects(industry, rows, polarity, biased=True)

    def fit_by_keywords(self, industry: str, rows: list[Row]) -> None:
        """Fits what is said of a taxonomy nobody labelled, where only its keywords are labels.

        An aspect is spoken of where its keywords are part of a judgement, not where they stand
        beside one. From which probability it counts is left to the keywords: the labelled texts
        are sentences, and in a whole review, longer and with more aspects beside each, all
        probabilities are lower (restaurant_aspects, joined, of `python -m training.evaluate`).
        """
        polarity = []
        for row in rows:
            known = {each.query: each.polarity for each in row.asked}
            aspects = self.corpus.taxonomy(industry).all_aspects()
            polarity.append([known.get(f"{industry}/{each.id}", UNKNOWN) for each in aspects])
        self._fit_aspects(industry, rows, np.array(polarity), biased=False)
        self.thresholds[f"{industry}.presence"] = 0.0

    def _fit_aspects(
        self, industry: str, rows: list[Row], polarity: NDArray[np.int64], *, biased: bool
    ) -> None:
        """Fits presence and polarity of one taxonomy, where the twin holds an aspect for possible.

        Args:
            industry: The taxonomy.
            rows: The texts.
            polarity: (n_rows, n_aspects), `UNKNOWN` where a text does not speak of an aspect.
            biased: Whether each polarity gets a bias.
        """
        twin = self.tagger.twin.model
        taxonomy = Taxonomy(self.corpus.taxonomy(industry).all_aspects(), industry=industry)
        known = self._known([row.text for row in rows], taxonomy)
        asked = self.tagger.asked(taxonomy)
        looked = self.tagger.look(known.reading, known.states, asked.attention)
        ours = np.stack([each.logits[:, 0] for each in looked])
        theirs = presence_logits(twin, known.reading, taxonomy)
        possible = theirs > IMPOSSIBLE
        inputs = np.stack([ours[possible], theirs[possible]], axis=1)
        present = polarity[possible] != UNKNOWN
        presence = fitted_binary(inputs, present, np.ones(len(present)))
        self.fitted[f"{industry}.presence"] = presence
        scores = sigmoid(inputs @ presence.weight + presence.bias)
        self.thresholds[f"{industry}.presence"] = best_cut(scores, present)
        spoken = [
            spoken_of(known.reading, row, aspect)
            for row, aspect in np.argwhere(possible & (polarity != UNKNOWN)).tolist()
        ]
        pairs = [
            np.stack([looked[each.row].logits[each.aspect, 1:] for each in spoken]),
            polarity_logits(twin, known.reading, spoken, trained_prefix(twin, taxonomy)),
        ]
        gold = np.array([polarity[each.row, each.aspect] for each in spoken])
        self.fitted[f"{industry}.polarity"] = fitted_multinomial(
            pairs, gold, _rarity(gold), biased=biased
        )

    def _fit_generic(self) -> None:
        """Says what counts for taxonomies that nobody labelled and that were never trained on.

        Whether a text speaks of an aspect is left to its keywords: on citizen_messages, whose
        taxonomy and trade are both new, they name the department more often than the encoder
        (`python -m training.evaluate`). Polarity is weighed as for the one that keywords label.
        """
        self.fitted["generic.presence"] = Fitted(
            np.array([0, 1], dtype=np.float32), np.zeros(1, dtype=np.float32)
        )
        self.thresholds["generic.presence"] = 0.0
        [industry] = BY_KEYWORDS
        self.fitted["generic.polarity"] = self.fitted[f"{industry}.polarity"]


def main() -> None:
    """Calibrates a model folder in place."""
    named = chosen("training.encoder.calibrate", __doc__)
    calibration = Calibration(named.tagger, Corpus(named.data))
    calibration.fit()
    for name, each in calibration.fitted.items():
        cut = calibration.thresholds.get(name)
        print(f"{name:24} {each.weight} {each.bias} {cut or ''}")  # noqa: T201
    calibration.write(named.folder)


if __name__ == "__main__":
    main()
