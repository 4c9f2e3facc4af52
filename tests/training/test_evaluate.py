"""The table of figures, and the column that a teacher gets in it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import has_torch, require
from training import evaluate
from voc.config import bundled
from voc.inference.manifest import newest
from voc.tagging.engine import Engine
from voc.tagging.evaluation import Figure

ACCURACY = {"voc-zh": 0.9, "voc-zh-linear": 0.8, "teacher": 0.95}


class _Named:
    """A tagger that only says who it is."""

    def __init__(self, folder: Path) -> None:
        self.identifier = f"{folder.parent.name}@{folder.name}"


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of models whose figures are told, not measured."""
    shutil.copytree(newest(bundled("models"), "voc-zh"), tmp_path / "voc-zh" / "1.0.0")
    linear = bundled("models") / "voc-zh-linear"
    (tmp_path / "voc-zh-linear").symlink_to(linear, target_is_directory=True)

    def measure(engine: Engine, _data: Path, _split: str) -> Iterator[tuple[str, evaluate.Figures]]:
        value = ACCURACY[engine.model.partition("@")[0]]
        yield "waimai", {"accuracy": Figure(value, value - 0.01, value + 0.01, 1195)}

    monkeypatch.setattr(evaluate, "measure", measure)
    return tmp_path


def test_models_stand_side_by_side_in_table_card_and_metrics(
    models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evaluate.main(["--data", "none", "--models", str(models), "--card"])
    row = "| waimai | accuracy | 1,195 | 0.900 | 0.890–0.910 | 0.800 | 0.910 | 0.900 |"
    assert row in capsys.readouterr().out
    folder = models / "voc-zh" / "1.0.0"
    assert row in (folder / "card.md").read_text(encoding="utf-8")
    figures = json.loads((folder / "metrics.json").read_bytes())["dev"]
    assert {name: each["waimai"]["accuracy"]["value"] for name, each in figures.items()} == {
        "voc-zh": 0.9,
        "voc-zh-linear": 0.8,
    }


def test_a_teacher_gets_a_column_and_its_loss_is_told(
    models: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    require("torch", has_torch(), "PyTorch is not installed; pip install 'voc-zh[train]'")
    from training.encoder import floats

    def write(run: Path, folder: Path, *, name: str, beside: Path) -> Path:
        assert (run, beside) == (Path("RUN"), models / "voc-zh" / "1.0.0")
        return folder / name / "0.0.0"

    monkeypatch.setattr(floats, "write_float_model", write)
    monkeypatch.setattr(floats, "calibrated", lambda folder, _data: _Named(folder))
    evaluate.main(["--data", "none", "--models", str(models), "--teacher", "RUN"])
    shown = capsys.readouterr().out
    assert "| voc-zh-linear | teacher | must |" in shown
    assert "| 0.800 | 0.950 | 0.910 |" in shown
    assert "1 of 1 figures lose more than 0.005 against teacher: waimai accuracy 0.050" in shown
    figures = json.loads((models / "voc-zh" / "1.0.0" / "metrics.json").read_bytes())["dev"]
    assert figures["teacher"]["waimai"]["accuracy"]["value"] == 0.95


def test_what_is_no_worse_than_the_teacher_loses_nothing() -> None:
    def figures(value: float) -> dict[str, evaluate.Figures]:
        error = Figure(1 - value, 0.0, 1.0, 100)
        return {
            "waimai": {
                "accuracy": Figure(value, 0.0, 1.0, 100),
                "expected_calibration_error": error,
            }
        }

    ours, theirs = figures(0.900), figures(0.905)
    assert evaluate.losses(ours, theirs) == {}
    assert evaluate.losses(theirs, ours) == {}
    assert evaluate.losses(figures(0.899), theirs) == {"waimai accuracy": pytest.approx(0.006)}
