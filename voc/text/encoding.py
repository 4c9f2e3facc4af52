"""Turns bytes of unknown encoding into text: whole, or as a stream of lines.

Bytes may be cut in mid-character and lines may be of several encodings. What fits nowhere
becomes U+FFFD and is counted, never silent.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import AnyStr, BinaryIO, Final

from voc.errors import UsageError, nearest
from voc.text.detection import (
    ENCODINGS,
    SAMPLE_BYTES,
    detect,
    is_surely_utf8,
    plausibility,
    wider_codec,
)

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_CONTROLS: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_STREAM_SAMPLE_BYTES: Final = 4 * SAMPLE_BYTES
_CHUNK_BYTES: Final = 1 << 20
_MAX_LINE_BYTES: Final = 32 << 20
_BELIEVABLE: Final = 0.45


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text read from bytes.

    Attributes:
        text: The text, without a byte order mark.
        encoding: The encoding it was read in, by the name of Python's codec.
        replaced: How many U+FFFD stand for bytes that could not be read.
    """

    text: str
    encoding: str
    replaced: int


def decode(data: bytes, *, declared: str | None = None) -> Decoded:
    """Reads `data` as text in the encoding that it is most likely in.

    Args:
        data: The bytes, which may begin or end within a character.
        declared: What somebody says the encoding is, as a web server does. It decides between
            readings that are about as good; an unknown name is ignored.
    """
    mark, encoding = _byte_order_mark(data)
    if encoding:
        return _read(data[len(mark) :], encoding)
    if data.isascii() and not _CONTROLS.search(data):
        return Decoded(data.decode("ascii"), "utf-8", 0)
    encoding, skipped = detect(data[:SAMPLE_BYTES], declared=wider_codec(declared))
    return _read(data, encoding, skipped)


def open_text(
    stream: BinaryIO, *, encoding: str | None = None, max_line_bytes: int = _MAX_LINE_BYTES
) -> TextLines:
    """Reads a byte stream as lines of text, in constant memory.

    Args:
        stream: The bytes; read from where it stands, never sought, left open.
        encoding: The encoding, where it is known; found on the first 256 kB where it is not.
            Lines that it cannot read are decoded one by one.
        max_line_bytes: What follows this many bytes (of UTF-16: characters) of a line is dropped
            and the line counted in `TextLines.cut`. A line that ends soon after is kept whole.

    Raises:
        UsageError: There is no such encoding.
    """
    return TextLines(stream, encoding=encoding, max_line_bytes=max_line_bytes)


def known_encoding(name: str) -> str:
    """Returns the encoding that reads all that `name` reads, by the name of Python's codec.

    Raises:
        UsageError: There is no such encoding.
    """
    codec = wider_codec(name)
    if codec is None:
        raise UsageError(
            f"The encoding {name!r} is not known.{nearest(name, ENCODINGS)}"
            f" Write one as {', '.join(ENCODINGS)}, or leave it out to have it found."
        )
    return codec


