"""Which model tags, and what stands in for one that cannot."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from voc.config import bundled, load_settings
from voc.errors import ModelError, ModelUnavailableError
from voc.inference.manifest import newest
from voc.tagging.engine import load
from voc.tagging.loading import load_tagger


@pytest.fixture
def only_linear(tmp_path: Path) -> Path:
    """A folder of models that holds the linear twin alone."""
    source = newest(bundled("models"), "voc-zh-linear")
    shutil.copytree(source, tmp_path / "models" / "voc-zh-linear" / source.name)
    return tmp_path / "models"


def test_the_fallback_stands_in_and_says_so(only_linear: Path) -> None:
    settings = load_settings(
        overrides={"models.dir": str(only_linear), "models.name": "voc-zh"}, environ={}
    )
    engine = load(settings=settings)
    assert engine.model.startswith("voc-zh-linear@")
    assert engine.notice
    assert "instead of voc-zh" in engine.notice
    assert "holds no model voc-zh" in engine.notice


def test_without_a_fallback_the_missing_model_is_an_error(only_linear: Path) -> None:
    settings = load_settings(
        overrides={
            "models.dir": str(only_linear), "models.name": "voc-zh", "models.fallback": "",
        },
        environ={},
    )  # fmt: skip
    with pytest.raises(ModelUnavailableError, match="holds no model voc-zh"):
        load_tagger(settings)


def test_a_model_asked_for_by_name_is_never_replaced(only_linear: Path) -> None:
    settings = load_settings(overrides={"models.dir": str(only_linear)}, environ={})
    with pytest.raises(ModelUnavailableError):
        load_tagger(settings, "voc-zh")


def test_a_model_that_cannot_be_trusted_is_never_replaced(only_linear: Path) -> None:
    [folder] = (only_linear / "voc-zh-linear").iterdir()
    spoiled = only_linear / "voc-zh" / "1.0.0"
    shutil.copytree(folder, spoiled)
    with (spoiled / "model.safetensors").open("r+b") as stream:
        stream.write(b"\x00")
    settings = load_settings(
        overrides={"models.dir": str(only_linear), "models.name": "voc-zh"}, environ={}
    )
    with pytest.raises(ModelError, match="SHA-256"):
        load_tagger(settings)


def test_the_linear_model_has_no_sentence_vectors(only_linear: Path) -> None:
    settings = load_settings(overrides={"models.dir": str(only_linear)}, environ={})
    engine = load(settings=settings, model="voc-zh-linear")
    with pytest.raises(ModelError, match="no sentence vectors"):
        engine.vectors(["很好"])
