"""Recognisers that tell words by how loud they are, called as the real packages are.

`test_recognisers.py` holds the calls equal to those of the packages where they are installed.
"""

from __future__ import annotations

import wave
from collections.abc import Mapping
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

WORDS: Final[Mapping[int, str]] = {
    2: "您好，工号八零一，很高兴为您服务，请问有什么可以帮您",
    5: "你们的快递怎么还没到，我要投诉",
    8: "好的，我给您登记，请您稍等",
}
"""Loudness in tenths of the greatest: what is said so."""


def sound(*parts: tuple[float, float], rate: int = 16_000) -> NDArray[np.float32]:
    """Returns stretches of (loudness, seconds), one after another; 0 is silence."""
    tones = [
        loudness * np.sin(np.arange(round(seconds * rate)) * 2 * np.pi * 440 / rate)
        for loudness, seconds in parts
    ]
    return np.concatenate(tones).astype(np.float32)


def write_wav(path: Path, *channels: NDArray[np.float32], rate: int = 16_000) -> Path:
    """Writes 16-bit PCM."""
    frames = np.round(np.stack(channels, axis=1) * 32_767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(frames.tobytes())
    return path


def words_of(samples: NDArray[np.float32]) -> str:
    return WORDS.get(round(float(np.abs(samples).max()) * 10), "")


def stretches(samples: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Returns (first sample, one behind the last) of what is no silence of a tenth of a second."""
    loud = np.flatnonzero(np.abs(samples) > 0.01)
    if not len(loud):
        return []
    gaps = np.flatnonzero(np.diff(loud) > 1_600)
    begins, ends = [loud[0], *loud[gaps + 1]], [*loud[gaps], loud[-1]]
    return [(int(begin), int(end) + 1) for begin, end in zip(begins, ends, strict=True)]


class VoiceActivityDetector:
    def __init__(self, config: Any, buffer_size_in_seconds: float = 60) -> None:
        assert config.sample_rate == 16_000
        self.reset()

    def reset(self) -> None:
        self._samples: list[NDArray[np.float32]] = []
        self._found: list[tuple[int, int]] = []

    def accept_waveform(self, samples: NDArray[np.float32]) -> None:
        assert len(samples) <= 512
        assert samples.dtype == np.float32
        self._samples.append(samples)

    def flush(self) -> None:
        self._found = stretches(np.concatenate(self._samples))

    def empty(self) -> bool:
        return not self._found

    @property
    def front(self) -> Any:
        begin, end = self._found[0]
        return SimpleNamespace(start=begin, samples=[0.0] * (end - begin))

    def pop(self) -> None:
        self._found.pop(0)


class _Stream:
    def __init__(self) -> None:
        self.result = SimpleNamespace(text="")
        self.samples = np.zeros(0, np.float32)

    def accept_waveform(self, sample_rate: float, waveform: NDArray[np.float32]) -> None:
        assert sample_rate == 16_000
        self.samples = waveform


class OfflineRecognizer:
    """What of `sherpa_onnx.OfflineRecognizer` is called."""

    made: str = ""

    @classmethod
    def from_sense_voice(
        cls,
        model: str,
        tokens: str,
        num_threads: int = 1,
        provider: str = "cpu",
        language: str = "",
        use_itn: bool = False,
    ) -> OfflineRecognizer:
        return cls._of(model)

    @classmethod
    def from_paraformer(
        cls, paraformer: str, tokens: str, num_threads: int = 1, provider: str = "cpu"
    ) -> OfflineRecognizer:
        return cls._of(paraformer)

    @classmethod
    def from_whisper(
        cls,
        encoder: str,
        decoder: str,
        tokens: str,
        language: str = "en",
        task: str = "transcribe",
        num_threads: int = 1,
        provider: str = "cpu",
    ) -> OfflineRecognizer:
        return cls._of(encoder)

    @classmethod
    def _of(cls, model: str) -> OfflineRecognizer:
        made = cls()
        made.made = Path(model).name
        return made

    def create_stream(self, hotwords: str | None = None) -> _Stream:
        return _Stream()

    def decode_stream(self, s: _Stream) -> None:
        if round(float(np.abs(s.samples).max()) * 10) == 9:
            raise ValueError("no such shape")
        s.result.text = words_of(s.samples)


class OfflineSpeakerDiarization:
    def __init__(self, config: Any) -> None:
        self._count = config.clustering.num_clusters

    def process(self, samples: NDArray[np.float32]) -> Any:
        """Tells speakers apart by how loud they are."""
        found = [
            SimpleNamespace(
                start=begin / 16_000,
                end=end / 16_000,
                speaker=int(words_of(samples[begin:end]) == WORDS[5]),
            )
            for begin, end in stretches(samples)
        ]
        return SimpleNamespace(sort_by_start_time=lambda: found)


class OfflinePunctuation:
    def __init__(self, config: Any) -> None:
        """Takes what the real one takes."""

    def add_punctuation(self, text: str) -> str:
        return f"{text}。"


def _config(*names: str, **defaults: Any) -> Any:
    """A class of settings that takes those names and no others."""

    def made(**values: Any) -> Any:
        assert values.keys() <= {*names, *defaults}, values.keys()
        return SimpleNamespace(**defaults | values)

    return made


RUN: Final = ("num_threads", "provider")
CONFIGS: Final[Mapping[str, tuple[str, ...]]] = {
    "VadModelConfig": ("silero_vad", "sample_rate", *RUN),
    "SileroVadModelConfig": ("model", "max_speech_duration", "window_size"),
    "OfflinePunctuationConfig": ("model",),
    "OfflinePunctuationModelConfig": ("ct_transformer", *RUN),
    "OfflineSpeakerDiarizationConfig": ("segmentation", "embedding", "clustering"),
    "OfflineSpeakerSegmentationModelConfig": ("pyannote", *RUN),
    "OfflineSpeakerSegmentationPyannoteModelConfig": ("model",),
    "SpeakerEmbeddingExtractorConfig": ("model", *RUN),
    "FastClusteringConfig": ("num_clusters",),
}
CLASSES: Final = (
    OfflineRecognizer,
    VoiceActivityDetector,
    OfflineSpeakerDiarization,
    OfflinePunctuation,
)


def sherpa_onnx() -> ModuleType:
    module = ModuleType("sherpa_onnx")
    module.__spec__ = ModuleSpec("sherpa_onnx", None)
    for name, arguments in CONFIGS.items():
        setattr(module, name, _config(*arguments))
    for each in CLASSES:
        setattr(module, each.__name__, each)
    return module


class AutoModel:
    """What of `funasr.AutoModel` is called; seconds are milliseconds, as there."""

    def __init__(self, **kwargs: Any) -> None:
        if kwargs["model"] == "unknown":
            raise RuntimeError("model 'unknown' is not registered")
        self.kwargs = kwargs

    def generate(
        self,
        input: Any,  # noqa: A002 - as the package calls it
        input_len: Any = None,
        progress_callback: Any = None,
        **cfg: Any,
    ) -> list[dict[str, Any]]:
        print("rtf_avg: 0.1")
        sentences = [
            {
                "text": f"<|zh|><|NEUTRAL|>{words_of(input[begin:end])}",
                "start": begin / 16,
                "end": end / 16,
                "timestamp": [],
                **({"spk": int(begin > 0)} if cfg["return_spk_res"] else {}),
            }
            for begin, end in stretches(input)
        ]
        text = "".join(str(each["text"]) for each in sentences)
        told = {"sentence_info": sentences} if "vad_model" in self.kwargs else {}
        return [{"key": "rand_key_1", "text": text, **told}]


def funasr() -> ModuleType:
    module = ModuleType("funasr")
    module.__spec__ = ModuleSpec("funasr", None)
    module.AutoModel = AutoModel  # type: ignore[attr-defined]
    return module
