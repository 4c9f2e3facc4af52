"""Model folders are refused before they are parsed (hard case 24)."""

import json
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from voc.config import bundled
from voc.errors import ModelError
from voc.inference.linear import LinearModel
from voc.inference.manifest import file_digest, newest, read_manifest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the bundled model that a test may spoil."""
    target = tmp_path / "model"
    shutil.copytree(newest(bundled("models"), "voc-zh-linear"), target)
    return target


def _change(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_text(json.dumps(manifest))


def test_the_bundled_model_loads() -> None:
    model = LinearModel.load(newest(bundled("models"), "voc-zh-linear"))
    assert model.manifest.identifier.startswith("voc-zh-linear@")


def test_a_flipped_byte_is_refused(folder: Path) -> None:
    weights = folder / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    with pytest.raises(ModelError, match="SHA-256"):
        LinearModel.load(folder)


def test_pickle_is_never_read(folder: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return (pytest.fail, ("the pickle was run",))

    trap = folder / "model.pkl"
    trap.write_bytes(pickle.dumps(Trap()))
    _change(folder, lambda manifest: manifest["files"].update({"model.pkl": file_digest(trap)}))
    with pytest.raises(ModelError, match="never read"):
        LinearModel.load(folder)


@pytest.mark.parametrize("name", ["../x.safetensors", "/etc/x.safetensors", "a\\b.safetensors"])
def test_paths_outside_the_folder_are_refused(folder: Path, name: str) -> None:
    _change(folder, lambda manifest: manifest["files"].update({name: "0" * 64}))
    with pytest.raises(ModelError, match="outside"):
        read_manifest(folder)


def test_a_link_is_refused(folder: Path) -> None:
    weights = folder / "model.safetensors"
    weights.rename(folder / "elsewhere.bin")
    weights.symlink_to(folder / "elsewhere.bin")
    with pytest.raises(ModelError, match="plain file"):
        read_manifest(folder)


@pytest.mark.parametrize(
    ("head", "labels", "said"),
    [
        ("intent", ["complaint", "praise"], "must have complaint, suggestion"),
        ("polarity", ["negative"], "must have positive"),
        ("automotive.polarity", ["positive", "neutral", "negative"], "in that order"),
    ],
)
def test_wrong_labels_are_refused(folder: Path, head: str, labels: list[str], said: str) -> None:
    _change(folder, lambda manifest: manifest["heads"][head].update(labels=labels))
    with pytest.raises(ModelError, match=said):
        read_manifest(folder)


@pytest.mark.parametrize(
    "change",
    [
        lambda manifest: manifest.update(format="pickle/1"),
        lambda manifest: manifest.update(surprise=1),
        lambda manifest: manifest.update(version="latest"),
        lambda manifest: manifest.pop("files"),
    ],
)
def test_a_manifest_that_is_not_understood_is_refused(
    folder: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    _change(folder, change)
    with pytest.raises(ModelError, match=r"manifest\.json"):
        read_manifest(folder)


def test_bits_that_do_not_fit_the_weights_are_refused(folder: Path) -> None:
    _change(folder, lambda manifest: manifest["bits"].update(narrow=17))
    with pytest.raises(ModelError, match="entries"):
        LinearModel.load(folder)


def test_a_missing_model_names_those_there_are(tmp_path: Path) -> None:
    (tmp_path / "other" / "1.2.0").mkdir(parents=True)
    (tmp_path / "other" / "1.2.0" / "manifest.json").write_text("{}")
    with pytest.raises(ModelError, match=r"other@1\.2\.0"):
        newest(tmp_path, "voc-zh")


def test_the_newest_version_counts_by_number(tmp_path: Path) -> None:
    for version in ("1.9.0", "1.10.0", "1.2.0", "draft"):
        (tmp_path / "m" / version).mkdir(parents=True)
    assert newest(tmp_path, "m").name == "1.10.0"
    assert newest(tmp_path, "m@1.2.0").name == "1.2.0"
