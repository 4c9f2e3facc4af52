"""One run over a section of a forum, and what becomes of each thread that it opens."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from voc.errors import SourceError
from voc.sources.crawling.losses import Losses
from voc.sources.crawling.sight import Sight
from voc.sources.crawling.site import GoneError, RefusedError, Site, Step, Voice
from voc.sources.crawling.state import State, Thread

_MAX_FAILURES: Final = 5


@dataclass(slots=True)
class SectionRun:
    """One run over a section."""

    site: Site
    section: str
    states: dict[str, State]
    now: datetime
    losses: Losses
    sight: Sight = field(init=False)
    failures: int = 0
    error: SourceError | None = None

    def __post_init__(self) -> None:
        self.sight = Sight(self.state)

    @property
    def state(self) -> State:
        return self.states[self.section]

    @state.setter
    def state(self, state: State) -> None:
        self.states[self.section] = state

    def read(self, thread: Thread, *, is_late: bool) -> None:
        self.state = self.state.read(thread, self.now.isoformat(), is_late=is_late)

    def missed(self, thread: Thread, *, is_late: bool) -> None:
        self.read(thread, is_late=is_late)
        self.state = self.state.to_retry([thread])

    def failed(self, thread: Thread, error: SourceError, *, is_late: bool) -> None:
        self.missed(thread, is_late=is_late)
        if not is_late:
            self.failures += 1
            self.error = error

    def gone(self, thread: Thread, error: GoneError, *, is_late: bool) -> None:
        if not (error.is_told or is_late):  # what the list still shows is out of reach, not gone
            self.failed(thread, error, is_late=is_late)
            return
        self.read(thread, is_late=is_late)
        self.state = self.state.gone(thread)
        self.losses.looked_at(self.section, thread)
        self.losses.unsaid += not error.is_told

    def refused(self, thread: Thread, error: RefusedError, *, is_late: bool) -> None:
        if error.is_by_site:
            self.failed(thread, error, is_late=is_late)
            return
        self.read(thread, is_late=is_late)  # robots.txt or the guard; counted by the site
        if not is_late:
            self.sight.barred(thread, error)

    def closed(self, thread: Thread, *, is_late: bool) -> None:
        if is_late and str(thread.number) not in self.state.posts:
            self.missed(thread, is_late=is_late)
            return
        self.read(thread, is_late=is_late)
        if not is_late:
            self.sight.closed(thread)

    def opened(self, thread: Thread, kinds: Collection[type[Step]], *, is_late: bool) -> None:
        """Takes note of a thread by the kinds of what it gave."""
        if Voice in kinds:
            self.read(thread, is_late=is_late)
            self.failures = 0
            self.losses.read += 1
            self.sight.shown()
        elif kinds:
            self.closed(thread, is_late=is_late)
        else:
            self.missed(thread, is_late=is_late)
            if not is_late:
                self.sight.blank(thread)

    def check(self) -> None:
        """Ends a run of which several threads in a row cannot be reached.

        Raises:
            SourceError: So it is.
        """
        if self.failures >= _MAX_FAILURES:
            raise SourceError(
                f"{self.error} {_MAX_FAILURES} threads in a row could not be reached; what came"
                " before is kept, and the next run goes on there."
            ) from self.error
