"""A folder or a bucket into which files are dropped."""

from __future__ import annotations

import hashlib
import posixpath
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from voc.config.streams import FolderSourceSettings
from voc.errors import ConfigError, MissingExtraError, SourceError, UsageError
from voc.records import Channel
from voc.sources.base import Page, ReadProgress, Reject
from voc.sources.files import FileSource

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

CURSOR: Final = "files"
_HALF_WRITTEN: Final = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".filepart", ".swp")
_MARKS: Final = ("etag", "ETag", "md5", "checksum", "mtime", "LastModified", "last_modified",
                 "modified", "created")  # fmt: skip
_TIMES: Final = ("mtime", "LastModified", "last_modified", "modified", "created")
_MB: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class _Dropped:
    """A file as a listing shows it.

    Attributes:
        path: Its path in the file system.
        identity: A hash of its size, time and tag: another one is another version.
        size: Bytes.
        changed_s: When it was changed last, in seconds since 1970; `None` where nothing tells.
    """

    path: str
    identity: str
    size: int
    changed_s: float | None


class FolderSource:
    """Files that appear in a folder, each version read once.

    A file is taken when it has lain unchanged for `settle_s`; names that programs give to files
    under way (`.part`, a dot at the beginning) are passed over. A file that comes again with
    another time, tag or size is read anew: what is known is a duplicate, other words are edits. A
    file that cannot be read is a reject and holds up no other one.

    Args:
        name: Name of the source.
        settings: The folder.
        base: Folder that a relative path starts from.
        channel: Where the feedback comes from, where its rows do not tell.
        zone: The zone of times that name none.
        max_chars: Longest text kept, in code points.

    Raises:
        MissingExtraError: fsspec, or what it needs for this kind of path, is not installed.
    """

    def __init__(
        self,
        name: str,
        settings: FolderSourceSettings,
        *,
        base: Path,
        channel: Channel | None,
        zone: ZoneInfo,
        max_chars: int,
    ) -> None:
        self.name = name
        self._settings = settings
        self._channel = channel
        self._zone = zone
        self._max_chars = max_chars
        self._files, self._pattern = self._opened(base)
        self._progress = ReadProgress(0, None)

    @property
    def progress(self) -> ReadProgress:
        """How many files were read of those that are new."""
        return self._progress

    def read(self, cursor: Mapping[str, Any] | None) -> Iterator[Page]:
        """Gives the rows of files that are new, or other than they were.

        Raises:
            SourceError: The folder cannot be listed, or a file cannot be fetched.
        """
        kept: dict[str, Any] = dict((cursor or {}).get(CURSOR) or {})
        listed = self._listed()
        kept = {path: kept[path] for path in kept if path in {each.path for each in listed}}
        fresh = [each for each in listed if not _is_done(kept.get(each.path), each)]
        for number, each in enumerate(fresh, 1):
            for page in self._pages(each, _rows_done(kept.get(each.path), each)):
                rows, done = page.cursor["rows"], page.done
                kept[each.path] = [each.identity] if done else [each.identity, rows]
                is_last = done and number == len(fresh)
                yield replace(page, cursor={CURSOR: dict(kept)}, done=is_last)
            self._progress = ReadProgress(number, len(fresh))

    def _pages(self, file: _Dropped, rows_done: int) -> Iterator[Page]:
        """Gives the pages of one file; one that is no table becomes a reject."""
        most = self._settings.max_file_mb
        if file.size > most * _MB:
            reason = f"it has {file.size} bytes; {most:g} MB are read at most (max_file_mb)"
            yield self._rejected(file, reason)
            return
        try:
            with self._local(file) as path:
                source = FileSource(
                    path,
                    name=self.name,
                    channel=self._channel,
                    product=self._settings.product,
                    mapping=self._settings.map,
                    zone=self._zone,
                    max_chars=self._max_chars,
                )
                for page in source.read_behind(rows_done, {}):
                    rejects = tuple(self._placed(each, path, file) for each in page.rejects)
                    yield replace(page, rejects=rejects)
        except (UsageError, SourceError) as error:
            if isinstance(error, FetchError):
                raise
            yield self._rejected(file, str(error).rstrip("."))

    def _rejected(self, file: _Dropped, reason: str) -> Page:
        reject = Reject(self.name, file.path, reason)
        return Page((), (reject,), {"rows": 0}, done=True)

    def _placed(self, reject: Reject, path: Path, file: _Dropped) -> Reject:
        """Names the place by the dropped file, not by the copy that was read."""
        return replace(reject, place=reject.place.replace(path.name, file.path, 1))

    @contextmanager
    def _local(self, file: _Dropped) -> Iterator[Path]:
        """Gives a file of this machine: the very one, or a copy that is deleted afterwards."""
        if "file" in _protocols(self._files):
            try:
                Path(file.path).open("rb").close()
            except OSError as error:
                raise FetchError(f"{self.name}: {file.path}: {_said(error)}.") from error
            yield Path(file.path)
            return
        with tempfile.TemporaryDirectory(prefix="voc-") as folder:
            path = Path(folder) / posixpath.basename(file.path)
            try:
                with self._files.open(file.path, "rb") as there, path.open("wb") as here:
                    shutil.copyfileobj(there, here, 1 << 20)
            except Exception as error:
                raise FetchError(f"{self.name}: {file.path}: {_said(error)}.") from error
            yield path

    def _listed(self) -> list[_Dropped]:
        """Returns the files that have settled, by path."""
        try:
            self._files.invalidate_cache()
            found = self._files.glob(self._pattern, detail=True)
        except FileNotFoundError:
            found = {}
        except Exception as error:
            raise SourceError(
                f"{self.name}: {self._pattern} cannot be listed ({_said(error)}). Mend"
                f" sources.{self.name}, or its folder's rights."
            ) from error
        files = [_dropped(path, told) for path, told in found.items() if told["type"] == "file"]
        return sorted(
            (each for each in files if self._is_settled(each)), key=lambda each: each.path
        )

    def _is_settled(self, file: _Dropped) -> bool:
        name = posixpath.basename(file.path).lower()
        if name.startswith((".", "~")) or name.endswith(_HALF_WRITTEN):
            return False
        if file.changed_s is None:
            return True
        # Where clocks differ the time may lie ahead; it settles all the same.
        return abs(time.time() - file.changed_s) >= self._settings.settle_s

    def _opened(self, base: Path) -> tuple[AbstractFileSystem, str]:
        if find_spec("fsspec") is None:
            raise _missing(self.name, "fsspec")
        from fsspec.core import url_to_fs

        path = self._settings.path
        if "://" not in path:
            path = str(base / Path(path).expanduser())
        try:
            files, pattern = url_to_fs(path, **self._settings.storage)
        except ImportError as error:
            raise _missing(self.name, error.name or str(error)) from error
        except (TypeError, ValueError) as error:
            kind = path.partition("://")[0]
            raise ConfigError(
                f"{self.name}: no file system can be made for {kind}://… ({type(error).__name__})."
                f" Mend sources.{self.name}.path or storage."
            ) from error
        return files, pattern


