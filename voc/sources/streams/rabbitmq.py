"""RabbitMQ: a queue, acknowledged behind the store's commit."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Collection, Coroutine, Mapping, Sequence
from contextlib import suppress
from itertools import groupby
from typing import Any, Final, TypeVar

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractQueue
from aio_pika.exceptions import AMQPError
from yarl import URL

from voc.config.streams import RabbitMQSourceSettings
from voc.sources.streams.consuming import AwayError, Delivered

T = TypeVar("T")

_HEARTBEAT_S: Final = 60
_ANSWER_S: Final = 15.0
_LOOK_EVERY_S: Final = 10.0
_LOST: Final = (AMQPError, OSError, RuntimeError, asyncio.CancelledError, TimeoutError)


def _be_quiet() -> None:
    """Keeps the library from writing to stderr what is told as an error; loggers still get it."""
    for name in ("aio_pika", "aiormq"):
        logger = logging.getLogger(name)
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())


class RabbitMQConsumer:
    """A connection that consumes one queue.

    Its event loop turns only while something is asked of it: between two calls the store commits,
    which takes less than two heartbeats.

    Raises:
        AwayError: The server cannot be reached or refuses, or the queue is not there.
    """

    def __init__(self, settings: RabbitMQSourceSettings, name: str) -> None:
        self._settings = settings
        self._name = name
        self._loop = asyncio.new_event_loop()
        self._waiting: asyncio.Queue[AbstractIncomingMessage | None] = asyncio.Queue()
        self._connection: aio_pika.abc.AbstractConnection | None = None
        self._channel: AbstractChannel | None = None
        self._looked = time.monotonic()
        _be_quiet()
        try:
            self._run(self._open())
        except BaseException:
            self.close()
            raise

    @property
    def place(self) -> str:
        """The queue, without secrets, for messages."""
        url = URL(self._settings.url)
        host = f"{url.scheme}://{url.host}:{url.port or 5672}{url.path}"
        return f"{host} queue {self._settings.queue!r}"

    def take(self, most: int, within_s: float) -> Sequence[Delivered]:
        """Returns messages; see `Consumer`."""
        found = self._run(self._take(most, within_s))
        return [Delivered(each.body, self._place_of(each.body), each) for each in found]

    def cursor(self, last: Delivered) -> Mapping[str, Any]:
        """Tells which message was stored last; how far it was read the broker itself knows."""
        return {"last": last.place}

    def acknowledge(self, stored: Sequence[Delivered], refused: Collection[str]) -> None:
        """Acknowledges, and rejects what is refused; see `Consumer`."""
        self._run(self._settle(stored, refused))

    async def _settle(self, stored: Sequence[Delivered], refused: Collection[str]) -> None:
        """Acknowledges at once what came between two that are refused.

        Those go where the queue's policy for dead letters sends them, if it has one.
        """
        for is_refused, group in groupby(stored, key=lambda each: each.place in refused):
            messages: list[AbstractIncomingMessage] = [each.handle for each in group]
            if not is_refused:
                await messages[-1].ack(multiple=True)
                continue
            for message in messages:
                await message.reject(requeue=False)

    def close(self) -> None:
        """Ends the connection."""
        connection, self._connection = self._connection, None
        if self._loop.is_closed():
            return
        if connection is not None and not connection.is_closed:
            with suppress(*_LOST):
                self._loop.run_until_complete(asyncio.wait_for(connection.close(), _ANSWER_S))
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        if tasks:
            self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            return self._loop.run_until_complete(work)
        except _LOST as error:
            said = str(error) or type(error).__name__
            raise AwayError(f"{self.place}: {said.rstrip('.')}.") from error

    async def _open(self) -> None:
        told = self._settings
        self._connection = await aio_pika.connect(
            told.url,
            client_properties={"connection_name": f"voc {self._name}"},
            heartbeat=_HEARTBEAT_S,
            timeout=_ANSWER_S,
        )
        self._connection.close_callbacks.add(self._lost)
        self._channel = await self._connection.channel(publisher_confirms=False)
        self._channel.close_callbacks.add(self._lost)
        await self._channel.set_qos(prefetch_count=2 * told.batch_rows)
        queue = await self._queue(self._channel)
        await queue.consume(self._waiting.put, timeout=_ANSWER_S)

    async def _queue(self, channel: AbstractChannel) -> AbstractQueue:
        told = self._settings
        if not told.declare:
            return await channel.declare_queue(told.queue, passive=True, timeout=_ANSWER_S)
        queue = await channel.declare_queue(told.queue, durable=True, timeout=_ANSWER_S)
        if told.exchange:
            await queue.bind(told.exchange, told.routing_key, timeout=_ANSWER_S)
        return queue

    def _lost(self, *_: Any) -> None:
        self._waiting.put_nowait(None)

    async def _take(self, most: int, within_s: float) -> list[AbstractIncomingMessage]:
        found: list[AbstractIncomingMessage] = []
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while len(found) < most:
                    message = await self._waiting.get()
                    if message is None:
                        self._waiting.put_nowait(None)  # the next call learns of it too
                        if found:
                            break
                        raise ConnectionError("the connection was lost")
                    found.append(message)
        if not found:
            await self._look()
        return found

    async def _look(self) -> None:
        """Looks now and then whether the queue is still there: who deletes it tells nobody."""
        if time.monotonic() - self._looked < _LOOK_EVERY_S or self._channel is None:
            return
        self._looked = time.monotonic()
        await self._channel.declare_queue(self._settings.queue, passive=True, timeout=_ANSWER_S)

    def _place_of(self, body: bytes) -> str:
        digest = hashlib.blake2b(body, digest_size=8).hexdigest()
        return f"{self._settings.queue}:{digest}"
