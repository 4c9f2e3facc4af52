"""A run as a model in float32, calibrated as shipped ones are, so that it can be measured."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from training.encoder.calibrate import Calibration
from training.encoder.corpus import Corpus
from training.encoder.export import export, manifest_of
from training.encoder.runs import load_run
from training.encoder.spans import train
from voc.errors import ModelError
from voc.inference.encoder import EncoderModel, TokenStates
from voc.inference.linear import LinearModel
from voc.inference.manifest import EncoderManifest, newest, read_manifest
from voc.tagging.encoder import EncoderTagger
from voc.tagging.linear import LinearTagger

_VERSION = "0.0.0"  # a run has none


def write_float_model(run: Path, models: Path, *, name: str, beside: Path) -> Path:
    """Writes a run as a model folder in float32, not calibrated yet, with a twin beside it.

    Args:
        run: A finished run.
        models: The folder of models to write into.
        name: What the model is called.
        beside: The folder of the shipped encoder that it will stand beside, whose twin it gets.

    Returns:
        Its folder.

    Raises:
        ModelError: There is no finished run, or `beside` holds no encoder.
    """
    shipped = read_manifest(beside)
    if not isinstance(shipped, EncoderManifest):
        raise ModelError(f"{beside}: holds a {shipped.format} model, which has no twin to lend.")
    loaded = load_run(run)
    folder = models / name / _VERSION
    export(
        loaded,
        folder,
        manifest_of(loaded, name=name, version=_VERSION, twin=shipped.twin),
        int8=False,
    )
    twin = shipped.twin.partition("@")[0]
    (models / twin).symlink_to(beside.parents[1].resolve() / twin, target_is_directory=True)
    return folder


class RememberingEncoder(EncoderModel):
    """An encoder that reads each text once: calibration and figures ask for the same ones."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.known: dict[str, TokenStates] = {}

    def encode(self, texts: Sequence[str]) -> list[TokenStates]:
        """Encodes texts; see `EncoderModel.encode`."""
        new = [text for text in dict.fromkeys(texts) if text not in self.known]
        self.known.update(zip(new, super().encode(new), strict=True))
        return [self.known[text] for text in texts]


def calibrated(folder: Path, data: Path) -> EncoderTagger:
    """Trains what marks opinions and calibrates, in place, by the twin that stands beside."""
    train(folder, EncoderModel.load(folder), data)
    model = RememberingEncoder.load(folder)
    twin = LinearTagger(LinearModel.load(newest(folder.parents[1], model.manifest.twin)))
    calibration = Calibration(EncoderTagger(model, twin), Corpus(data))
    calibration.fit()
    calibration.write(folder)
    again = RememberingEncoder.load(folder)
    again.known = model.known
    return EncoderTagger(again, twin)
