"""Whether a request to tag is taken, so that what is taken never waits long.

A burst may wait: up to `serve.ahead_tokens`, `serve.burst_wait_ms` or `serve.burst_requests`, which
no callers reach that wait for each answer unless they are so many. Once that much waits the
server is asked for more than it can do, and from then on a request is taken only where it would be
read within `serve.overload_wait_ms`, until less than a tenth of a second's requests has to be
refused. What of the burst that began it would be read later is refused too, as long as that can be
told at once. A short queue keeps the engine as busy as a long one does, and answers at once (after
Nichols and Jacobson, 2012, "Controlling Queue Delay").
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from api.queueing import LEAST_TOKENS

if TYPE_CHECKING:
    from api.queueing import FairQueue, Share
    from voc.config.sections import ServeSettings

_WINDOW_S: Final = 1.0  # after which it is asked anew whether the overload is over
_OVER_SHARE: Final = 0.1  # of requests refused, below which it is
_BYTES_A_TOKEN: Final = 4  # of a body, about: three of a Chinese character, and its frame
_FIRST_RATE: Final = 1_000.0  # tokens a second, until a batch was measured
_AT_ONCE_S: Final = 0.1  # what waited longer is served: a refusal is told at once or not at all


class Place:
    """Room that is held for a request from its last byte until its texts wait in the queue.

    Attributes:
        of_burst: Whether it was held before an overload was known.
    """

    def __init__(self, admission: Admission, tokens: int) -> None:
        self._admission = admission
        self._tokens = tokens
        self.of_burst = not admission.overloaded

    def give_up(self) -> None:
        """Frees the room; a second time does nothing."""
        if self._tokens:
            self._admission.held -= self._tokens
            self._admission.held_requests -= 1
            self._tokens = 0


class Admission:
    """Decides what is taken. Of one event loop.

    Args:
        serve: For its bounds.
        queue: What waits.
        quantum: Tokens that a request is served in a turn.
        lanes: Batches read at a time.
        refuse: Refuses what waits already.
        clock: Tells seconds.

    Attributes:
        held: Tokens, about, of requests that came whole and are not in the queue yet.
        held_requests: How many these are.
        reading: Tokens that the engine reads now.
        overloaded: Whether more is asked than can be done.
    """

    def __init__(
        self,
        serve: ServeSettings,
        queue: FairQueue,
        *,
        quantum: int,
        lanes: int,
        refuse: Callable[[Share], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._queue = queue
        self._refuse = refuse
        self._quantum = quantum
        self._lanes = lanes
        self._clock = clock
        self._queue_tokens, self._ahead_tokens = serve.queue_tokens, serve.ahead_tokens
        self._burst_requests = serve.burst_requests
        self._burst_wait_s = serve.burst_wait_ms / 1000
        self._overload_wait_s = serve.overload_wait_ms / 1000
        self._rate = _FIRST_RATE
        self._since = clock()
        self._asked = self._refused = 0
        self.held = self.held_requests = self.reading = self._busy = 0
        self.overloaded = False

    def takes(self) -> bool:
        """Whether a request that comes now is taken, whatever it holds."""
        self._look_again()
        ahead = self._queue.ahead()
        if self._is_too_much(ahead):
            if not self.overloaded:
                self._begin_overload()
            taken = False
        else:
            taken = not self.overloaded or self._is_read_soon(ahead + self.held)
        self._asked += 1
        self._refused += not taken
        return taken

    def _is_too_much(self, ahead: int) -> bool:
        return (
            ahead > self._ahead_tokens
            or ahead > self._burst_wait_s * self._rate
            or self._queue.requests + self.held_requests >= self._burst_requests
            or self._queue.tokens > self._queue_tokens
        )

    def _is_read_soon(self, ahead: int) -> bool:
        """Whether what comes after so many tokens is read in time; a lane that idles reads it."""
        if not ahead and self._busy < self._lanes:
            return True
        return (ahead + self.reading) / self._rate <= self._overload_wait_s

    def takes_still(self, place: Place) -> bool:
        """Whether a request that was taken is so now that it is to be queued."""
        taken = not (self.overloaded and place.of_burst) or self._is_read_soon(self._queue.ahead())
        self._refused += not taken
        return taken

    def _begin_overload(self) -> None:
        """Refuses what waits, was not begun and came just now, if it would not be read in time.

        What is next is kept.
        """
        self.overloaded = True
        ahead, since = 0, self._clock() - _AT_ONCE_S
        for share in list(self._queue.in_turn()):
            waited = share.begun or share.came < since
            if waited or not ahead or self._is_read_soon(ahead):
                ahead += min(share.tokens, self._quantum)
            else:
                self._refuse(share)
                self._refused += 1

    def fits(self, tokens: int) -> bool:
        """Whether so many tokens more may wait; one request is always taken."""
        return not self._queue or self._queue.tokens + tokens <= self._queue_tokens

    def hold(self, n_bytes: int) -> Place:
        """Holds room for a request that was taken, by the size of its body."""
        tokens = min(max(LEAST_TOKENS, n_bytes // _BYTES_A_TOKEN), self._quantum)
        self.held += tokens
        self.held_requests += 1
        return Place(self, tokens)

    @contextmanager
    def lane_reads(self, tokens: int) -> Iterator[None]:
        """Counts a batch while a lane reads it, and learns from it how fast that goes."""
        self.reading += tokens
        self._busy += 1
        began = self._clock()
        try:
            yield
        finally:
            self.reading -= tokens
            self._busy -= 1
            seconds = max(self._clock() - began, 1e-6)
            self._rate += 0.1 * (self._lanes * tokens / seconds - self._rate)

    @property
    def wait_s(self) -> float:
        """Seconds until all that waits now is read; a minute at most."""
        return min(60.0, self._queue.tokens / self._rate)

    def _look_again(self) -> None:
        now = self._clock()
        passed = now - self._since
        if passed < _WINDOW_S:
            return
        # Of an hour ago nothing follows for now.
        if passed > 2 * _WINDOW_S or self._refused < _OVER_SHARE * self._asked:
            self.overloaded = False
        self._since, self._asked, self._refused = now, 0, 0
