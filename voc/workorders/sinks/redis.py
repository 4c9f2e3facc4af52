"""Redis Streams: each message is one entry, however often it comes."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, Final, cast

from redis.asyncio import BlockingConnectionPool, Redis
from redis.exceptions import RedisError
from yarl import URL

from voc.config.sinks import RedisSinkSettings
from voc.errors import TransientDeliveryError
from voc.records import Message
from voc.workorders.sinks.connected import ConnectedSink
from voc.workorders.sinks.content import payload_bytes

_CONNECTIONS: Final = 4
_AT_ONCE: Final = 32
_DAY_S: Final = 86_400

_ADD_ONCE: Final = """
local known = redis.call('GET', KEYS[2])
if known then return known end
local entry
if ARGV[1] == '' then
  entry = redis.call('XADD', KEYS[1], '*', unpack(ARGV, 3))
else
  entry = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', unpack(ARGV, 3))
end
redis.call('SET', KEYS[2], entry, 'EX', ARGV[2])
return entry
"""
"""Adds an entry unless its id is known: one script, so that nothing comes between."""


class RedisSink(ConnectedSink):
    """Adds each message to a stream, with the fields `id`, `key`, `sequence`, `payload`.

    The id is remembered beside the stream, under `voc:seen:{STREAM}:ID`, so that a repeat adds
    nothing. Redis keeps what it acknowledged through a restart only with appendonly switched on.
    """

    def __init__(self, name: str, settings: RedisSinkSettings) -> None:
        super().__init__(name, timeout_s=settings.timeout_s, at_once=_AT_ONCE)
        self._settings = settings
        self._client: Redis | None = None

    @property
    def place(self) -> str:
        url = URL(self._settings.url)
        return f"{url.scheme}://{url.host or ''}:{url.port or 6379}{url.path}"

    async def _deliver(self, message: Message) -> str | None:
        told = self._settings
        payload = payload_bytes(message)
        values: list[Any] = [
            str(told.max_length or ""),
            max(1, round(told.remember_days * _DAY_S)),
            *("id", message.message_id, "key", message.key),
            *("sequence", message.sequence, "payload", payload),
        ]
        keys = [told.stream, f"voc:seen:{{{told.stream}}}:{message.message_id}"]
        try:
            entry = await self._opened().register_script(_ADD_ONCE)(keys=keys, args=values)
        except (RedisError, OSError) as error:
            raise TransientDeliveryError(f"{self.place}: {_what(error)}.") from error
        return entry.decode() if isinstance(entry, bytes) else str(entry)

    def _opened(self) -> Redis:
        if self._client is None:
            pool = BlockingConnectionPool.from_url(
                self._settings.url,
                max_connections=_CONNECTIONS,
                timeout=self._timeout_s,
                socket_timeout=self._timeout_s,
                socket_connect_timeout=self._timeout_s,
                health_check_interval=10,
            )
            self._client = Redis.from_pool(pool)
        return self._client

    async def _look(self) -> str:
        try:
            await cast(Awaitable[Any], self._opened().ping())
            kept = await self._opened().info("persistence")
        except (RedisError, OSError) as error:
            raise TransientDeliveryError(f"{self.place}: {_what(error)}.") from error
        lasting = bool(kept.get("aof_enabled"))
        warning = "" if lasting else "; appendonly is off, so that a restart may lose messages"
        return f"{self.place} accepts the credentials{warning}"

    async def _leave(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()


def _what(error: BaseException) -> str:
    return str(error) or f"the connection failed ({type(error).__name__})"
