"""The breaker of an endpoint: a receiver that fails again and again is left in peace for a while.

Closed, messages go. After some failures in a row it opens: none goes until a pause has passed. Then
it is half open: one message is tried, and closes it, or opens it for a pause twice as long (Nygard,
Release It!, 2018, "Circuit Breaker").
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

_LONGEST_REST_S: Final = 86_400.0


@dataclass(slots=True)
class Breaker:
    """Says how many messages an endpoint may get now. Threads may share one.

    Attributes:
        failures: Failures in a row that open it.
        first_s: Seconds it then stays open; each failed try doubles them.
        longest_s: Seconds it stays open, at most.
        clock: Seconds that only grow.
        chance: Source of the jitter: a pause is the half to the whole of what it would be, so that
            workers do not come back all at once.
    """

    failures: int = 5
    first_s: float = 1.0
    longest_s: float = 60.0
    clock: Callable[[], float] = time.monotonic
    chance: random.Random = field(default_factory=random.Random)
    _failed: int = 0
    _opened: int = 0
    _until: float = float("-inf")
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def allowance(self, most: int) -> int:
        """Returns how many messages may go now, `most` at most: 0 while it is open."""
        with self._lock:
            if self.clock() < self._until:
                return 0
            return min(1, most) if self._opened else most

    def rest_s(self) -> float:
        """Returns the seconds until it lets something through."""
        with self._lock:
            return max(0.0, self._until - self.clock())

    def succeeded(self) -> None:
        """Closes it: the endpoint took a message."""
        with self._lock:
            self._failed = self._opened = 0

    def failed(self, retry_after_s: float | None = None) -> None:
        """Notes a failure; an endpoint that names a time is not asked before it."""
        with self._lock:
            now = self.clock()
            self._failed += 1
            if now >= self._until and (self._opened or self._failed >= self.failures):
                pause = min(self.longest_s, self.first_s * 2 ** min(self._opened, 30))
                self._until = now + pause * self.chance.uniform(0.5, 1.0)
                self._opened += 1
            if retry_after_s:
                self._until = max(self._until, now + min(retry_after_s, _LONGEST_REST_S))
