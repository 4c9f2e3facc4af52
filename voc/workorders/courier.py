"""One sink's courier: leases messages, sends them, and notes what became of each."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Generic, Protocol, TypeVar

from voc.errors import DeliveryError, TransientDeliveryError
from voc.records import Message
from voc.workorders.breaker import Breaker
from voc.workorders.sinks.base import Later, Outcome, RestingSink, Sink, batch_of, send_all

_LONGEST_WAIT_S: Final = 86_400.0


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

    def release(self, message_id: str, worker: str) -> bool:
        """Gives a message back that was not tried; false where the worker no longer has it."""

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
    """What became of the messages: `lost` ones were sent, but another worker had them by then.

    `sinks` are the names of those that some were delivered to.
    """

    delivered: int = 0
    postponed: int = 0
    buried: int = 0
    lost: int = 0
    sinks: frozenset[str] = frozenset()

    def __add__(self, other: DeliveryCounts) -> DeliveryCounts:
        return DeliveryCounts(
            self.delivered + other.delivered,
            self.postponed + other.postponed,
            self.buried + other.buried,
            self.lost + other.lost,
            self.sinks | other.sinks,
        )


@dataclass(slots=True)
class Courier(Generic[T]):
    """Carries the messages of one sink.

    Attributes:
        store: Where the messages lie.
        sink: Where they go.
        worker: A name no other worker has at the time.
        now: The clock.
        breaker: Says when the sink is left in peace.
        retry: How often and how soon to try again.
        batch: Messages leased at a time, at most; a sink that takes more at once gets more.
        lease_s: Seconds a lease lasts; half of it is used for sending, so that no message goes out
            after its lease.
        on_reference: Called with the other system's reference, where it gives one, in the
            transaction that notes the delivery.
        chance: Source of the jitter.
    """

    store: Outbox[T]
    sink: Sink
    worker: str
    now: Callable[[], datetime]
    breaker: Breaker
    retry: Retry = field(default_factory=Retry)
    batch: int = 20
    lease_s: float = 60.0
    on_reference: Callable[[T, Message, str], None] | None = None
    chance: random.Random = field(default_factory=random.Random)

    def carry_all(self, stop: Callable[[], bool]) -> DeliveryCounts:
        """Carries until nothing is due, the sink is to be left in peace, or `stop` says so."""
        total = DeliveryCounts()
        most = size = max(self.batch, batch_of(self.sink))
        while not stop() and (allowed := self._allowance(size)):
            ends = self.now() + timedelta(seconds=self.lease_s / 2)
            messages = self._lease(allowed)
            if not messages:
                break
            counts, carried = self._carry_leased(messages, ends, stop)
            total += counts
            # A slow sink leases no more than it manages.
            size = min(most, max(1, 2 * carried))
        return total

    def _allowance(self, most: int) -> int:
        if isinstance(self.sink, RestingSink) and self.sink.rest_s() > 0:
            return 0
        return self.breaker.allowance(most)

    def _lease(self, limit: int) -> list[Message]:
        with self.store.transaction() as transaction:
            return transaction.lease(
                self.worker,
                limit=limit,
                lease_s=self.lease_s,
                now=self.now(),
                sinks=[self.sink.name],
            )

    def _carry_leased(
        self, messages: Sequence[Message], ends: datetime, stop: Callable[[], bool]
    ) -> tuple[DeliveryCounts, int]:
        """Returns what became of leased messages, and how many of them were tried."""
        total, begin = DeliveryCounts(), 0
        while begin < len(messages) and not stop() and self.now() <= ends:
            allowed = self._allowance(batch_of(self.sink))
            if not allowed:
                break
            some = messages[begin : begin + allowed]
            begin += len(some)
            total += self._carry(some)
        self._release(messages[begin:])
        return total, begin

    def _carry(self, messages: Sequence[Message]) -> DeliveryCounts:
        """Sends messages, all at once, and notes what became of each, in one transaction."""
        fit = [message for message in messages if message.attempts <= self.retry.attempts]
        outcomes: list[Outcome | None] = list(self._sent(fit)) if fit else []
        with self.store.transaction() as transaction:
            total = DeliveryCounts()
            for message in messages:
                if message.attempts > self.retry.attempts:
                    why = "its worker died with it too often"
                    total += self._buried(transaction, message, why)
            for message, outcome in zip(fit, outcomes, strict=True):
                total += self._noted(transaction, message, outcome)
        return total

    def _sent(self, messages: Sequence[Message]) -> Sequence[Outcome]:
        try:
            outcomes = send_all(self.sink, messages)
        except Exception as error:  # noqa: BLE001  one message must not stop all others
            broken = TransientDeliveryError(f"the sink broke with {type(error).__name__}")
            outcomes = [broken for _ in messages]
        for outcome in outcomes:
            if isinstance(outcome, DeliveryError):
                self.breaker.failed(getattr(outcome, "retry_after_s", None))
            elif not isinstance(outcome, Later):
                self.breaker.succeeded()
        return outcomes

    def _noted(self, transaction: T, message: Message, outcome: Outcome) -> DeliveryCounts:
        if isinstance(outcome, Later):
            transaction.release(message.message_id, self.worker)
            return DeliveryCounts()
        if isinstance(outcome, TransientDeliveryError):
            return self._failed(transaction, message, outcome)
        if isinstance(outcome, DeliveryError):
            return self._buried(transaction, message, str(outcome))
        kept = transaction.delivered(message.message_id, self.worker, self.now())
        if kept and outcome is not None and self.on_reference is not None:
            self.on_reference(transaction, message, outcome)
        if not kept:
            return DeliveryCounts(lost=1)
        return DeliveryCounts(delivered=1, sinks=frozenset({self.sink.name}))

    def _failed(
        self, transaction: T, message: Message, error: TransientDeliveryError
    ) -> DeliveryCounts:
        if message.attempts >= self.retry.attempts:
            why = f"given up after {message.attempts} tries: {error}"
            return self._buried(transaction, message, why)
        pause_s = self.retry.pause_s(
            message.attempts, chance=self.chance, retry_after_s=error.retry_after_s
        )
        next_at = self.now() + timedelta(seconds=pause_s)
        kept = transaction.postpone(message.message_id, self.worker, str(error), next_at)
        return DeliveryCounts(postponed=1) if kept else DeliveryCounts(lost=1)

    def _buried(self, transaction: T, message: Message, error: str) -> DeliveryCounts:
        kept = transaction.bury(message.message_id, self.worker, error, self.now())
        return DeliveryCounts(buried=1) if kept else DeliveryCounts(lost=1)

    def _release(self, messages: Sequence[Message]) -> None:
        """Gives back what was not tried."""
        if messages:
            with self.store.transaction() as transaction:
                for message in messages:
                    transaction.release(message.message_id, self.worker)
