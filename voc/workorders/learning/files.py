"""Learned models on disk: a folder with `manifest.json` and one safetensors file, checked first.

The file is named by its SHA-256 digest and the manifest is put in place last and at once, so that a
folder is whole at any moment.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from voc.errors import ModelError, OutputError
from voc.inference.manifest import Digest, check_file, file_digest
from voc.workorders.learning.model import BITS, FIGURES, LONGEST, DepartmentModel, Place

MANIFEST: Final = "manifest.json"
_NAME: Final = "departments-{}.safetensors"
_MEND: Final = "type voc train-routing once more, or take `learned` out of the routing file"
_DIGITS: Final = 8


class LearnedManifest(BaseModel):
    """What the folder of a learned model says of itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["voc-departments/1"] = "voc-departments/1"
    industry: str = Field(min_length=1, description="Id of the industry.")
    departments: tuple[str, ...] = Field(min_length=2, description="The departments, in order.")
    places: tuple[Place, ...] = Field(min_length=1, description="The aspects of the taxonomy.")
    bits: Literal[18] = Field(default=BITS, description="log2 of the columns of n-grams.")
    longest: Literal[3] = Field(default=LONGEST, description="Longest n-gram in code points.")
    files: dict[str, Digest] = Field(
        min_length=1, max_length=1, description="File name: SHA-256, of the one file there is."
    )
    rows: int = Field(ge=1, description="Rows it was fitted on.")
    threshold: float = Field(ge=0, le=1, description="Probability that the figures are for.")
    figures: dict[str, float] = Field(
        description="Shares of rows not fitted on that reach their department, by way."
    )
    created: AwareDatetime = Field(description="When it was fitted.")


def read_learned(folder: Path) -> tuple[LearnedManifest, DepartmentModel]:
    """Reads a model; its file is compared with its digest before it is parsed.

    Raises:
        ModelError: The folder is not what its manifest says.
    """
    path = folder / MANIFEST
    try:
        manifest = LearnedManifest.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise ModelError(
            f"{path}: is no manifest this version can read ({error}); {_MEND}."
        ) from error
    [(name, digest)] = manifest.files.items()
    check_file(folder, name, digest, suffixes=(".safetensors",), mend=_MEND)
    tensors = _tensors(folder / name, len(manifest.departments))
    return manifest, DepartmentModel(manifest.departments, manifest.places, **tensors)


def _tensors(path: Path, departments: int) -> dict[str, NDArray[Any]]:
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        tensors: dict[str, NDArray[Any]] = load_file(path)
    except (SafetensorError, OSError) as error:
        raise ModelError(f"{path}: cannot be read ({error}); {_MEND}.") from error
    size = len(tensors.get("columns", ()))
    wanted: dict[str, tuple[tuple[int, ...], Any]] = {
        "columns": ((size,), np.int64),
        "idf": ((size,), np.float32),
        "weights": ((size, departments), np.float32),
        "bias": ((departments,), np.float32),
        "figure_weights": ((FIGURES,), np.float32),
    }
    found = {name: (each.shape, each.dtype) for name, each in tensors.items()}
    if found != wanted or not all(np.isfinite(each).all() for each in tensors.values()):
        raise ModelError(f"{path}: does not hold the tensors of such a model; {_MEND}.")
    return tensors


def write_learned(
    folder: Path, manifest: LearnedManifest, model: DepartmentModel
) -> LearnedManifest:
    """Writes a model and returns its manifest with the digest.

    Args:
        folder: Where it goes; it is made.
        manifest: What it says, whose `files` are still to be filled in.
        model: What was fitted.

    Raises:
        OutputError: It cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _write(folder, manifest, model)
    except OSError as error:
        raise OutputError(
            f"{folder}: cannot be written ({error.strerror}); name another folder with --out."
        ) from error


def _write(folder: Path, manifest: LearnedManifest, model: DepartmentModel) -> LearnedManifest:
    from safetensors.numpy import save_file

    scratch = folder / f"{os.getpid()}.part"
    names = ("columns", "idf", "weights", "bias", "figure_weights")
    save_file({name: np.ascontiguousarray(getattr(model, name)) for name in names}, scratch)
    scratch.chmod(0o644)
    digest = file_digest(scratch)
    name = _NAME.format(digest[:_DIGITS])
    scratch.replace(folder / name)
    signed = manifest.model_copy(update={"files": {name: digest}})
    scratch.write_text(signed.model_dump_json(indent=2) + "\n", encoding="utf-8")
    scratch.replace(folder / MANIFEST)
    for path in folder.glob(_NAME.format("*")):
        if path.name != name:
            path.unlink()
    return signed
