"""The encoder's heads in numpy; `training.encoder.network` trains the same in PyTorch.

They stay outside the ONNX graph, so that a taxonomy can bring its aspects, and training can sharpen
a head, without touching the encoder. That of opinions is in `voc.inference.spans`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voc.inference.encoder import TokenStates

Floats = NDArray[np.float32]
ATTENTION_HEADS = 4


def linear(tensors: Mapping[str, Floats], name: str, inputs: Floats) -> Floats:
    """Applies the layer `name` to (n, width) inputs."""
    return np.asarray(inputs @ tensors[f"{name}.weight"].T + tensors[f"{name}.bias"])


def gelu(values: Floats) -> Floats:
    """Returns x * Phi(x), exactly (Hendrycks & Gimpel 2016)."""
    from scipy.special import ndtr

    return np.asarray(values * ndtr(values), dtype=np.float32)


def unit(vectors: Floats) -> Floats:
    """Returns (n, width) vectors at length 1."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)


def sentence_vectors(tensors: Mapping[str, Floats], texts: Sequence[TokenStates]) -> Floats:
    """Returns (n_texts, width) sentence vectors of unit length."""
    means = np.stack([text.states.mean(axis=0) for text in texts])
    return unit(linear(tensors, "vector", means))


@dataclass(frozen=True, slots=True)
class Looked:
    """What the label attention says of one text.

    Attributes:
        logits: (n_aspects, 4) present, then the polarities.
        attention: (n_aspects, n_tokens) share of the attention on each token, over all heads.
        features: (n_aspects, n_features) what the last layer reads, for sharpening it.
    """

    logits: Floats
    attention: Floats
    features: Floats


class LabelAttention:
    """Asks a text about aspects; see the class of that name in `training.encoder.network`.

    Args:
        tensors: The model's.
        aspects: (n_aspects, width) vectors of the aspects.
    """

    def __init__(self, tensors: Mapping[str, Floats], aspects: Floats) -> None:
        self._tensors = tensors
        self.size = len(aspects)
        query = linear(tensors, "aspects.query", aspects)
        self._query = query.reshape(len(aspects), ATTENTION_HEADS, -1)
        self._own = linear(tensors, "aspects.own", aspects)
        # One product with the states gives keys and values of all tokens.
        self._weight = np.concatenate(
            [tensors["aspects.key.weight"], tensors["aspects.value.weight"]]
        ).T
        self._bias = np.concatenate([tensors["aspects.key.bias"], tensors["aspects.value.bias"]])

    def __call__(self, text: TokenStates, hits: NDArray[np.bool_]) -> Looked:
        """Answers for one text.

        Args:
            text: Its states.
            hits: (n_aspects, n_tokens) where keywords of an aspect stand.
        """
        projected = text.states @ self._weight + self._bias
        keys, values = np.split(projected, 2, axis=1)
        keys = keys.reshape(len(keys), ATTENTION_HEADS, -1)
        values = values.reshape(keys.shape)
        scores = np.einsum("ahd,thd->aht", self._query, keys) / keys.shape[-1] ** 0.5
        scores += self._tensors["aspects.bonus"][None, :, None] * hits[:, None, :]
        weights = np.exp(scores - scores.max(axis=2, keepdims=True))
        weights /= weights.sum(axis=2, keepdims=True)
        seen = np.einsum("aht,thd->ahd", weights, values).reshape(len(hits), -1)
        any_hit = hits.any(axis=1, keepdims=True)
        joined = np.concatenate([seen, self._own, seen * self._own, any_hit], axis=1)
        features = gelu(linear(self._tensors, "aspects.hidden", joined.astype(np.float32)))
        logits = linear(self._tensors, "aspects.output", features)
        return Looked(logits, weights.mean(axis=1), features)
