"""Walking a forum: lists of threads, newest first, then the threads, oldest first."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final, Protocol

from voc.config.sources import ForumSettings
from voc.errors import SourceError
from voc.sources.crawling.lists import Lists
from voc.sources.crawling.losses import Losses
from voc.sources.crawling.run import SectionRun
from voc.sources.crawling.site import (
    GoneError,
    HiddenError,
    Lost,
    Mark,
    RefusedError,
    Site,
    SpentError,
    Step,
    UnreachableError,
    Unreadable,
    Voice,
)
from voc.sources.crawling.state import State, Thread

_WALKS: Final = 4
_ODD_SHARE: Final = 0.2
_READINGS: Final = 2
_NO_THREADS: Final = (
    "{url}: no thread was found on this list, and it does not say that it is empty; the forum may"
    " have another skin, show the board to members only, or take the crawler for a robot. Nothing"
    " is taken back."
)
_MALFORMED: Final = (SourceError, LookupError, TypeError, ValueError, AttributeError)


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list.

    Attributes:
        url: Its address.
        threads: Its threads.
        pinned: Those that are pinned to its top; they tell nothing of its order.
        has_next: Whether another page follows.
        is_told_empty: Whether it says itself that it has no threads.
    """

    url: str
    threads: tuple[Thread, ...]
    pinned: tuple[Thread, ...]
    has_next: bool
    is_told_empty: bool = False

    @property
    def is_in_order(self) -> bool:
        """Whether its threads stand by their last posts, but for an odd one, and not otherwise.

        A list may be sorted by the first posts of threads: new replies then stand on any page.
        """
        pairs = list(pairwise(thread.last for thread in self.threads))
        turned = sum(later > former for former, later in pairs)
        return bool(self.threads) and turned <= max(1, len(pairs) * _ODD_SHARE)

    @property
    def is_blank(self) -> bool:
        """Whether it shows no threads and does not say why."""
        return not (self.threads or self.pinned or self.is_told_empty)


class Forum(Protocol):
    """What a walk needs to know of one kind of forum."""

    sections: tuple[str, ...]

    async def listing(self, site: Site, section: str, page: int, now: datetime) -> Listing:
        """Returns the page of a section's list, the newest last posts first."""
        ...

    def posts(self, site: Site, section: str, thread: Thread) -> AsyncIterator[Voice | Unreadable]:
        """Gives the posts of a thread; nothing where its page shows none and does not say why.

        Raises:
            GoneError: It is there no more.
        """
        ...


