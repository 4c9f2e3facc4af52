"""Delivery: what lies in the outbox is sent, tried again with growing pauses, or set aside.

A worker leases messages in one transaction, sends outside any, and notes what became of each in
another. If it dies in between, the lease runs out and the message is sent again: at least once,
with an id by which the receiver sees it once.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Generic, Protocol, TypeVar

from voc.errors import TerminalDeliveryError, TransientDeliveryError
from voc.records import Message
from voc.workorders.sinks.base import Sink

_LONGEST_WAIT_S: Final = 86_400.0
_REST_AFTER: Final = 3


class OutboxTransaction(Protocol):
    """What delivery needs of a transaction of the store."""

    def lease(
        self, worker: str, *, limit: int, lease_s: float, now: datetime, sinks: Sequence[str]
    ) -> list[Message]:
        """Gives due messages to a worker, of one sink and key only the earliest.

        Each lease counts as an attempt, also where the worker dies.
        """

    def delivered(self, message_id: str, worker: str, now: datetime) -> bool:
        """Notes a message as delivered; false where the worker no longer has it."""

    def postpone(self, message_id: str, worker: str, error: str, next_at: datetime) -> bool:
        """Gives a message back for a later try; false where the worker no longer has it."""

    def bury(self, message_id: str, worker: str, error: str, now: datetime) -> bool:
        """Sets a message aside for good; false where the worker no longer has it."""


T_co = TypeVar("T_co", bound=OutboxTransaction, covariant=True)
T = TypeVar("T", bound=OutboxTransaction)


class Outbox(Protocol[T_co]):
    """What delivery needs of the store."""

    def transaction(self) -> AbstractContextManager[T_co]:
        """Gives a transaction: kept at the end of the block, undone by an error in it."""


@dataclass(frozen=True, slots=True)
class Retry:
    """How often and how soon a message is tried again.

    Pauses have full jitter: uniform from 0 to `base_s` doubled with each try, `cap_s` at most
    (Brooker, Exponential Backoff And Jitter, AWS Architecture Blog, 2015). By default a message is
    tried for about twenty hours. A receiver that names a time is not asked before it, nor kept
    waiting longer than a day.
    """

    attempts: int = 50
    base_s: float = 2.0
    cap_s: float = 3600.0

    def pause_s(
        self, attempt: int, *, chance: random.Random, retry_after_s: float | None = None
    ) -> float:
        """Returns the seconds to wait after the `attempt`-th try, counted from 1."""
        doublings = min(max(attempt - 1, 0), 40)
        pause = chance.uniform(0.0, min(self.cap_s, self.base_s * 2**doublings))
        return max(pause, min(retry_after_s or 0.0, _LONGEST_WAIT_S))


@dataclass(frozen=True, slots=True)
class DeliveryCounts:
    """What became of the messages: `lost` ones were sent, but another worker had them by then."""

    delivered: int = 0
    postponed: int = 0
    buried: int = 0
    lost: int = 0

    def __add__(self, other: DeliveryCounts) -> DeliveryCounts:
        return DeliveryCounts(
            self.delivered + other.delivered,
            self.postponed + other.postponed,
            self.buried + other.buried,
            self.lost + other.lost,
        )


def deliver(
    store: Outbox[T],
    sinks: Mapping[str, Sink],
    *,
    worker: str,
    now: Callable[[], datetime],
    retry: Retry | None = None,
    batch: int = 20,
    lease_s: float = 60.0,
    on_reference: Callable[[T, Message, str], None] | None = None,
    stop: Callable[[], bool] = lambda: False,
    chance: random.Random | None = None,
) -> DeliveryCounts:
    """Sends the messages that are due; returns when none is left or `stop` says so.

    Messages of one key go in their order: a later one waits until the earlier is delivered or
    buried. Sending happens outside any transaction. A sink that fails three times in a row is left
    alone for the rest of the call, so that a call ends although a receiver is down.

    Args:
        store: The store, or what behaves like it.
        sinks: Sinks by the name messages are addressed to; messages for others are left.
        worker: A name no other worker has at the time.
        now: The clock.
        retry: How often and how soon to try again.
        batch: Messages leased at a time, at most.
        lease_s: Seconds a lease lasts; half of it is used for sending, so that no message goes out
            after its lease.
        on_reference: Called with the other system's reference, where it gives one, in the
            transaction that notes the delivery.
        stop: Asked before each message.
        chance: Source of the jitter.

    Raises:
        StoreError: The store cannot note what became of a message, which will be sent again.
    """
    courier = _Courier(
        store, sinks, worker, now, retry or Retry(), chance or random.Random(), on_reference
    )
    total, size = DeliveryCounts(), batch
    while not stop() and (wanted := courier.working_sinks()):
        ends = now() + timedelta(seconds=lease_s / 2)
        with store.transaction() as transaction:
            messages = transaction.lease(
                worker, limit=size, lease_s=lease_s, now=now(), sinks=wanted
            )
        if not messages:
            break
        carried = 0
        for message in messages:
            if stop() or now() > ends:
                courier.give_back(message)
                continue
            total += courier.carry(message)
            carried += 1
        # A slow sink gets no more than it manages, for each lease counts as an attempt.
        size = min(batch, max(1, 2 * carried))
    return total


@dataclass(frozen=True, slots=True)
class _Courier(Generic[T]):
    """Carries messages, and notes what became of each."""

    store: Outbox[T]
    sinks: Mapping[str, Sink]
    worker: str
    now: Callable[[], datetime]
    retry: Retry
    chance: random.Random
    on_reference: Callable[[T, Message, str], None] | None
    failures: dict[str, int] = field(default_factory=dict)

    def working_sinks(self) -> list[str]:
        return [name for name in sorted(self.sinks) if self.failures.get(name, 0) < _REST_AFTER]

    def carry(self, message: Message) -> DeliveryCounts:
        if message.attempts > self.retry.attempts:
            return self._bury(message, "its worker died with it too often")
        if message.sink not in self.working_sinks():
            return self._postpone(message, "the sink failed with the messages before", None)
        try:
            reference = self.sinks[message.sink].send(message)
        except TransientDeliveryError as error:
            return self._failed(message, str(error), error.retry_after_s)
        except TerminalDeliveryError as error:
            return self._bury(message, str(error))
        except Exception as error:  # noqa: BLE001  one message must not stop all others
            return self._failed(message, f"the sink broke with {type(error).__name__}", None)
        self.failures[message.sink] = 0
        with self.store.transaction() as transaction:
            kept = transaction.delivered(message.message_id, self.worker, self.now())
            if kept and reference is not None and self.on_reference is not None:
                self.on_reference(transaction, message, reference)
        return DeliveryCounts(delivered=1) if kept else DeliveryCounts(lost=1)

    def give_back(self, message: Message) -> None:
        """Ends a lease without a try."""
        with self.store.transaction() as transaction:
            transaction.postpone(message.message_id, self.worker, "not tried yet", self.now())

    def _failed(self, message: Message, error: str, retry_after_s: float | None) -> DeliveryCounts:
        self.failures[message.sink] = self.failures.get(message.sink, 0) + 1
        if message.attempts >= self.retry.attempts:
            return self._bury(message, f"given up after {message.attempts} tries: {error}")
        return self._postpone(message, error, retry_after_s)

    def _postpone(
        self, message: Message, error: str, retry_after_s: float | None
    ) -> DeliveryCounts:
        pause_s = self.retry.pause_s(
            message.attempts, chance=self.chance, retry_after_s=retry_after_s
        )
        next_at = self.now() + timedelta(seconds=pause_s)
        with self.store.transaction() as transaction:
            kept = transaction.postpone(message.message_id, self.worker, error, next_at)
        return DeliveryCounts(postponed=1) if kept else DeliveryCounts(lost=1)

    def _bury(self, message: Message, error: str) -> DeliveryCounts:
        with self.store.transaction() as transaction:
            kept = transaction.bury(message.message_id, self.worker, error, self.now())
        return DeliveryCounts(buried=1) if kept else DeliveryCounts(lost=1)
