"""Writing Tags so that a reader sees a whole file or none, and no interruption costs a row."""

from __future__ import annotations

import errno
import json
import os
import sys
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import IO, Any, Final, Protocol

import orjson

from voc.errors import OutputError, UsageError
from voc.results.formats import convert, form_of
from voc.results.journal import Entry, Journal, write_all

STDOUT: Final = "-"

_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FORBIDDEN: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


class Rejected(Protocol):
    """A row that could not be read, as a source gives it."""

    @property
    def source(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def sample(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Summary:
    """What was written; `rejects_path` is `None` where there was no reject."""

    rows: int
    rejects: int
    path: Path | None
    rejects_path: Path | None


class ResultsFile(AbstractContextManager["ResultsFile"]):
    """Results under way.

    Attributes:
        rows_done: Input rows already dealt with, Tags and rejects; the caller passes over so many.
    """

    rows_done: int

    @abstractmethod
    def write(
        self, batch: Sequence[Mapping[str, Any]], rejects: Sequence[Rejected], rows_done: int
    ) -> None:
        """Writes one batch, whole or not at all.

        Args:
            batch: Tags, as `Tags.as_dict` gives them, in input order.
            rejects: Rows of the same stretch that could not be read, their samples masked.
            rows_done: Input rows dealt with when this batch is written.

        Raises:
            OutputError: It cannot be written; the batches before it are kept.
        """

    @abstractmethod
    def finish(self) -> Summary:
        """Puts the results in their place.

        Raises:
            OutputError: They cannot be written; `--resume` goes on when they can.
        """

    @abstractmethod
    def close(self) -> None:
        """Closes the files. Unfinished work is kept for `--resume`, and nothing stands at OUT."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def open_results(
    out: Path | str,
    *,
    resume: bool,
    made_of: Mapping[str, Any] = MappingProxyType({}),
    kept: Sequence[str] = (),
) -> ResultsFile:
    """Opens a results file for writing.

    It is written to `OUT.part`, with a journal in `OUT.journal`, and takes its place when it is
    finished; rejects go to `OUT.rejects.jsonl` likewise.

    Args:
        out: A file ending in .jsonl or .csv (also .gz, .zst) or .parquet, or `-` for standard
            output, where rejects are told on standard error.
        resume: Go on where an earlier run was interrupted, or begin where none was.
        made_of: What the results are made of, as JSON values (the input's size and time, the
            model); an earlier run that was made of something else is not gone on with.
        kept: Columns of the input that Tags hold under `extra`.

    Raises:
        UsageError: The ending is unknown, `out` is a folder, standard output is to be resumed,
            or the earlier run was made of something else.
        OutputError: The folder is missing or cannot be written, or another process writes there.
    """
    if str(out) == STDOUT:
        if resume:
            raise UsageError("What went to standard output cannot be resumed: name a file with -o.")
        return _StreamedResults(sys.stdout.buffer)
    path = Path(out)
    form_of(path)
    with _explained(path):
        if path.is_dir():
            raise UsageError(f"{path} is a folder: name a file in it.")
        if not path.parent.is_dir():
            raise OutputError(f"The folder {path.parent} does not exist. Create it first.")
    made_of = json.loads(json.dumps(dict(made_of)))
    return _JournaledResults(path, resume=resume, made_of=made_of, kept=kept)


class _JournaledResults(ResultsFile):
    """Results in a file, with a journal beside it."""

    def __init__(
        self, out: Path, *, resume: bool, made_of: Mapping[str, Any], kept: Sequence[str]
    ) -> None:
        self._out = out
        self._kept = tuple(kept)
        self._part = _beside(out, ".part")
        self._rejects_out = _beside(out, ".rejects.jsonl")
        self._rejects_part = _beside(out, ".rejects.part")
        self._journal_path = _beside(out, ".journal")
        self._finished = self._failed = self._opened_all = False
        self._done = Entry()
        with _explained(out):
            self._journal = Journal(self._journal_path, made_of=made_of, resume=resume)
        self._files: list[IO[bytes]] = []
        try:
            with _explained(out):
                self._done = self._recovered() if resume else Entry()
                self._part_file = self._opened(self._part, self._done.part_bytes)
                self._rejects_file = self._opened(self._rejects_part, self._done.rejects_bytes)
                self._opened_all = True
        except BaseException:
            self.close()
            raise
        self.rows_done = self._done.rows_done

    def write(
        self, batch: Sequence[Mapping[str, Any]], rejects: Sequence[Rejected], rows_done: int
    ) -> None:
        if self._failed:
            raise OutputError(f"{self._out}: an earlier batch failed; start again with --resume.")
        lines = b"".join(_line(tags) for tags in batch)
        reject_lines = b"".join(_line(_reject(item)) for item in rejects)
        self._failed = True
        with _explained(self._out, hint=self._hint()):
            _write_and_sync(self._part_file, lines)
            _write_and_sync(self._rejects_file, reject_lines)
            done = Entry(
                rows_done=rows_done,
                rows=self._done.rows + len(batch),
                rejects=self._done.rejects + len(rejects),
                part_bytes=self._done.part_bytes + len(lines),
                rejects_bytes=self._done.rejects_bytes + len(reject_lines),
            )
            self._journal.add(done)
        self._failed = False
        self._done, self.rows_done = done, rows_done

    def finish(self) -> Summary:
        form, packing = form_of(self._out)
        with _explained(self._out, hint=self._hint()):
            ready = self._part
            if form != "jsonl" or packing:
                ready = _beside(self._out, ".tmp")
                with self._part.open("rb") as part, ready.open("wb") as out:
                    convert(part, out, form, packing, kept=self._kept)
                    out.flush()
                    os.fsync(out.fileno())
            if self._done.rejects:
                self._rejects_part.replace(self._rejects_out)
            else:
                self._rejects_out.unlink(missing_ok=True)
            ready.replace(self._out)
            _sync_folder(self._out.parent)
        self._finished = True
        rejects_path = self._rejects_out if self._done.rejects else None
        return Summary(self._done.rows, self._done.rejects, self._out, rejects_path)

    def close(self) -> None:
        for file in self._files:
            file.close()
        self._files.clear()
        self._journal.close()
        _beside(self._out, ".tmp").unlink(missing_ok=True)
        if self._finished or (self._opened_all and not self._done.rows_done):
            for path in (self._journal_path, self._part, self._rejects_part):
                path.unlink(missing_ok=True)

    def _hint(self) -> str:
        if not self._done.rows_done:
            return " Put it right, then run the same command again."
        return (
            f" The first {self._done.rows_done:,} rows are kept: put it right, then run the same "
            "command again with --resume."
        )

    def _recovered(self) -> Entry:
        """Returns the last entry whose data is all there; what is behind it will be cut off."""
        last = self._journal.last
        for place, part, size in (
            (self._out, self._part, last.part_bytes),
            (self._rejects_out, self._rejects_part, last.rejects_bytes),
        ):
            if size and not part.exists() and _size(place) == size:
                place.replace(part)  # the run was killed while results took their places
        return self._journal.go_back(
            part_bytes=_size(self._part), rejects_bytes=_size(self._rejects_part)
        )

    def _opened(self, path: Path, size: int) -> IO[bytes]:
        file = path.open("ab", buffering=0)
        self._files.append(file)
        file.truncate(size)
        return file


class _StreamedResults(ResultsFile):
    """Results on standard output."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._rows = self._rejects = 0
        self.rows_done = 0

    def write(
        self, batch: Sequence[Mapping[str, Any]], rejects: Sequence[Rejected], rows_done: int
    ) -> None:
        with _explained(Path("standard output")):
            self._stream.write(b"".join(_line(tags) for tags in batch))
            self._stream.flush()
        for item in rejects:
            sys.stderr.write(f"{item.place}: {item.reason}\n")
        self._rows += len(batch)
        self._rejects += len(rejects)
        self.rows_done = rows_done

    def finish(self) -> Summary:
        return Summary(self._rows, self._rejects, None, None)

    def close(self) -> None:
        """Leaves standard output open: it is not ours."""


def _line(values: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(values, option=orjson.OPT_APPEND_NEWLINE)
    except orjson.JSONEncodeError:  # a half surrogate, which no UTF-8 file can hold
        return json.dumps(values, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _reject(item: Rejected) -> dict[str, str]:
    return {name: getattr(item, name) for name in ("source", "place", "reason", "sample")}


def _write_and_sync(file: IO[bytes], data: bytes) -> None:
    if data:
        write_all(file, data)
        os.fsync(file.fileno())


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _sync_folder(folder: Path) -> None:
    if hasattr(os, "O_DIRECTORY"):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def _explained(out: Path, *, hint: str = "") -> Iterator[None]:
    """Turns what the system says into a sentence that says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            what = f"There is no room left to write {out}."
        elif error.errno in _FORBIDDEN:
            what = f"{out} cannot be written: the folder or the file is read-only."
        elif error.errno == errno.EPIPE:
            what = f"{out} was closed by who reads it."
        else:
            what = f"{out} cannot be written ({error.strerror or error})."
        raise OutputError(what + (hint or " Choose another place, then try again.")) from error
