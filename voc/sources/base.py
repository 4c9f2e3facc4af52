"""What every source gives: pages of feedback, with a cursor that says where to go on."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event
from typing import Any, Final, Protocol, runtime_checkable

import orjson

from voc.records import Feedback

SAMPLE_CHARS: Final = 200
_TORN: Final = re.compile(r"[0-9０-９A-Za-z@._+*\-]{1,40}$")
PAGE_ROWS: Final = 500
PAGE_CHARS: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class Reject:
    """One row that could not be read.

    Attributes:
        source: Name of the source or file.
        place: Where it stands, as `reviews.csv:17` (physical line) or `reviews.xlsx:评价!17`
            (sheet and row).
        reason: A short sentence.
        sample: Its first 200 characters, as they stand: mask them before they are kept. A word or
            number that the cut would tear is left out, as nothing masks half a number.
    """

    source: str
    place: str
    reason: str
    sample: str = ""

    def __post_init__(self) -> None:
        if len(self.sample) >= SAMPLE_CHARS:
            whole = _TORN.sub("", self.sample[:SAMPLE_CHARS])
            object.__setattr__(self, "sample", whole)


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
        withdrawn: Native ids that the source says are gone. They are taken out behind the page's
            feedback; a voice that comes again behind its withdrawal belongs on the next page.
        is_snapshot: Whether the feedback is what the source holds now, so that a withdrawn voice
            among it is there again. What a queue delivers may be an old message once more.
        silent: Fields of a `Feedback` that the source says nothing of, as a file that has no
            column for them: what is known of them stays.
        moments: When voices without a time of their own were said, by native id, as far as
            something else tells: the name or time of their file, the watermark of their row. It
            is no part of what they say, so that another one makes no edit.
    """

    feedback: tuple[Feedback, ...]
    rejects: tuple[Reject, ...]
    cursor: Mapping[str, Any]
    done: bool
    forbidden: int = 0
    withdrawn: tuple[str, ...] = ()
    is_snapshot: bool = False
    silent: frozenset[str] = frozenset()
    moments: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gone:
    """A voice that its source says is gone."""

    native_id: str


Item = Feedback | Reject | Gone


@dataclass(frozen=True, slots=True)
class ReadProgress:
    """How far a reader is, for a progress bar; `bytes_total` is `None` where it is not known.

    A crawler counts threads or pages in place of bytes, a stream or a query its rows.
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
        """Gives the pages behind `cursor`, or all of them; nothing when nothing is new.

        A page is committed, with its cursor, before the next one is asked for: a source that
        acknowledges does so then, and not where the iterator is closed instead.
        """
        ...


@runtime_checkable
class Following(Source, Protocol):
    """A source that can wait for what comes, as a queue's consumer does."""

    def follow(self, cursor: Mapping[str, Any] | None, stop: Event) -> Iterator[Page]:
        """Gives pages as they come, until `stop` is set; otherwise as `read`.

        Raises:
            SourceError: The place is away; it is worth another try.
        """
        ...


@runtime_checkable
class Exporting(Source, Protocol):
    """A source that may be a complete export: what it holds no more is then gone.

    Attributes:
        snapshot_share: Least share, from 0 to 1, of known voices that an export must hold to be
            taken as complete; `None` where the source is none. It is then read from its
            beginning whenever it is read, and its pages are snapshots.
    """

    snapshot_share: float | None


@runtime_checkable
class Noting(Source, Protocol):
    """A source that has something to tell of its last run, though that came to its end.

    Attributes:
        notes: A sentence each: what, and what to do.
    """

    @property
    def notes(self) -> Sequence[str]: ...


def notes_of(source: Source) -> tuple[str, ...]:
    """Returns what a source has to tell of its last run."""
    return tuple(source.notes) if isinstance(source, Noting) else ()


def digest_of_told(*told: Any) -> str:
    """Returns a hash of what settings tell of how a source is read, to keep in its cursor."""
    return hashlib.blake2b(orjson.dumps(told), digest_size=8).hexdigest()


class Draft:
    """A page under way.

    Args:
        rows: Rows after which it is full.
        chars: Code points after which it is full.
    """

    def __init__(self, *, rows: int = PAGE_ROWS, chars: int = PAGE_CHARS) -> None:
        self._most_rows, self._most_chars = rows, chars
        self._begin()

    def _begin(self) -> None:
        self._feedback: list[Feedback] = []
        self._rejects: list[Reject] = []
        self._withdrawn: dict[str, None] = {}
        self._moments: dict[str, datetime] = {}
        self._chars = 0

    def __len__(self) -> int:
        return len(self._feedback) + len(self._rejects) + len(self._withdrawn)

    @property
    def is_full(self) -> bool:
        return len(self) >= self._most_rows or self._chars >= self._most_chars

    def takes(self, item: Item) -> bool:
        """Whether an item may stand on this page: no voice behind its own withdrawal."""
        return not (isinstance(item, Feedback) and item.native_id in self._withdrawn)

    def add(self, item: Item, *, moment: datetime | None = None) -> None:
        """Adds an item; `moment` is when it was said where it does not tell."""
        if isinstance(item, Reject):
            self._rejects.append(item)
        elif isinstance(item, Gone):
            self._withdrawn[item.native_id] = None
        else:
            self._feedback.append(item)
            self._chars += len(item.text)
            if item.created_at is None and moment is not None:
                self._moments[item.native_id] = moment

    def page(
        self,
        cursor: Mapping[str, Any],
        *,
        done: bool,
        is_snapshot: bool = False,
        silent: frozenset[str] = frozenset(),
    ) -> Page:
        """Returns the page and begins the next one."""
        page = Page(
            tuple(self._feedback),
            tuple(self._rejects),
            cursor,
            done,
            withdrawn=tuple(self._withdrawn),
            is_snapshot=is_snapshot,
            silent=silent,
            moments=self._moments,
        )
        self._begin()
        return page
