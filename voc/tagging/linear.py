"""Tags by the linear model and the rules alone: the floor, and what stands in for the encoder."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from voc.errors import ModelError
from voc.inference.linear import QUESTIONS, LinearModel, sigmoid, softmax
from voc.records import AspectMention, Opinion, Polarity, Task
from voc.tagging.aspects import (
    Reading,
    mentions,
    polarity_logits,
    presence_logits,
    spoken_aspects,
    trained_prefix,
)
from voc.tagging.documents import intent_logits, intents, sentiment_logits, sentiments
from voc.tagging.opinions import find_opinions
from voc.tagging.prepare import Prepared
from voc.tagging.tagger import Findings
from voc.tagging.taxonomy import Taxonomy
from voc.tagging.windows import overruled

Floats = NDArray[np.float32]
STRONG_OPINION = 0.2  # rules' score from which an opinion is not neutral


class LinearTagger:
    """Tags with the linear heads; see `voc.tagging.tagger.Tagger`."""

    def __init__(self, model: LinearModel) -> None:
        self.model = model

    @property
    def identifier(self) -> str:
        """Name and version of the model."""
        return self.model.manifest.identifier

    def read(self, texts: Sequence[Prepared], taxonomy: Taxonomy | None) -> Reading:
        """Returns what the heads read of texts."""
        normalised = [text.normalised.text for text in texts]
        hits = [taxonomy.hits(text) if taxonomy else [] for text in normalised]
        return Reading(texts, self.model.features(normalised), hits)

    def find(
        self, texts: Sequence[Prepared], taxonomy: Taxonomy | None, tasks: frozenset[Task]
    ) -> list[Findings]:
        """Returns what it finds in each text, in order."""
        reading = self.read(texts, taxonomy)
        found_sentiments = sentiments(texts, sentiment_logits(self.model, texts, reading.features))
        found_intents = intents(texts, intent_logits(self.model, texts, reading.features))
        aspects: list[tuple[AspectMention, ...]] = [()] * len(texts)
        if taxonomy and "aspects" in tasks:
            aspects = self._aspects(reading, taxonomy)
        targets = taxonomy.targets if taxonomy else {}
        return [
            Findings(
                sentiment,
                intent,
                found,
                rule_opinions(text, targets) if "opinions" in tasks else (),
            )
            for text, sentiment, intent, found in zip(
                texts, found_sentiments, found_intents, aspects, strict=True
            )
        ]

    def certainties(
        self, texts: Sequence[Prepared], taxonomy: Taxonomy | None
    ) -> dict[str, NDArray[np.float32]]:
        """Returns (n_texts,) how sure it is of each task: the least probability of what it says.

        An aspect that it leaves out counts with the probability that it is absent.
        """
        reading = self.read(texts, taxonomy)
        found = sentiments(texts, sentiment_logits(self.model, texts, reading.features))
        aims = intents(texts, intent_logits(self.model, texts, reading.features))
        certain = {
            "sentiment": np.array([each.score for each in found], dtype=np.float32),
            "intent": np.array([each.score for each in aims], dtype=np.float32),
        }
        if taxonomy:
            certain["aspects"] = self._certain_aspects(reading, taxonomy)
        return certain

    def _certain_aspects(self, reading: Reading, taxonomy: Taxonomy) -> NDArray[np.float32]:
        trained, scores, thresholds = self._presence(reading, taxonomy)
        spoken = spoken_aspects(reading, scores, thresholds)
        certain = np.ones(len(reading.texts), dtype=np.float32)
        if trained:
            certain = np.where(scores >= thresholds, scores, 1 - scores).min(axis=1)
        if spoken:
            judged = softmax(polarity_logits(self.model, reading, spoken, trained)).max(axis=1)
            np.minimum.at(certain, [each.row for each in spoken], judged)
        return np.asarray(certain, dtype=np.float32)

    def questions(self, texts: Sequence[Prepared]) -> list[tuple[str, float]]:
        """Returns which service question each text asks, with its probability.

        Raises:
            ModelError: The model has no head for it.
        """
        labels = self.model.manifest.heads[QUESTIONS].labels
        table = softmax(self.question_logits(texts))
        return [(labels[int(row.argmax())], float(row.max())) for row in table]

    def question_logits(self, texts: Sequence[Prepared]) -> Floats:
        """Returns (n_texts, n_questions) logits.

        Raises:
            ModelError: The model has no head for it.
        """
        if not self.model.has(QUESTIONS):
            raise ModelError(f"{self.identifier} has no service questions; name a newer model.")
        normalised = [text.normalised.text for text in texts]
        return self.model.logits(QUESTIONS, self.model.features(normalised, [QUESTIONS]))

    def _aspects(self, reading: Reading, taxonomy: Taxonomy) -> list[tuple[AspectMention, ...]]:
        trained, scores, thresholds = self._presence(reading, taxonomy)
        spoken = spoken_aspects(reading, scores, thresholds)
        labels: list[int] = []
        if spoken:
            logits = polarity_logits(self.model, reading, spoken, trained)
            labels = [
                overruled(label, reading.texts[each.row].judgement, each.part)
                for label, each in zip(logits.argmax(axis=1).tolist(), spoken, strict=True)
            ]
        return mentions(reading, taxonomy, spoken, labels)

    def _presence(self, reading: Reading, taxonomy: Taxonomy) -> tuple[str | None, Floats, Floats]:
        """Returns the trained heads' prefix, the aspects' probabilities and where they count."""
        trained = trained_prefix(self.model, taxonomy)
        scores = sigmoid(presence_logits(self.model, reading, taxonomy))
        thresholds = np.zeros(len(taxonomy.aspects), dtype=np.float32)
        if trained:
            thresholds += self.model.manifest.heads[f"{trained}.presence"].thresholds
        return trained, scores, thresholds


def rule_opinions(text: Prepared, targets: dict[str, int]) -> tuple[Opinion, ...]:
    """Returns the opinions that the rules find; `targets` are the keywords of the taxonomy."""
    if text.says_nothing:
        return ()
    found = find_opinions(text.normalised.text, text.judgement, targets=targets)
    return tuple(
        Opinion(
            target=text.span(*opinion.target) if opinion.target else None,
            opinion=text.span(*opinion.opinion),
            sentiment=_polarity(opinion.polarity_score),
        )
        for opinion in found
    )


def _polarity(score: float) -> Polarity:
    if abs(score) < STRONG_OPINION:
        return "neutral"
    return "positive" if score > 0 else "negative"
