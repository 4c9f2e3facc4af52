"""Loads the tagger that the settings name, or what stands in for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from voc.config import Industry, Settings, bundled
from voc.errors import ModelUnavailableError
from voc.inference.linear import LinearModel
from voc.inference.manifest import EncoderManifest, newest, read_manifest
from voc.tagging.linear import LinearTagger
from voc.tagging.sharpening.files import SharpenedManifest, read_manifests, read_sharpened
from voc.tagging.tagger import Tagger

if TYPE_CHECKING:
    from voc.inference.encoder import EncoderModel
    from voc.tagging.sharpening.files import Sharpened

Found = list[tuple[Path, SharpenedManifest]]


def load_tagger(
    settings: Settings,
    model: str | None = None,
    *,
    industry: Industry | None = None,
    sharpened: bool = True,
) -> tuple[Tagger, str | None]:
    """Loads a tagger.

    Where the settings' own model cannot run here, their fallback stands in for it; a model that was
    asked for by name is never replaced, and one that cannot be trusted is never either.

    Args:
        settings: For the folders and the names of models.
        model: A model's name, or `name@version`, instead of the settings' one.
        industry: The taxonomy to be used, so that it can be held against what was sharpened.
        sharpened: Whether to take sharpened taxonomies along.

    Returns:
        The tagger, and a notice for the user where it is the fallback, or where a sharpened
        taxonomy does not fit.

    Raises:
        ModelError: The model, or a sharpened taxonomy, is missing or not what its manifest says.
    """
    folder = settings.resolve(settings.models.dir) or bundled("models")
    found = read_manifests(settings.sharpened_dir) if sharpened else []
    threads = settings.models.threads
    notices = []
    try:
        tagger = _load(folder, model or settings.models.name, found, threads=threads)
        if settings.models.speed == "fast":
            tagger = _fast(tagger)
    except ModelUnavailableError as error:
        if model is not None or settings.models.fallback in ("", settings.models.name):
            raise
        tagger = _load(folder, settings.models.fallback, found, threads=threads)
        notices.append(f"{tagger.identifier} tags instead of {settings.models.name}: {error}")
    notices += [_unfit(place, each, tagger) for place, each in found if not _fits(each, tagger)]
    notices += [
        other_aspects(place, each)
        for place, each in found
        if industry and _fits(each, tagger) and not is_of(each, industry)
    ]
    return tagger, " ".join(notices) or None


def is_of(manifest: SharpenedManifest, industry: Industry) -> bool:
    """Whether a sharpened taxonomy is that of an industry as it is, or of another one."""
    ids = tuple(aspect.id for aspect in industry.all_aspects())
    return manifest.industry != industry.id or manifest.aspects == ids


def other_aspects(place: Path, manifest: SharpenedManifest) -> str:
    """Says that a sharpened taxonomy was made for other aspects than the industry has now."""
    return (
        f"{place}: was fitted for other aspects than {manifest.industry} has now, so it is left"
        " out; type voc train-aspects once more."
    )


def _fits(manifest: SharpenedManifest, tagger: Tagger) -> bool:
    # Behind the model's own identifier come the marks of what was taken along.
    return manifest.model == tagger.identifier.partition("+")[0]


def _unfit(place: Path, manifest: SharpenedManifest, tagger: Tagger) -> str:
    return (
        f"{place}: was fitted for {manifest.model}, and {tagger.identifier} tags, so it is left"
        " out; type voc train-aspects once more."
    )


def _load(folder: Path, name: str, found: Found, *, threads: int) -> Tagger:
    place = newest(folder, name)
    manifest = read_manifest(place)
    if not isinstance(manifest, EncoderManifest):
        return LinearTagger(LinearModel.load(place))
    from voc.inference.encoder import EncoderModel
    from voc.tagging.encoder import EncoderTagger

    model = EncoderModel.load(place, threads=threads)
    twin = LinearTagger(LinearModel.load(newest(folder, manifest.twin)))
    return EncoderTagger(model, twin, _sharpened(found, model))


def _fast(tagger: Tagger) -> Tagger:
    """Returns the tagger that lets an encoder's twin answer; a linear model is fast as it is."""
    from voc.tagging.encoder import EncoderTagger

    if not isinstance(tagger, EncoderTagger):
        return tagger
    from voc.tagging.cascade import CascadeTagger

    return CascadeTagger(tagger)


def _sharpened(found: Found, model: EncoderModel) -> dict[str, Sharpened]:
    n_features = model.tensors["aspects.output.weight"].shape[1]
    return {
        each.industry: read_sharpened(
            place, each, n_features=n_features, width=model.manifest.width
        )
        for place, each in found
        if each.model == model.manifest.identifier
    }
