"""What is fitted for one taxonomy, and how it shifts the tagger's answers.

All shifts are linear in what the tagger has computed anyway: its own logits, what the last layer of
the label attention reads, and the sentence vector of the text.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voc.tagging.aspects import IMPOSSIBLE

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PresenceShift:
    """Shifts the logits that a text speaks of an aspect.

    An aspect that the tagger itself holds for impossible, as none of its keywords stands in the
    text, is answered by the encoder alone.

    Attributes:
        scale: (2,) weight of the tagger's logit, and of the encoder's where that answers alone.
        bias: (n_aspects, 2) added to the one and to the other.
        features: (n_aspects, n_features) weights of `Looked.features`.
        vectors: (n_aspects, width) weights of the text's sentence vector.
        threshold: () probability from which an aspect counts.
    """

    scale: Floats
    bias: Floats
    features: Floats
    vectors: Floats
    threshold: Floats

    def __call__(self, known: Floats, alone: Floats, features: Floats, vectors: Floats) -> Floats:
        """Returns (n_texts, n_aspects) shifted logits.

        Args:
            known: (n_texts, n_aspects) logits of the tagger.
            alone: (n_texts, n_aspects) logits of the encoder alone.
            features: (n_texts, n_aspects, n_features) of the label attention.
            vectors: (n_texts, width) sentence vectors.
        """
        possible = known > IMPOSSIBLE
        by_both = self.scale[0] * np.where(possible, known, 0.0) + self.bias[:, 0]
        by_encoder = self.scale[1] * alone + self.bias[:, 1]
        seen = np.einsum("taf,af->ta", features, self.features) + vectors @ self.vectors.T
        return np.asarray(np.where(possible, by_both, by_encoder) + seen, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class PolarityShift:
    """Shifts the logits of the polarities of an aspect that a text speaks of.

    Attributes:
        scale: () weight of the tagger's logits.
        bias: (n_aspects, 3) added to them.
        features: (n_aspects, n_features, 3) weights of `Looked.features`.
        vectors: (n_aspects, width, 3) weights of the text's sentence vector.
    """

    scale: Floats
    bias: Floats
    features: Floats
    vectors: Floats

    def __call__(
        self, known: Floats, features: Floats, vectors: Floats, aspects: NDArray[np.int64]
    ) -> Floats:
        """Returns (n_spoken, 3) shifted logits.

        Args:
            known: (n_spoken, 3) logits of the tagger.
            features: (n_spoken, n_features) of the label attention.
            vectors: (n_spoken, width) sentence vectors.
            aspects: (n_spoken,) the aspect of each, by its index.
        """
        seen = np.einsum("sf,sfp->sp", features, self.features[aspects])
        seen += np.einsum("sw,swp->sp", vectors, self.vectors[aspects])
        return np.asarray(self.scale * known + self.bias[aspects] + seen, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Shifts:
    """The shifts of one taxonomy; `None` is an answer that stays as it is."""

    presence: PresenceShift | None
    polarity: PolarityShift | None
