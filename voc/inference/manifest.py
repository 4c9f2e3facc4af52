"""Model folders that say what they hold, and are checked before any of it is parsed.

A model is a folder `<name>/<version>/` with `manifest.json`, its weights and its card. The manifest
names every file with its SHA-256; weights are safetensors or ONNX. Pickle is never read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

from voc.errors import ModelError, ModelUnavailableError
from voc.records import INTENTS, POLARITIES

SUFFIXES = (".safetensors", ".onnx", ".json")
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Head(BaseModel):
    """One output of a model."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["binary", "multinomial", "presence", "regression"] = Field(
        description="binary: one logit; multinomial: softmax over labels; presence: one logit each;"
        " regression: a number."
    )
    labels: tuple[str, ...] = Field(min_length=1, description="What its outputs stand for.")
    thresholds: tuple[float, ...] = Field(
        default=(), description="Probability from which a label of a presence head counts."
    )
    margin: float | None = Field(
        default=None,
        gt=0,
        description="What a regression head adds and takes to hold 95 % of the true numbers.",
    )


class Manifest(BaseModel):
    """What any model folder holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
    format: str = Field(description="Which loader reads it.")
    licence: str = Field(description="Licence of the weights.")
    files: dict[str, Digest] = Field(min_length=1, description="File name: SHA-256.")
    heads: dict[str, Head] = Field(description="Outputs by name.")

    @property
    def identifier(self) -> str:
        """Name and version, as every Tags record carries it."""
        return f"{self.name}@{self.version}"


class LinearManifest(Manifest):
    """What the folder of a linear model holds."""

    format: Literal["voc-linear/1"]
    bits: dict[str, int] = Field(description="log2 of the feature columns, by feature space.")
    longest: int = Field(ge=1, le=8, description="Longest n-gram.")


class EncoderManifest(Manifest):
    """What the folder of an encoder holds."""

    format: Literal["voc-encoder/1"]
    twin: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*@\d+\.\d+\.\d+$")] = Field(
        description="The linear model whose answers it weighs in, and that stands in for it."
    )
    opinions: tuple[str, ...] = Field(
        description="Industries whose opinions it learnt to mark; the rules mark those of others."
    )
    cascade: dict[Literal["sentiment", "intent", "aspects"], float] = Field(
        default={}, description="Probability from which the twin's answer stands at speed fast."
    )
    width: int = Field(gt=0, description="Width of a token's state.")
    begin: int = Field(ge=0, description="Id of the token before a text.")
    end: int = Field(ge=0, description="Id of the token after a text.")
    window: int = Field(gt=2, le=512, description="Tokens read at once, the frame counted.")
    overlap: int = Field(ge=0, description="Tokens that two neighbouring windows share.")


_MANIFEST: TypeAdapter[LinearManifest | EncoderManifest] = TypeAdapter(
    Annotated[LinearManifest | EncoderManifest, Field(discriminator="format")]
)


_NEEDED = {
    "voc-encoder/1": (
        "polarity",
        "subjectivity",
        "intent",
        "service_intents",
        "generic.presence",
        "generic.polarity",
    )
}


def read_manifest(folder: Path) -> LinearManifest | EncoderManifest:
    """Reads and checks a model folder: labels, paths, kinds and digests of its files.

    Raises:
        ModelError: Something is not as it should be; no weights were parsed.
    """
    path = folder / "manifest.json"
    try:
        manifest = _MANIFEST.validate_json(path.read_bytes())
    except FileNotFoundError:
        raise ModelError(f"{path}: no such file; name a model folder with models.name.") from None
    except (OSError, ValidationError) as error:
        raise ModelError(f"{path}: is no manifest this version can read ({error}).") from error
    _check_labels(manifest, path)
    for name, digest in manifest.files.items():
        check_file(folder, name, digest)
    return manifest


def _check_labels(manifest: Manifest, path: Path) -> None:
    missing = [name for name in _NEEDED.get(manifest.format, ()) if name not in manifest.heads]
    if missing:
        raise ModelError(f"{path}: has no head {', '.join(missing)}; fetch the model again.")
    fixed = {"intent": INTENTS, "polarity": ("positive",), "subjectivity": ("neutral",)}
    for name, head in manifest.heads.items():
        allowed = POLARITIES if name.endswith(".polarity") else fixed.get(name)
        if allowed is not None and head.labels != tuple(allowed):
            raise ModelError(
                f"{path}: the head {name!r} has the labels {', '.join(head.labels)};"
                f" it must have {', '.join(allowed)}, in that order."
            )
        if head.thresholds and len(head.thresholds) != len(head.labels):
            raise ModelError(
                f"{path}: the head {name!r} has {len(head.labels)} labels and"
                f" {len(head.thresholds)} thresholds; give one for each label."
            )


def check_file(
    folder: Path,
    name: str,
    digest: str,
    *,
    suffixes: Sequence[str] = SUFFIXES,
    mend: str = "fetch the model again",
) -> None:
    """Checks one file that a manifest names, without parsing it.

    Args:
        folder: The manifest's folder.
        name: The file's name, as the manifest has it.
        digest: Its SHA-256 in hex.
        suffixes: Kinds of files that may be read there.
        mend: What to do where it is not what the manifest says.

    Raises:
        ModelError: It is outside the folder, of another kind, missing, a link, or has been changed.
    """
    parts = PurePosixPath(name).parts
    if len(parts) != 1 or parts[0] in ("..", ".") or "\\" in name:
        raise ModelError(f"{folder}: the manifest names {name!r}, which is outside the folder.")
    if not name.endswith(tuple(suffixes)):
        raise ModelError(
            f"{folder}: {name!r} is of a kind that is never read; allowed: {', '.join(suffixes)}."
        )
    path = folder / name
    if path.is_symlink() or not path.is_file():
        raise ModelError(f"{path}: is no plain file, so part is missing; {mend}.")
    found = file_digest(path)
    if found != digest:
        raise ModelError(f"{path}: its SHA-256 is {found}, the manifest says {digest}; {mend}.")


def file_digest(path: Path) -> str:
    """Returns the SHA-256 of a file in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def newest(folder: Path, name: str) -> Path:
    """Returns the folder of the newest version of the model `name` (or `name@version`).

    Raises:
        ModelUnavailableError: There is none; the message lists the models there are.
    """
    name, _, version = name.partition("@")
    versions: dict[tuple[int, ...], Path] = {}
    for path in (folder / name).glob("*.*.*"):
        if all(part.isdigit() for part in path.name.split(".")):
            versions[tuple(int(part) for part in path.name.split("."))] = path
    chosen = [path for path in versions.values() if not version or path.name == version]
    if not chosen:
        there = sorted(
            f"{path.parent.parent.name}@{path.parent.name}"
            for path in folder.glob("*/*.*.*/manifest.json")
        )
        raise ModelUnavailableError(
            f"{folder}: holds no model {name}{'@' + version if version else ''};"
            f" it holds {', '.join(there) or 'none'}."
        )
    return versions[max(key for key, path in versions.items() if path in chosen)]
