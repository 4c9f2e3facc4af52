"""RabbitMQ: durable and persistent, confirmed by the broker, never dropped for want of a queue."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange
from aio_pika.exceptions import AMQPError
from aiormq.abc import DeliveredMessage
from yarl import URL

from voc.config.sinks import RabbitMQSinkSettings
from voc.errors import TransientDeliveryError
from voc.records import Message
from voc.workorders.sinks.connected import ConnectedSink
from voc.workorders.sinks.content import payload_bytes

_AT_ONCE: Final = 100
_HEARTBEAT_S: Final = 30


class RabbitMQSink(ConnectedSink):
    """Publishes each message with its id as `message_id`, mandatory, and waits for the confirm.

    A message that no queue takes comes back and is tried again. Headers carry `key` and `sequence`;
    `type` is the message's type.
    """

    def __init__(self, name: str, settings: RabbitMQSinkSettings) -> None:
        super().__init__(name, timeout_s=settings.timeout_s, at_once=_AT_ONCE)
        self._settings = settings
        self._opening = asyncio.Lock()
        self._connection: AbstractConnection | None = None
        self._channel: AbstractChannel | None = None
        self._exchange: AbstractExchange | None = None

    @property
    def place(self) -> str:
        url = URL(self._settings.url)
        return f"{url.scheme}://{url.host}:{url.port or 5672}{url.path}"

    async def _deliver(self, message: Message) -> str | None:
        body = payload_bytes(message)
        try:
            exchange = await self._opened()
            result = await exchange.publish(
                _amqp_message(message, body), self._settings.routing_key, mandatory=True
            )
        except asyncio.CancelledError:
            await self._leave()
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            raise TransientDeliveryError(f"{self.place}: the connection was lost.") from None
        except (AMQPError, OSError, RuntimeError) as error:
            await self._leave()
            raise TransientDeliveryError(f"{self.place}: {_what(error)}.") from error
        if isinstance(result, DeliveredMessage):
            raise TransientDeliveryError(
                f"{self.place}: no queue takes what comes to exchange"
                f" {self._settings.exchange!r} with the key {self._settings.routing_key!r}; bind"
                f" one, or name it in sinks.{self._name}.queue."
            )
        return None

    async def _opened(self) -> AbstractExchange:
        async with self._opening:
            if self._exchange is None or not self._is_alive():
                await self._leave()
                self._connection = await aio_pika.connect(
                    self._settings.url,
                    client_properties={"connection_name": f"voc {self._name}"},
                    heartbeat=_HEARTBEAT_S,
                )
                self._channel = await self._connection.channel(publisher_confirms=True)
                self._exchange = await self._topology(self._channel)
            return self._exchange

    def _is_alive(self) -> bool:
        connection, channel = self._connection, self._channel
        return bool(connection and not connection.is_closed and channel and not channel.is_closed)

    async def _topology(self, channel: AbstractChannel) -> AbstractExchange:
        told = self._settings
        if not told.exchange:
            exchange: AbstractExchange = channel.default_exchange
        elif told.declare_topology:
            exchange = await channel.declare_exchange(
                told.exchange, aio_pika.ExchangeType(told.exchange_type), durable=True
            )
        else:
            exchange = await channel.get_exchange(told.exchange, ensure=True)
        name = told.queue or (told.routing_key if not told.exchange else None)
        if name and told.declare_topology:
            queue = await channel.declare_queue(name, durable=True)
            if told.exchange:
                await queue.bind(exchange, told.routing_key)
        return exchange

    async def _look(self) -> str:
        try:
            connection = await aio_pika.connect(self._settings.url)
            async with connection:
                channel = await connection.channel()
                if self._settings.exchange and not self._settings.declare_topology:
                    await channel.get_exchange(self._settings.exchange, ensure=True)
        except (AMQPError, OSError, RuntimeError) as error:
            raise TransientDeliveryError(f"{self.place}: {_what(error)}.") from error
        return f"{self.place} accepts the credentials"

    async def _leave(self) -> None:
        connection, self._connection, self._exchange = self._connection, None, None
        if connection is not None and not connection.is_closed:
            # It is given up anyway.
            with suppress(AMQPError, OSError, RuntimeError, asyncio.CancelledError):
                await connection.close()


def _what(error: BaseException) -> str:
    return str(error) or f"the connection failed ({type(error).__name__})"


def _amqp_message(message: Message, body: bytes) -> aio_pika.Message:
    return aio_pika.Message(
        body,
        content_type="application/json",
        content_encoding="utf-8",
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        message_id=message.message_id,
        timestamp=message.created_at,
        type=str(message.payload.get("type", "")),
        app_id="voc",
        headers={"key": message.key, "sequence": message.sequence},
    )
