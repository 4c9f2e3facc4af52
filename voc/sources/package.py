"""The zip archive of an office document: its parts, opened only where that is safe."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any, Final, NoReturn, Protocol
from xml.parsers import expat

from voc.errors import SourceError

_CHUNK: Final = 128 * 1024
_MAX_PART_BYTES: Final = 16 * 1024**3
_MAX_SMALL_PART_BYTES: Final = 64 * 1024**2
_MAX_RATIO: Final = 200
_RATIO_COUNTS_FROM: Final = 32 * 1024**2
_MAX_DIRECTORY_BYTES: Final = 16 * 1024**2
_MAX_TAG_BYTES: Final = 16 * 1024**2
# What `zipfile` raises, in the end, for bytes that are no sound archive.
_BROKEN: Final = (
    zipfile.BadZipFile,
    NotImplementedError,
    OSError,
    EOFError,
    ValueError,
    OverflowError,
    RuntimeError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
)
_DIRECTORY_END = b"PK\x05\x06"
_PASSWORD = "is protected with a password. Save it without one, then try again."


class Handler(Protocol):
    """Receives what a part consists of; names come without their namespace."""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None: ...

    def end(self, tag: str) -> None: ...

    def words(self, text: str) -> None: ...


class Tags:
    """A handler that looks at tags alone."""

    def __init__(self, start: Callable[[str, Mapping[str, str]], None]) -> None:
        self.start = start

    def end(self, tag: str) -> None:
        """Does nothing."""

    def words(self, text: str) -> None:
        """Does nothing."""


class Package:
    """An office document.

    Args:
        file: The file; it must be seekable and stays the caller's.
        name: The file's name, for messages.

    Raises:
        SourceError: It is no zip archive, is protected by a password, or is not safe to open.
    """

    def __init__(self, file: IO[bytes], *, name: str) -> None:
        self._name = name
        self._refuse_other_formats(file)
        try:
            self._archive = zipfile.ZipFile(file)
        except _BROKEN as error:
            self.fail(f"is damaged ({error}).")
        self._parts = {info.filename: info for info in self._archive.infolist()}
        self.bytes_parsed = 0

    def __contains__(self, part: str) -> bool:
        return part in self._parts

    def size(self, part: str) -> int:
        """How many bytes a part has when unpacked."""
        return self._parts[part].file_size

    def close(self) -> None:
        self._archive.close()

    def fail(self, what: str) -> NoReturn:
        raise SourceError(f"{self._name}: {what}")

    def read_tags(self, part: str, start: Callable[[str, Mapping[str, str]], None]) -> None:
        """Gives the tags of a small part to `start`; of a missing part there are none."""
        if part in self._parts:
            if self.size(part) > _MAX_SMALL_PART_BYTES:
                self.fail(f"{part} is larger than any such part is.")
            for _ in self.parse(part, Tags(start)):
                pass

    def parse(self, part: str, handler: Handler) -> Iterator[None]:
        """Parses one part, a chunk each step.

        Raises:
            SourceError: The part is damaged, is no XML, has a document type, or is a bomb.
        """
        info = self._checked(part)
        parser = self._parser(handler)
        try:
            with self._archive.open(info) as stream:
                fed = 0
                while chunk := stream.read(_CHUNK):
                    parser.Parse(chunk)
                    fed += len(chunk)
                    self.bytes_parsed += len(chunk)
                    if fed - parser.CurrentByteIndex > _MAX_TAG_BYTES:
                        self.fail(f"{part} holds a tag of over {_MAX_TAG_BYTES:,} bytes.")
                    yield
                parser.Parse(b"", True)
                yield
        except expat.ExpatError as error:
            self.fail(f"{part} is not valid XML ({error}).")
        except _BROKEN as error:
            self.fail(f"{part} cannot be unpacked ({error}).")

    def read_tags_from(
        self, part: str, tag: str, start: Callable[[str, Mapping[str, str]], None]
    ) -> None:
        """Gives the tags of a part from about the first called `tag` on to `start`.

        What is before it is passed over without a word of Python. Of a damaged part the tags
        before the damage are given; who parses the whole is told of it.
        """
        parser = self._parser(None)
        mark, last, fed = tag.encode(), b"", 0
        try:
            with self._archive.open(self._checked(part)) as stream:
                while chunk := stream.read(_CHUNK):
                    if mark in last + chunk:
                        self._listen(parser, Tags(start))
                    last = chunk[-len(mark) :]
                    parser.Parse(chunk)
                    fed += len(chunk)
                    if fed - parser.CurrentByteIndex > _MAX_TAG_BYTES:
                        return
        except (expat.ExpatError, *_BROKEN):
            return

    def _parser(self, handler: Handler | None) -> expat.XMLParserType:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse_document_type
        if handler is not None:
            self._listen(parser, handler)
        return parser

    @staticmethod
    def _listen(parser: expat.XMLParserType, handler: Handler) -> None:
        names = _LocalNames()
        start, end = handler.start, handler.end
        parser.StartElementHandler = lambda tag, attributes: start(
            names[tag], {names[key]: value for key, value in attributes.items()}
        )
        parser.EndElementHandler = lambda tag: end(names[tag])
        parser.CharacterDataHandler = handler.words

    def _checked(self, part: str) -> zipfile.ZipInfo:
        """Returns a part's entry, whose declared size bounds what is ever unpacked of it."""
        info = self._parts[part]
        ratio = info.file_size / max(info.compress_size, 1)
        if info.flag_bits & 1:
            self.fail(_PASSWORD)
        if info.file_size > _MAX_PART_BYTES or (
            info.file_size > _RATIO_COUNTS_FROM and ratio > _MAX_RATIO
        ):
            self.fail(
                f"{part} unpacks to {info.file_size:,} bytes, {ratio:,.0f} times its size: this "
                "looks like a zip bomb. If you trust it, open it and save it as csv."
            )
        return info

    def _refuse_document_type(self, *_: Any) -> None:
        self.fail("its XML declares a document type, which no workbook needs. It is not read.")

    def _refuse_other_formats(self, file: IO[bytes]) -> None:
        head = file.read(8)
        if head.startswith(b"\xd0\xcf\x11\xe0"):
            mark = "EncryptedPackage".encode("utf-16-le")
            if any(mark in block for block in _blocks(file)):
                self.fail(_PASSWORD)
            self.fail("is a workbook of Excel 97 (.xls). Save it as xlsx, then try again.")
        if not head.startswith(b"PK"):
            what = "is no xlsx workbook, whatever its name says" if head else "is empty"
            self.fail(f"{what}. If it is text, name it .csv; else save it as xlsx.")
        file.seek(max(0, file.seek(0, 2) - 65_557))
        tail = file.read()
        place = tail.rfind(_DIRECTORY_END)
        directory_bytes = int.from_bytes(tail[place + 12 : place + 16], "little")
        if place >= 0 and directory_bytes > _MAX_DIRECTORY_BYTES:
            self.fail("has a larger directory than any workbook has.")
        file.seek(0)


class _LocalNames(dict[str, str]):
    """Names without their namespace."""

    def __missing__(self, name: str) -> str:
        local = name.rpartition(" ")[2]
        if len(self) < 10_000:
            self[name] = local
        return local


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    """The file in pieces that overlap, so that no short pattern falls between two."""
    last = b""
    file.seek(0)
    while block := file.read(1 << 20):
        yield last + block
        last = block[-64:]
