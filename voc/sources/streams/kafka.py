"""Kafka: topics, whose offsets lie in the store's cursor and, behind its commit, in the group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from voc.config.streams import KafkaSourceSettings
from voc.sources.streams.consuming import AwayError, Delivered

Offsets = dict[str, dict[str, int]]
"""The next offset by topic and partition."""

CURSOR: Final = "offsets"
_HARMLESS: Final = frozenset({KafkaError._PARTITION_EOF, KafkaError._MAX_POLL_EXCEEDED})
_ANSWER_S: Final = 15.0
_SESSION_MS: Final = 45_000
_POLL_MS: Final = 600_000


class KafkaConsumer:
    """A member of a consumer group.

    A partition that it is given goes on where the store's cursor says, whatever the group's own
    offset: what the store has committed is what counts.

    Raises:
        AwayError: The settings make no consumer.
    """

    def __init__(self, settings: KafkaSourceSettings, cursor: Mapping[str, Any] | None) -> None:
        self._settings = settings
        kept: Mapping[str, Mapping[str, int]] = (cursor or {}).get(CURSOR) or {}
        self._stored = {topic: dict(offsets) for topic, offsets in kept.items()}
        self._taken = self._stored
        self._trouble: KafkaError | None = None
        try:
            self._consumer = Consumer(
                {
                    "client.id": "voc",
                    "session.timeout.ms": _SESSION_MS,
                    "max.poll.interval.ms": _POLL_MS,
                    **settings.properties,
                    "bootstrap.servers": ",".join(settings.servers),
                    "group.id": settings.group,
                    "enable.auto.commit": False,
                    "auto.offset.reset": settings.start,
                    "log_level": 0,
                    "error_cb": self._troubled,
                }
            )
            self._consumer.list_topics(timeout=_ANSWER_S)
            self._consumer.subscribe(list(settings.topics), on_assign=self._assigned)
        except KafkaException as error:
            raise self._away(error.args[0]) from error

    @property
    def place(self) -> str:
        """What is read, for messages."""
        return f"kafka://{','.join(self._settings.servers)}/{','.join(self._settings.topics)}"

    def take(self, most: int, within_s: float) -> Sequence[Delivered]:
        """Returns messages; see `Consumer`."""
        try:
            found = self._consumer.consume(most, within_s)
        except KafkaException as error:
            raise self._away(error.args[0]) from error
        taken = []
        for message in found:
            trouble = message.error()
            if trouble is None:
                self._taken = _behind(self._taken, message)
                place = f"{message.topic()}[{message.partition()}]@{message.offset()}"
                taken.append(Delivered(message.value() or b"", place, self._taken))
            elif trouble.code() not in _HARMLESS and not taken:
                raise self._away(trouble)
        if not taken and self._trouble is not None:
            raise self._away(self._trouble)
        self._trouble = None
        return taken

    def cursor(self, last: Delivered) -> Mapping[str, Any]:
        """Returns the offsets behind a message; see `Consumer`."""
        return {CURSOR: last.handle}

    def acknowledge(self, last: Delivered) -> None:
        """Commits the group's offsets; see `Consumer`."""
        self._stored = last.handle
        offsets = [
            TopicPartition(topic, int(partition), offset)
            for topic, partitions in self._stored.items()
            for partition, offset in partitions.items()
        ]
        try:
            self._consumer.commit(offsets=offsets, asynchronous=True)
        except KafkaException as error:
            raise self._away(error.args[0]) from error

    def close(self) -> None:
        """Leaves the group."""
        with suppress(KafkaException, RuntimeError):
            self._consumer.close()

    def _assigned(self, consumer: Any, partitions: Sequence[TopicPartition]) -> None:
        for each in partitions:
            kept = self._stored.get(each.topic, {}).get(str(each.partition))
            if kept is not None:
                each.offset = kept
        consumer.assign(list(partitions))

    def _troubled(self, error: KafkaError) -> None:
        if error.code() == KafkaError._ALL_BROKERS_DOWN or error.fatal():
            self._trouble = error

    def _away(self, error: KafkaError) -> AwayError:
        return AwayError(f"{self.place}: {error.str()} ({error.name()}).")


def _behind(before: Offsets, message: Any) -> Offsets:
    """Returns the offsets behind a message, given those behind the one taken before it."""
    topic = before.get(message.topic(), {})
    return {**before, message.topic(): {**topic, str(message.partition()): message.offset() + 1}}
