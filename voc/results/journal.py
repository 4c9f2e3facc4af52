"""What has been written of a results file, so that an interrupted run can go on.

A line of JSON for each batch, put down and synced after the batch itself. What stands in the part
files behind the last line is of no account and cut off.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import IO, Any, Final

import orjson

from voc.errors import OutputError, UsageError

_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """How far the work had come after a batch.

    Attributes:
        rows_done: Input rows dealt with.
        rows: Tags written.
        rejects: Rejects written.
        part_bytes: Size of the part file.
        rejects_bytes: Size of the rejects' part file.
    """

    rows_done: int = 0
    rows: int = 0
    rejects: int = 0
    part_bytes: int = 0
    rejects_bytes: int = 0


class Journal:
    """The journal of one results file, held by one process at a time.

    Args:
        path: Where it lies.
        made_of: What the results are made of (the input's size, the model, …). Going on with
            something else is refused.
        resume: Whether to go on where an earlier run stopped.

    Raises:
        OutputError: Another process writes the same results.
        UsageError: The earlier run was made of something else.
    """

    def __init__(self, path: Path, *, made_of: Mapping[str, Any], resume: bool) -> None:
        is_new = not path.exists()
        self._file = path.open("a+b", buffering=0)
        try:
            _lock(self._file, path)
            head, self._entries = _read(self._file) if resume else (None, [])
            if head is not None and head["made_of"] != made_of:
                raise UsageError(_other_input(path, head["made_of"], made_of))
            self._head_end = 0 if head is None else len(_written(head))
            self._cut()
            if head is None:
                self._head_end = self._put({"version": _VERSION, "made_of": dict(made_of)})
        except BaseException:
            self._file.close()
            if is_new:
                path.unlink(missing_ok=True)
            raise

    @property
    def last(self) -> Entry:
        """The last entry, or an empty one."""
        return self._entries[-1][0] if self._entries else Entry()

    def go_back(self, *, part_bytes: int, rejects_bytes: int) -> Entry:
        """Forgets the entries that speak of more than the part files hold; returns the last."""
        while (last := self.last).part_bytes > part_bytes or last.rejects_bytes > rejects_bytes:
            self._entries.pop()
        self._cut()
        return last

    def add(self, entry: Entry) -> None:
        """Puts down that all that `entry` says has been written and synced."""
        self._put(asdict(entry))

    def close(self) -> None:
        self._file.close()

    def _cut(self) -> None:
        """Cuts off what stands behind the last entry: a line half written, or entries forgotten."""
        self._file.truncate(self._entries[-1][1] if self._entries else self._head_end)

    def _put(self, values: Mapping[str, Any]) -> int:
        line = _written(values)
        write_all(self._file, line)
        os.fsync(self._file.fileno())
        return len(line)


def _written(values: Mapping[str, Any]) -> bytes:
    return orjson.dumps(values, option=orjson.OPT_APPEND_NEWLINE)


def write_all(file: IO[bytes], data: bytes) -> None:
    """Writes all of `data` to an unbuffered file, which may take it in several pieces."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def _read(file: IO[bytes]) -> tuple[dict[str, Any] | None, list[tuple[Entry, int]]]:
    """Returns the head, and the entries with where their line ends."""
    file.seek(0)
    head: dict[str, Any] | None = None
    entries: list[tuple[Entry, int]] = []
    end = 0
    names = {field.name for field in fields(Entry)}
    for line in file.read().splitlines(keepends=True):
        try:
            values = orjson.loads(line) if line.endswith(b"\n") else None
        except orjson.JSONDecodeError:
            values = None
        end += len(line)
        if head is None and isinstance(values, dict) and values.get("version") == _VERSION:
            head = values
        elif head is not None and isinstance(values, dict) and values.keys() == names:
            entries.append((Entry(**values), end))
        else:
            break
    return head, entries


def _lock(file: IO[bytes], path: Path) -> None:
    try:
        import fcntl
    except ImportError:  # no such locks on Windows
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise OutputError(
            f"Another process is writing {path.with_suffix('')}. Wait for it, or write to another "
            "file."
        ) from None


def _other_input(path: Path, old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    changed = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    what = ", ".join(f"{name} was {old.get(name)!r}, is {new.get(name)!r}" for name in changed)
    return (
        f"{path.with_suffix('')} was begun with something else ({what}). Begin anew without "
        "--resume, or name the same again."
    )
