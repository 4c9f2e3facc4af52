"""Joins the texts of requests in flight into batches, off the event loop.

While the engine reads one batch the next one gathers, so that nobody waits for a timer: a lone
request starts at once, and the busier the server, the fuller its batches.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from api.lane import Lane
from api.problems import ProblemError
from api.queueing import Failure, FairQueue, Way, Work, awaited
from voc.records import Tags

if TYPE_CHECKING:
    from api.metrics import Metrics
    from voc.config import Settings
    from voc.tagging.engine import Engine

_QUANTA = 8  # turns that fill a batch
_log = logging.getLogger(__name__)


class Batcher:
    """Tags the texts of many requests at once. Of one event loop.

    Args:
        engine: What tags.
        settings: For the sizes of batches and of the queue.
        metrics: What is told of batches.
    """

    def __init__(self, engine: Engine, settings: Settings, metrics: Metrics) -> None:
        serve = settings.serve
        self._engine = engine
        self._metrics = metrics
        self._max_chars = settings.text.max_chars
        self._budget = serve.batch_tokens if serve.batching else 1
        self._queue_tokens, self._ahead_tokens = serve.queue_tokens, serve.ahead_tokens
        self._item_timeout_s = serve.item_timeout_s
        self._queue = FairQueue(max(1, serve.batch_tokens // _QUANTA))
        self._rate = 1_000.0  # tokens a second, as measured of late
        self._cached_and_not = engine.cached_and_not
        self._arrived = asyncio.Event()
        self._lane = Lane()
        self._task = asyncio.create_task(self._run(), name="voc-batcher")

    @property
    def model(self) -> str:
        """Name and version of the model."""
        return self._engine.model

    async def tag(
        self, texts: Sequence[str], way: Way, *, caller: str, timeout_s: float
    ) -> list[Tags | Failure]:
        """Tags texts, in order. Where it is cancelled, what has not begun is dropped.

        Args:
            texts: Any texts.
            way: How.
            caller: Callers are served in turns.
            timeout_s: Seconds until the answer is worth nothing.

        Raises:
            ProblemError: 429, too much waits; 504, time is over.
        """
        works = [awaited(text, way, most_chars=self._max_chars) for text in texts]
        self._admit(sum(work.tokens for work in works))
        share = self._queue.put(caller, works)
        self._arrived.set()
        try:
            async with asyncio.timeout(timeout_s):
                return list(await asyncio.gather(*(work.outcome for work in works)))
        except TimeoutError:
            raise ProblemError(
                504,
                f"The answer was not ready within {timeout_s * 1000:.0f} ms; what had not begun"
                " was dropped. Try again, or allow more with timeout_ms.",
                retry_after_s=self._wait_s(),
            ) from None
        finally:
            self._queue.drop(share)
            for work in works:
                work.outcome.cancel()
            self._metrics.queue_tokens.set(self._queue.tokens)

    async def stop(self) -> None:
        """Stops; what still waits is never answered."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        self._lane.close()

    def refusal(self, tokens: int = 0) -> ProblemError | None:
        """Returns the 429 for a request of so many tokens; `None` where there is room for it."""
        full = self._queue and self._queue.tokens + tokens > self._queue_tokens
        if not full and self._queue.ahead() <= self._ahead_tokens:
            return None
        self._metrics.refused.inc()
        return ProblemError(
            429,
            "The server is at its capacity; nothing of this request was begun. Try again after the"
            " seconds that Retry-After names.",
            retry_after_s=self._wait_s(),
        )

    def _admit(self, tokens: int) -> None:
        if refusal := self.refusal(tokens):
            raise refusal
        self._metrics.queue_tokens.set(self._queue.tokens + tokens)

    def _wait_s(self) -> float:
        return min(60.0, self._queue.tokens / self._rate)

    async def _run(self) -> None:
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self._queue:
                batch = self._queue.take(self._budget)
                self._metrics.queue_tokens.set(self._queue.tokens)
                try:
                    await self._serve(batch)
                except Exception as error:  # noqa: BLE001 - the next batches must be served
                    _log.error("a batch was lost: %s", type(error).__name__)
                    for work in batch:
                        if not work.outcome.done():
                            work.outcome.set_result(Failure("the server failed"))

    async def _serve(self, batch: Sequence[Work]) -> None:
        tokens = sum(work.tokens for work in batch)
        self._metrics.saw_batch(len(batch), tokens / max(self._budget, tokens))
        began = time.perf_counter()
        for way, works in _by_way(batch).items():
            wanted = [work for work in works if not work.outcome.done()]
            if not wanted:
                continue
            for work, outcome in zip(wanted, await self._outcomes(way, wanted), strict=True):
                if not work.outcome.done():
                    work.outcome.set_result(outcome)
        self._count_cached()
        seconds = max(time.perf_counter() - began, 1e-6)
        self._rate += 0.1 * (tokens / seconds - self._rate)

    def _count_cached(self) -> None:
        hits, misses = self._engine.cached_and_not
        known_hits, known_misses = self._cached_and_not
        self._metrics.cache.labels("hit").inc(hits - known_hits)
        self._metrics.cache.labels("miss").inc(misses - known_misses)
        self._cached_and_not = hits, misses

    async def _outcomes(self, way: Way, works: Sequence[Work]) -> list[Tags | Failure]:
        """Tags together; where that raises or hangs, each by itself."""
        texts = [work.text for work in works]
        try:
            return [*await self._tagged(way, texts, self._item_timeout_s / 2)]
        except Exception as error:  # noqa: BLE001 - whatever one text raises, the others are tagged
            _log.warning("a batch of %d failed: %s", len(texts), type(error).__name__)
        return [await self._alone(way, work) for work in works]

    async def _alone(self, way: Way, work: Work) -> Tags | Failure:
        if work.outcome.done():
            return Failure("nobody waits for it any more")
        try:
            [tags] = await self._tagged(way, [work.text], self._item_timeout_s / 2)
        except TimeoutError:
            return Failure(f"tagging took longer than {self._item_timeout_s / 2:g} s and was cut")
        except Exception as error:  # noqa: BLE001 - its kind is told; its message may quote the text
            return Failure(f"tagging failed: {type(error).__name__}")
        return tags

    async def _tagged(self, way: Way, texts: Sequence[str], seconds: float) -> list[Tags]:
        """Tags on the engine's thread; one that hangs is left behind.

        Raises:
            TimeoutError: It took longer than allowed.
        """

        def call() -> list[Tags]:
            return self._engine.tag(
                texts, industry=way.industry, aspects=way.aspects, tasks=way.tasks
            )

        future: asyncio.Future[list[Tags]] = asyncio.wrap_future(self._lane.submit(call))
        done, _ = await asyncio.wait({future}, timeout=seconds)
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
