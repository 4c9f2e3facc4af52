"""Recordings become calls: heard once, speakers told apart, what is no call set aside."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.sources.speech import fakes
from tests.sources.speech.fakes import WORDS, sound, write_wav
from voc.config import load_settings
from voc.errors import UsageError
from voc.pipeline.ingesting import Ingested, ingest
from voc.pipeline.origins import Told, open_source
from voc.records import Feedback
from voc.sources.base import Page
from voc.sources.speech.sherpa import SherpaRecogniser
from voc.store import open_store

CALL = ((0.0, 0.5), (0.2, 1.0), (0.0, 2.0), (0.5, 1.5), (0.0, 1.0), (0.8, 1.0))
AGENT = ((0.0, 0.5), (0.2, 1.0), (0.0, 4.5), (0.8, 1.0))
CUSTOMER = ((0.0, 3.5), (0.5, 1.5), (0.0, 2.0))
SHERPA: dict[str, Any] = {
    "kind": "sherpa-onnx",
    "model": "model",
    "architecture": "sense_voice",
    "vad": "model/vad.onnx",
}
FUNASR: dict[str, Any] = {"kind": "funasr", "model": "paraformer-zh", "punctuation": "ct-punc"}
TELLS = {"segmentation": "model/segmentation.onnx", "speakers": "model/voices.onnx"}


class Folder:
    """A folder of recordings that a recogniser hears."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.calls = path / "calls"
        for folder in ("calls/2026-11-01", "model"):
            (path / folder).mkdir(parents=True)
        for name in ("model.onnx", "tokens.txt", "vad.onnx", "segmentation.onnx", "voices.onnx"):
            (path / "model" / name).touch()
        self.recogniser: dict[str, Any] | None = SHERPA

    def write(self, name: str, *channels: Any, rate: int = 16_000) -> Path:
        return self.settle(write_wav(self.calls / name, *channels, rate=rate))

    def settle(self, path: Path, *, at_s: int = 1_764_000_000) -> Path:
        os.utime(path, (at_s, at_s))
        return path

    @property
    def settings(self) -> Any:
        source = {"kind": "folder", "path": "calls/**/*", "recogniser": self.recogniser}
        config = self._path / "voc.yaml"
        config.write_text(f"sources: {{hotline: {source}}}".replace("None", "null"), "utf-8")
        return load_settings(config, environ={})

    def read(self, cursor: Any = None) -> list[Page]:
        source, _ = open_source("hotline", settings=self.settings, told=Told())
        return list(source.read(cursor))

    def voices(self) -> list[Feedback]:
        return [item for page in self.read() for item in page.feedback]

    def reasons(self) -> list[str]:
        return [each.reason for page in self.read() for each in page.rejects]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.setitem(sys.modules, "sherpa_onnx", fakes.sherpa_onnx())
    monkeypatch.setitem(sys.modules, "funasr", fakes.funasr())
    monkeypatch.setattr(SherpaRecogniser, "_try", lambda _: None)
    return Folder(tmp_path)


def spoken(voice: Feedback) -> list[tuple[str, str, float | None]]:
    return [(turn.speaker, turn.text, turn.start_s) for turn in voice.turns]


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100])
@pytest.mark.parametrize("recogniser", [SHERPA | TELLS, FUNASR | {"speakers": "cam++"}])
def test_who_is_who_in_one_channel_is_told_by_voices_and_words(
    recogniser: dict[str, Any], rate: int, folder: Folder
) -> None:
    folder.recogniser = recogniser
    folder.write("2026-11-01/17.wav", sound(*CALL, rate=rate), rate=rate)
    (voice,) = folder.voices()
    turns = spoken(voice)
    assert [(speaker, text) for speaker, text, _ in turns][:2] == [
        ("agent", WORDS[2]),
        ("customer", WORDS[5]),
    ]
    assert [start for *_, start in turns] == pytest.approx([0.5, 3.5, 6.0], abs=0.02)
    assert voice.turns[1].end_s == pytest.approx(5.0, abs=0.02)
    assert (voice.channel, voice.native_id) == ("hotline", "2026-11-01/17")
    assert voice.created_at is not None
    assert voice.created_at.timestamp() == 1_764_000_000


@pytest.mark.parametrize("recogniser", [SHERPA, FUNASR])
def test_a_channel_is_a_speaker_where_the_settings_say_so(
    recogniser: dict[str, Any], folder: Folder
) -> None:
    folder.recogniser = recogniser | {"channels": ["agent", "customer"]}
    folder.write("a.wav", sound(*AGENT), sound(*CUSTOMER))
    (voice,) = folder.voices()
    expected = [("agent", WORDS[2]), ("customer", WORDS[5]), ("agent", WORDS[8])]
    assert [(speaker, text) for speaker, text, _ in spoken(voice)] == expected


