"""Files as the listing of a folder or a bucket shows them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

_MARKS: Final = ("etag", "ETag", "md5", "checksum", "mtime", "LastModified", "last_modified",
                 "modified", "created")  # fmt: skip
_TIMES: Final = ("mtime", "LastModified", "last_modified", "modified", "created")
_HEARD: Final = "heard"


@dataclass(frozen=True, slots=True)
class Dropped:
    """A file as a listing shows it.

    Attributes:
        path: Its path in the file system.
        identity: A hash of its size, time and tag: another one is another version.
        size: Bytes; `None` where the listing does not tell.
        changed_s: When it was changed last, in seconds since 1970; `None` where nothing tells.
    """

    path: str
    identity: str
    size: int | None
    changed_s: float | None


def dropped(path: str, told: Mapping[str, Any], *, is_heard: bool) -> Dropped:
    """Reads an entry of a listing.

    Args:
        path: The file.
        told: What the file system tells of it.
        is_heard: Whether a recogniser hears it: it is then not done by having been set aside
            while there was none.
    """
    marks = [str(told[name]) for name in _MARKS if told.get(name) is not None]
    marks += [_HEARD] if is_heard else []
    size = None if told.get("size") is None else int(told["size"])
    identity = hashlib.blake2b("\x1f".join([str(size or 0), *marks]).encode(), digest_size=8)
    return Dropped(path, identity.hexdigest(), size, _changed_s(told))


def _changed_s(told: Mapping[str, Any]) -> float | None:
    for name in _TIMES:
        value = told.get(name)
        if isinstance(value, datetime):
            return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
        if isinstance(value, (int, float)):
            return float(value)
    return None
