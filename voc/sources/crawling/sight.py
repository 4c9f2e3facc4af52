"""What the threads of a section show in one run: posts, or that the forum hides them."""

from __future__ import annotations

from typing import Final

from voc.errors import SourceError
from voc.sources.crawling.site import HiddenError
from voc.sources.crawling.state import State, Thread

MOST_IN_A_ROW: Final = 5
"""Threads in a row without posts behind which a run ends."""

_FEW: Final = 2  # threads that lead elsewhere, as an empty board's pinned ones may
_HIDDEN: Final = (
    "{thread}: {count} threads were opened, and no post was found in {of}; the forum may have"
    " another skin, show posts to members only, or take the crawler for a robot. Nothing is taken"
    " back, and the next run reads them again."
)


_BARRED: Final = (
    "{reason} {count} threads were opened, and none of them may be read. Nothing is taken back, and"
    " the next run tries them again."
)


class Sight:
    """Tells one thread that shows no posts, as any forum has some, from a forum that hides them.

    A page without posts that does not say why (it is blank) is of another skin, or a guard's. One
    that says why (it is closed: a login, a right, all of its posts banned) may be the only one.

    Args:
        state: How far the section was read before the run.
    """

    def __init__(self, state: State) -> None:
        self._is_first = state.newest is None
        self._known = state.posts.keys()
        self._shown = self._blank = self._barred = self._lately_closed = 0
        self._row: list[Thread] = []
        self._bar: HiddenError | None = None

    def shown(self) -> None:
        """Takes note of a thread with posts."""
        self._shown += 1
        self._row.clear()

    def blank(self, thread: Thread) -> None:
        """Takes note of a page without posts that does not say why."""
        self._blank += 1
        self._row.append(thread)

    def closed(self, thread: Thread) -> None:
        """Takes note of a thread that says why it shows no posts."""
        self._lately_closed += str(thread.number) in self._known
        self._row.append(thread)

    def barred(self, thread: Thread, error: SourceError) -> None:
        """Takes note of a thread that may not be read, as robots.txt or the guard has it."""
        self._barred += 1
        self._lately_closed += str(thread.number) in self._known
        said = _BARRED.format(reason=error, count=self._barred)
        self._bar = HiddenError(said, url=thread.url)

    @property
    def is_dark(self) -> bool:
        """Whether so many threads in a row show no posts that it is the forum."""
        return len(self._row) >= MOST_IN_A_ROW

    @property
    def row(self) -> tuple[Thread, ...]:
        """The threads since the last one with posts."""
        return tuple(self._row)

    @property
    def is_blind(self) -> bool:
        """Whether no thread at all showed posts."""
        return self._shown == 0

    def hidden(self) -> HiddenError | None:
        """Returns the error that tells of a forum which hides its posts, if this one does."""
        if not (self.is_dark or (self.is_blind and self._is_told)):
            return None
        if not self._row:
            return self._bar if self._barred > _FEW else None
        count, url = len(self._row), self._row[-1].url
        of = "any" if count > 1 else "it"
        return HiddenError(_HIDDEN.format(thread=url, count=count, of=of), url=url)

    @property
    def _is_told(self) -> bool:
        """Whether few threads tell of the forum: one closed after it was read may be just that."""
        return self._is_first or self._blank > 0 or self._lately_closed > 1
