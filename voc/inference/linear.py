"""Linear models over hashed n-grams: the floor under the encoder, and its fallback."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voc.errors import ModelError
from voc.inference.features import SparseRows, hashed_ngrams, product, weighted
from voc.inference.manifest import LinearManifest, read_manifest

Floats = NDArray[np.float32]
QUESTIONS = "service_intents"  # the head of that name, and the feature space that it alone reads


class LinearModel:
    """All heads of one linear model; each reads a feature space (a number of hash bits).

    Tensors of the file, by name, `S` being a feature space and `H` a head with n labels:
        `S.idf`: (2 ** bits,) float16 inverse document frequencies.
        `H/S.weight`, `H/window.S.weight`, `H/text.S.weight`: (2 ** bits, n) int8, each with its
        `….scale`: (n,) float32.
        `H/bias`: (n,) float32.
        `H/extra`: (n_extra, n) float32 weights of further inputs, where there are any.
    """

    def __init__(
        self, manifest: LinearManifest, tensors: Mapping[str, NDArray[np.generic]]
    ) -> None:
        self.manifest = manifest
        self._idf = {
            space: np.asarray(tensors[f"{space}.idf"], dtype=np.float32) for space in manifest.bits
        }
        self._heads = {name: _head_tensors(name, tensors) for name in manifest.heads}

    @classmethod
    def load(cls, folder: Path) -> LinearModel:
        """Loads a model folder.

        Raises:
            ModelError: The folder is not what its manifest says, or a tensor has a wrong shape.
        """
        manifest = read_manifest(folder)
        if not isinstance(manifest, LinearManifest):
            raise ModelError(f"{folder}: holds a {manifest.format} model, not a linear one.")
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        tensors: dict[str, NDArray[np.generic]] = {}
        try:
            for name in manifest.files:
                if name.endswith(".safetensors"):
                    tensors |= load_file(folder / name)
        except (SafetensorError, OSError) as error:
            raise ModelError(f"{folder}: weights cannot be read ({error}).") from error
        _check_shapes(manifest, tensors, folder)
        return cls(manifest, tensors)

    def features(
        self, texts: Sequence[str], spaces: Collection[str] | None = None
    ) -> dict[str, SparseRows]:
        """Returns the TF-IDF rows of normalised texts.

        Args:
            texts: The texts.
            spaces: The feature spaces; by default all but that of the service questions.
        """
        longest, bits = self.manifest.longest, self.manifest.bits
        wanted = [space for space in bits if space != QUESTIONS] if spaces is None else spaces
        return {
            space: weighted(
                hashed_ngrams(texts, bits=bits[space], longest=longest), self._idf[space]
            )
            for space in wanted
        }

    def logits(
        self,
        head: str,
        inputs: Mapping[str, SparseRows],
        *,
        extra: Floats | None = None,
    ) -> Floats:
        """Returns the calibrated logits of a head.

        Args:
            head: Its name.
            inputs: Rows by the name of the weights they meet (`S`, or `window.S`).
            extra: (n_rows, n_extra) further inputs, where the head has weights for them.

        Returns:
            (n_rows, n_labels).
        """
        weights, bias, extra_weights = self._heads[head]
        total: Floats = np.broadcast_to(bias, (_n_rows(inputs, extra), len(bias))).copy()
        for name, matrix in weights.items():
            total += product(inputs[name], matrix)
        if extra_weights is not None and extra is not None:
            total += extra @ extra_weights
        return total

    def has(self, head: str) -> bool:
        return head in self.manifest.heads


def _n_rows(inputs: Mapping[str, SparseRows], extra: Floats | None) -> int:
    if inputs:
        return next(iter(inputs.values())).n_rows
    return 0 if extra is None else len(extra)


def _head_tensors(
    name: str, tensors: Mapping[str, NDArray[np.generic]]
) -> tuple[dict[str, Floats], Floats, Floats | None]:
    prefix = f"{name}/"
    weights: dict[str, Floats] = {}
    for key, tensor in tensors.items():
        if key.startswith(prefix) and key.endswith(".weight"):
            scale = np.asarray(tensors[key.removesuffix(".weight") + ".scale"], dtype=np.float32)
            space = key.removeprefix(prefix).removesuffix(".weight")
            weights[space] = tensor.astype(np.float32) * scale
    extra = tensors.get(f"{name}/extra")
    return (
        weights,
        np.asarray(tensors[f"{name}/bias"], dtype=np.float32),
        None if extra is None else np.asarray(extra, dtype=np.float32),
    )


def _check_shapes(
    manifest: LinearManifest, tensors: Mapping[str, NDArray[np.generic]], folder: Path
) -> None:
    for space, bits in manifest.bits.items():
        if f"{space}.idf" not in tensors or tensors[f"{space}.idf"].shape != (1 << bits,):
            raise ModelError(f"{folder}: the tensor {space}.idf must have {1 << bits} entries.")
    for name, head in manifest.heads.items():
        bias = tensors.get(f"{name}/bias")
        if bias is None or bias.shape != (len(head.labels),):
            raise ModelError(f"{folder}: the head {name!r} must have {len(head.labels)} biases.")
        matrices = [key for key in tensors if key.startswith(f"{name}/") and key.endswith("weight")]
        for key in matrices:
            rows = 1 << manifest.bits.get(key.split("/")[1].split(".")[-2], 0)
            if tensors[key].shape != (rows, len(head.labels)):
                raise ModelError(
                    f"{folder}: the tensor {key} has the shape {tensors[key].shape};"
                    f" its manifest asks for {(rows, len(head.labels))}."
                )
            if f"{key.removesuffix('.weight')}.scale" not in tensors:
                raise ModelError(f"{folder}: the tensor {key} has no scale.")


def sigmoid(logits: Floats) -> Floats:
    """Returns 1 / (1 + e^-x), without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * logits)), dtype=np.float32)


def softmax(logits: Floats) -> Floats:
    """Returns the softmax along the last axis."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True), dtype=np.float32)
