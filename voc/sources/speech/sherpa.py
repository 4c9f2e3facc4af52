"""Recognition by sherpa-onnx (https://k2-fsa.github.io/sherpa/onnx/), written against 2.0.1."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from voc.config.recognisers import RecogniserSettings
from voc.errors import ConfigError
from voc.records import Turn
from voc.sources.speech.audio import RATE, Samples

_WINDOW: Final = 512  # samples that Silero's detector takes at a time
_LONGEST_S: Final = 20.0
_BUFFER_S: Final = 60.0
_LOADING_S: Final = 300
_LOAD: Final = (
    "import json, sys; from voc.sources.speech.sherpa import Models;"
    " Models(**json.load(sys.stdin)).load().rehearse()"
)
_FILES: Final = {
    # The argument of sherpa-onnx, and how the file of it is called; the better ones first.
    "sense_voice": {"model": ("model.int8.onnx", "model.onnx"), "tokens": ("tokens.txt",)},
    "paraformer": {"paraformer": ("model.int8.onnx", "model.onnx"), "tokens": ("tokens.txt",)},
    "whisper": {
        "encoder": ("*encoder.int8.onnx", "*encoder.onnx"),
        "decoder": ("*decoder.int8.onnx", "*decoder.onnx"),
        "tokens": ("*tokens.txt",),
    },
}


@dataclass(frozen=True, slots=True)
class Models:
    """The files of one recogniser, and how they are run.

    Attributes:
        architecture: sense_voice, paraformer or whisper.
        arguments: The files of the recogniser, by argument of `OfflineRecognizer.from_…`.
        vad: Silero's detector of speech.
        punctuation: A CT-transformer that sets punctuation; `None`: none is set.
        segmentation: Pyannote's model of speaker changes; `None`: speakers are not told apart.
        embedding: The model of voices, with `segmentation`.
        speaker_count: How many speak; `None`: found by voice.
        language: As `zh`.
        provider: cpu or cuda.
        threads: Threads of each model.
    """

    architecture: str
    arguments: dict[str, str]
    vad: str
    punctuation: str | None
    segmentation: str | None
    embedding: str | None
    speaker_count: int | None
    language: str
    provider: str
    threads: int

    def load(self) -> Loaded:
        """Loads all of them. Of a model of another kind sherpa-onnx may end the process."""
        import sherpa_onnx as sherpa

        run = {"num_threads": self.threads, "provider": self.provider}
        detector = sherpa.VadModelConfig(
            silero_vad=sherpa.SileroVadModelConfig(
                model=self.vad, max_speech_duration=_LONGEST_S, window_size=_WINDOW
            ),
            sample_rate=RATE,
            **run,
        )
        return Loaded(
            self._recogniser(sherpa, run),
            sherpa.VoiceActivityDetector(detector, buffer_size_in_seconds=_BUFFER_S),
            self._punctuation(sherpa, run),
            self._diarisation(sherpa, run),
        )

    def _recogniser(self, sherpa: Any, run: dict[str, Any]) -> Any:
        opened = getattr(sherpa.OfflineRecognizer, f"from_{self.architecture}")
        more: dict[str, Any] = {}
        if self.architecture == "sense_voice":
            more = {"language": self.language, "use_itn": True}
        elif self.architecture == "whisper":
            more = {"language": self.language, "task": "transcribe"}
        return opened(**self.arguments, **more, **run)

    def _punctuation(self, sherpa: Any, run: dict[str, Any]) -> Any:
        if self.punctuation is None:
            return None
        model = sherpa.OfflinePunctuationModelConfig(ct_transformer=self.punctuation, **run)
        return sherpa.OfflinePunctuation(sherpa.OfflinePunctuationConfig(model=model))

    def _diarisation(self, sherpa: Any, run: dict[str, Any]) -> Any:
        if self.segmentation is None or self.embedding is None:
            return None
        pyannote = sherpa.OfflineSpeakerSegmentationPyannoteModelConfig(model=self.segmentation)
        config = sherpa.OfflineSpeakerDiarizationConfig(
            segmentation=sherpa.OfflineSpeakerSegmentationModelConfig(pyannote=pyannote, **run),
            embedding=sherpa.SpeakerEmbeddingExtractorConfig(model=self.embedding, **run),
            clustering=sherpa.FastClusteringConfig(num_clusters=self.speaker_count or -1),
        )
        return sherpa.OfflineSpeakerDiarization(config)


@dataclass(frozen=True, slots=True)
class Loaded:
    """Models in memory; `punctuation` and `diarisation` are `None` where there are none."""

    recogniser: Any
    detector: Any
    punctuation: Any
    diarisation: Any

    def turns(self, samples: Samples, *, one_speaker: bool) -> Iterator[Turn]:
        """Gives what is said in each stretch of speech."""
        for begin, end, speaker in self._stretches(samples, one_speaker=one_speaker):
            text = self._text(samples[begin:end])
            if text:
                yield Turn(speaker, text, round(begin / RATE, 3), round(end / RATE, 3))

    def rehearse(self) -> None:
        """Recognises a second of silence: some models that do not fit end a process only here."""
        self._text(np.zeros(RATE, np.float32))

    def _text(self, samples: Samples) -> str:
        stream = self.recogniser.create_stream()
        stream.accept_waveform(RATE, samples)
        self.recogniser.decode_stream(stream)
        text: str = stream.result.text.strip()
        return self.punctuation.add_punctuation(text) if text and self.punctuation else text

    def _stretches(self, samples: Samples, *, one_speaker: bool) -> Iterator[tuple[int, int, str]]:
        """Gives (first sample, one behind the last, speaker), long ones cut at their pauses."""
        if self.diarisation is None or one_speaker:
            yield from ((begin, end, "") for begin, end in self._speech(samples))
            return
        for each in self.diarisation.process(samples).sort_by_start_time():
            first = max(0, int(each.start * RATE))
            last = min(len(samples), int(each.end * RATE))
            if last - first <= _LONGEST_S * RATE:
                yield first, last, str(each.speaker)
                continue
            for begin, end in self._speech(samples[first:last]):
                yield first + begin, first + end, str(each.speaker)

    def _speech(self, samples: Samples) -> Iterator[tuple[int, int]]:
        self.detector.reset()
        for begin in range(0, len(samples), _WINDOW):
            self.detector.accept_waveform(samples[begin : begin + _WINDOW])
            yield from self._heard(len(samples))
        self.detector.flush()
        yield from self._heard(len(samples))

    def _heard(self, length: int) -> Iterator[tuple[int, int]]:
        while not self.detector.empty():
            segment = self.detector.front
            begin = max(0, segment.start)
            end = min(length, segment.start + len(segment.samples))
            self.detector.pop()
            yield begin, end


class SherpaRecogniser:
    """Recognises by models on this disk.

    Args:
        name: Name of the source, for messages.
        settings: The recogniser.
        base: The folder that relative paths start from.

    Raises:
        ConfigError: A file is missing; the message says which and where it is looked for.
    """

    def __init__(self, name: str, settings: RecogniserSettings, *, base: Path) -> None:
        self._place = f"sources.{name}.recogniser"
        self._models = self._found(settings, base)
        self._loaded: Loaded | None = None

    def recognise(self, samples: Samples, *, one_speaker: bool) -> list[Turn]:
        """As `Recogniser`; the recording is heard from begin to end in one go."""
        if self._loaded is None:
            self._try()
            self._loaded = self._models.load()
        return list(self._loaded.turns(samples, one_speaker=one_speaker))

    def _try(self) -> None:
        """Tries the models in a process of its own, as one that does not fit would end this one.

        Raises:
            ConfigError: They cannot be run.
        """
        said = self._failure()
        if said is not None:
            raise ConfigError(
                f"{self._place}: sherpa-onnx cannot run its models ({said}). Look whether model is"
                f" of the architecture {self._models.architecture!r}, and vad a silero_vad.onnx of"
                " 16,000 samples a second."
            )

    def _failure(self) -> str | None:
        try:
            tried = subprocess.run(
                [sys.executable, "-c", _LOAD],
                input=json.dumps(asdict(self._models)),
                capture_output=True,
                text=True,
                timeout=_LOADING_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"they are not loaded within {_LOADING_S} s"
        lines = tried.stderr.strip().splitlines() or ["it ended without a word"]
        return lines[-1] if tried.returncode else None

    def _found(self, settings: RecogniserSettings, base: Path) -> Models:
        assert settings.architecture is not None
        assert settings.vad is not None
        folder = base / Path(settings.model).expanduser()
        arguments = {
            argument: self._one(folder, names)
            for argument, names in _FILES[settings.architecture].items()
        }
        files = {
            key: self._file(key, base / Path(path).expanduser())
            for key in ("vad", "punctuation", "segmentation", "speakers")
            if (path := getattr(settings, key)) is not None
        }
        return Models(
            settings.architecture,
            arguments,
            files["vad"],
            files.get("punctuation"),
            files.get("segmentation"),
            files.get("speakers"),
            settings.speaker_count,
            settings.language,
            settings.device.partition(":")[0],
            settings.threads,
        )

    def _one(self, folder: Path, names: tuple[str, ...]) -> str:
        for name in names:
            for path in sorted(folder.glob(name)):
                return str(path)
        raise ConfigError(
            f"{self._place}.model: {folder} holds no {' or '.join(names)}. Unpack a model there, of"
            " those at https://k2-fsa.github.io/sherpa/onnx/pretrained_models/."
        )

    def _file(self, key: str, path: Path) -> str:
        if path.is_file():
            return str(path)
        raise ConfigError(
            f"{self._place}.{key}: there is no file {path}. Put it there, or mend the path."
        )
