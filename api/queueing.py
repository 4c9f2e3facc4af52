"""Who is served next: callers take turns, and so do the requests of each.

A turn is worth a quantum of tokens (deficit round robin after Shreedhar and Varghese, 1995): a
request of many texts is served beside single ones, not before them.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, Final

from voc.config import Industry
from voc.records import Tags

LEAST_TOKENS: Final = 8  # what any text costs, however short


@dataclass(frozen=True, slots=True)
class Way:
    """How a text is tagged; texts tagged in the same way share a batch."""

    industry_id: str | None
    aspects: tuple[str, ...] | None
    tasks: frozenset[str] | None
    industry: Industry | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Failure:
    """A text that could not be tagged, and why; no customer's words."""

    reason: str


@dataclass(eq=False, slots=True)
class Work:
    """One text to tag, and where its outcome is awaited."""

    text: str
    tokens: int
    way: Way
    outcome: asyncio.Future[Tags | Failure]


@dataclass(eq=False, slots=True)
class Share:
    """The works of one request that wait.

    Attributes:
        caller: Whose they are.
        works: They.
        tokens: Theirs.
        came: Seconds, by the queue's clock, when it began to wait.
        credit: What it may still take in this turn.
        begun: Whether a work of it was taken.
    """

    caller: str
    works: deque[Work]
    tokens: int
    came: float
    credit: int = 0
    begun: bool = False


class FairQueue:
    """Works that wait for the engine. Of one event loop; not thread-safe.

    Args:
        quantum: Tokens that a request is served in a turn.
        clock: Tells seconds.

    Attributes:
        tokens: Those that wait.
    """

    def __init__(self, quantum: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._quantum = quantum
        self._clock = clock
        self._callers: OrderedDict[str, deque[Share]] = OrderedDict()
        self.tokens = 0

    def __bool__(self) -> bool:
        return bool(self._callers)

    @property
    def requests(self) -> int:
        """How many requests there are of which a text waits."""
        return sum(map(len, self._callers.values()))

    def ahead(self) -> int:
        """Returns the tokens that are served before the first text of a request that comes now."""
        shares = (share for shares in self._callers.values() for share in shares)
        return sum(min(share.tokens, self._quantum) for share in shares)

    def in_turn(self) -> Iterator[Share]:
        """Yields what waits in the order in which the first texts are served."""
        for turn in zip_longest(*self._callers.values()):
            yield from (share for share in turn if share is not None)

    def put(self, caller: str, works: Sequence[Work]) -> Share:
        """Adds the works of one request."""
        share = Share(caller, deque(works), sum(work.tokens for work in works), self._clock())
        self._callers.setdefault(caller, deque()).append(share)
        self.tokens += share.tokens
        return share

    def drop(self, share: Share) -> None:
        """Forgets what waits of a request; one that is done is none to forget."""
        shares = self._callers.get(share.caller)
        if shares is None or share not in shares:
            return
        shares.remove(share)
        self.tokens -= share.tokens
        if not shares:
            del self._callers[share.caller]

    def take(self, budget: int) -> list[Work]:
        """Removes and returns what is served next: at most `budget` tokens, but at least one."""
        batch: list[Work] = []
        left = budget
        while self._callers and left > 0:
            caller, shares = next(iter(self._callers.items()))
            share = shares[0]
            share.credit += self._quantum
            while share.works and share.credit > 0:
                if batch and share.works[0].tokens > left:
                    share.credit -= self._quantum  # this turn comes again, with the next batch
                    return batch
                work = share.works.popleft()
                share.begun = True
                batch.append(work)
                left -= work.tokens
                share.credit -= work.tokens
                share.tokens -= work.tokens
                self.tokens -= work.tokens
            self._end_turn(caller, shares)
        return batch

    def _end_turn(self, caller: str, shares: deque[Share]) -> None:
        share = shares.popleft()
        if share.works:
            shares.append(share)
        if shares:
            self._callers.move_to_end(caller)
        else:
            del self._callers[caller]


def tokens_of(text: str, *, most_chars: int) -> int:
    """Returns what a text costs: its code points, for a token of Chinese covers one at least."""
    return max(LEAST_TOKENS, min(len(text), most_chars))


def awaited(text: str, way: Way, *, most_chars: int) -> Work:
    """Returns the work of one text, on the running event loop."""
    outcome: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    return Work(text, tokens_of(text, most_chars=most_chars), way, outcome)
