"""Writes trained linear heads as a model folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.fitting import TrainedHead
from voc.inference.manifest import LinearManifest, file_digest

WEIGHTS = "model.safetensors"


def quantised(name: str, head: TrainedHead) -> dict[str, NDArray[Any]]:
    """Returns the tensors of a head, its weights as int8 with one scale a label."""
    tensors: dict[str, NDArray[Any]] = {
        f"{name}/bias": head.bias.astype(np.float32),
        f"{name}/extra": head.extra.astype(np.float32),
    }
    for space, weights in head.weights.items():
        scale = np.maximum(np.abs(weights).max(axis=0), 1e-9) / 127.0
        tensors[f"{name}/{space}.weight"] = np.rint(weights / scale).astype(np.int8)
        tensors[f"{name}/{space}.scale"] = scale.astype(np.float32)
    return tensors


def write_model(
    folder: Path, manifest: LinearManifest, tensors: Mapping[str, NDArray[Any]]
) -> None:
    """Writes weights and manifest, which then names the digest of the weights."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / WEIGHTS
    save_file({key: np.ascontiguousarray(value) for key, value in tensors.items()}, path)
    path.chmod(0o644)  # safetensors writes it for the owner alone
    signed = manifest.model_copy(update={"files": {WEIGHTS: file_digest(path)}})
    (folder / "manifest.json").write_text(signed.model_dump_json(indent=2) + "\n", encoding="utf-8")
