"""Recognisers: what is missing is said with what to type, and they are called as they are made."""

from __future__ import annotations

import inspect
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.sources.speech import fakes
from voc.config import load_settings
from voc.config.recognisers import RecogniserSettings
from voc.errors import ConfigError, MissingExtraError
from voc.sources.speech.recognising import Recogniser, open_recogniser
from voc.sources.speech.sherpa import Models

SILENCE = np.zeros(16_000, np.float32)
SPEECH = fakes.sound((0.5, 1.0))


@pytest.fixture
def packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sherpa_onnx", fakes.sherpa_onnx())
    monkeypatch.setitem(sys.modules, "funasr", fakes.funasr())


def opened(base: Path, **told: Any) -> Recogniser:
    values = {"kind": "sherpa-onnx", "model": ".", "vad": "vad.onnx"} | told
    if values["kind"] == "sherpa-onnx":
        values.setdefault("architecture", "sense_voice")
    return open_recogniser("hotline", RecogniserSettings(**values), base=base)


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).touch()


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("sherpa-onnx", "Type: pip install sherpa-onnx"),
        ("funasr", "Type: pip install funasr torch torchaudio"),
    ],
)
def test_a_package_that_is_missing_is_said_with_what_to_type(
    kind: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voc.sources.speech.recognising.find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=said):
        opened(tmp_path, kind=kind)


@pytest.mark.usefixtures("packages")
@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({}, r"recogniser.model: .* holds no model.int8.onnx or model.onnx. Unpack a model there"),
        ({"architecture": "whisper"}, r"holds no \*encoder.int8.onnx or \*encoder.onnx"),
        ({"kind": "funasr", "model": "./none"}, "recogniser.model: there is no folder .*none"),
    ],
)
def test_a_model_that_is_missing_is_said_with_its_place(
    told: dict[str, Any], said: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=said):
        opened(tmp_path, **told)


@pytest.mark.usefixtures("packages")
def test_a_detector_that_is_missing_is_said_with_its_place(tmp_path: Path) -> None:
    touch(tmp_path, "model.onnx", "tokens.txt")
    with pytest.raises(ConfigError, match=r"recogniser.vad: there is no file .*vad.onnx"):
        opened(tmp_path)


@pytest.mark.usefixtures("packages")
@pytest.mark.parametrize(
    ("architecture", "files", "taken"),
    [
        ("sense_voice", ("model.onnx", "model.int8.onnx", "tokens.txt"), "model.int8.onnx"),
        ("paraformer", ("model.onnx", "tokens.txt"), "model.onnx"),
        (
            "whisper",
            ("tiny-encoder.int8.onnx", "tiny-decoder.onnx", "tiny-tokens.txt"),
            "tiny-encoder.int8.onnx",
        ),
    ],
)
def test_files_of_each_architecture_are_found(
    architecture: str,
    files: tuple[str, ...],
    taken: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    touch(tmp_path, *files, "vad.onnx", "punctuation.onnx")
    found: list[Models] = []
    load = Models.load

    def noted(models: Models) -> Any:
        found.append(models)
        return load(models)

    monkeypatch.setattr(Models, "load", noted)
    monkeypatch.setattr("voc.sources.speech.sherpa.subprocess.run", _ended(0))
    recogniser = opened(tmp_path, architecture=architecture, punctuation="punctuation.onnx")
    (turn,) = recogniser.recognise(SPEECH, one_speaker=True)
    assert (turn.speaker, turn.text) == ("", f"{fakes.WORDS[5]}。")
    assert recogniser.recognise(SILENCE, one_speaker=True) == []
    assert str(tmp_path / taken) in found[0].arguments.values()
    assert len(found) == 1, "models are loaded once"


@pytest.mark.usefixtures("packages")
def test_a_model_that_would_end_the_process_is_said_instead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path, "model.onnx", "tokens.txt", "vad.onnx")
    monkeypatch.setattr(
        "voc.sources.speech.sherpa.subprocess.run", _ended(255, "'vocab_size' does not exist")
    )
    with pytest.raises(ConfigError, match=r"\('vocab_size' does not exist\). Look whether model"):
        opened(tmp_path).recognise(SPEECH, one_speaker=True)


