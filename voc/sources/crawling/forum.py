"""Walking a forum: lists of threads, newest first, then the threads, oldest first."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from voc.errors import SourceError
from voc.sources.crawling.site import (
    GoneError,
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

_WALKS: Final = 4
_LEAST_RECHECK: Final = timedelta(hours=1)
_MAX_FAILURES: Final = 5
_MAX_PENDING: Final = 1_000
_MAX_KNOWN: Final = 20_000
_NO_POSTS: Final = (
    "{thread}: {count} threads were opened, and no post was found in any; the forum may have"
    " another skin, or show posts to members only. Look with: voc crawl --try {thread} --with NAME"
)
_MALFORMED: Final = (SourceError, LookupError, TypeError, ValueError, AttributeError)


@dataclass(frozen=True, slots=True, order=True)
class Thread:
    """A thread as a list shows it.

    Attributes:
        last: Time of its last post, as ISO 8601 in UTC, so that times sort as they are.
        number: Its number in the forum.
        url: Its first page.
        title: Its title.
    """

    last: str
    number: int
    url: str
    title: str = ""

    def as_list(self) -> list[Any]:
        return [self.last, self.number, self.url, self.title]


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list; threads that are pinned to its top tell nothing of its order."""

    threads: tuple[Thread, ...]
    pinned: tuple[Thread, ...]
    has_next: bool


class Forum(Protocol):
    """What a walk needs to know of one kind of forum."""

    sections: tuple[str, ...]

    async def listing(self, site: Site, section: str, page: int, now: datetime) -> Listing:
        """Returns the page of a section's list, the newest last posts first."""
        ...

    def posts(self, site: Site, section: str, thread: Thread) -> AsyncIterator[Voice | Unreadable]:
        """Gives the posts of a thread.

        Raises:
            GoneError: It is there no more.
        """
        ...


@dataclass(frozen=True, slots=True)
class _State:
    """How far a section was read.

    Attributes:
        newest: Last post of the newest thread read.
        since: Last posts from here on are looked at by the run under way.
        done: Last post and number of the newest thread that the run under way has read.
        pending: Threads that could not be reached, or that the list shows no more.
        posts: Ids of the posts of each thread that is read again, to see what vanishes.
        threads: Those of them by number that a list must show again, as they are recent.
    """

    newest: str | None = None
    since: str | None = None
    done: tuple[str, int] | None = None
    pending: tuple[Thread, ...] = ()
    posts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    threads: Mapping[str, Thread] = field(default_factory=dict)

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> _State:
        done = kept.get("done")
        pending = tuple(Thread(*item) for item in kept.get("pending", ()))
        posts = {number: tuple(ids) for number, ids in kept.get("posts", {}).items()}
        threads = {number: Thread(*item) for number, item in kept.get("threads", {}).items()}
        done = tuple(done) if done else None
        return cls(kept.get("newest"), kept.get("since"), done, pending, posts, threads)

    def as_dict(self) -> dict[str, Any]:
        return {
            "newest": self.newest,
            "since": self.since,
            "done": list(self.done) if self.done else None,
            "pending": [thread.as_list() for thread in self.pending],
            "posts": {number: list(ids) for number, ids in self.posts.items()},
            "threads": {number: thread.as_list() for number, thread in self.threads.items()},
        }

    def begun(self, recheck: timedelta) -> _State:
        """The state at the beginning of a run; one that was cut off goes on."""
        if self.done is not None or self.newest is None:
            return self
        since = (datetime.fromisoformat(self.newest) - max(recheck, _LEAST_RECHECK)).isoformat()
        recent = {number: each for number, each in self.threads.items() if each.last >= since}
        return replace(self, since=since, threads=recent)

    def without(self, listed: Iterable[Thread]) -> _State:
        """The state that looks for the threads which a list, read to its end, shows no more."""
        there = {thread.number for thread in (*listed, *self.pending)}
        gone = [each for each in self.threads.values() if each.number not in there]
        return replace(self, pending=(*self.pending, *gone)[-_MAX_PENDING:])

    def read(self, thread: Thread, now: str) -> _State:
        """The state behind a thread. A clock that runs ahead hides no later thread."""
        last = min(thread.last, now)
        is_late = any(each.number == thread.number for each in self.pending)
        return replace(
            self,
            newest=max(self.newest or last, last),
            done=self.done if is_late else _key(thread),
            pending=tuple(each for each in self.pending if each.number != thread.number),
        )

    def missed(self, thread: Thread, now: str) -> _State:
        after = self.read(thread, now)
        return replace(after, pending=(*after.pending, thread)[-_MAX_PENDING:])

    def lost(self, thread: Thread, ids: Sequence[str]) -> tuple[str, ...]:
        """The posts that a thread had and has no more, and that no other thread has now."""
        others = {
            name
            for number, names in self.posts.items()
            if number != str(thread.number)
            for name in names
        }
        known = self.posts.get(str(thread.number), ())
        return tuple(name for name in known if name not in ids and name not in others)

    def seen(self, thread: Thread, ids: Sequence[str]) -> _State:
        """The state that knows the posts of a thread, and of others as long as there is room."""
        posts = {str(thread.number): tuple(ids[:_MAX_KNOWN])}
        room = _MAX_KNOWN - len(ids)
        for number, names in self.posts.items():
            if number not in posts and (room := room - len(names)) >= 0:
                posts[number] = names
        known = {**self.threads, str(thread.number): thread}
        threads = {number: each for number, each in known.items() if number in posts}
        return replace(self, posts=posts, threads=threads)

    def forgotten(self, thread: Thread) -> _State:
        """The state behind a thread that is gone."""
        number = str(thread.number)
        posts = {name: ids for name, ids in self.posts.items() if name != number}
        threads = {name: each for name, each in self.threads.items() if name != number}
        return replace(self, posts=posts, threads=threads)

    def ended(self) -> _State:
        return replace(self, since=None, done=None)


