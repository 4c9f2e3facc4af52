"""Physical lines of a text file, none of them longer than is safe."""

from __future__ import annotations

import codecs
import io
import itertools
from collections.abc import Iterator
from typing import Final, NamedTuple

from voc.sources.compressed import DamagedError
from voc.sources.rows import MAX_VALUE_BYTES
from voc.text.encoding import decode, open_text

_HEAD_BYTES: Final = 65_536


class Line(NamedTuple):
    """A physical line with its line end.

    Attributes:
        number: From 1.
        text: The decoded line; of a line with a `problem` only its beginning.
        replaced: How many U+FFFD stand for bytes that could not be read.
        problem: Why it cannot be used.
        is_last: Whether the file cannot be read behind it.
    """

    number: int
    text: str
    replaced: int = 0
    problem: str | None = None
    is_last: bool = False


def read_lines(
    chunks: Iterator[bytes], *, encoding: str | None = None, max_bytes: int = MAX_VALUE_BYTES
) -> Iterator[Line]:
    """Decodes the lines of `chunks`, each by itself where a file mixes encodings.

    Args:
        chunks: The file's bytes.
        encoding: What somebody says the encoding is.
        max_bytes: A longer line is passed over in bounded memory and given as a problem.

    Yields:
        The lines; a last one with a `problem` where the bytes are damaged.
    """
    stream = _ChunkStream(chunks)
    lines = open_text(stream, encoding=encoding, max_line_bytes=max_bytes)  # type: ignore[arg-type]
    number = replaced = cut = 0
    waiting = next(lines, None)
    while (text := waiting) is not None:
        number, was_replaced, replaced = number + 1, replaced, lines.replaced
        # A line is only known to be cut when the next one has been asked for.
        waiting = next(lines, None)
        if lines.cut > cut:
            cut = lines.cut
            reason = f"the line is longer than the {max_bytes:,} bytes that are read of one"
            yield Line(number, text[:1000], problem=reason)
        elif waiting is None and stream.damage and not text.endswith(("\n", "\r")):
            number -= 1
        else:
            yield Line(number, text, replaced - was_replaced)
    if stream.damage:
        problem = f"{stream.damage}; what follows is missing"
        yield Line(number + 1, "", problem=problem, is_last=True)


class _ChunkStream(io.RawIOBase):
    """Chunks as a stream that ends where they are damaged, and knows it."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""
        self.damage: DamagedError | None = None

    def read(self, size: int = -1, /) -> bytes:
        pieces = [self._rest]
        room = size - len(self._rest)
        while (size < 0 or room > 0) and (chunk := self._next()):
            pieces.append(chunk)
            room -= len(chunk)
        data = b"".join(pieces)
        self._rest = data[size:] if size >= 0 else b""
        return data[:size] if size >= 0 else data

    def _next(self) -> bytes:
        if self.damage is not None:
            return b""
        try:
            return next(filter(None, self._chunks), b"")
        except DamagedError as error:
            self.damage = error
            return b""


def utf8_chunks(chunks: Iterator[bytes], encoding: str | None) -> Iterator[bytes]:
    """Turns a stream in any encoding, told from its beginning, into UTF-8."""
    head = next(chunks, b"")
    found = decode(head[:_HEAD_BYTES], declared=encoding).encoding
    chunks = itertools.chain([head], chunks)
    if found == "utf-8":
        yield from chunks
        return
    decoder = codecs.getincrementaldecoder(found)("replace")
    for chunk in chunks:
        yield decoder.decode(chunk).encode()
    yield decoder.decode(b"", True).encode()
