"""A run can be measured beside what is shipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import has_torch, require
from voc.config import bundled, load_settings
from voc.errors import ModelError
from voc.inference.encoder import EncoderModel, TokenStates
from voc.inference.manifest import newest
from voc.tagging.engine import load


@pytest.fixture
def shipped() -> Path:
    """The folder of the shipped encoder, a run of whose is as good as any."""
    require("torch", has_torch(), "PyTorch is not installed; pip install 'voc-zh[train]'")
    return newest(bundled("models"), "voc-zh")


def test_a_run_tags_in_float_with_the_twin_of_the_model_beside(
    shipped: Path, tmp_path: Path
) -> None:
    from training.encoder.floats import write_float_model

    folder = write_float_model(shipped, tmp_path, name="teacher", beside=shipped)
    assert folder.parent == tmp_path / "teacher"
    settings = load_settings(overrides={"models.dir": str(tmp_path)}, environ={})
    engine = load(settings=settings, model="teacher")
    good, bad = engine.tag(["味道很好,服务也热情", "太差了,再也不买了"], tasks=["sentiment"])
    assert engine.notice is None
    assert good.sentiment
    assert bad.sentiment
    assert (good.sentiment.label, bad.sentiment.label) == ("positive", "negative")
    whole = (folder / "encoder.onnx").stat().st_size
    assert whole > 3 * (shipped / "encoder.onnx").stat().st_size


def test_a_text_is_encoded_once_and_alike(shipped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from training.encoder.floats import RememberingEncoder

    model = RememberingEncoder.load(shipped)
    first = model.encode(["好", "差", "好"])
    assert first[0] is first[2]
    wanted = EncoderModel.load(shipped).encode(["差"])[0].states
    read: list[list[str]] = []

    def encode(_model: EncoderModel, texts: list[str]) -> list[TokenStates]:
        read.append(texts)
        return []

    monkeypatch.setattr(EncoderModel, "encode", encode)
    again = model.encode(["差", "好"])
    assert read == [[]]
    assert (again[0].states == wanted).all()
    assert again[1] is first[0]


def test_a_model_without_a_twin_can_lend_none(shipped: Path, tmp_path: Path) -> None:
    from training.encoder.floats import write_float_model

    linear = newest(bundled("models"), "voc-zh-linear")
    with pytest.raises(ModelError, match="no twin"):
        write_float_model(shipped, tmp_path, name="teacher", beside=linear)
