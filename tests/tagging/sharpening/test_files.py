"""Sharpened taxonomies are refused before they are parsed, as models are."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from voc.errors import ModelError, OutputError
from voc.inference.manifest import file_digest
from voc.tagging.sharpening.files import (
    Sharpened,
    SharpenedManifest,
    read_manifests,
    read_sharpened,
    write_sharpened,
)
from voc.tagging.sharpening.shifts import PolarityShift, PresenceShift, Shifts

N_FEATURES, WIDTH = 4, 6


def shifts(value: float = 1.0) -> Shifts:
    def full(*shape: int) -> Any:
        return np.full(shape, value, dtype=np.float32)

    return Shifts(
        PresenceShift(full(2), full(2, 2), full(2, N_FEATURES), full(2, WIDTH), full()),
        PolarityShift(full(), full(2, 3), full(2, N_FEATURES, 3), full(2, WIDTH, 3)),
    )


def manifest(industry: str = "tea") -> SharpenedManifest:
    return SharpenedManifest(
        model="voc-zh@1.0.0",
        industry=industry,
        aspects=("taste", "queue"),
        files={"x.safetensors": "0" * 64},
        rows=40,
        figures={"before": {"aspect_micro_f1": 0.5}, "after": {"aspect_micro_f1": 0.7}},
        created=datetime(2026, 1, 1, tzinfo=UTC),
    )


def read(folder: Path) -> Sharpened:
    [(place, found)] = read_manifests(folder)
    return read_sharpened(place, found, n_features=N_FEATURES, width=WIDTH)


def change(folder: Path, how: Callable[[dict[str, Any]], object]) -> None:
    path = folder / "tea" / "manifest.json"
    content = json.loads(path.read_text())
    how(content)
    path.write_text(json.dumps(content))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_sharpened(tmp_path, manifest(), shifts())
    return tmp_path


def test_what_is_written_is_read(folder: Path) -> None:
    found = read(folder)
    for kind in ("presence", "polarity"):
        written, back = getattr(shifts(), kind), getattr(found.shifts, kind)
        for name in written.__slots__:
            np.testing.assert_array_equal(getattr(written, name), getattr(back, name))
    assert found.manifest.mark.startswith("tea.")
    assert found.manifest.model_copy(update={"files": manifest().files}) == manifest()


@pytest.mark.parametrize("part", ["presence", "polarity"])
def test_a_part_that_does_not_pay_is_left_out(tmp_path: Path, part: str) -> None:
    whole = shifts()
    kept = {"presence": None, "polarity": None, part: getattr(whole, part)}
    write_sharpened(tmp_path, manifest(), Shifts(**kept))
    found = read(tmp_path).shifts
    assert [name for name in kept if getattr(found, name) is not None] == [part]


def test_written_again_the_old_file_goes_and_the_mark_changes(folder: Path) -> None:
    [(_, first)] = read_manifests(folder)
    second = write_sharpened(folder, manifest(), shifts(2.0))
    assert first.mark != second.mark
    assert sorted(path.name for path in (folder / "tea").iterdir()) == [
        "manifest.json", *second.files,
    ]  # fmt: skip


def test_nothing_there_is_nothing(tmp_path: Path) -> None:
    assert read_manifests(tmp_path / "none") == []


def test_a_flipped_byte_is_refused(folder: Path) -> None:
    [path] = (folder / "tea").glob("*.safetensors")
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(ModelError, match=r"SHA-256.*voc train-aspects"):
        read_manifests(folder)


def test_pickle_is_never_read(folder: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return (pytest.fail, ("the pickle was run",))

    trap = folder / "tea" / "x.pkl"
    trap.write_bytes(pickle.dumps(Trap()))
    change(folder, lambda content: content.update(files={"x.pkl": file_digest(trap)}))
    with pytest.raises(ModelError, match="never read"):
        read_manifests(folder)


def test_a_pickle_under_another_name_is_refused(folder: Path) -> None:
    trap = folder / "tea" / "x.safetensors"
    trap.write_bytes(pickle.dumps({"presence.scale": [1.0]}))
    change(folder, lambda content: content.update(files={trap.name: file_digest(trap)}))
    with pytest.raises(ModelError, match="cannot be read"):
        read(folder)


@pytest.mark.parametrize("name", ["../x.safetensors", "/etc/x.safetensors", "a\\b.safetensors"])
def test_paths_outside_the_folder_are_refused(folder: Path, name: str) -> None:
    change(folder, lambda content: content.update(files={name: "0" * 64}))
    with pytest.raises(ModelError, match="outside"):
        read_manifests(folder)


def test_a_link_is_refused(folder: Path) -> None:
    [path] = (folder / "tea").glob("*.safetensors")
    path.rename(folder / "elsewhere")
    path.symlink_to(folder / "elsewhere")
    with pytest.raises(ModelError, match="plain file"):
        read_manifests(folder)


@pytest.mark.parametrize(
    "how",
    [
        lambda content: content.update(format="voc-sharpened/2"),
        lambda content: content.update(surprise=1),
        lambda content: content.update(model="../voc-zh"),
        lambda content: content.update(aspects=[]),
        lambda content: content.update(created="yesterday"),
        lambda content: content["files"].update({"y.safetensors": "0" * 64}),
        lambda content: content.pop("files"),
    ],
)
def test_a_manifest_that_is_not_understood_is_refused(
    folder: Path, how: Callable[[dict[str, Any]], object]
) -> None:
    change(folder, how)
    with pytest.raises(ModelError, match=r"manifest\.json"):
        read_manifests(folder)


def test_a_folder_under_another_name_is_refused(folder: Path) -> None:
    (folder / "tea").rename(folder / "snack")
    with pytest.raises(ModelError, match="'tea'"):
        read_manifests(folder)


@pytest.mark.parametrize("aspects", [["taste"], ["taste", "queue", "price"]])
def test_labels_that_do_not_fit_the_tensors_are_refused(folder: Path, aspects: list[str]) -> None:
    change(folder, lambda content: content.update(aspects=aspects))
    with pytest.raises(ModelError, match=r"presence\.bias"):
        read(folder)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_are_none_are_refused(tmp_path: Path, value: float) -> None:
    write_sharpened(tmp_path, manifest(), shifts(value))
    with pytest.raises(ModelError, match="numbers that are none"):
        read(tmp_path)


def test_a_folder_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="--out"):
        write_sharpened(tmp_path / "file", manifest(), shifts())
