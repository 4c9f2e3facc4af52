"""Recordings of calls as feedback: heard once, then read as any other transcript."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from voc.config.recognisers import RecogniserSettings
from voc.errors import RowError, VocError
from voc.records import Channel, Feedback, Turn
from voc.sources.base import Reject
from voc.sources.columns import ColumnMap
from voc.sources.feedback import to_feedback
from voc.sources.rows import Row
from voc.sources.speech.audio import Samples, conversion, read_wav
from voc.sources.speech.recognising import open_recogniser
from voc.sources.streams.drops import Dropped

_NO_MEMORY: Final = (
    "there was no memory left to recognise it; it is tried again by the next run. Free some, or"
    " give the recogniser fewer threads or a smaller model"
)
_MEMORY_WORDS: Final = ("out of memory", "outofmemory", "allocate memory", "bad_alloc",
                        "bad allocation")  # fmt: skip
_COLUMNS: Final = ColumnMap({"id": "id", "turns": "turns", "created_at": "created_at"})


@dataclass(frozen=True, slots=True)
class NotHeard(Reject):
    """A recording that the machine had no room to hear now: the next run tries it again."""


class Recordings:
    """Hears recordings.

    Args:
        name: Name of the source.
        settings: The recogniser.
        base: The folder that relative paths of models start from.
        channel: Where the feedback comes from; `hotline` where nothing is told.
        product: The product that is talked about.
        zone: The zone of times.
        max_chars: Longest text kept, in code points.

    Raises:
        MissingExtraError: The recogniser is not installed.
        ConfigError: A file of a model is missing.
    """

    def __init__(
        self,
        name: str,
        settings: RecogniserSettings,
        *,
        base: Path,
        channel: Channel | None,
        product: str | None,
        zone: ZoneInfo,
        max_chars: int,
    ) -> None:
        self._name = name
        self._speakers = settings.channels
        self._channel: Channel = channel or "hotline"
        self._product = product
        self._zone = zone
        self._max_chars = max_chars
        self._recogniser = open_recogniser(name, settings, base=base)

    def read(self, path: Path, native_id: str, file: Dropped) -> Feedback | Reject:
        """Hears one recording; one that cannot be heard is a reject with its reason.

        A `NotHeard` one may be heard later.

        Args:
            path: The file on this machine.
            native_id: Its id.
            file: Where it was dropped and when it was written, which is when the call ended.

        Raises:
            ConfigError: The recogniser's models cannot be loaded.
        """
        try:
            turns = self._turns(path)
        except RowError as error:
            return Reject(self._name, file.path, error.reason)
        except VocError:
            raise
        except Exception as error:  # noqa: BLE001 - one recording must not hold up those behind it
            if _lacks_memory(error):
                return NotHeard(self._name, file.path, _NO_MEMORY)
            return Reject(self._name, file.path, f"cannot be recognised ({type(error).__name__})")
        values: dict[str, Any] = {"id": native_id, "turns": [turn.as_dict() for turn in turns]}
        if file.changed_s is not None:
            values["created_at"] = datetime.fromtimestamp(file.changed_s, UTC).isoformat()
        return to_feedback(
            Row(1, file.path, values),
            _COLUMNS,
            source=self._name,
            channel=self._channel,
            product=self._product,
            zone=self._zone,
            max_chars=self._max_chars,
        )

    def _turns(self, path: Path) -> list[Turn]:
        if path.suffix.lower() not in (".wav", ".wave"):
            raise RowError(f"is no WAV file; convert it: {conversion(path.name)}")
        sound = read_wav(path)
        if self._speakers and len(sound) > 1:
            turns = self._by_channel(sound)
        else:
            turns = self._recogniser.recognise(sound.mean(axis=0), one_speaker=False)
        if not turns:
            raise RowError("no speech is heard in it")
        return turns

    def _by_channel(self, sound: Samples) -> list[Turn]:
        """Returns the turns of each channel's speaker, by when they begin."""
        if len(sound) != len(self._speakers):
            raise RowError(f"has {len(sound)} channels, and channels names {len(self._speakers)}")
        turns = [
            replace(turn, speaker=speaker)
            for speaker, channel in zip(self._speakers, sound, strict=True)
            for turn in self._recogniser.recognise(channel, one_speaker=True)
        ]
        return sorted(turns, key=lambda turn: turn.start_s or 0.0)


def _lacks_memory(error: Exception) -> bool:
    """Whether an allocation failed; PyTorch and ONNX Runtime tell it by their words alone."""
    told = f"{type(error).__name__} {error}".lower()
    return isinstance(error, MemoryError) or any(words in told for words in _MEMORY_WORDS)


def digest_of(path: Path) -> str:
    """Returns a hash of a file's bytes, by which a recording is known under any name."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