class ForumWalk:
    """Reads a forum's sections, one after another, without losing what moves meanwhile.

    Lists are walked to their end, or to threads without news, before a thread is read. A first
    walk is repeated until it finds no other thread, as every deletion moves one to a page that was
    read already. Threads are then read by growing time of their last post, so that one pair of
    time and number says how far a run has come.

    Args:
        forum: The kind of forum.
        max_pages: Most pages of one list.
        recheck_days: Threads with posts so long before the last run are read again, for edits.
    """

    def __init__(self, forum: Forum, *, max_pages: int, recheck_days: float) -> None:
        self._forum = forum
        self._max_pages = max_pages
        self._recheck = timedelta(days=recheck_days)
        self._failures = self._read = self._gone = self._blank = 0
        self._has_posts = False

    async def crawl(
        self, site: Site, cursor: Mapping[str, Any], now: datetime
    ) -> AsyncIterator[Step]:
        """Gives posts, and a mark behind each thread.

        Raises:
            SourceError: A list cannot be read, five threads in a row cannot be reached, or a forum
                none of whose posts was ever read shows none in five threads; what was read before
                is behind the last mark.
        """
        states = {name: _State.of(kept) for name, kept in cursor.get("sections", {}).items()}
        states = {name: states.get(name, _State()) for name in self._forum.sections}
        self._failures = self._read = self._gone = self._blank = 0
        self._has_posts = any(state.newest is not None for state in states.values())
        for section in self._forum.sections:
            async for step in self._section(site, section, states, now):
                yield step

    async def _section(
        self, site: Site, section: str, states: dict[str, _State], now: datetime
    ) -> AsyncIterator[Step]:
        moment = now.isoformat()
        states[section] = states[section].begun(self._recheck)
        listed, is_whole = await self._threads(site, section, states[section], now)
        states[section] = states[section].without(listed) if is_whole else states[section]
        begin = states[section]
        done = states[section].done
        threads = sorted(thread for thread in listed if not done or _key(thread) > done)
        retried = [each for each in states[section].pending if each.number not in _numbers(threads)]
        total = len(retried) + len(threads)
        for number, thread in enumerate([*threads, *retried], 1):
            try:
                async for step in self._thread(site, section, thread, states):
                    yield step
                states[section] = states[section].read(thread, moment)
                self._failures = 0
                self._read += 1
            except GoneError as error:
                if self._is_gone(error, is_listed=number <= len(threads)):
                    if lost := states[section].lost(thread, ()):
                        yield Lost(lost)
                    states[section] = states[section].read(thread, moment).forgotten(thread)
                else:
                    states[section] = states[section].missed(thread, moment)
                    yield _mark(states, number, total)
                    if number <= len(threads):
                        self._count_failure(error)
            except RefusedError:  # counted by the site
                states[section] = states[section].read(thread, moment)
            except SpentError:
                raise
            except UnreachableError as error:
                states[section] = states[section].missed(thread, moment)
                yield _mark(states, number, total)
                if number <= len(threads):  # what failed before may fail for ever
                    self._count_failure(error)
            except _MALFORMED as error:  # one odd thread must not hold up all later ones
                states[section] = states[section].read(thread, moment)
                yield Unreadable(thread.url, f"the thread is not written as expected: {error}")
            if self._blank >= _MAX_FAILURES:
                # Read once more when it is understood.
                states[section] = begin
                yield _mark(states, 0, total)
                raise SourceError(_NO_POSTS.format(thread=thread.url, count=self._blank))
            yield _mark(states, number, total)
        states[section] = states[section].ended()
        yield _mark(states, total, total)

    async def _thread(
        self, site: Site, section: str, thread: Thread, states: dict[str, _State]
    ) -> AsyncIterator[Step]:
        """Gives the posts of a thread, and those that it has lost since it was read before."""
        ids: list[str] = []
        is_whole = True
        async for voice in self._forum.posts(site, section, thread):
            is_whole = is_whole and isinstance(voice, Voice)
            ids += [str(voice.values["id"])] if isinstance(voice, Voice) else []
            yield voice
        self._has_posts = self._has_posts or bool(ids) or not is_whole
        self._blank += not self._has_posts
        if not ids or not is_whole:
            return
        lost = states[section].lost(thread, ids)
        if lost:
            # A post that slid to a page which was read already is found by reading once more.
            async for voice in self._forum.posts(site, section, thread):
                is_whole = is_whole and isinstance(voice, Voice)
                ids += [str(voice.values["id"])] if isinstance(voice, Voice) else []
                yield voice
            if not is_whole:
                return
            ids = list(dict.fromkeys(ids))
            lost = tuple(name for name in lost if name not in ids)
        states[section] = states[section].seen(thread, ids)
        if lost:
            yield Lost(lost)

    def _is_gone(self, error: GoneError, *, is_listed: bool) -> bool:
        """Says whether a thread is taken for deleted.

        What the list still shows is not, nor what is most of what was looked at: addresses that
        changed, and guards against crawlers, answer 404 for all.
        """
        if error.is_told:
            return True
        if is_listed or self._gone >= self._read:
            return False
        self._gone += 1
        return True

    def _count_failure(self, error: SourceError) -> None:
        self._failures += 1
        if self._failures >= _MAX_FAILURES:
            raise SourceError(
                f"{error} {_MAX_FAILURES} threads in a row could not be reached; what came before"
                " is kept, and the next run goes on there."
            ) from error

    async def _threads(
        self, site: Site, section: str, state: _State, now: datetime
    ) -> tuple[list[Thread], bool]:
        """Returns the threads of a list, and whether it was read as far as threads may be new."""
        found: dict[int, Thread] = {}
        is_whole = False
        for _ in range(_WALKS if state.since is None else 1):
            before = set(found)
            is_whole = await self._walk(site, section, state.since, now, found)
            if found.keys() == before:
                break
        return list(found.values()), is_whole

    async def _walk(
        self, site: Site, section: str, since: str | None, now: datetime, found: dict[int, Thread]
    ) -> bool:
        for page in range(1, self._max_pages + 1):
            listing = await self._forum.listing(site, section, page, now)
            fresh = [thread for thread in listing.threads if since is None or thread.last >= since]
            pinned = [thread for thread in listing.pinned if since is None or thread.last >= since]
            for thread in (*fresh, *pinned):
                found[thread.number] = max(thread, found.get(thread.number, thread))
            reached = since is not None and listing.threads and listing.threads[-1].last < since
            if not listing.has_next or reached:
                return True
        return False


def _key(thread: Thread) -> tuple[str, int]:
    return thread.last, thread.number


def _numbers(threads: list[Thread]) -> set[int]:
    return {thread.number for thread in threads}


def _mark(states: Mapping[str, _State], done: int, total: int) -> Mark:
    cursor = {"sections": {name: state.as_dict() for name, state in states.items()}}
    missed = tuple(thread.url for state in states.values() for thread in state.pending)
    return Mark(cursor, done, total, missed)