class FetchError(SourceError):
    """A file that is listed cannot be fetched; the next run tries again."""


def _missing(name: str, what: str) -> MissingExtraError:
    return MissingExtraError(
        f'The source {name!r} needs {what}. Type: pip install "voc-zh[folders]", and for s3:// also'
        " s3fs, for oss:// also ossfs."
    )


def _protocols(files: Any) -> tuple[str, ...]:
    return (files.protocol,) if isinstance(files.protocol, str) else tuple(files.protocol)


def _dropped(path: str, told: Mapping[str, Any]) -> _Dropped:
    marks = [str(told[name]) for name in _MARKS if told.get(name) is not None]
    size = int(told.get("size") or 0)
    identity = hashlib.blake2b("\x1f".join([str(size), *marks]).encode(), digest_size=8)
    return _Dropped(path, identity.hexdigest(), size, _changed_s(told))


def _changed_s(told: Mapping[str, Any]) -> float | None:
    for name in _TIMES:
        value = told.get(name)
        if isinstance(value, datetime):
            return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
        if isinstance(value, (int, float)):
            return float(value)
    return None


def _is_done(kept: Any, file: _Dropped) -> bool:
    return bool(kept) and kept == [file.identity]


def _rows_done(kept: Any, file: _Dropped) -> int:
    return int(kept[1]) if kept and len(kept) > 1 and kept[0] == file.identity else 0


def _said(error: Exception) -> str:
    """The kind of an error alone: a store's own words may hold an address with a key."""
    reason = getattr(error, "strerror", None)
    return reason if isinstance(reason, str) and reason else type(error).__name__
