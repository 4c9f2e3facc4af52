"""Finds the encoding of bytes by how much each reading of them looks like Chinese.

Every encoding that Chinese text comes in accepts most bytes of the others, so that "it decodes"
says little. The candidates are decoded and the one that reads most like Chinese is taken: it has
the most frequent characters, and the common ones as the standards GB 2312 and Big5 order them.
"""

from __future__ import annotations

import codecs
import functools
import unicodedata
from pathlib import Path
from typing import Final

# Names as Python's codecs have them; GB 18030 holds GBK and GB 2312, Big5-HKSCS holds Big5.
ENCODINGS: Final = ("utf-8", "gb18030", "big5hkscs", "utf-16-le", "utf-16-be")
SAMPLE_BYTES: Final = 65_536

_WIDER: Final = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "hz": "gb18030",
    "big5": "big5hkscs",
    "cp950": "big5hkscs",
    "utf-16": "utf-16-le",
    "utf-32": "utf-32-le",
    "utf-8-sig": "utf-8",
}
# Labels that servers and tools write without having looked.
_SAYS_NOTHING: Final = frozenset(["ascii", "iso8859-1", "cp1252", "latin-1"])
_DATA: Final = Path(__file__).parent / "data"
_SCORED_CHARS: Final = 4_096
_CLEAR: Final = 0.75
_POOR: Final = 0.35


def wider_codec(name: str | None) -> str | None:
    """Returns the codec that reads all that `name` reads, or `None` where there is none."""
    if not name:
        return None
    try:
        codec = codecs.lookup(name.strip()).name
        "".encode(codec)
    except (LookupError, ValueError):
        return None
    return _WIDER.get(codec, codec)


def plausibility(text: str) -> float:
    """Returns how much a text reads like Chinese: 0.6 to 1 for Chinese, about 0 for garbage."""
    head = text[:_SCORED_CHARS]
    return sum(map(_WEIGHTS.__getitem__, head)) / len(head) if head else 0.0


def detect(sample: bytes, *, declared: str | None = None) -> tuple[str, int]:
    """Finds the encoding of a sample.

    Args:
        sample: The first bytes; `SAMPLE_BYTES` are enough.
        declared: A codec that decides between readings that are about as good.

    Returns:
        The codec's name, and how many bytes at the beginning belong to a character cut off.
    """
    skipped = continuation_bytes(sample)
    if is_surely_utf8(sample[skipped:], cut=skipped > 0):
        return "utf-8", skipped
    readings = [_reading(sample, name, skipped if name == "utf-8" else 0) for name in ENCODINGS]
    if declared and declared not in (*ENCODINGS, *_SAYS_NOTHING):
        readings.append(_reading(sample, declared, 0))
    if len(sample) >= 4 and max(readings)[0] < _CLEAR:
        readings += [_reading(sample, name, 1) for name in ENCODINGS[1:]]
    if declared:
        readings = [(score + 0.1 * (name == declared), at, name) for score, at, name in readings]
    score, at, encoding = max(readings)
    if score < _POOR and (foreign := _foreign_encoding(sample)):
        return foreign, 0
    if at == 0 and encoding in ENCODINGS[1:] and _is_cut_at_the_start(sample, encoding):
        return encoding, 1
    return encoding, -at


def _is_cut_at_the_start(sample: bytes, encoding: str) -> bool:
    """Whether the first characters read much better without the first byte."""
    if len(sample) < 12 or sample[0] < 0x80:
        return False
    whole, cut = (
        plausibility(sample[skipped : 12 + skipped].decode(encoding, "ignore"))
        for skipped in (0, 1)
    )
    return cut > whole + 0.15


def _reading(sample: bytes, encoding: str, skipped: int) -> tuple[float, int, str]:
    """Returns how well `encoding` reads the sample, as a tuple whose greatest is the best."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    text = decoder.decode(sample[skipped:], final=False)
    pending = bool(decoder.getstate()[0])
    doubt = 0.1 * (skipped > 0) + 0.05 * pending + 0.1 * encoding.startswith("utf-16")
    return plausibility(text) - doubt, -skipped, encoding


def continuation_bytes(data: bytes) -> int:
    """How many bytes at the beginning of UTF-8 `data` belong to a character cut off."""
    count = 0
    while count < min(3, len(data)) and data[count] & 0xC0 == 0x80:
        count += 1
    return count


def is_surely_utf8(data: bytes, *, cut: bool = False) -> bool:
    """Whether no other encoding comes into question: long sequences fit, and few controls.

    Short sequences may be another encoding's; they count where they are few or many in a row, and
    never after bytes that were skipped (`cut`).
    """
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(data, final=False)
    except UnicodeDecodeError:
        return False
    head = text[:_SCORED_CHARS]
    controls = sum(char < " " and char not in "\t\n\r" for char in head)
    if controls * 10 > len(head):
        return False
    foreign = sum("\x80" <= char < "\u0800" for char in head)
    if any(char >= "\u0800" for char in head):
        return plausibility(head) >= -0.6
    return not cut and (foreign >= 4 or 0 < foreign * 2 <= len(head))


def _foreign_encoding(sample: bytes) -> str | None:
    """The encoding of text that is not Chinese, where it is likely and fits without loss."""
    import chardet

    found = chardet.detect(sample, compat_names=False)
    encoding = wider_codec(found["encoding"])
    if encoding is None or found["confidence"] < 0.2:
        return None
    return None if "\ufffd" in sample.decode(encoding, "replace") else encoding


class _Weights(dict[str, float]):
    """How much each character speaks for a reading, filled as characters are met."""

    def __missing__(self, char: str) -> float:
        self[char] = weight = _weight(char)
        return weight


_WEIGHTS: Final = _Weights()


def _weight(char: str) -> float:
    code = ord(char)
    if code < 0x80:
        return 0.5 if code >= 0x20 or char in "\t\n\r" else -2.0
    if 0x4E00 <= code <= 0x9FFF:
        if char in _frequent_characters():
            return 1.0
        return 0.5 if _is_common(char) else -0.3
    if 0x3000 <= code <= 0x3029 or 0xFF00 <= code <= 0xFF5E or 0x2010 <= code <= 0x2027:
        return 0.8
    if char == "\ufffd" or unicodedata.category(char) in ("Cc", "Cn", "Co", "Cs"):
        return -2.0
    return 0.5 if code >= 0x1F300 else -0.5


@functools.cache
def _frequent_characters() -> frozenset[str]:
    lines = (_DATA / "frequent_characters.txt").read_text(encoding="utf-8").splitlines()
    return frozenset("".join(line for line in lines if not line.startswith("#")))


def _is_common(char: str) -> bool:
    """Whether GB 2312 or Big5 counts the character among the common ones, their first level."""
    for codec, first, last in (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6)):
        try:
            if first <= char.encode(codec)[0] <= last:
                return True
        except UnicodeEncodeError:
            continue
    return False
