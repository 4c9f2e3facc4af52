"""Every way in which telephone systems write WAV files gives the same sound."""

from __future__ import annotations

import struct
import warnings
from pathlib import Path

import numpy as np
import pytest

from tests.sources.speech.fakes import sound, write_wav
from voc.errors import RowError
from voc.sources.speech.audio import RATE, conversion, read_wav, resampled

TONE = sound((0.5, 0.5), rate=8_000)


def riff(
    path: Path, tag: int, bits: int, data: bytes, *, channels: int = 1, size: int = -1
) -> Path:
    width = channels * bits // 8
    kind = struct.pack("<HHIIHH", tag, channels, 8_000, 8_000 * width, width, bits)
    length = len(data) if size < 0 else size
    note = b"LIST" + struct.pack("<I", 3) + b"abc\0"
    body = b"WAVE" + note + b"fmt " + struct.pack("<I", len(kind)) + kind
    body += b"data" + struct.pack("<I", length) + data
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    return path


def coded(tag: int, bits: int) -> bytes:
    """The tone as a telephone system writes it."""
    plain = np.round(TONE * 32_767).astype("<i2").tobytes()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        audioop = pytest.importorskip(
            "audioop", reason="Python 3.13 has no audioop to compare with"
        )
    if tag == 6:
        return bytes(audioop.lin2alaw(plain, 2))
    if tag == 7:
        return bytes(audioop.lin2ulaw(plain, 2))
    if tag == 3:
        return TONE.astype("<f4").tobytes()
    if bits == 8:
        return bytes(audioop.bias(audioop.lin2lin(plain, 2, 1), 1, 128))
    return bytes(audioop.lin2lin(plain, 2, bits // 8))


@pytest.mark.parametrize(
    ("tag", "bits", "error"),
    [
        (1, 8, 0.01),
        (1, 16, 1e-4),
        (1, 24, 1e-4),
        (1, 32, 1e-4),
        (3, 32, 1e-6),
        (6, 8, 0.02),
        (7, 8, 0.02),
    ],
)
def test_a_tone_is_the_same_in_every_code(
    tag: int, bits: int, error: float, tmp_path: Path
) -> None:
    read = read_wav(riff(tmp_path / "a.wav", tag, bits, coded(tag, bits)))
    assert read.shape == (1, RATE // 2)
    assert read.dtype == np.float32
    assert np.abs(read[0] - resampled(TONE, 8_000)).max() < error


def test_codes_of_g711_are_those_of_the_standard_library(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        audioop = pytest.importorskip(
            "audioop", reason="Python 3.13 has no audioop to compare with"
        )
    from voc.sources.speech.audio import _alaw, _mulaw

    every = bytes(range(256))
    for ours, theirs in ((_alaw, audioop.alaw2lin), (_mulaw, audioop.ulaw2lin)):
        expected = np.frombuffer(theirs(every, 2), "<i2") / 32_768
        assert np.array_equal(ours(np.frombuffer(every, np.uint8)), expected.astype(np.float32))


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 48_000])
def test_a_tone_keeps_its_pitch_at_any_rate_and_over_the_seams(rate: int) -> None:
    found = resampled(sound((0.5, 61), rate=rate), rate)
    expected = sound((0.5, 61))
    inner = slice(RATE, -RATE)
    assert len(found) == len(expected)
    assert np.abs(found[inner] - expected[inner]).max() < 0.01


def test_channels_stay_apart(tmp_path: Path) -> None:
    left, right = sound((0.2, 0.5)), sound((0.8, 0.5))
    read = read_wav(write_wav(tmp_path / "a.wav", left, right))
    assert np.abs(read - np.stack([left, right])).max() < 1e-4


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 1_000_000])
def test_a_recording_whose_size_was_never_written_is_read(size: int, tmp_path: Path) -> None:
    path = riff(tmp_path / "a.wav", 1, 16, coded(1, 16) + b"\0", size=size)
    assert read_wav(path).shape == (1, RATE // 2)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is no WAV file; convert it: ffmpeg"),
        (b"ID3\x04 an mp3 under a wrong name", "is no WAV file"),
        (b"RIFF\0\0\0\0WAVE", "without sound"),
        (b"RIFF\0\0\0\0WAVEfmt \xff\xff\xff\xff", "without sound"),
        (b"RIFF\0\0\0\0WAVEdata\x02\0\0\0ab", "without sound"),
    ],
)
def test_what_is_no_sound_is_said(data: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(data)
    with pytest.raises(RowError, match=said):
        read_wav(path)


@pytest.mark.parametrize(
    ("tag", "bits", "channels", "data", "said"),
    [
        (17, 4, 1, b"abcd", 'has the format 17 of 4 bits; convert it: ffmpeg -i "a.wav"'),
        (1, 16, 0, b"abcd", "has 0 channels"),
        (1, 16, 1, b"", "holds no sound"),
    ],
)
def test_codes_that_are_not_read_are_said(
    tag: int, bits: int, channels: int, data: bytes, said: str, tmp_path: Path
) -> None:
    with pytest.raises(RowError, match=said):
        read_wav(riff(tmp_path / "a.wav", tag, bits, data, channels=channels))


def test_a_conversion_overwrites_nothing() -> None:
    assert conversion("a.mp3") == 'ffmpeg -i "a.mp3" -ar 16000 -c:a pcm_s16le "a.wav"'
    assert conversion("a.wav").endswith('"a-pcm.wav"')
