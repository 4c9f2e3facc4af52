"""Loads the tagger that the settings name, or what stands in for it."""

from __future__ import annotations

from pathlib import Path

from voc.config import Settings, bundled
from voc.errors import ModelUnavailableError
from voc.inference.linear import LinearModel
from voc.inference.manifest import EncoderManifest, newest, read_manifest
from voc.tagging.linear import LinearTagger
from voc.tagging.tagger import Tagger


def load_tagger(settings: Settings, model: str | None = None) -> tuple[Tagger, str | None]:
    """Loads a tagger.

    Where the settings' own model cannot run here, their fallback stands in for it; a model that was
    asked for by name is never replaced, and one that cannot be trusted is never either.

    Args:
        settings: For the folder and the names of models.
        model: A model's name, or `name@version`, instead of the settings' one.

    Returns:
        The tagger, and a notice for the user where it is the fallback.

    Raises:
        ModelError: The model is missing or not what its manifest says.
    """
    folder = settings.resolve(settings.models.dir) or bundled("models")
    if model is not None:
        return _load(folder, model, threads=settings.models.threads), None
    try:
        return _load(folder, settings.models.name, threads=settings.models.threads), None
    except ModelUnavailableError as error:
        if settings.models.fallback in ("", settings.models.name):
            raise
        tagger = _load(folder, settings.models.fallback, threads=settings.models.threads)
        return tagger, f"{tagger.identifier} tags instead of {settings.models.name}: {error}"


def _load(folder: Path, name: str, *, threads: int) -> Tagger:
    place = newest(folder, name)
    manifest = read_manifest(place)
    if not isinstance(manifest, EncoderManifest):
        return LinearTagger(LinearModel.load(place))
    from voc.inference.encoder import EncoderModel
    from voc.tagging.encoder import EncoderTagger

    model = EncoderModel.load(place, threads=threads)
    return EncoderTagger(model, LinearTagger(LinearModel.load(newest(folder, manifest.twin))))
