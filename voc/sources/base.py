"""What every source gives: pages of feedback, with a cursor that says where to go on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from voc.records import Feedback

SAMPLE_CHARS: Final = 200


@dataclass(frozen=True, slots=True)
class Reject:
    """One row that could not be read.

    Attributes:
        source: Name of the source or file.
        place: Where it stands, as `reviews.csv:17` (physical line) or `reviews.xlsx:评价!17`
            (sheet and row).
        reason: A short sentence.
        sample: Its first 200 characters, as they stand: mask them before they are kept.
    """

    source: str
    place: str
    reason: str
    sample: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "sample", self.sample[:SAMPLE_CHARS])


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a source that is stored in one transaction with its cursor.

    Attributes:
        feedback: At most 500.
        rejects: Rows of the same stretch that could not be read.
        cursor: JSON values; given to the next `read`, it goes on behind this page.
        done: Whether this is the last page for now.
        forbidden: Addresses of the same stretch that were not read, as robots.txt, a login or the
            guard against private networks forbids it.
    """

    feedback: tuple[Feedback, ...]
    rejects: tuple[Reject, ...]
    cursor: Mapping[str, Any]
    done: bool
    forbidden: int = 0


@dataclass(frozen=True, slots=True)
class ReadProgress:
    """How far a reader is, for a progress bar; `bytes_total` is `None` where it is not known.

    A crawler counts threads or pages in place of bytes.
    """

    bytes_read: int
    bytes_total: int | None


class Source(Protocol):
    """A place that feedback comes from."""

    name: str

    @property
    def progress(self) -> ReadProgress:
        """How far the reading under way, or the last one, has come."""
        ...

    def read(self, cursor: Mapping[str, Any] | None) -> Iterator[Page]:
        """Gives the pages behind `cursor`, or all of them; nothing when nothing is new."""
        ...
