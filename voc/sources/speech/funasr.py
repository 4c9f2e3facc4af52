"""Recognition by FunASR (https://github.com/modelscope/FunASR), written against 1.4.16."""

from __future__ import annotations

import re
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, Final

from voc.config.recognisers import RecogniserSettings
from voc.errors import ConfigError
from voc.records import Turn
from voc.sources.dialogues import read_turns
from voc.sources.speech.audio import RATE, Samples
from voc.sources.transcripts import recognised

_VAD: Final = "fsmn-vad"
_BATCH_S: Final = 300
_MARKS: Final = re.compile(r"<\|[^|<>]{0,40}\|>")  # SenseVoice: <|zh|><|NEUTRAL|><|Speech|>


class FunAsrRecogniser:
    """Recognises by models of folders, or of names that FunASR fetches once and keeps itself.

    Args:
        name: Name of the source, for messages.
        settings: The recogniser.
        base: The folder that relative paths start from.

    Raises:
        ConfigError: A path names no folder.
    """

    def __init__(self, name: str, settings: RecogniserSettings, *, base: Path) -> None:
        self._place = f"sources.{name}.recogniser"
        self._settings = settings
        self._models = {
            argument: self._named(key, value, base)
            for argument, key, value in (
                ("model", "model", settings.model),
                ("vad_model", "vad", settings.vad or _VAD),
                ("punc_model", "punctuation", settings.punctuation),
                ("spk_model", "speakers", settings.speakers),
            )
            if value is not None
        }
        self._loaded: Any = None

    def recognise(self, samples: Samples, *, one_speaker: bool) -> list[Turn]:
        """As `Recogniser`; what FunASR prints goes to standard error."""
        with redirect_stdout(sys.stderr):
            if self._loaded is None:
                self._loaded = self._load()
            results = self._loaded.generate(
                input=samples,
                language=self._settings.language,
                use_itn=True,
                batch_size_s=_BATCH_S,
                sentence_timestamp=True,
                return_spk_res=not one_speaker,
                preset_spk_num=self._settings.speaker_count,
            )
        return [turn for result in results for turn in _turns(result, len(samples) / RATE)]

    def _load(self) -> Any:
        from funasr import AutoModel

        try:
            return AutoModel(
                **self._models,
                device=self._settings.device,
                ncpu=self._settings.threads,
                disable_update=True,
                disable_pbar=True,
                log_level="ERROR",
            )
        except Exception as error:
            raise ConfigError(
                f"{self._place}: FunASR cannot load {', '.join(self._models.values())}"
                f" ({type(error).__name__}: {str(error)[:300]}). Name a folder of a model, or a"
                " name that it knows and can fetch, as paraformer-zh."
            ) from error

    def _named(self, key: str, value: str, base: Path) -> str:
        """Returns the folder of a model, or its name where there is no such folder."""
        folder = base / Path(value).expanduser()
        if folder.is_dir():
            return str(folder)
        if value.startswith((".", "/", "~")):
            raise ConfigError(
                f"{self._place}.{key}: there is no folder {folder}. Put the model there, or name"
                " one that FunASR knows, as paraformer-zh."
            )
        return value


def _turns(result: dict[str, Any], duration_s: float) -> list[Turn]:
    """Returns the sentences of a result; of one without them its whole text."""
    row = recognised(result)
    turns = read_turns(row["turns"]) if row else ()
    if not turns:
        turns = (Turn("", str(result.get("text", "")), 0.0, round(duration_s, 3)),)
    plain = [(turn, _MARKS.sub("", turn.text).strip()) for turn in turns]
    return [Turn(turn.speaker, text, turn.start_s, turn.end_s) for turn, text in plain if text]
