"""Joins the texts of requests in flight into batches, off the event loop.

While the engine reads batches the next one gathers, so that nobody waits for a timer: a lone
request starts at once, and the busier the server, the fuller its batches. Two batches are read at a
time: while the rules go over the one, which takes one core, the encoder reads the other.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from api.admission import Admission
from api.problems import ProblemError
from api.queueing import Failure, FairQueue, Way, Work, awaited
from api.reading import Reader
from voc.records import Tags

if TYPE_CHECKING:
    from api.admission import Place
    from api.door import Door
    from api.metrics import Metrics
    from api.queueing import Share
    from voc.config import Settings
    from voc.tagging.engine import Engine

LANES: Final = 2  # batches read at a time
_QUANTA = 2  # turns that fill a batch
_log = logging.getLogger(__name__)


class Batcher:
    """Tags the texts of many requests at once. Of one event loop.

    Args:
        engine: What tags.
        settings: For the sizes of batches and of the queue.
        metrics: What is told of batches.
        door: What refuses while there is no room.
        lanes: Batches read at a time; without batching one text is.
    """

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        metrics: Metrics,
        door: Door,
        *,
        lanes: int = LANES,
    ) -> None:
        serve = settings.serve
        quantum = max(1, serve.batch_tokens // _QUANTA)
        self._engine = engine
        self._metrics = metrics
        self._door = door
        self._max_chars = settings.text.max_chars
        self._budget = serve.batch_tokens if serve.batching else 1
        self._queue = FairQueue(quantum)
        lanes = lanes if serve.batching else 1
        self._admission = Admission(
            serve, self._queue, quantum=quantum, lanes=lanes, refuse=self._refuse
        )
        door.admission = self._admission
        self._cached_and_not = engine.cached_and_not
        self._arrived = asyncio.Event()
        self._tasks = [
            asyncio.create_task(
                self._run(Reader(engine, item_timeout_s=serve.item_timeout_s)),
                name=f"voc-batcher-{number}",
            )
            for number in range(lanes)
        ]

    @property
    def model(self) -> str:
        """Name and version of the model."""
        return self._engine.model

    async def tag(
        self,
        texts: Sequence[str],
        way: Way,
        *,
        caller: str,
        timeout_s: float,
        place: Place | None = None,
    ) -> list[Tags | Failure]:
        """Tags texts, in order. Where it is cancelled, what has not begun is dropped.

        Args:
            texts: Any texts.
            way: How.
            caller: Callers are served in turns.
            timeout_s: Seconds until the answer is worth nothing.
            place: The room that is held for the request; it is given up here.

        Raises:
            ProblemError: 429, too much waits; 504, time is over.
        """
        works = [awaited(text, way, most_chars=self._max_chars) for text in texts]
        self._admit(sum(work.tokens for work in works), place)
        share = self._queue.put(caller, works)
        self._metrics.queue_tokens.set(self._queue.tokens)
        self._arrived.set()
        try:
            async with asyncio.timeout(timeout_s):
                return list(await asyncio.gather(*(work.outcome for work in works)))
        except TimeoutError:
            raise ProblemError(
                504,
                f"The answer was not ready within {timeout_s * 1000:.0f} ms; what had not begun"
                " was dropped. Try again, or allow more with timeout_ms.",
                retry_after_s=self._admission.wait_s,
            ) from None
        finally:
            self._queue.drop(share)
            for work in works:
                work.outcome.cancel()
            self._metrics.queue_tokens.set(self._queue.tokens)

    async def stop(self) -> None:
        """Stops; what still waits is never answered."""
        self._door.admission = None
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task

    def _admit(self, tokens: int, place: Place | None) -> None:
        """Lets a request in; one that holds a place was let in by the door.

        Raises:
            ProblemError: 429.
        """
        fits = self._admission.fits(tokens)
        if place is None:
            taken = self._admission.takes()
        else:
            place.give_up()
            taken = self._admission.takes_still(place)
        if not (fits and taken):
            raise self._door.refusal()

    def _refuse(self, share: Share) -> None:
        """Refuses a request that waits."""
        self._queue.drop(share)
        refusal = self._door.refusal()
        for work in share.works:
            if not work.outcome.done():
                work.outcome.set_exception(refusal)

    async def _run(self, reader: Reader) -> None:
        try:
            while True:
                await self._arrived.wait()
                if not self._queue:
                    self._arrived.clear()
                    continue
                await self._serve(reader, self._queue.take(self._budget))
        finally:
            reader.close()

    async def _serve(self, reader: Reader, batch: Sequence[Work]) -> None:
        tokens = sum(work.tokens for work in batch)
        self._metrics.queue_tokens.set(self._queue.tokens)
        self._metrics.saw_batch(len(batch), tokens / max(self._budget, tokens))
        try:
            with self._admission.lane_reads(tokens):
                await reader.read(batch)
        except Exception as error:  # noqa: BLE001 - the next batches must be served
            _log.error("a batch was lost: %s", type(error).__name__)
            for work in batch:
                if not work.outcome.done():
                    work.outcome.set_result(Failure("the server failed"))
        self._count_cached()

    def _count_cached(self) -> None:
        hits, misses = self._engine.cached_and_not
        known_hits, known_misses = self._cached_and_not
        self._metrics.cache.labels("hit").inc(hits - known_hits)
        self._metrics.cache.labels("miss").inc(misses - known_misses)
        self._cached_and_not = hits, misses
