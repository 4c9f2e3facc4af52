"""Reads batches with the engine on a lane: a text that raises or hangs costs the others nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from api.lane import Lane
from api.queueing import Failure, Way, Work
from voc.records import Tags

if TYPE_CHECKING:
    from voc.tagging.engine import Engine

_log = logging.getLogger(__name__)


class Reader:
    """Reads one batch at a time. Of one event loop.

    Args:
        engine: What tags.
        item_timeout_s: Seconds after which a text that hangs is set aside.
    """

    def __init__(self, engine: Engine, *, item_timeout_s: float) -> None:
        self._engine = engine
        self._try_s = item_timeout_s / 2  # once together, and once alone
        self._lane = Lane()

    async def read(self, batch: Sequence[Work]) -> None:
        """Tags the works of a batch that somebody still waits for, and tells each its outcome."""
        for way, works in _by_way(batch).items():
            wanted = [work for work in works if not work.outcome.done()]
            if not wanted:
                continue
            for work, outcome in zip(wanted, await self._outcomes(way, wanted), strict=True):
                if not work.outcome.done():
                    work.outcome.set_result(outcome)

    def close(self) -> None:
        """Ends its thread after what it reads now."""
        self._lane.close()

    async def _outcomes(self, way: Way, works: Sequence[Work]) -> list[Tags | Failure]:
        """Tags together; where that raises or hangs, each by itself."""
        texts = [work.text for work in works]
        try:
            return [*await self._tagged(way, texts)]
        except Exception as error:  # noqa: BLE001 - whatever one text raises, the others are tagged
            _log.warning("a batch of %d failed: %s", len(texts), type(error).__name__)
        return [await self._alone(way, work) for work in works]

    async def _alone(self, way: Way, work: Work) -> Tags | Failure:
        if work.outcome.done():
            return Failure("nobody waits for it any more")
        try:
            [tags] = await self._tagged(way, [work.text])
        except TimeoutError:
            return Failure(f"tagging took longer than {self._try_s:g} s and was cut")
        except Exception as error:  # noqa: BLE001 - its kind is told; its message may quote the text
            return Failure(f"tagging failed: {type(error).__name__}")
        return tags

    async def _tagged(self, way: Way, texts: Sequence[str]) -> list[Tags]:
        """Tags on the lane's thread; one that hangs is left behind.

        Raises:
            TimeoutError: It took longer than allowed.
        """

        def call() -> list[Tags]:
            return self._engine.tag(
                texts, industry=way.industry, aspects=way.aspects, tasks=way.tasks
            )

        future: asyncio.Future[list[Tags]] = asyncio.wrap_future(self._lane.submit(call))
        done, _ = await asyncio.wait({future}, timeout=self._try_s)
        if not done:
            self._lane.leave()
            self._lane = Lane()
            raise TimeoutError
        tagged = future.result()
        if len(tagged) != len(texts):
            raise RuntimeError(f"{len(texts)} texts got {len(tagged)} tags")
        return tagged


def _by_way(batch: Iterable[Work]) -> dict[Way, list[Work]]:
    groups: dict[Way, list[Work]] = {}
    for work in batch:
        groups.setdefault(work.way, []).append(work)
    return groups
