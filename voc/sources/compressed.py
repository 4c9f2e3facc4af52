"""Bytes of a file or of standard input, plain or out of gzip and zstd, in bounded memory."""

from __future__ import annotations

import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Literal

from voc.errors import SourceError
from voc.sources.base import ReadProgress

Compression = Literal["gz", "zst"]

_CHUNK: Final = 256 * 1024
# Little is unpacked at a time, so that little is lost before a place that is damaged.
_UNPACKED_CHUNK: Final = 64 * 1024
# A zstd block of 4 bytes can hold 128 KiB, so little is put in at a time.
_ZSTD_CHUNK: Final = 512
_SPOOL_LIMIT: Final = 4 * 1024**3


class DamagedError(SourceError):
    """The bytes end early or make no sense from here on; those before were good."""


class Input(AbstractContextManager["Input"]):
    """An open file or standard input.

    Args:
        path: The file, or `None` for standard input.
        compression: How its bytes are packed.
        limit: Read at most this many bytes of the file, as it stood when its size was taken.

    Raises:
        SourceError: The file cannot be opened.
    """

    def __init__(
        self, path: Path | None, *, compression: Compression | None = None, limit: int | None = None
    ) -> None:
        self.name = path.name if path else "stdin"
        self.path = path
        self.compression = compression
        self._read = 0
        self._file: IO[bytes] = _opened(path) if path else sys.stdin.buffer
        self._size = self._file.seek(0, 2) if path else None
        if path:
            self._file.seek(0)
        self._limit = limit if limit is not None else self._size

    @property
    def progress(self) -> ReadProgress:
        return ReadProgress(self._read, self._size)

    def advance(self, share: float) -> None:
        """Tells how much of the file a reader that jumps about in it has dealt with."""
        self._read = int((self._size or 0) * share)

    def chunks(self) -> Iterator[bytes]:
        """Gives the content in pieces of bounded size.

        Raises:
            DamagedError: The content is cut short or damaged from here on.
        """
        if self.compression is None:
            return self._raw_chunks(_CHUNK)
        if self.compression == "gz":
            return self._inflated()
        return self._unpacked_zstd()

    def seekable(self) -> IO[bytes]:
        """Returns the content as a file to jump about in, unpacked into a temporary one if need be.

        Raises:
            SourceError: It is damaged, or larger than what is unpacked (4 GiB).
        """
        if self.compression is None and self.path:
            return self._file
        spool = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
        size = 0
        try:
            for chunk in self.chunks():
                size += len(chunk)
                if size > _SPOOL_LIMIT:
                    raise SourceError(
                        f"{self.name}: holds more than {_SPOOL_LIMIT >> 30} GiB when unpacked. "
                        "Unpack it yourself if you trust it, and read the file inside."
                    )
                spool.write(chunk)
        except OSError as error:
            spool.close()
            raise SourceError(
                f"{self.name}: cannot be unpacked into {tempfile.gettempdir()} ({error}). "
                "Make room there, or unpack the file yourself."
            ) from error
        except SourceError:
            spool.close()
            raise
        spool.seek(0)
        return spool

    def close(self) -> None:
        if self.path:
            self._file.close()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _raw_chunks(self, size: int) -> Iterator[bytes]:
        while True:
            room = size if self._limit is None else min(size, self._limit - self._read)
            try:
                chunk = self._file.read(room) if room > 0 else b""
            except OSError as error:
                raise DamagedError(f"{self.name} cannot be read any further: {error}") from error
            if not chunk:
                return
            self._read += len(chunk)
            yield chunk

    def _inflated(self) -> Iterator[bytes]:
        inflater = zlib.decompressobj(wbits=31)
        fresh = True
        for piece in self._raw_chunks(_CHUNK):
            data = piece
            while data:
                if fresh and not data.strip(b"\x00"):
                    break  # tape padding behind the last member
                try:
                    chunk = inflater.decompress(data, _UNPACKED_CHUNK)
                except zlib.error as error:
                    raise DamagedError(f"the gzip data is damaged ({error})") from error
                fresh = False
                if chunk:
                    yield chunk
                data = inflater.unconsumed_tail
                if inflater.eof:
                    data, inflater, fresh = inflater.unused_data, zlib.decompressobj(wbits=31), True
        if not fresh:
            yield from _rest(inflater)
            raise DamagedError("the gzip data is cut short")

    def _unpacked_zstd(self) -> Iterator[bytes]:
        import zstandard

        unpacker = zstandard.ZstdDecompressor().decompressobj()
        fresh = True
        for piece in self._raw_chunks(_CHUNK):
            for start in range(0, len(piece), _ZSTD_CHUNK):
                data = piece[start : start + _ZSTD_CHUNK]
                while data:
                    try:
                        chunk = unpacker.decompress(data)
                    except zstandard.ZstdError as error:
                        raise DamagedError(f"the zstd data is damaged ({error})") from error
                    fresh, data = False, b""
                    if chunk:
                        yield chunk
                    if unpacker.eof:
                        data, fresh = unpacker.unused_data, True
                        unpacker = zstandard.ZstdDecompressor().decompressobj()
        if not fresh:
            raise DamagedError("the zstd data is cut short")


def _rest(inflater: Any) -> Iterator[bytes]:
    """What a stream that is cut short still holds."""
    chunk = inflater.flush(_UNPACKED_CHUNK)
    if chunk:
        yield chunk


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise SourceError(f"{path}: no such file.") from None
    except IsADirectoryError:
        raise SourceError(f"{path}: is a folder; name a file in it.") from None
    except PermissionError:
        raise SourceError(f"{path}: may not be read by you; check its permissions.") from None
    except OSError as error:
        raise SourceError(f"{path}: cannot be opened ({error}).") from error
