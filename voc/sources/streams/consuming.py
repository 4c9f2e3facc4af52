"""Consumers of queues: batches by count and time, acknowledged behind the store's commit."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from threading import Event
from typing import Any, Final, Protocol

from voc.errors import SourceError
from voc.sources.base import Draft, Item, Page, ReadProgress, Reject
from voc.sources.documents import Documents

MOST_TRIES: Final = 6
READ: Final = "read"
"""Key of a cursor: whether something of the queue could be read ever."""
_LEAST_REFUSED: Final = 10
_FIRST_PAUSE_S: Final = 0.5
_LONGEST_PAUSE_S: Final = 8.0


class AwayError(SourceError):
    """A broker, server or database does not answer (any more); another try may help."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """One message as it came.

    Attributes:
        body: Its bytes.
        place: Where it stands; the same when it comes again.
        handle: What its consumer acknowledges it by.
    """

    body: bytes
    place: str
    handle: Any


class Consumer(Protocol):
    """A connection to a queue. Every method raises `AwayError` where the connection is lost."""

    def take(self, most: int, within_s: float) -> Sequence[Delivered]:
        """Returns messages as they come, at most so many, or what has come by then."""
        ...

    def cursor(self, last: Delivered) -> Mapping[str, Any]:
        """Returns the cursor behind a message and all before it."""
        ...

    def acknowledge(self, stored: Sequence[Delivered], refused: Collection[str]) -> None:
        """Tells the broker that messages are done with, in the order in which they came.

        Args:
            stored: All of them behind those that were acknowledged before.
            refused: Places of those of which nothing could be read.
        """
        ...

    def close(self) -> None:
        """Ends the connection; what is not acknowledged is delivered again."""
        ...


class StreamSource:
    """A queue as a source.

    What cannot be read becomes a reject and is done with like the rest, so that nothing is held
    up. Only where nothing of a source could be read yet, and ten or more messages that come at
    once cannot be either, none of them is taken: its map is wrong, and would use up the queue. A
    connection that is lost is made anew, with growing pauses; what had been delivered and not
    acknowledged comes again, and the store takes it once.

    Args:
        name: Name of the source.
        connect: Makes a connection that goes on behind a cursor.
        documents: Reads messages.
        batch_rows: Messages stored at a time.
        batch_s: Seconds after which fewer are stored.
        idle_s: Seconds without a message that end `read`.
    """

    def __init__(
        self,
        name: str,
        connect: Callable[[Mapping[str, Any] | None], Consumer],
        documents: Documents,
        *,
        batch_rows: int,
        batch_s: float,
        idle_s: float,
    ) -> None:
        self.name = name
        self._connect = connect
        self._documents = documents
        self._batch_rows = batch_rows
        self._batch_s = batch_s
        self._idle_s = idle_s
        self._taken = 0

    @property
    def progress(self) -> ReadProgress:
        """How many messages were taken."""
        return ReadProgress(self._taken, None)

    def read(self, cursor: Mapping[str, Any] | None) -> Iterator[Page]:
        """Gives what waits, and ends when nothing has come for a while.

        Raises:
            SourceError: The broker cannot be reached, or refuses.
        """
        last: Page | None = None
        for last in self._pages(cursor, Event(), self._idle_s):
            yield last
        if last is not None:
            yield Page((), (), last.cursor, done=True)

    def follow(self, cursor: Mapping[str, Any] | None, stop: Event) -> Iterator[Page]:
        """Gives what comes until `stop` is set; raises as `read`."""
        yield from self._pages(cursor, stop, None)

    def _pages(
        self, cursor: Mapping[str, Any] | None, stop: Event, idle_s: float | None
    ) -> Iterator[Page]:
        return reconnecting(lambda behind: self._connected(behind, stop, idle_s), cursor, stop)

    def _connected(
        self, cursor: Mapping[str, Any] | None, stop: Event, idle_s: float | None
    ) -> Iterator[Page]:
        idle = 0.0
        behind = cursor or {}
        with closing(self._connect(cursor)) as consumer:
            while not stop.is_set():
                batch = consumer.take(self._batch_rows, self._batch_s)
                if batch:
                    idle = 0.0
                    self._taken += len(batch)
                    for page in self._stored(batch, consumer, behind):
                        yield page
                        behind = page.cursor
                    continue
                idle += self._batch_s
                if idle_s is not None and idle >= idle_s:
                    return

    def _stored(
        self, batch: Sequence[Delivered], consumer: Consumer, behind: Mapping[str, Any]
    ) -> Iterator[Page]:
        """Gives a batch as pages; where the iterator goes on, a page is committed.

        Args:
            batch: Messages as they came.
            consumer: Whose they are.
            behind: The cursor behind the page before them.

        Raises:
            SourceError: None of them can be read, as none could before.
        """
        is_read = bool(behind.get(READ)) or self._can_be_read(batch)
        draft, done, refused = Draft(rows=self._batch_rows), list[Delivered](), set[str]()
        for message in batch:
            items = self._documents.read(message.body, message.place)
            for item in items:
                if len(draft) and (draft.is_full or not draft.takes(item)):
                    yield draft.page(behind, done=False)
                    consumer.acknowledge(done, refused)
                    done = []
                draft.add(item)
            done.append(message)
            refused |= {message.place} if _is_refused(items) else set()
            behind = {**consumer.cursor(message), READ: is_read}
        yield draft.page(behind, done=False)
        consumer.acknowledge(done, refused)

    def _can_be_read(self, batch: Sequence[Delivered]) -> bool:
        """Whether something of a batch can be read.

        Raises:
            SourceError: It cannot, and there are too many to take that for chance.
        """
        items: list[Item] = []
        for message in batch:
            items = self._documents.read(message.body, message.place)
            if not _is_refused(items):
                return True
        if len(batch) < _LEAST_REFUSED:
            return False
        reason = next(item.reason for item in items if isinstance(item, Reject))
        raise SourceError(
            f"{self.name}: none of the first {len(batch)} messages can be read ({reason}); none was"
            f" taken. Mend sources.{self.name}.map, or empty the queue."
        )


def _is_refused(items: Sequence[Item]) -> bool:
    return bool(items) and all(isinstance(item, Reject) for item in items)


def reconnecting(
    connected: Callable[[Mapping[str, Any] | None], Iterator[Page]],
    cursor: Mapping[str, Any] | None,
    stop: Event,
) -> Iterator[Page]:
    """Gives the pages of a connection, which is made anew behind the last one where it is lost.

    Args:
        connected: Connects, and gives the pages behind a cursor.
        cursor: Where it begins.
        stop: Ends it, and the pauses between tries.

    Raises:
        AwayError: It was lost six times without a page in between.
    """
    failures = 0
    while not stop.is_set():
        try:
            for page in connected(cursor):
                failures, cursor = 0, page.cursor
                yield page
            return
        except AwayError:
            failures += 1
            if failures >= MOST_TRIES:
                raise
        stop.wait(pause_s(failures))


def pause_s(failures: int) -> float:
    """Returns how long to wait after so many failures in a row: growing, with full jitter."""
    longest: float = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2 ** (failures - 1))
    return random.uniform(_FIRST_PAUSE_S / 2, longest)
