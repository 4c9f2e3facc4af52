"""What a recogniser of speech does, and which one the settings name."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Final, Protocol

from voc.config.recognisers import RecogniserSettings
from voc.errors import MissingExtraError
from voc.records import Turn
from voc.sources.speech.audio import Samples

_MODULES: Final = {"sherpa-onnx": "sherpa_onnx", "funasr": "funasr"}
_TO_TYPE: Final = {
    "sherpa-onnx": "pip install sherpa-onnx",
    "funasr": "pip install funasr torch torchaudio",
}


class Recogniser(Protocol):
    """Turns sound into turns."""

    def recognise(self, samples: Samples, *, one_speaker: bool) -> list[Turn]:
        """Returns what is said, in the order of its seconds; a speaker is a number, or empty.

        Models are loaded by the first call.

        Args:
            samples: (n,) float32 in [-1, 1] at 16,000 samples a second.
            one_speaker: Whether nobody else speaks, so that speakers need not be told apart.

        Raises:
            ConfigError: A model cannot be loaded.
        """
        ...


def open_recogniser(name: str, settings: RecogniserSettings, *, base: Path) -> Recogniser:
    """Makes the recogniser of a source; packages and files are looked for, nothing is loaded yet.

    Args:
        name: Name of the source, for messages.
        settings: The recogniser.
        base: The folder that relative paths start from.

    Raises:
        MissingExtraError: The package is not installed.
        ConfigError: A model's file is missing.
    """
    if find_spec(_MODULES[settings.kind]) is None:
        raise MissingExtraError(
            f"The source {name!r} recognises speech with {settings.kind}, which is not installed."
            f" Type: {_TO_TYPE[settings.kind]}"
        )
    if settings.kind == "funasr":
        from voc.sources.speech.funasr import FunAsrRecogniser

        return FunAsrRecogniser(name, settings, base=base)
    from voc.sources.speech.sherpa import SherpaRecogniser

    return SherpaRecogniser(name, settings, base=base)
