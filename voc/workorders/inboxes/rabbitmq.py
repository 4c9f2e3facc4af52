"""RabbitMQ: a durable queue, acknowledged message by message after what it says is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Any, TypeVar

import aio_pika
from aio_pika.abc import AbstractConnection, AbstractIncomingMessage, AbstractQueue
from aio_pika.exceptions import AMQPError
from yarl import URL

from voc.config.inboxes import RabbitMQInboxSettings
from voc.workorders.inboxes.base import InboxError, Letter
from voc.workorders.sinks.connected import Loop

T = TypeVar("T")


class RabbitMQInbox:
    """Takes messages one by one; the property `message_id` names one that names no event.

    What was taken and not acknowledged goes back to the queue with the connection.
    """

    def __init__(self, name: str, settings: RabbitMQInboxSettings) -> None:
        self._name = name
        self._settings = settings
        self._loop = Loop(f"voc-inbox-{name}")
        self._connection: AbstractConnection | None = None
        self._queue: AbstractQueue | None = None

    @property
    def name(self) -> str:
        return self._name

    @property
    def place(self) -> str:
        """Where it reads, without secrets, for messages."""
        url = URL(self._settings.url)
        where = f"{url.scheme}://{url.host}:{url.port or 5672}{url.path}"
        return f"{where} queue {self._settings.queue!r}"

    def take(self, limit: int) -> Sequence[Letter]:
        """Returns messages that wait."""
        return self._run(self._take(limit))

    def settle(self, letters: Sequence[Letter]) -> None:
        """Acknowledges messages."""
        self._run(self._settle(letters))

    def check(self) -> str:
        """Looks whether the queue is there."""
        waiting = self._run(self._count())
        return f"{self.place}: {waiting} events wait"

    def close(self) -> None:
        """Closes the connection; what was not acknowledged goes back to the queue."""
        if self._loop.has_begun:
            self._loop.run(self._leave())
            self._loop.stop()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._loop.run(self._guarded(work))

    async def _guarded(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                return await work
        except TimeoutError:
            await self._leave()
            raise InboxError(
                f"{self.place}: no answer within {self._settings.timeout_s:g} s."
            ) from None
        except (AMQPError, OSError, RuntimeError) as error:
            await self._leave()
            what = str(error) or f"the connection failed ({type(error).__name__})"
            raise InboxError(f"{self.place}: {what}.") from error

    async def _take(self, limit: int) -> list[Letter]:
        queue = await self._opened()
        found: list[Letter] = []
        while len(found) < limit:
            message = await queue.get(fail=False)
            if message is None:
                break
            found.append(Letter(message.message_id or "", message.body, message))
        return found

    async def _settle(self, letters: Sequence[Letter]) -> None:
        for letter in letters:
            message: AbstractIncomingMessage = letter.receipt
            await message.ack()

    async def _count(self) -> int:
        return (await self._opened()).declaration_result.message_count or 0

    async def _opened(self) -> AbstractQueue:
        if self._queue is None or self._connection is None or self._connection.is_closed:
            await self._leave()
            self._connection = await aio_pika.connect(
                self._settings.url, client_properties={"connection_name": f"voc {self._name}"}
            )
            channel = await self._connection.channel()
            told = self._settings
            self._queue = await channel.declare_queue(
                told.queue, durable=True, passive=not told.declare_topology
            )
        return self._queue

    async def _leave(self) -> None:
        connection, self._connection, self._queue = self._connection, None, None
        if connection is not None and not connection.is_closed:
            # It is given up anyway.
            with suppress(AMQPError, OSError, RuntimeError, asyncio.CancelledError):
                await connection.close()
