"""What the tagger, not sharpened, says of labelled rows: what a shift is fitted on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.config import Aspect
from voc.inference.blas import one_blas_thread
from voc.inference.heads import sentence_vectors
from voc.records import POLARITIES
from voc.tagging.applying import attended
from voc.tagging.aspects import spoken_of
from voc.tagging.encoder import EncoderTagger
from voc.tagging.evaluation.rows import aspect_name, marked_aspects
from voc.tagging.prepare import Prepared
from voc.tagging.taxonomy import Taxonomy

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Answers:
    """What is said of some texts, and what people said.

    Attributes:
        known: (n_texts, n_aspects) presence logits of the tagger.
        alone: (n_texts, n_aspects) presence logits of the encoder alone.
        polarity: (n_texts, n_aspects, 3) polarity logits of the tagger, were the aspect spoken of.
        features: (n_texts, n_aspects, n_features) of the label attention.
        vectors: (n_texts, width) sentence vectors.
        silent: (n_texts,) whether a text says nothing; no aspect is found in those.
        gold: (n_texts, n_aspects, 3) whether people found the aspect there with that polarity.
        threshold: (n_aspects,) probability from which the tagger holds an aspect for spoken of.
    """

    known: Floats
    alone: Floats
    polarity: Floats
    features: Floats
    vectors: Floats
    silent: NDArray[np.bool_]
    gold: NDArray[np.bool_]
    threshold: Floats

    @property
    def spoken(self) -> NDArray[np.bool_]:
        """(n_texts, n_aspects) whether people found the aspect there."""
        return np.asarray(self.gold.any(axis=2))

    def __len__(self) -> int:
        return len(self.known)

    def rows(self, chosen: NDArray[np.int64]) -> Answers:
        """Returns those of some rows, by their indices."""
        return Answers(
            self.known[chosen], self.alone[chosen], self.polarity[chosen], self.features[chosen],
            self.vectors[chosen], self.silent[chosen], self.gold[chosen], self.threshold,
        )  # fmt: skip


def joined(parts: Sequence[Answers]) -> Answers:
    """Returns the answers of all parts, in order; at least one."""
    whole = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("known", "alone", "polarity", "features", "vectors", "silent", "gold")
    }
    return replace(parts[0], **whole)


def answers(
    tagger: EncoderTagger,
    taxonomy: Taxonomy,
    texts: Sequence[Prepared],
    labelled: Sequence[Mapping[str, Any]],
) -> Answers:
    """Asks the tagger about labelled texts.

    Args:
        tagger: The tagger.
        taxonomy: Whose aspects.
        texts: At least one, few enough to hold their token states.
        labelled: The row of each, checked.

    Raises:
        ModelError: A text cannot be read.
    """
    states = tagger.model.encode([text.normalised.text for text in texts])
    with one_blas_thread():
        reading = tagger.twin.read(texts, taxonomy)
        asked = tagger.asked(taxonomy)
        looked = tagger.look(reading, states, asked.attention)
        pairs = [
            attended(spoken_of(reading, row, aspect), reading, states, looked)
            for row in range(len(texts))
            for aspect in range(len(taxonomy.aspects))
        ]
        polarity = tagger.polarity(reading, looked, pairs, taxonomy, asked.prefix)
        return Answers(
            known=tagger.presence(reading, looked, taxonomy, asked.prefix),
            alone=np.stack([each.logits[:, 0] for each in looked]),
            polarity=polarity.reshape(len(texts), -1, len(POLARITIES)),
            features=np.stack([each.features for each in looked]),
            vectors=sentence_vectors(tagger.model.tensors, states),
            silent=np.array([text.says_nothing for text in texts]),
            gold=gold_table(labelled, taxonomy.aspects),
            threshold=tagger.thresholds(taxonomy, asked.prefix),
        )


def gold_table(
    labelled: Sequence[Mapping[str, Any]], aspects: Sequence[Aspect]
) -> NDArray[np.bool_]:
    """Returns (n_rows, n_aspects, 3) what people found in rows that `check_row` passes."""
    places = {name: at for at, each in enumerate(aspects) for name in (each.id, each.name)}
    gold = np.zeros((len(labelled), len(aspects), len(POLARITIES)), dtype=np.bool_)
    for row, values in enumerate(labelled):
        for item in marked_aspects(values) or ():
            gold[row, places[aspect_name(item)], POLARITIES.index(item["sentiment"])] = True
    return gold
