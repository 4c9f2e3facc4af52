"""Kafka: topics, whose offsets lie in the store's cursor and, behind its commit, in the group."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from confluent_kafka import OFFSET_STORED, Consumer, KafkaError, KafkaException, TopicPartition

from voc.config.streams import KafkaSourceSettings
from voc.sources.streams.consuming import AwayError, Delivered

Offsets = dict[str, dict[str, int]]
"""The next offset by topic and partition."""

CURSOR: Final = "offsets"
_ANSWER_S: Final = 15.0
_LOOK_EVERY_S: Final = 60.0


class KafkaConsumer:
    """Reads all partitions of its topics.

    It goes on where the store's cursor says: what the store has committed is what counts. Only a
    partition that the cursor does not know goes on at the group's own offset. As the cursor is
    one, so is the reader: partitions are not shared out among members of the group, and none has
    to wait for one that died.

    Raises:
        AwayError: The brokers cannot be reached, or do not know a topic.
    """

    def __init__(self, settings: KafkaSourceSettings, cursor: Mapping[str, Any] | None) -> None:
        self._settings = settings
        kept: Mapping[str, Mapping[str, int]] = (cursor or {}).get(CURSOR) or {}
        self._behind: Offsets = {topic: dict(offsets) for topic, offsets in kept.items()}
        self._assigned: set[tuple[str, int]] = set()
        self._ended: set[tuple[str, int]] = set()
        self._trouble: KafkaError | None = None
        self._looked = 0.0
        try:
            self._consumer = Consumer(
                {
                    "client.id": "voc",
                    **settings.properties,
                    "bootstrap.servers": ",".join(settings.servers),
                    "group.id": settings.group,
                    "enable.auto.commit": False,
                    "enable.partition.eof": True,
                    "auto.offset.reset": settings.start,
                    "log_level": 0,
                    "error_cb": self._troubled,
                }
            )
        except KafkaException as error:
            raise self._away(error.args[0]) from error
        try:
            self._look()
        except AwayError:
            self.close()
            raise

    @property
    def place(self) -> str:
        """What is read, for messages."""
        return f"kafka://{','.join(self._settings.servers)}/{','.join(self._settings.topics)}"

    def take(self, most: int, within_s: float) -> Sequence[Delivered]:
        """Returns messages; see `Consumer`."""
        patience = time.monotonic() + _ANSWER_S
        while not (taken := self._taken_now(most, within_s)):
            if self._trouble is not None:
                raise self._away(self._trouble)
            if self._ended >= self._assigned:
                break
            # Until each partition has told its end, silence is no sign that nothing waits.
            if time.monotonic() > patience:
                raise AwayError(f"{self.place}: the brokers gave nothing for {_ANSWER_S:g} s.")
        self._trouble = None
        if time.monotonic() - self._looked > _LOOK_EVERY_S:
            self._look()
        return taken

    def _taken_now(self, most: int, within_s: float) -> list[Delivered]:
        taken = []
        try:
            found = self._consumer.consume(most, within_s)
        except KafkaException as error:
            raise self._away(error.args[0]) from error
        for message in found:
            trouble = message.error()
            if trouble is None:
                self._behind = _after(self._behind, message)
                place = f"{message.topic()}[{message.partition()}]@{message.offset()}"
                taken.append(Delivered(message.value() or b"", place, self._behind))
            elif trouble.code() == KafkaError._PARTITION_EOF:
                self._ended.add((str(message.topic()), int(message.partition() or 0)))
            elif not taken:
                raise self._away(trouble)
        return taken

    def cursor(self, last: Delivered) -> Mapping[str, Any]:
        """Returns the offsets behind a message; see `Consumer`."""
        return {CURSOR: last.handle}

    def acknowledge(
        self,
        stored: Sequence[Delivered],
        refused: Collection[str],  # noqa: ARG002 - the topic keeps them
    ) -> None:
        """Commits the group's offsets, by which others see how far it is; see `Consumer`."""
        if not stored:
            return
        offsets = [
            TopicPartition(topic, int(partition), offset)
            for topic, partitions in stored[-1].handle.items()
            for partition, offset in partitions.items()
        ]
        try:
            self._consumer.commit(offsets=offsets, asynchronous=True)
        except KafkaException as error:
            raise self._away(error.args[0]) from error

    def close(self) -> None:
        """Ends the connection."""
        with suppress(KafkaException, RuntimeError):
            self._consumer.close()

    def _look(self) -> None:
        """Takes the partitions there are, and now and then those that have been added."""
        self._looked = time.monotonic()
        wanted = [
            (topic, number)
            for topic in self._settings.topics
            for number in self._partitions(topic)
            if (topic, number) not in self._assigned
        ]
        if not wanted:
            return
        try:
            self._consumer.incremental_assign(
                [
                    TopicPartition(topic, number, self._begin(topic, number))
                    for topic, number in wanted
                ]
            )
        except KafkaException as error:
            raise self._away(error.args[0]) from error
        self._assigned.update(wanted)

    def _partitions(self, topic: str) -> list[int]:
        try:
            found = self._consumer.list_topics(topic, timeout=_ANSWER_S).topics[topic]
        except KafkaException as error:
            raise self._away(error.args[0]) from error
        if found.error is not None:
            raise self._away(found.error)
        return sorted(found.partitions)

    def _begin(self, topic: str, number: int) -> int:
        begin: int = self._behind.get(topic, {}).get(str(number), OFFSET_STORED)
        return begin

    def _troubled(self, error: KafkaError) -> None:
        if error.code() == KafkaError._ALL_BROKERS_DOWN or error.fatal():
            self._trouble = error

    def _away(self, error: KafkaError) -> AwayError:
        return AwayError(f"{self.place}: {error.str()} ({error.name()}).")


def _after(before: Offsets, message: Any) -> Offsets:
    """Returns the offsets behind a message, given those behind the one taken before it."""
    topic = before.get(message.topic(), {})
    return {**before, message.topic(): {**topic, str(message.partition()): message.offset() + 1}}
