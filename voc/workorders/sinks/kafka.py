"""Kafka: the work order is the key, all replicas acknowledge, the producer is idempotent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from confluent_kafka import KafkaError, KafkaException, Producer

from voc.config.sinks import KafkaSinkSettings
from voc.errors import DeliveryError, TerminalDeliveryError, TransientDeliveryError
from voc.records import Message
from voc.workorders.sinks.base import Outcome
from voc.workorders.sinks.content import payload_bytes

_AT_ONCE: Final = 100
_GRACE_S: Final = 5.0
_OF_THE_MESSAGE: Final = frozenset({KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.INVALID_MSG_SIZE})


class KafkaSink:
    """Produces each message with its key; the header `id` is the message's id.

    Messages of one key lie in one partition, in their order. Idempotence holds while a producer
    lives; a worker that dies may bring a message twice, with the same id.
    """

    def __init__(self, name: str, settings: KafkaSinkSettings) -> None:
        self._name = name
        self._settings = settings
        self._producer: Producer | None = None

    @property
    def name(self) -> str:
        return self._name

    @property
    def at_once(self) -> int:
        return _AT_ONCE

    @property
    def place(self) -> str:
        """Where it sends, for messages."""
        return f"kafka://{','.join(self._settings.servers)}/{self._settings.topic}"

    def send(self, message: Message) -> str | None:
        """Sends one message; see `Sink`."""
        outcome = self.send_many([message])[0]
        if isinstance(outcome, DeliveryError):
            raise outcome
        return outcome if isinstance(outcome, str) else None

    def send_many(self, messages: Sequence[Message]) -> Sequence[Outcome]:
        """Produces messages, and waits until each is acknowledged or given up."""
        nothing = TransientDeliveryError(
            f"{self.place}: no acknowledgement within {self._settings.timeout_s:g} s."
        )
        outcomes: list[Outcome] = [nothing for _ in messages]
        try:
            producer = self._opened()
        except KafkaException as error:
            return [self._error(error.args[0]) for _ in messages]
        for index, message in enumerate(messages):
            try:
                self._produce(producer, message, index, outcomes)
            except TerminalDeliveryError as error:
                outcomes[index] = error
            except KafkaException as error:
                outcomes[index] = self._error(error.args[0])
            except BufferError:
                outcomes[index] = TransientDeliveryError(f"{self.place}: the queue is full.")
        if producer.flush(self._settings.timeout_s + _GRACE_S):
            self.close()
        return outcomes

    def _produce(
        self, producer: Producer, message: Message, index: int, outcomes: list[Outcome]
    ) -> None:
        def acknowledged(error: KafkaError | None, record: Any) -> None:
            outcomes[index] = (
                self._error(error) if error else f"{record.partition()}:{record.offset()}"
            )

        producer.produce(
            self._settings.topic,
            value=payload_bytes(message),
            key=message.key.encode(),
            headers={"id": message.message_id, "sequence": str(message.sequence)},
            timestamp=int(message.created_at.timestamp() * 1000),
            on_delivery=acknowledged,
        )

    def _error(self, error: KafkaError) -> DeliveryError:
        said = f"{self.place}: {error.str()} ({error.name()})"
        if error.code() in _OF_THE_MESSAGE:
            return TerminalDeliveryError(f"{said}.")
        if error.fatal():
            self._producer = None  # the library wants a new one then
        return TransientDeliveryError(f"{said}.")

    def _opened(self) -> Producer:
        if self._producer is None:
            self._producer = Producer(
                {
                    "client.id": "voc",
                    "linger.ms": 5,
                    **self._settings.properties,
                    "bootstrap.servers": ",".join(self._settings.servers),
                    "acks": "all",
                    "enable.idempotence": True,
                    "delivery.timeout.ms": int(self._settings.timeout_s * 1000),
                    "log_level": 0,
                }
            )
        return self._producer

    def check(self) -> str:
        """Looks whether the brokers answer and know the topic."""
        try:
            found = self._opened().list_topics(
                self._settings.topic, timeout=self._settings.timeout_s
            )
        except KafkaException as error:
            raise self._error(error.args[0]) from error
        trouble = found.topics[self._settings.topic].error
        if trouble is not None:
            raise self._error(trouble)
        count = len(found.topics[self._settings.topic].partitions)
        return f"{self.place} answers; the topic has {count} partitions"

    def close(self) -> None:
        """Gives the producer up; what it has not sent it sends no more."""
        producer, self._producer = self._producer, None
        if producer is not None:
            producer.purge()
            producer.flush(0)
