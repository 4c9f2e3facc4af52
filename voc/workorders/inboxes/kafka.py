"""Kafka: a consumer group, whose offsets are committed after what the records say is kept."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka import Message as Record

from voc.config.inboxes import KafkaInboxSettings
from voc.workorders.inboxes.base import InboxError, Letter

_JOIN_S: Final = 10.0
"""Seconds in which a consumer should have joined its group."""

_LOOK_S: Final = 0.2


class KafkaInbox:
    """Takes records of a topic; the header `id` names one that names no event.

    Offsets move over whole runs of settled records, so that what was not settled comes again.
    """

    def __init__(self, name: str, settings: KafkaInboxSettings) -> None:
        self._name = name
        self._settings = settings
        self._consumer: Consumer | None = None
        self._has_joined = False

    @property
    def name(self) -> str:
        return self._name

    @property
    def place(self) -> str:
        """Where it reads, for messages."""
        return f"kafka://{','.join(self._settings.servers)}/{self._settings.topic}"

    def take(self, limit: int) -> Sequence[Letter]:
        """Returns records that wait; the first call waits until the group was joined."""
        try:
            return [self._letter(record) for record in self._consumed(limit)]
        except (KafkaException, RuntimeError) as error:
            raise self._error(error) from error

    def _consumed(self, limit: int) -> list[Record]:
        consumer = self._opened()
        end = time.monotonic() + min(_JOIN_S, self._settings.timeout_s)
        while True:
            found = consumer.consume(limit, _LOOK_S)
            if found or self._has_joined or time.monotonic() > end:
                self._has_joined = self._has_joined or bool(found)
                return found
            # Once more then: the first records come a moment after the group is joined.
            self._has_joined = bool(consumer.assignment())

    def settle(self, letters: Sequence[Letter]) -> None:
        """Commits the offsets behind the records."""
        places = [
            TopicPartition(record.topic(), record.partition(), record.offset() + 1)
            for record in (letter.receipt for letter in letters)
        ]
        last = {(place.topic, place.partition): place for place in places}
        try:
            if last:
                self._opened().commit(offsets=list(last.values()), asynchronous=False)
        except (KafkaException, RuntimeError) as error:
            raise self._error(error) from error

    def check(self) -> str:
        """Looks whether the brokers know the topic."""
        topic, limit_s = self._settings.topic, self._settings.timeout_s
        try:
            found = self._opened().list_topics(topic, timeout=limit_s).topics[topic]
        except (KafkaException, RuntimeError) as error:
            raise self._error(error) from error
        if found.error is not None:
            raise InboxError(f"{self.place}: {found.error.str()}.")
        return f"{self.place}: {len(found.partitions)} partitions"

    def close(self) -> None:
        """Leaves the group; what was not committed comes again."""
        consumer, self._consumer, self._has_joined = self._consumer, None, False
        if consumer is not None:
            consumer.close()

    def _letter(self, record: Record) -> Letter:
        trouble = record.error()
        if trouble is not None:
            raise KafkaException(trouble)
        headers = dict(record.headers() or [])
        given = headers.get("id")
        name = given.decode("utf-8", "replace") if isinstance(given, bytes) else given
        where = f"{record.topic()}-{record.partition()}-{record.offset()}"
        return Letter(name or where, record.value() or b"", record)

    def _opened(self) -> Consumer:
        if self._consumer is None:
            self._consumer = Consumer(
                {
                    "client.id": "voc",
                    **self._settings.properties,
                    "bootstrap.servers": ",".join(self._settings.servers),
                    "group.id": self._settings.group,
                    "enable.auto.commit": False,
                    "auto.offset.reset": "earliest",
                    "log_level": 0,
                }
            )
            self._consumer.subscribe([self._settings.topic])
        return self._consumer

    def _error(self, error: Exception) -> InboxError:
        self.close()
        told = error.args[0] if error.args else error
        what = told.str() if hasattr(told, "str") else str(told)
        return InboxError(f"{self.place}: {what}.")
