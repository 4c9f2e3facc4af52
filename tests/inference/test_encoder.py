"""The shipped encoder: the same answer in any company, long texts whole, bad folders refused."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from voc.config import bundled
from voc.errors import ModelError
from voc.inference.encoder import EncoderModel
from voc.inference.linear import LinearModel
from voc.inference.manifest import file_digest, newest, read_manifest

FOLDER = newest(bundled("models"), "voc-zh")
TEXTS = [
    "起步顿挫严重,油耗还高,不过空间真不错",
    "客服态度很好,物流也快",
    "一般",
    "屏幕发黄,找客服推来推去,再也不买了!" * 5,
    "买来三天就坏了",
    "😀",
    "the battery is great",
]


@pytest.fixture(scope="module")
def model() -> EncoderModel:
    return EncoderModel.load(FOLDER, threads=2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped model that a test may spoil."""
    target = tmp_path / "model"
    shutil.copytree(FOLDER, target)
    return target


def test_a_text_has_the_same_states_in_any_batch_and_order(model: EncoderModel) -> None:
    alone = {text: model.encode([text])[0].states for text in TEXTS}
    for seed in range(5):
        order = random.Random(seed).sample(TEXTS * 3, len(TEXTS) * 3)
        for text, found in zip(order, model.encode(order), strict=True):
            np.testing.assert_array_equal(found.states, alone[text])


def test_a_long_text_is_read_to_its_end(model: EncoderModel) -> None:
    text = "物流很快,包装完好。" * 400 + "但是味道发苦"
    [found] = model.encode([text])
    assert len(found.states) == len(found.offsets) > 2000
    assert int(found.offsets[:, 1].max()) == len(text)
    starts = found.offsets[1:-1, 0]
    assert (np.diff(starts) >= 0).all()
    assert found.marked([(len(text) - 6, len(text))]).any()


def test_an_empty_text_has_its_frame_alone(model: EncoderModel) -> None:
    [found] = model.encode([""])
    assert found.states.shape == (2, model.manifest.width)


def test_it_is_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 40_000_000


def _change(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    change(manifest)
    path.write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")


@pytest.mark.parametrize("name", ["encoder.onnx", "heads.safetensors", "tokenizer.json"])
def test_a_flipped_byte_is_refused(folder: Path, name: str) -> None:
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(data)
    with pytest.raises(ModelError, match="SHA-256"):
        EncoderModel.load(folder)


@pytest.mark.parametrize("name", ["encoder.onnx", "heads.safetensors", "tokenizer.json"])
def test_a_file_that_no_manifest_names_is_missed(folder: Path, name: str) -> None:
    _change(folder, lambda manifest: manifest["files"].pop(name))
    with pytest.raises(ModelError, match="names no"):
        EncoderModel.load(folder)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda m: m["heads"].pop("intent"), "no head intent"),
        (lambda m: m["heads"]["intent"].update(labels=["praise"]), "must have complaint"),
        (lambda m: m["heads"]["service_intents"].update(labels=["a", "b"]), "shape"),
        (lambda m: m.update(width=128), "shape"),
        (lambda m: m.update(twin="../../elsewhere@1.0.0"), "twin"),
        (lambda m: m.update(window=100_000), "window"),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(
    folder: Path, change: Callable[[dict[str, Any]], object], said: str
) -> None:
    _change(folder, change)
    with pytest.raises(ModelError, match=said):
        EncoderModel.load(folder)


def test_a_graph_that_is_none_is_refused_when_its_digest_fits(folder: Path) -> None:
    (folder / "encoder.onnx").write_bytes(b"\x80\x04pickle")
    digest = file_digest(folder / "encoder.onnx")
    _change(folder, lambda manifest: manifest["files"].update({"encoder.onnx": digest}))
    with pytest.raises(ModelError, match="cannot be loaded"):
        EncoderModel.load(folder)


def test_each_loader_refuses_the_others_model() -> None:
    with pytest.raises(ModelError, match="not a linear one"):
        LinearModel.load(FOLDER)
    with pytest.raises(ModelError, match="not an encoder"):
        EncoderModel.load(newest(bundled("models"), "voc-zh-linear"))


def test_its_twin_is_shipped_too() -> None:
    manifest = read_manifest(FOLDER)
    twin = getattr(manifest, "twin", "")
    assert read_manifest(newest(bundled("models"), twin)).identifier == twin


def test_a_model_that_marks_opinions_without_a_head_for_it_is_refused(folder: Path) -> None:
    tensors = load_file(folder / "heads.safetensors")
    del tensors["spans.pair.weight"]
    save_file(tensors, folder / "heads.safetensors")
    digest = file_digest(folder / "heads.safetensors")
    _change(folder, lambda manifest: manifest["files"].update({"heads.safetensors": digest}))
    with pytest.raises(ModelError, match=r"spans\.pair\.weight has the shape None"):
        EncoderModel.load(folder)
    _change(folder, lambda manifest: manifest.update(opinions=[]))
    EncoderModel.load(folder)
