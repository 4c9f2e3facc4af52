"""Redis Streams: a consumer group, whose entries are acknowledged after what they say is kept."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from redis import Redis
from redis.exceptions import RedisError, ResponseError
from yarl import URL

from voc.config.inboxes import RedisInboxSettings
from voc.workorders.inboxes.base import InboxError, Letter


class RedisInbox:
    """Takes entries whose field `payload` holds an event; the field `id` names it.

    An entry that another worker took and did not settle is taken over after `idle_s`.
    """

    def __init__(self, name: str, settings: RedisInboxSettings) -> None:
        self._name = name
        self._settings = settings
        self._consumer = f"{socket.gethostname()}-{os.getpid()}"
        self._client: Redis | None = None
        self._is_first = True

    @property
    def name(self) -> str:
        return self._name

    @property
    def place(self) -> str:
        """Where it reads, without secrets, for messages."""
        url = URL(self._settings.url)
        where = f"{url.scheme}://{url.host or ''}:{url.port or 6379}{url.path}"
        return f"{where} stream {self._settings.stream!r}"

    def take(self, limit: int) -> Sequence[Letter]:
        """Returns entries: first those left behind, then new ones."""
        told = self._settings
        with self._told() as client:
            entries = []
            if self._is_first:
                self._make_group(client)
                entries = self._read(client, "0", limit)
                self._is_first = False
            idle_ms = int(told.idle_s * 1000)
            if len(entries) < limit:
                claimed: Any = client.xautoclaim(
                    told.stream, told.group, self._consumer, idle_ms, count=limit - len(entries)
                )
                entries += claimed[1]
            if len(entries) < limit:
                entries += self._read(client, ">", limit - len(entries))
        # An entry that was trimmed away while it waited has no fields any more.
        return [self._letter(name, fields) for name, fields in entries if fields]

    def _read(self, client: Redis, after: str, limit: int) -> list[tuple[bytes, Any]]:
        """Returns new entries (`>`), or those this consumer took and did not settle (`0`)."""
        answer: Any = client.xreadgroup(
            self._settings.group, self._consumer, {self._settings.stream: after}, count=limit
        )
        return [entry for _, entries in answer or () for entry in entries]

    def settle(self, letters: Sequence[Letter]) -> None:
        """Acknowledges entries; they stay in the stream."""
        if letters:
            with self._told() as client:
                names = [letter.receipt for letter in letters]
                client.xack(self._settings.stream, self._settings.group, *names)

    def check(self) -> str:
        """Looks whether Redis answers."""
        with self._told() as client:
            count = client.xlen(self._settings.stream)
        return f"{self.place}: {count} entries"

    def close(self) -> None:
        """Closes the connection; what was not acknowledged is taken over after `idle_s`."""
        client, self._client = self._client, None
        self._is_first = True
        if client is not None:
            client.close()

    def _letter(self, entry: bytes, fields: dict[bytes, bytes]) -> Letter:
        name = fields.get(b"id", entry).decode("utf-8", "replace")
        return Letter(name, fields.get(b"payload", b""), entry)

    def _make_group(self, client: Redis) -> None:
        try:
            client.xgroup_create(self._settings.stream, self._settings.group, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    @contextmanager
    def _told(self) -> Iterator[Redis]:
        try:
            yield self._opened()
        except (RedisError, OSError) as error:
            self.close()
            what = str(error) or f"the connection failed ({type(error).__name__})"
            raise InboxError(f"{self.place}: {what}.") from error

    def _opened(self) -> Redis:
        if self._client is None:
            limit_s = self._settings.timeout_s
            self._client = Redis.from_url(
                self._settings.url, socket_timeout=limit_s, socket_connect_timeout=limit_s
            )
        return self._client
