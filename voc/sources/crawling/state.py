"""How far a section of a forum was read, as its cursor keeps it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

_LEAST_RECHECK: Final = timedelta(hours=1)
_MAX_PENDING: Final = 1_000
_MAX_KNOWN: Final = 20_000


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

    @property
    def key(self) -> tuple[str, int]:
        """Its place in the order in which threads are read."""
        return self.last, self.number

    def as_list(self) -> list[Any]:
        return [self.last, self.number, self.url, self.title]


@dataclass(frozen=True, slots=True)
class Suspect:
    """A thread that is gone, or shows fewer posts than it had, until a run ends and decides.

    Attributes:
        thread: The thread.
        ids: The posts that are missing; none where it was never read.
    """

    thread: Thread
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class State:
    """How far a section was read.

    Attributes:
        newest: Last post of the newest thread read.
        since: Last posts from here on are looked at by the run under way.
        done: Last post and number of the newest thread that the run under way has read.
        pending: Threads that could not be reached, or that the list shows no more.
        posts: Ids of the posts of each thread that is read again, to see what vanishes.
        threads: Those of them by number that a list must show again, as they are recent.
        suspects: What vanished by the number of its thread, as long as it is not decided whether
            it is gone. The next run looks at all of them again.
    """

    newest: str | None = None
    since: str | None = None
    done: tuple[str, int] | None = None
    pending: tuple[Thread, ...] = ()
    posts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    threads: Mapping[str, Thread] = field(default_factory=dict)
    suspects: Mapping[str, Suspect] = field(default_factory=dict)

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> State:
        """Reads what `as_dict` wrote, or an older version of it."""
        done = kept.get("done")
        return cls(
            kept.get("newest"),
            kept.get("since"),
            tuple(done) if done else None,
            tuple(Thread(*item) for item in kept.get("pending", ())),
            {number: tuple(ids) for number, ids in kept.get("posts", {}).items()},
            {number: Thread(*item) for number, item in kept.get("threads", {}).items()},
            {
                number: Suspect(Thread(*item), tuple(ids))
                for number, (item, ids) in kept.get("suspects", {}).items()
            },
        )

    def as_dict(self) -> dict[str, Any]:
        return {
            "newest": self.newest,
            "since": self.since,
            "done": list(self.done) if self.done else None,
            "pending": [thread.as_list() for thread in self.pending],
            "posts": {number: list(ids) for number, ids in self.posts.items()},
            "threads": {number: thread.as_list() for number, thread in self.threads.items()},
            "suspects": {
                number: [each.thread.as_list(), list(each.ids)]
                for number, each in self.suspects.items()
            },
        }

    @property
    def missed(self) -> tuple[Thread, ...]:
        """Threads that could not be read and are tried again."""
        gone = [each.thread for name, each in self.suspects.items() if name not in self.posts]
        return tuple({thread.number: thread for thread in (*self.pending, *gone)}.values())

    def begun(self, recheck: timedelta) -> State:
        """The state at the beginning of a run; one that was cut off goes on."""
        if self.done is not None or self.newest is None:
            return self
        since = (datetime.fromisoformat(self.newest) - max(recheck, _LEAST_RECHECK)).isoformat()
        recent = {number: each for number, each in self.threads.items() if each.last >= since}
        return replace(self, since=since, threads=recent)

    def without(self, listed: Iterable[Thread]) -> State:
        """The state that looks for the threads which a list, read to its end, shows no more."""
        there = {thread.number for thread in (*listed, *self.waiting(()))}
        gone = [each for each in self.threads.values() if each.number not in there]
        return replace(self, pending=(*self.pending, *gone)[-_MAX_PENDING:])

    def waiting(self, listed: Iterable[Thread]) -> list[Thread]:
        """The threads that are to be looked at again, beside those that are listed."""
        again = {each.thread.number: each.thread for each in self.suspects.values()}
        again |= {thread.number: thread for thread in self.pending}
        for thread in listed:
            again.pop(thread.number, None)
        return list(again.values())

    def read(self, thread: Thread, now: str, *, is_late: bool) -> State:
        """The state behind a thread. A clock that runs ahead hides no later thread.

        Args:
            thread: The thread.
            now: The time, as threads have it.
            is_late: Whether it is looked at again behind those that are listed.
        """
        last = min(thread.last, now)
        return replace(
            self,
            newest=max(self.newest or last, last),
            done=self.done if is_late else thread.key,
            pending=tuple(each for each in self.pending if each.number != thread.number),
        )

    def to_retry(self, threads: Iterable[Thread]) -> State:
        """The state that looks at threads again in the next run."""
        added = {thread.number: thread for thread in threads}
        others = [thread for thread in self.pending if thread.number not in added]
        return replace(self, pending=(*others, *added.values())[-_MAX_PENDING:])

    def vanished(self, thread: Thread, ids: Collection[str]) -> tuple[str, ...]:
        """The posts that a thread had and has no more."""
        number, there = str(thread.number), set(ids)
        suspect = self.suspects.get(number)
        known = dict.fromkeys((*self.posts.get(number, ()), *(suspect.ids if suspect else ())))
        return tuple(name for name in known if name not in there)

    def seen(self, thread: Thread, ids: Sequence[str]) -> State:
        """The state that knows the posts of a thread, and of others as long as there is room."""
        number = str(thread.number)
        lost = self.vanished(thread, ids)
        posts = {number: tuple(ids[:_MAX_KNOWN])}
        room = _MAX_KNOWN - len(ids)
        for name, names in self.posts.items():
            if name not in posts and (room := room - len(names)) >= 0:
                posts[name] = names
        known = {**self.threads, number: thread}
        threads = {name: each for name, each in known.items() if name in posts}
        suspects = {name: each for name, each in self.suspects.items() if name != number}
        suspects |= {number: Suspect(thread, lost)} if lost else {}
        return replace(self, posts=posts, threads=threads, suspects=suspects)

    def gone(self, thread: Thread) -> State:
        """The state behind a thread that seems to be there no more."""
        number = str(thread.number)
        return replace(
            self,
            posts={name: ids for name, ids in self.posts.items() if name != number},
            threads={name: each for name, each in self.threads.items() if name != number},
            suspects={**self.suspects, number: Suspect(thread, self.vanished(thread, ()))},
        )

    def settled(self, numbers: Collection[int]) -> State:
        """The state behind what was decided to be gone of some threads."""
        others = {
            name: each for name, each in self.suspects.items() if each.thread.number not in numbers
        }
        return replace(self, suspects=others)

    def ended(self) -> State:
        return replace(self, since=None, done=None)
