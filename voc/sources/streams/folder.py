"""A folder or a bucket into which files are dropped."""

from __future__ import annotations

import posixpath
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from voc.config.streams import FolderSourceSettings
from voc.errors import ConfigError, MissingExtraError, SourceError, UsageError
from voc.records import Channel
from voc.sources.base import Page, ReadProgress, Reject, digest_of_told
from voc.sources.files import FileSource
from voc.sources.one_call import name_of_file
from voc.sources.streams.drops import Dropped, dropped
from voc.sources.streams.file_notes import FileNotes
from voc.sources.streams.numberings import Numberings, numbering_folder
from voc.sources.tables import is_recording
from voc.sources.times import time_in_name

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

    from voc.sources.speech.recordings import Recordings

CURSOR: Final = "files"
HEARD: Final = "heard"
READ_BY: Final = "read_by"
"""Keys of a cursor: the files read, the recordings heard, and a hash of how files were read."""
_HALF_WRITTEN: Final = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".filepart", ".swp")
_MB: Final = 1_000_000
_PIECE_BYTES: Final = 1 << 20


class FolderSource:
    """Files that appear in a folder, each version read once.

    A file is taken when it has lain unchanged for `settle_s`; names that programs give to files
    under way (`.part`, a dot at the beginning) are passed over. A file that comes again with
    another time, tag or size is read anew: what is known is a duplicate, other words are edits. So
    are all files where the map or the zone is another. A file that cannot be read is a reject and
    holds up no other one. A recording is heard once, by its bytes, whatever becomes of its name and
    time. Sub-folders that number their own voices are kept apart, as `Numberings` tells.

    Args:
        name: Name of the source.
        settings: The folder.
        base: Folder that a relative path starts from.
        channel: Where the feedback comes from, where its rows do not tell.
        zone: The zone of times that name none.
        max_chars: Longest text kept, in code points.

    Raises:
        MissingExtraError: fsspec, what it needs for this kind of path, or the recogniser is not
            installed.
        ConfigError: A file of the recogniser is missing.
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
        self._recordings = self._hearing(base)
        self._progress = ReadProgress(0, None)
        self._notes = FileNotes()
        self._numberings = Numberings({})
        self._read_by = digest_of_told(sorted(settings.map.items()), str(zone))
        self._is_anew = False

    @property
    def notes(self) -> tuple[str, ...]:
        """How the files of the last run were read, and what is doubtful in them."""
        said = "The map or the timezone is another than before, so all files were read anew."
        anew = (said,) if self._is_anew else ()
        return (*anew, *self._numberings.notes, *self._notes.sentences())

    @property
    def progress(self) -> ReadProgress:
        """How many files were read of those that are new."""
        return self._progress

    def read(self, cursor: Mapping[str, Any] | None) -> Iterator[Page]:
        """Gives the rows of files that are new, or other than they were.

        Raises:
            SourceError: The folder cannot be listed, or a file cannot be fetched.
            ConfigError: The recogniser's models cannot be loaded.
        """
        self._notes = FileNotes()
        self._numberings = Numberings(cursor or {})
        listed = self._listed()
        paths = {each.path for each in listed}
        known: dict[str, str] = dict((cursor or {}).get(HEARD) or {})
        self._is_anew = (cursor or {}).get(READ_BY, self._read_by) != self._read_by
        kept = {} if self._is_anew else _only((cursor or {}).get(CURSOR), paths)
        heard = _only(known, paths)
        fresh = [each for each in listed if not _is_done(kept.get(each.path), each)]
        before = (cursor or {}).get(CURSOR) or {}
        self._look_back([each for each in listed if fresh and each.path in before])
        for number, each in enumerate(fresh, 1):
            rows_done = _rows_done(kept.get(each.path), each)
            for page in self._pages(each, rows_done, known, is_known=each.path in before):
                rows, done = page.cursor["rows"], page.done
                kept[each.path] = [each.identity] if done else [each.identity, rows]
                if rows is None:  # it is tried again by the next run
                    del kept[each.path]
                heard |= {each.path: known[each.path]} if each.path in known else {}
                is_last = done and number == len(fresh)
                places: dict[str, Any] = {CURSOR: dict(kept), READ_BY: self._read_by}
                places |= {HEARD: dict(heard)} if heard else {}
                places |= self._numberings.cursor()
                yield replace(page, cursor=places, done=is_last)
            self._progress = ReadProgress(number, len(fresh))

    def _pages(
        self, file: Dropped, rows_done: int, heard: dict[str, str], *, is_known: bool
    ) -> Iterator[Page]:
        """Gives the pages of one file; one that is no table becomes a reject.

        Args:
            file: The file.
            rows_done: Rows to pass over.
            heard: Path: hash of the recordings that were heard; one that is heard now is added.
            is_known: Whether a version of the file was read before.
        """
        try:
            self._check_size(file.size)
            if self._recordings is not None and self._hears(file.path):
                yield self._recorded(file, self._recordings, heard)
                return
            with self._local(file) as path:
                source = self._source(path, file)
                own = self._below(file)
                folder = numbering_folder(own)
                if not self._numberings.knows(folder):
                    self._numberings.look(folder, self._source(path, file).read_behind(0, {}))
                elif not (rows_done or is_known):
                    pages = self._source(path, file).read_behind(0, {})
                    self._numberings.look_at_file(own, folder, pages)
                for page in source.read_behind(rows_done, {}):
                    self._numberings.learn(folder, own, page)
                    rejects = tuple(self._placed(each, path, file) for each in page.rejects)
                    yield replace(self._numberings.named(folder, own, page), rejects=rejects)
                self._notes.add(self._below(file), source)
        except (UsageError, SourceError) as error:
            if isinstance(error, FetchError):
                raise
            yield self._rejected(file, str(error).rstrip("."))

    def _look_back(self, files: Sequence[Dropped]) -> None:
        """Learns the ids of sub-folders that were read before they, or enough, was remembered.

        Raises:
            FetchError: A file cannot be fetched.
        """
        for file in files:
            own = self._below(file)
            folder = numbering_folder(own)
            is_known = self._numberings.knows(folder) and not self._numberings.lacks(folder)
            if is_known or self._hears(file.path):
                continue
            try:
                self._check_size(file.size)
                with self._local(file) as path:
                    for page in self._source(path, file).read_behind(0, {}):
                        self._numberings.learn(folder, own, page)
            except FetchError:
                raise
            except (UsageError, SourceError):
                continue

    def _source(self, path: Path, file: Dropped) -> FileSource:
        return FileSource(
            path,
            name=self.name,
            channel=self._channel,
            product=self._settings.product,
            mapping=self._settings.map,
            zone=self._zone,
            max_chars=self._max_chars,
            call=name_of_file(self._below(file)),
            moment=self._moment_of(file),
        )

    def _check_size(self, size: int | None) -> None:
        """Looks at the size of a file as far as it is known, in bytes.

        Raises:
            SourceError: It is larger than files may be.
        """
        most = self._settings.max_file_mb
        if size is not None and size > most * _MB:
            raise SourceError(
                f"it has {size} bytes or more; {most:g} MB are read at most (max_file_mb)"
            )

    def _recorded(self, file: Dropped, recordings: Recordings, heard: dict[str, str]) -> Page:
        """Hears a recording, if it was not heard before under any name.

        Where there is no memory to hear it now, the cursor's `rows` is `None`.
        """
        from voc.sources.speech.recordings import NotHeard, digest_of

        with self._local(file) as path:
            digest = digest_of(path)
            is_new = digest not in heard.values()
            items = [recordings.read(path, self._id_of(file), file)] if is_new else []
        rejects = tuple(item for item in items if isinstance(item, Reject))
        feedback = tuple(item for item in items if not isinstance(item, Reject))
        if any(isinstance(item, NotHeard) for item in items):
            return Page((), rejects, {"rows": None}, done=True)
        heard[file.path] = digest
        return Page(feedback, rejects, {"rows": len(items)}, done=True)

    def _hears(self, path: str) -> bool:
        return self._recordings is not None and is_recording(PurePosixPath(path))

    def _id_of(self, file: Dropped) -> str:
        """A recording's path below the folder that the pattern names, without its ending."""
        return self._below(file).rpartition(".")[0]

    def _moment_of(self, file: Dropped) -> datetime | None:
        """When what a file holds was said at the latest, as its path or its own time tells."""
        told_s = file.changed_s
        changed = datetime.fromtimestamp(told_s, UTC) if told_s is not None else None
        now = datetime.now(UTC)
        return time_in_name(self._below(file), self._zone, now=now, changed=changed) or changed

    def _below(self, file: Dropped) -> str:
        fixed = self._pattern.partition("*")[0].rpartition("/")[0]
        return file.path.removeprefix(fixed).lstrip("/")

    def _rejected(self, file: Dropped, reason: str) -> Page:
        reject = Reject(self.name, file.path, reason)
        return Page((), (reject,), {"rows": 0}, done=True)

    def _placed(self, reject: Reject, path: Path, file: Dropped) -> Reject:
        """Names the place by the dropped file, not by the copy that was read."""
        return replace(reject, place=reject.place.replace(path.name, file.path, 1))

    @contextmanager
    def _local(self, file: Dropped) -> Iterator[Path]:
        """Gives a file of this machine: the very one, or a copy that is deleted afterwards.

        Raises:
            FetchError: It cannot be fetched.
            SourceError: It is larger than files may be, whatever the listing said.
        """
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
                    while piece := there.read(_PIECE_BYTES):
                        here.write(piece)
                        self._check_size(here.tell())
            except SourceError:
                raise
            except Exception as error:
                raise FetchError(f"{self.name}: {file.path}: {_said(error)}.") from error
            yield path

    def _listed(self) -> list[Dropped]:
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
        files = [
            dropped(path, told, is_heard=self._hears(path))
            for path, told in found.items()
            if told["type"] == "file"
        ]
        return sorted(
            (each for each in files if self._is_settled(each)), key=lambda each: each.path
        )

    def _is_settled(self, file: Dropped) -> bool:
        name = posixpath.basename(file.path).lower()
        if name.startswith((".", "~")) or name.endswith(_HALF_WRITTEN):
            return False
        if file.changed_s is None:
            return True
        # Where clocks differ the time may lie ahead; it settles all the same.
        return abs(time.time() - file.changed_s) >= self._settings.settle_s

    def _hearing(self, base: Path) -> Recordings | None:
        if self._settings.recogniser is None:
            return None
        from voc.sources.speech.recordings import Recordings

        return Recordings(
            self.name,
            self._settings.recogniser,
            base=base,
            channel=self._channel,
            product=self._settings.product,
            zone=self._zone,
            max_chars=self._max_chars,
        )

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


def _only(known: Mapping[str, Any] | None, paths: set[str]) -> dict[str, Any]:
    """What is known of those paths."""
    return {path: value for path, value in (known or {}).items() if path in paths}


def _is_done(kept: Any, file: Dropped) -> bool:
    return bool(kept) and kept == [file.identity]


def _rows_done(kept: Any, file: Dropped) -> int:
    return int(kept[1]) if kept and len(kept) > 1 and kept[0] == file.identity else 0


def _said(error: Exception) -> str:
    """The kind of an error alone: a store's own words may hold an address with a key."""
    reason = getattr(error, "strerror", None)
    return reason if isinstance(reason, str) and reason else type(error).__name__