class ForumWalk:
    """Reads a forum's sections, one after another, without losing what moves meanwhile.

    Lists are walked to their end, or to threads without news, before a thread is read. A first
    walk is repeated until it finds no other thread, as every deletion moves one to a page that was
    read already. Threads are then read by growing time of their last post, so that one pair of
    time and number says how far a run has come. What is missing is taken back at the end.

    Args:
        forum: The kind of forum.
        settings: How many pages of a list are read, how old threads are read again, and which
            share of the known voices a run leaves (see `Losses`).
    """

    def __init__(self, forum: Forum, settings: ForumSettings) -> None:
        self._forum = forum
        self._settings = settings
        self._recheck = timedelta(days=settings.recheck_days)

    async def crawl(
        self, site: Site, cursor: Mapping[str, Any], now: datetime
    ) -> AsyncIterator[Step]:
        """Gives posts, and a mark behind each thread.

        Raises:
            SourceError: Five threads in a row cannot be reached; what was read before is behind
                the last mark. Or a list cannot be read; the other sections are read before.
            HiddenError: A section shows no threads, or its threads show no posts; the others are
                read before, and the next run begins with what was not read.
        """
        kept = cursor.get("sections", {})
        states = {name: State.of(kept.get(name, {})) for name in self._forum.sections}
        losses = Losses(self._settings.snapshot_share)
        lists = Lists()
        for section in self._forum.sections:
            if lists.may_read():
                run = SectionRun(site, section, states, now, losses)
                async for step in self._section(run, lists):
                    yield step
        lists.check()
        verdict = losses.verdict(states)
        if verdict.gone:
            yield Lost(verdict.gone)
        if verdict.is_trusted:
            states = {
                name: state.settled(losses.numbers_of(name)) for name, state in states.items()
            }
        yield _mark(states, losses.read, losses.read, verdict.doubt)

    async def _section(self, run: SectionRun, lists: Lists) -> AsyncIterator[Step]:
        run.state = run.state.begun(self._recheck)
        try:
            listed, is_whole = await self._threads(run)
        except SourceError as error:
            lists.failed(error)
            return
        run.state = run.state.without(listed) if is_whole else run.state
        begin, done = run.state, run.state.done
        threads = sorted(thread for thread in listed if not done or thread.key > done)
        retried = run.state.waiting(threads)
        total = len(threads) + len(retried)
        for number, thread in enumerate([*threads, *retried], 1):
            async for step in self._opened(run, thread, is_late=number > len(threads)):
                yield step
            if run.sight.is_dark:
                break
            yield _mark(run.states, number, total)
            run.check()
        hidden = run.sight.hidden()
        if hidden is not None:
            run.state = begin if run.sight.is_blind else run.state.to_retry(run.sight.row)
            yield _mark(run.states, 0, total)
            lists.failed(hidden)
            return
        run.state = run.state.ended()
        yield _mark(run.states, total, total)

    async def _opened(
        self, run: SectionRun, thread: Thread, *, is_late: bool
    ) -> AsyncIterator[Step]:
        """Gives what a thread shows, and takes note of how that went.

        Args:
            run: The run.
            thread: The thread.
            is_late: Whether it is looked at again behind those that are listed. What failed
                before may fail for ever, so it tells nothing of the forum.
        """
        kinds: set[type[Step]] = set()
        try:
            async for step in self._thread(run, thread):
                kinds.add(type(step))
                yield step
        except GoneError as error:
            run.gone(thread, error, is_late=is_late)
        except RefusedError as error:
            run.refused(thread, error, is_late=is_late)
        except SpentError:
            raise
        except UnreachableError as error:
            run.failed(thread, error, is_late=is_late)
        except _MALFORMED as error:  # one odd thread must not hold up all later ones
            run.closed(thread, is_late=is_late)
            yield Unreadable(thread.url, f"the thread is not written as expected: {error}")
        else:
            run.opened(thread, kinds, is_late=is_late)

    async def _thread(self, run: SectionRun, thread: Thread) -> AsyncIterator[Voice | Unreadable]:
        """Gives the posts of a thread; one that lacks posts which it had is read once more.

        A post that slid to a page which was read already is found so.
        """
        ids: dict[str, None] = {}
        is_whole = True
        for _ in range(_READINGS):
            async for voice in self._forum.posts(run.site, run.section, thread):
                is_whole = is_whole and voice.id is not None
                ids |= {str(voice.id): None}
                yield voice
            if not ids or not is_whole:
                return
            if not run.state.vanished(thread, ids):
                break
        run.state = run.state.seen(thread, list(ids))
        run.losses.looked_at(run.section, thread)

    async def _threads(self, run: SectionRun) -> tuple[list[Thread], bool]:
        """Returns the threads of a list, and whether it was read as far as threads may be new."""
        found: dict[int, Thread] = {}
        is_whole = False
        for _ in range(_WALKS if run.state.since is None else 1):
            before = set(found)
            is_whole = await self._walk(run, found)
            if found.keys() == before:
                break
        return list(found.values()), is_whole

    async def _walk(self, run: SectionRun, found: dict[int, Thread]) -> bool:
        since = run.state.since
        for page in range(1, self._settings.max_pages + 1):
            listing = await self._forum.listing(run.site, run.section, page, run.now)
            if listing.is_blank:
                if page == 1:
                    raise HiddenError(_NO_THREADS.format(url=listing.url), url=listing.url)
                return False
            fresh = [thread for thread in listing.threads if since is None or thread.last >= since]
            pinned = [thread for thread in listing.pinned if since is None or thread.last >= since]
            for thread in (*fresh, *pinned):
                found[thread.number] = max(thread, found.get(thread.number, thread))
            reached = since is not None and listing.is_in_order and listing.threads[-1].last < since
            if not listing.has_next or reached:
                return True
        return False


def _mark(states: Mapping[str, State], done: int, total: int, doubt: str = "") -> Mark:
    cursor = {"sections": {name: state.as_dict() for name, state in states.items()}}
    missed = tuple(thread.url for state in states.values() for thread in state.missed)
    return Mark(cursor, done, total, missed, doubt)
