"""Keeps the reports that were built last: who asks again, or beside others, costs nothing.

A report reads all that a workspace holds, so a process builds one at a time, and no more than a few
requests wait for it.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Final

from api.problems import ProblemError

Standing = tuple[int, int]
"""The newest `seq` of a workspace, and how many voices are current."""

MOST_KEPT: Final = 8
MOST_WAITING: Final = 16


@dataclass(frozen=True, slots=True)
class Built:
    """A report.

    Attributes:
        content: Its bytes.
        standing: Of the feedback when it was built.
        at: The clock's seconds then.
    """

    content: bytes
    standing: Standing
    at: float


class Reports:
    """The reports of one process. Of one event loop.

    Args:
        keep_s: Seconds after which a report is built anew, whatever came in.
        clock: Tells seconds.
    """

    def __init__(self, keep_s: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._keep_s = keep_s
        self._clock = clock
        self._kept: OrderedDict[Hashable, Built] = OrderedDict()
        self._turn = asyncio.Lock()
        self._waiting = 0

    async def get(
        self, key: Hashable, standing: Standing, build: Callable[[], Awaitable[bytes]]
    ) -> bytes:
        """Returns the report of a key: a kept one while its feedback is as it was.

        Args:
            key: Whose report it is, and of what.
            standing: Of the feedback now.
            build: Builds it.

        Raises:
            ProblemError: 429, too many wait for reports.
        """
        if (kept := self._fresh(key, standing)) is not None:
            return kept
        if self._waiting >= MOST_WAITING:
            raise ProblemError(
                429, "Too many reports are being asked for; try again.", retry_after_s=5
            )
        self._waiting += 1
        try:
            async with self._turn:
                kept = self._fresh(key, standing)  # it may have been built while this one waited
                return kept if kept is not None else await self._build(key, standing, build)
        finally:
            self._waiting -= 1

    async def _build(
        self, key: Hashable, standing: Standing, build: Callable[[], Awaitable[bytes]]
    ) -> bytes:
        began = self._clock()
        content = await build()
        self._kept[key] = Built(content, standing, began)
        self._kept.move_to_end(key)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return content

    def _fresh(self, key: Hashable, standing: Standing) -> bytes | None:
        kept = self._kept.get(key)
        if kept is None or kept.standing != standing or self._clock() - kept.at >= self._keep_s:
            return None
        self._kept.move_to_end(key)
        return kept.content
