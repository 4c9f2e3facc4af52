"""The file queue: a folder in which each message is one JSON file.

A consumer reads `<created>-<sequence>-<message_id>.json`; the names sort by time. It takes a file
by renaming it into the folder `done/` beside it, and acts on what it took. Files that begin with a
dot are being written and are not to be read; a file is there whole or not at all. A message that
comes twice makes one file, as long as the file, or the same name in `done/`, is there; a consumer
that empties `done/` tells repeats by the payload's `id`.
"""

from __future__ import annotations

import errno
import os
import threading
import time
from contextlib import suppress
from datetime import UTC
from pathlib import Path
from typing import Final
from urllib.parse import quote

from voc.errors import TransientDeliveryError
from voc.records import Message
from voc.workorders.sinks.content import payload_bytes

DONE: Final = "done"
_STALE_S: Final = 3600.0
_REASONS: Final = {
    errno.ENOSPC: "the disk is full; make room",
    errno.EDQUOT: "the disk quota is used up; make room",
    errno.EROFS: "the file system is read-only; remount it or set another queue.dir",
    errno.EACCES: "writing there is not permitted; give the folder to the user that runs voc",
    errno.EPERM: "writing there is not permitted; give the folder to the user that runs voc",
    errno.ENOTDIR: "part of the path is a file; move it or set another queue.dir",
    errno.EEXIST: "a file stands where the folder should be; move it or set another queue.dir",
}
_NO_LINKS: Final = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}


class FileQueueSink:
    """Writes each message into a folder, atomically and once.

    Args:
        folder: The queue's folder; it and `done/` are made with the first message.
        name: The name that messages are addressed to.
    """

    def __init__(self, folder: Path, *, name: str = "file") -> None:
        self._folder = folder
        self._name = name
        self._ready = False

    @property
    def name(self) -> str:
        return self._name

    @property
    def folder(self) -> Path:
        return self._folder

    def send(self, message: Message) -> str | None:
        """Writes the message's payload, unless it lies there or was taken already.

        Returns:
            The name of its file.

        Raises:
            TransientDeliveryError: The folder cannot be written to: full, read-only, an I/O error.
                Nothing of the message is left there.
            TerminalDeliveryError: The payload cannot be written as JSON.
        """
        content = payload_bytes(message, indent=2) + b"\n"
        name = file_name(message)
        try:
            self._prepare()
            if not self._has(name):
                self._write(name, content)
        except OSError as error:
            raise TransientDeliveryError(self._sentence(error)) from error
        return name

    def _prepare(self) -> None:
        if self._ready and self._folder.is_dir():
            return
        (self._folder / DONE).mkdir(parents=True, exist_ok=True)
        self._remove_leftovers()
        self._ready = True

    def _remove_leftovers(self) -> None:
        """Removes what a killed writer left behind; an hour is longer than any write."""
        for path in self._folder.glob(".*.tmp"):
            with suppress(FileNotFoundError):  # another thread has published it meanwhile
                if time.time() - path.stat().st_mtime > _STALE_S:
                    path.unlink(missing_ok=True)

    def _has(self, name: str) -> bool:
        return (self._folder / name).exists() or (self._folder / DONE / name).exists()

    def _write(self, name: str, content: bytes) -> None:
        written = self._folder / f".{name}.{os.getpid()}-{threading.get_ident()}.tmp"
        try:
            with written.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            self._publish(written, self._folder / name)
        finally:
            written.unlink(missing_ok=True)
        self._sync_folder()

    def _publish(self, written: Path, final: Path) -> None:
        try:
            os.link(written, final)
        except FileExistsError:
            return
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            written.replace(final)

    def _sync_folder(self) -> None:
        """Makes the new name last through a power cut."""
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _sentence(self, error: OSError) -> str:
        why = _REASONS.get(error.errno or 0, f"{error.strerror or error}; look at the disk")
        return f"File queue {self._folder}: a message could not be written, {why}."


def file_name(message: Message) -> str:
    """Returns the name of a message's file; names sort by time, then by sequence."""
    created = message.created_at.astimezone(UTC)
    safe = quote(message.message_id, safe="")
    return f"{created:%Y%m%dT%H%M%S}.{created.microsecond:06d}Z-{message.sequence:06d}-{safe}.json"