class TextLines(Iterator[str]):
    """The lines of a byte stream, each with its line end, as `csv.reader` takes them.

    Attributes:
        encoding: The encoding of most lines, by the name of Python's codec.
        replaced: How many U+FFFD stand for unreadable bytes in the lines read so far.
        cut: How many lines read so far were too long and lost their end.
    """

    def __init__(self, stream: BinaryIO, *, encoding: str | None, max_line_bytes: int) -> None:
        declared = known_encoding(encoding) if encoding else None
        self._stream = stream
        self._limit = max_line_bytes
        self.replaced = 0
        self.cut = 0
        sample = self._fill(_STREAM_SAMPLE_BYTES)
        mark, marked = _byte_order_mark(sample)
        self._sample = sample[len(mark) :]
        self._newline = b"\r" if b"\r" in sample and b"\n" not in sample else b"\n"
        self.encoding, self._legacy = (
            (marked or declared or "", None)
            if marked or declared
            else _encodings_of_lines(self._sample, self._newline)
        )
        wide = self.encoding.startswith(("utf-16", "utf-32"))
        self._lines = self._wide_lines() if wide else self._byte_lines()

    def __iter__(self) -> TextLines:
        return self

    def __next__(self) -> str:
        return next(self._lines)

    def _count_cut(self) -> None:
        self.cut += 1

    def _fill(self, count: int) -> bytes:
        """Reads `count` bytes, fewer only at the end, from streams that give a few at a time."""
        pieces: list[bytes] = []
        while count > 0 and (piece := self._stream.read(count)):
            pieces.append(piece)
            count -= len(piece)
        return b"".join(pieces)

    def _chunks(self) -> Iterator[bytes]:
        chunk, self._sample = self._sample, b""
        while chunk:
            yield chunk
            chunk = self._stream.read(_CHUNK_BYTES)

    def _byte_lines(self) -> Iterator[str]:
        newline = self._newline.decode()
        for block in _whole_lines(self._chunks(), self._newline, self._limit, self._count_cut):
            if self.encoding == "utf-8":
                try:
                    yield from io.StringIO(block.decode("utf-8"), newline=newline)
                    continue
                except UnicodeDecodeError:
                    pass
            for line in block.split(self._newline)[:-1]:
                yield self._read_line(line) + newline
            if not block.endswith(self._newline):
                yield self._read_line(block.rpartition(self._newline)[2])

    def _read_line(self, line: bytes) -> str:
        """Reads one line by itself: as UTF-8, as the other lines, or as what it looks like."""
        if line.isascii():
            return line.decode("ascii")
        if self.encoding == "utf-8" or is_surely_utf8(line):
            try:
                return line.decode("utf-8")
            except UnicodeDecodeError:
                pass
        usual = self._legacy or self.encoding
        try:
            text = line.decode(usual)
        except UnicodeDecodeError:
            text = ""
        if text and plausibility(text[:64]) >= _BELIEVABLE:
            return text
        decoded = decode(line, declared=usual)
        if text and decoded.replaced:
            return text
        self.replaced += decoded.replaced
        return decoded.text

    def _wide_lines(self) -> Iterator[str]:
        """Lines of UTF-16 and UTF-32, whose bytes cannot be split before they are decoded."""
        newline = self._newline.decode()
        for block in _whole_lines(self._decoded_chunks(), newline, self._limit, self._count_cut):
            yield from io.StringIO(block, newline=newline)

    def _decoded_chunks(self) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder(self.encoding)("replace")
        for chunk in self._chunks():
            text = decoder.decode(chunk)
            self.replaced += text.count("\ufffd")
            yield text
        rest = decoder.decode(b"", final=True)
        self.replaced += rest.count("\ufffd")
        yield rest


def _whole_lines(
    chunks: Iterator[AnyStr], newline: AnyStr, limit: int, on_cut: Callable[[], None]
) -> Iterator[AnyStr]:
    """Regroups chunks into blocks that end where a line ends; cuts lines longer than `limit`."""
    rest = newline[:0]
    skipping = False
    for chunk in chunks:
        if skipping:
            _, found, chunk = chunk.partition(newline)
            if not found:
                continue
            skipping = False
        block = rest + chunk
        end = block.rfind(newline) + 1
        if end:
            yield block[:end]
        rest = block[end:]
        if len(rest) > limit:
            yield rest[:limit] + newline
            on_cut()
            rest, skipping = newline[:0], True
    if rest:
        yield rest


def _encodings_of_lines(sample: bytes, newline: bytes) -> tuple[str, str | None]:
    """Returns the encoding of most lines of a sample, and that of those that are not UTF-8."""
    if is_surely_utf8(sample) or (sample.isascii() and not _CONTROLS.search(sample)):
        return "utf-8", None
    whole, _ = detect(sample[:SAMPLE_BYTES])
    if whole.startswith("utf-16"):
        return whole, None
    lines = [line for line in sample.split(newline) if not line.isascii()]
    others = [line for line in lines if not is_surely_utf8(line)]
    if not others:
        return "utf-8", None
    legacy, _ = detect(newline.join(others))
    return ("utf-8" if len(others) * 2 < len(lines) else legacy), legacy


def _byte_order_mark(data: bytes) -> tuple[bytes, str]:
    """Returns the mark that `data` begins with and the encoding it stands for, or blanks."""
    return next((pair for pair in _BOMS if data.startswith(pair[0])), (b"", ""))


def _read(data: bytes, encoding: str, skipped: int = 0) -> Decoded:
    """Decodes all of `data`; `skipped` first bytes are the rest of a character cut off."""
    body = data[skipped:]
    text = body.decode(encoding, "replace")
    replaced = 0
    if "\ufffd" in text:
        replaced = text.count("\ufffd") - body.decode(encoding, "ignore").count("\ufffd")
    if skipped:
        text, replaced = "\ufffd" + text, replaced + 1
    return Decoded(text, encoding, replaced)
