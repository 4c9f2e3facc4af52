"""Sharpened taxonomies on disk: one folder for each industry, checked before it is parsed.

The folder `<industry id>/` holds `manifest.json` and one safetensors file that the manifest names
with its SHA-256. The file is named by its digest, and the manifest is put in place last and at
once, so that a folder is whole at any moment.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from voc.errors import ModelError, OutputError
from voc.inference.manifest import Digest, check_file, file_digest
from voc.tagging.sharpening.shifts import PolarityShift, PresenceShift, Shifts

Floats = NDArray[np.float32]
_MEND = "delete this folder, or type voc train-aspects once more"
_NAME = "sharpened-{}.safetensors"
_DIGITS = 8


class SharpenedManifest(BaseModel):
    """What the folder of a sharpened taxonomy says of itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["voc-sharpened/1"] = "voc-sharpened/1"
    model: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*@\d+\.\d+\.\d+$")] = Field(
        description="The model whose answers it shifts; it fits no other."
    )
    industry: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.]*$")] = Field(
        description="Id of the industry."
    )
    aspects: tuple[str, ...] = Field(min_length=1, description="Ids of its aspects, in order.")
    files: dict[str, Digest] = Field(
        min_length=1, max_length=1, description="File name: SHA-256, of the one file there is."
    )
    rows: int = Field(ge=1, description="Labelled rows it was fitted on.")
    figures: dict[str, dict[str, float]] = Field(
        description="`before` and `after` on rows not fitted on: figure: value."
    )
    created: AwareDatetime = Field(description="When it was fitted.")

    @property
    def mark(self) -> str:
        """What the model's identifier gets, as `snack.1a2b3c4d`."""
        [digest] = self.files.values()
        return f"{self.industry}.{digest[:_DIGITS]}"


@dataclass(frozen=True, slots=True)
class Sharpened:
    """A sharpened taxonomy, as it was read."""

    manifest: SharpenedManifest
    shifts: Shifts


def read_manifests(folder: Path) -> list[tuple[Path, SharpenedManifest]]:
    """Reads and checks what lies in a folder of sharpened taxonomies; none where it is not there.

    Raises:
        ModelError: Something is not as it should be; no tensors were parsed.
    """
    return [(path.parent, _manifest(path)) for path in sorted(folder.glob("*/manifest.json"))]


def _manifest(path: Path) -> SharpenedManifest:
    try:
        manifest = SharpenedManifest.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise ModelError(
            f"{path}: is no manifest this version can read ({error}); {_MEND}."
        ) from error
    if manifest.industry != path.parent.name:
        raise ModelError(
            f"{path}: is that of {manifest.industry!r}; name its folder so, or {_MEND}."
        )
    for name, digest in manifest.files.items():
        check_file(path.parent, name, digest, suffixes=(".safetensors",), mend=_MEND)
    return manifest


def read_sharpened(
    folder: Path, manifest: SharpenedManifest, *, n_features: int, width: int
) -> Sharpened:
    """Reads the tensors of a folder whose manifest was checked.

    Args:
        folder: The folder of one industry.
        manifest: Its manifest.
        n_features: Width of the model's `Looked.features`.
        width: Width of its sentence vectors.

    Raises:
        ModelError: They are not the tensors of such a taxonomy.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    [name] = manifest.files
    try:
        tensors: dict[str, Floats] = load_file(folder / name)
    except (SafetensorError, OSError) as error:
        raise ModelError(f"{folder / name}: cannot be read ({error}); {_MEND}.") from error
    size = len(manifest.aspects)
    presence = {
        "presence.scale": (2,),
        "presence.bias": (size, 2),
        "presence.features": (size, n_features),
        "presence.vectors": (size, width),
        "presence.threshold": (),
    }
    polarity = {
        "polarity.scale": (),
        "polarity.bias": (size, 3),
        "polarity.features": (size, n_features, 3),
        "polarity.vectors": (size, width, 3),
    }
    wanted = {name: shape for name, shape in presence.items() if "presence.scale" in tensors}
    wanted |= {name: shape for name, shape in polarity.items() if "polarity.scale" in tensors}
    _check(folder / name, tensors, wanted)
    return Sharpened(
        manifest,
        Shifts(
            PresenceShift(*(tensors[each] for each in presence))
            if presence.keys() & wanted
            else None,
            PolarityShift(*(tensors[each] for each in polarity))
            if polarity.keys() & wanted
            else None,
        ),
    )


def _check(path: Path, tensors: dict[str, Floats], wanted: dict[str, tuple[int, ...]]) -> None:
    if not wanted or tensors.keys() != wanted.keys():
        raise ModelError(
            f"{path}: holds the tensors {', '.join(sorted(tensors)) or 'none'}, which are not those"
            f" of a sharpened taxonomy; {_MEND}."
        )
    for name, shape in wanted.items():
        found = tensors[name]
        if found.shape != shape or found.dtype != np.float32:
            raise ModelError(
                f"{path}: the tensor {name} is {found.dtype} of the shape {found.shape}; the model"
                f" asks for float32 of {shape}; {_MEND}."
            )
        if not np.isfinite(found).all():
            raise ModelError(f"{path}: the tensor {name} holds numbers that are none; {_MEND}.")


def write_sharpened(folder: Path, manifest: SharpenedManifest, shifts: Shifts) -> SharpenedManifest:
    """Writes the folder of one industry and returns its manifest with the digest.

    Args:
        folder: The folder of all of them.
        manifest: What it says, whose `files` are still to be filled in.
        shifts: What was fitted.

    Raises:
        OutputError: It cannot be written.
    """
    place = folder / manifest.industry
    try:
        place.mkdir(parents=True, exist_ok=True)
        return _write(place, manifest, shifts)
    except OSError as error:
        raise OutputError(
            f"{place}: cannot be written ({error.strerror}); name another folder with --out or"
            " models.sharpened_dir."
        ) from error


def _write(place: Path, manifest: SharpenedManifest, shifts: Shifts) -> SharpenedManifest:
    from safetensors.numpy import save_file

    scratch = place / f"{os.getpid()}.part"
    save_file(_tensors(shifts), scratch)
    scratch.chmod(0o644)
    digest = file_digest(scratch)
    name = _NAME.format(digest[:_DIGITS])
    scratch.replace(place / name)
    signed = manifest.model_copy(update={"files": {name: digest}})
    scratch.write_text(signed.model_dump_json(indent=2) + "\n", encoding="utf-8")
    scratch.replace(place / "manifest.json")
    for path in place.glob(_NAME.format("*")):
        if path.name != name:
            path.unlink()
    return signed


def _tensors(shifts: Shifts) -> dict[str, Floats]:
    parts: Sequence[tuple[str, PresenceShift | PolarityShift | None]] = [
        ("presence", shifts.presence),
        ("polarity", shifts.polarity),
    ]
    return {
        f"{kind}.{field.name}": np.array(getattr(part, field.name), np.float32, order="C")
        for kind, part in parts
        if part is not None
        for field in fields(part)
    }
