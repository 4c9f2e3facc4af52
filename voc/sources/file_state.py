"""What a file was when it was read: whether it is the same now, has grown, or is another."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from voc.errors import SourceError, UsageError
from voc.sources.tables import format_of

_HEAD_BYTES: Final = 65_536
_TAIL_BYTES: Final = 4_096
_GROWING: Final = frozenset({"csv", "tsv", "jsonl"})
_MARKS: Final = ("head", "tail", "ended")


def file_state(path: Path) -> dict[str, Any]:
    """Returns what tells a file from any other, as JSON values.

    Raises:
        SourceError: It cannot be read.
    """
    try:
        resolved = path.resolve()
        status = resolved.stat()
        return {
            "path": str(resolved),
            "size": status.st_size,
            "mtime_ns": status.st_mtime_ns,
            **_marks(resolved, status.st_size),
        }
    except OSError as error:
        reason = error.strerror or str(error)
        raise SourceError(f"{path}: cannot be read ({reason}).") from error


def rows_to_pass_over(
    cursor: Mapping[str, Any],
    state: Mapping[str, Any],
    *,
    path: Path | None,
    name: str,
    joins: bool,
) -> int | None:
    """Returns how many rows to pass over, or `None` where there is nothing to do.

    Args:
        cursor: Where the file, or another one of its name, was left.
        state: What it is now, with its `settings`.
        path: The file; `None` for standard input.
        name: Name of the source.
        joins: Whether several files may have it.

    Raises:
        UsageError: The cursor belongs to another file of the same name.
    """
    if not cursor or path is None:
        return 0
    grown = _has_grown(cursor, state, path)
    unchanged = all(cursor.get(key) == state[key] for key in ("size", "mtime_ns", *_MARKS))
    if not (grown or unchanged):
        if not joins:
            _refuse_namesake(cursor, state, name)
        return 0
    if cursor.get("settings") != state["settings"]:
        return 0
    return None if unchanged and cursor.get("done") else int(cursor.get("rows", 0))


def _has_grown(cursor: Mapping[str, Any], state: Mapping[str, Any], path: Path) -> bool:
    """Whether the file is the old one with whole lines behind it."""
    old_size = cursor.get("size", 0)
    kind, compression = format_of(path)
    if (
        cursor.get("by_turns")
        or kind not in _GROWING
        or compression
        or not 0 < old_size < state["size"]
    ):
        return False
    marks = _marks(path, old_size)
    return bool(marks["ended"]) and all(cursor.get(key) == marks[key] for key in _MARKS)


def _refuse_namesake(cursor: Mapping[str, Any], state: Mapping[str, Any], name: str) -> None:
    other = cursor.get("path")
    if other and other != state["path"] and Path(other).exists():
        raise UsageError(
            f"The source {name!r} was read from {other} before, and {state['path']} is "
            "another file. Give one of them another name, with --name or under `sources:` in "
            "the config; or, where both hold the same voices, tell their name: "
            f"--name {name}."
        )


def _marks(path: Path, size: int) -> dict[str, Any]:
    """Hashes of the beginning and the end of a file's first `size` bytes."""
    with path.open("rb") as file:
        head = file.read(min(size, _HEAD_BYTES))
        file.seek(max(0, size - _TAIL_BYTES))
        tail = file.read(min(size, _TAIL_BYTES))
    return {
        "head": hashlib.blake2b(head, digest_size=8).hexdigest(),
        "tail": hashlib.blake2b(tail, digest_size=8).hexdigest(),
        "ended": tail.endswith(b"\n"),
    }