@pytest.mark.usefixtures("packages")
def test_funasr_says_what_it_cannot_load_and_prints_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recogniser = opened(tmp_path, kind="funasr", model="unknown")
    with pytest.raises(ConfigError, match=r"FunASR cannot load unknown, vad.onnx .*paraformer-zh"):
        recogniser.recognise(SPEECH, one_speaker=True)
    (turn,) = opened(tmp_path, kind="funasr", model="iic/SenseVoiceSmall").recognise(
        SPEECH, one_speaker=True
    )
    assert turn.text == fakes.WORDS[5]
    assert turn.end_s == pytest.approx(1.0, abs=0.01)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("recogniser", "said"),
    [
        ("{kind: sherpa-onnx, model: m}", "sherpa-onnx needs architecture and vad as well"),
        (
            "{kind: sherpa-onnx, model: m, architecture: whisper, vad: v, speakers: s}",
            "sherpa-onnx needs segmentation as well",
        ),
        ("{kind: funasr, model: m, channels: [agent]}", "one speaker for each of two channels"),
        ("{kind: funasr, model: m, chanels: [agent]}", "Did you mean 'channels'?"),
        ("{kind: vosk, model: m}", "sources.a.recogniser.kind"),
    ],
)
def test_what_is_wrong_in_the_settings_is_said(recogniser: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "voc.yaml"
    file.write_text(f"sources: {{a: {{kind: folder, path: a, recogniser: {recogniser}}}}}")
    with pytest.raises(ConfigError) as caught:
        load_settings(file, environ={})
    assert said in str(caught.value)


def test_the_fake_takes_what_sherpa_onnx_takes() -> None:
    real = pytest.importorskip("sherpa_onnx", reason="sherpa-onnx is not installed")
    for name in ("from_sense_voice", "from_paraformer", "from_whisper"):
        theirs = inspect.signature(getattr(real.OfflineRecognizer, name)).parameters
        ours = inspect.signature(getattr(fakes.OfflineRecognizer, name)).parameters
        assert {key: ours[key].default for key in ours} == {
            key: theirs[key].default for key in ours
        }
    for name, arguments in fakes.CONFIGS.items():
        said = getattr(real, name).__init__.__doc__
        assert all(f" {argument}: " in said for argument in arguments), name
    for each in fakes.CLASSES[1:]:
        called = {name for name in vars(each) if not name.startswith("_")}
        assert called <= set(dir(getattr(real, each.__name__)))


def test_the_fake_takes_what_funasr_takes() -> None:
    real = pytest.importorskip("funasr", reason="funasr is not installed")
    theirs = list(inspect.signature(real.AutoModel.generate).parameters)
    assert theirs == list(inspect.signature(fakes.AutoModel.generate).parameters)


@pytest.mark.skipif(
    not all(find_spec(name) for name in ("sherpa_onnx", "silero_vad", "onnx")),
    reason="sherpa-onnx, silero-vad and onnx are not all installed",
)
def test_sherpa_onnx_runs_a_model_of_its_form(tmp_path: Path) -> None:
    from tests.sources.speech.made_model import make_sense_voice

    make_sense_voice(tmp_path)
    spec = find_spec("silero_vad")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    vad = Path(spec.submodule_search_locations[0]) / "data" / "silero_vad.onnx"
    models = Models(
        "sense_voice",
        {"model": str(tmp_path / "model.onnx"), "tokens": str(tmp_path / "tokens.txt")},
        str(vad), None, None, None, 2, "zh", "cpu", 1,
    )  # fmt: skip
    loaded = models.load()
    loaded.rehearse()
    assert list(loaded.turns(SILENCE, one_speaker=True)) == []
    assert set(loaded._text(SPEECH)) <= set("我要退款订单还没发货你好快递。")


def _ended(code: int, said: str = "") -> Any:
    def run(call: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(call, code, "", f"noise\n{said}\n")

    return run
