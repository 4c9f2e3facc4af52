"""The sound of WAV files, as recognisers of speech take it.

The container is RIFF/WAVE as Microsoft's Multimedia Programming Interface 1.0 describes it; beside
PCM the codes of ITU-T G.711 are read, in which telephone systems record.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from voc.errors import RowError

Samples = NDArray[np.float32]

RATE: Final = 16_000
MOST_HOURS: Final = 4
_MOST_CHANNELS: Final = 8
_LEAST_RATE: Final = 4_000
_MOST_RATE: Final = 192_000
_EXTENSIBLE: Final = 0xFFFE
_UNTOLD: Final = (0, 0xFFFFFFFF)  # sizes of recorders that cannot go back to write them
_BLOCK_S: Final = 30
_MARGIN_S: Final = 1


def read_wav(path: Path) -> Samples:
    """Reads a WAV file: PCM of 8 to 32 bits, float, or G.711 A-law and µ-law.

    Returns:
        (n_channels, n_samples) float32 in [-1, 1] at 16,000 samples a second.

    Raises:
        RowError: It is none of these; the reason says how to convert it.
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        kind, data = _chunks(file, path.name)
    tag, channels, rate, _, _, bits = struct.unpack("<HHIIHH", kind[:16])
    if tag == _EXTENSIBLE and len(kind) >= 26:
        (tag,) = struct.unpack("<H", kind[24:26])
    if not (1 <= channels <= _MOST_CHANNELS and _LEAST_RATE <= rate <= _MOST_RATE):
        raise RowError(f"has {channels} channels of {rate} samples a second, which is no call")
    width = channels * bits // 8
    if (tag, bits) not in _CODES:
        raise RowError(f"has the format {tag} of {bits} bits; convert it: {conversion(path.name)}")
    if len(data) > MOST_HOURS * 3_600 * rate * width:
        raise RowError(f"is longer than the {MOST_HOURS} hours that are read of one call; cut it")
    frames = len(data) // width
    if not frames:
        raise RowError("holds no sound")
    sound = _CODES[tag, bits](np.frombuffer(data[: frames * width], np.uint8))
    by_channel = sound.reshape(frames, channels).T
    return np.stack([resampled(channel, rate) for channel in by_channel])


def conversion(name: str) -> str:
    """Returns the command that makes a WAV file of any recording; channels are kept."""
    stem, _, ending = name.rpartition(".")
    made = f"{stem}-pcm.wav" if ending.lower() == "wav" else f"{stem}.wav"
    return f'ffmpeg -i "{name}" -ar {RATE} -c:a pcm_s16le "{made}"'


def resampled(sound: Samples, rate: int) -> Samples:
    """Returns sound at 16,000 samples a second, without what lies above half of either rate.

    The spectrum of stretches of 30 s, with a second on both sides that is cut off again, is
    shortened or filled with zeros (Oppenheim and Schafer, Discrete-Time Signal Processing, 4.6).

    Args:
        sound: (n,) float32.
        rate: Its samples a second.
    """
    if rate == RATE:
        return np.ascontiguousarray(sound, np.float32)
    padded = np.pad(sound, _MARGIN_S * rate)
    pieces = []
    for start in range(0, len(sound), _BLOCK_S * rate):
        length = min(_BLOCK_S * rate, len(sound) - start)
        stretch = padded[start : start + length + 2 * _MARGIN_S * rate]
        wanted = round(length * RATE / rate)
        full = wanted + 2 * _MARGIN_S * RATE
        spectrum = np.fft.rfft(stretch)[: full // 2 + 1]
        piece = np.fft.irfft(spectrum, full) * (full / len(stretch))
        pieces.append(piece[_MARGIN_S * RATE : _MARGIN_S * RATE + wanted])
    return np.clip(np.concatenate(pieces), -1, 1).astype(np.float32)


def _chunks(file: BinaryIO, name: str) -> tuple[bytes, bytes]:
    """Returns the format and the data of a WAV file; of a cut one what there is."""
    head = file.read(12)
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        raise RowError(f"is no WAV file; convert it: {conversion(name)}")
    kind = b""
    while len(header := file.read(8)) == 8:
        chunk, size = struct.unpack("<4sI", header)
        if chunk == b"data":
            if len(kind) < 16:
                break
            return kind, file.read() if size in _UNTOLD else file.read(size)
        if chunk == b"fmt ":
            kind = file.read(min(size, 64))
            size -= len(kind)
        file.seek(size + size % 2, 1)
    raise RowError("is a WAV file without sound (no fmt or data chunk)")


def _pcm8(data: NDArray[np.uint8]) -> Samples:
    return (data.astype(np.float32) - 128) / np.float32(128)


def _pcm16(data: NDArray[np.uint8]) -> Samples:
    return data.view("<i2").astype(np.float32) / np.float32(2**15)


def _pcm24(data: NDArray[np.uint8]) -> Samples:
    wide = np.zeros((len(data) // 3, 4), np.uint8)
    wide[:, 1:] = data.reshape(-1, 3)
    return _pcm32(wide.reshape(-1))


def _pcm32(data: NDArray[np.uint8]) -> Samples:
    return data.view("<i4").astype(np.float32) / np.float32(2**31)


def _float32(data: NDArray[np.uint8]) -> Samples:
    return np.nan_to_num(data.view("<f4").astype(np.float32)).clip(-1, 1)


def _alaw(data: NDArray[np.uint8]) -> Samples:
    code = np.arange(256) ^ 0x55
    exponent, mantissa = code >> 4 & 7, code & 15
    size = np.where(
        exponent == 0, (mantissa << 4) + 8, (mantissa << 4) + 0x108 << np.maximum(exponent - 1, 0)
    )
    table = np.where(code & 0x80, size, -size) / 32_768
    return table.astype(np.float32)[data]


def _mulaw(data: NDArray[np.uint8]) -> Samples:
    code = ~np.arange(256) & 0xFF
    size = (((code & 15) << 3) + 0x84 << (code >> 4 & 7)) - 0x84
    table = np.where(code & 0x80, -size, size) / 32_768
    return table.astype(np.float32)[data]


_CODES: Final[Mapping[tuple[int, int], Callable[[NDArray[np.uint8]], Samples]]] = {
    (1, 8): _pcm8,
    (1, 16): _pcm16,
    (1, 24): _pcm24,
    (1, 32): _pcm32,
    (3, 32): _float32,
    (6, 8): _alaw,
    (7, 8): _mulaw,
}