def test_channels_are_mixed_where_they_are_not_named(folder: Folder) -> None:
    folder.write("a.wav", sound((0.2, 1.0)), sound((0.8, 1.0)))
    assert [voice.text for voice in folder.voices()] == [WORDS[5]]


def test_a_call_is_heard_once_whatever_becomes_of_its_name_and_time(folder: Folder) -> None:
    first = folder.write("a.wav", sound(*CALL))
    cursor = folder.read()[-1].cursor
    assert folder.read(cursor) == []
    folder.settle(first, at_s=1_764_000_100)
    folder.settle(first.rename(folder.calls / "2026-11-01" / "moved.wav"))
    again = folder.read(cursor)
    assert [page.feedback for page in again] == [()]
    assert folder.read(again[-1].cursor) == []
    folder.write("2026-11-01/moved.wav", sound((0.5, 1.0)))
    folder.settle(folder.calls / "2026-11-01" / "moved.wav", at_s=1_764_000_200)
    assert [page.feedback[0].text for page in folder.read(again[-1].cursor)] == [WORDS[5]]


def test_copies_in_one_run_are_heard_once(folder: Folder) -> None:
    for name in ("a.wav", "2026-11-01/a.wav"):
        folder.write(name, sound(*CALL))
    assert len(folder.voices()) == 1


def test_what_cannot_be_heard_is_set_aside_and_holds_up_nothing(folder: Folder) -> None:
    folder.recogniser = SHERPA | {"channels": ["customer", "agent"]}
    folder.settle(_written(folder.calls / "a.mp3", b"ID3"))
    folder.settle(_written(folder.calls / "b.wav", b"no sound at all"))
    folder.write("c.wav", sound((0.0, 1.0)))
    folder.write("d.wav", sound((0.9, 1.0)))
    folder.write("e.wav", *[sound((0.5, 1.0))] * 3)
    folder.write("f.wav", sound(*AGENT), sound(*CUSTOMER))
    assert [reason.partition(";")[0] for reason in folder.reasons()] == [
        "is no WAV file",
        "is no WAV file",
        "no speech is heard in it",
        "cannot be recognised (ValueError)",
        "has 3 channels, and channels names 2",
    ]
    assert [voice.native_id for voice in folder.voices()] == ["f"]


def test_transcripts_beside_recordings_are_read_as_ever(folder: Folder) -> None:
    folder.write("a.wav", sound(*CALL))
    folder.settle(_written(folder.calls / "b.txt", "客服：您好\n客户：怎么还没到".encode()))
    assert sorted(voice.native_id for voice in folder.voices()) == ["a", "b"]


def test_without_a_recogniser_recordings_wait_for_one(folder: Folder) -> None:
    folder.recogniser = None
    folder.write("a.wav", sound(*CALL))
    (page,) = folder.read()
    assert "is a recording, which a recogniser of speech must hear" in page.rejects[0].reason
    assert folder.read(page.cursor) == []
    folder.recogniser = SHERPA
    assert len(folder.read(page.cursor)[0].feedback) == 1


def test_a_recording_that_is_named_says_what_to_configure(folder: Folder) -> None:
    path = folder.write("a.wav", sound(*CALL))
    source, _ = open_source(str(path), settings=folder.settings, told=Told())
    with pytest.raises(UsageError, match=r"recogniser: \{kind: sherpa-onnx.*voc ingest hotline"):
        list(source.read(None))


def test_a_call_is_stored_once(folder: Folder) -> None:
    folder.recogniser = SHERPA | {"channels": ["agent", "customer"]}
    folder.write("a.wav", sound(*AGENT), sound(*CUSTOMER))
    source, _ = open_source("hotline", settings=folder.settings, told=Told())
    with open_store(folder.settings.store_url) as store:
        counts = [ingest(store, source, settings=folder.settings, industry=None) for _ in range(2)]
    assert counts == [Ingested("hotline", accepted=1), Ingested("hotline")]


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("BFCArena: Failed to allocate memory for requested buffer of size 1024"),
        RuntimeError("std::bad_alloc"),
    ],
)
def test_what_there_was_no_memory_for_is_tried_again(
    error: Exception, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write("a.wav", sound(*CALL))
    folder.write("b.wav", sound((0.0, 1.0)))

    def fail(*_: object, **__: object) -> None:
        raise error

    with open_store(folder.settings.store_url) as store:

        def ingested() -> Ingested:
            source, _ = open_source("hotline", settings=folder.settings, told=Told())
            return ingest(store, source, settings=folder.settings, industry=None)

        with monkeypatch.context() as patch:
            patch.setattr(fakes.VoiceActivityDetector, "reset", fail)
            assert [ingested().accepted for _ in range(2)] == [0, 0]
        places = [reject.place.rpartition("/")[2] for reject in store.rejects("hotline")]
        assert places == ["a.wav", "b.wav"]
        assert "tried again by the next run" in store.rejects("hotline")[0].reason
        assert ingested() == Ingested("hotline", accepted=1, rejected=1)
        assert ingested() == Ingested("hotline")


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path
