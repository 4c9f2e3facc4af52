"""Delivery: what lies in the outbox is sent, tried again with growing pauses, or set aside.

A worker leases messages in one transaction, sends outside any, and notes what became of them in
another. If it dies in between, the lease runs out and they are sent again: at least once, with an
id by which the receiver sees each once.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar

from voc.records import Message
from voc.workorders.breaker import Breaker
from voc.workorders.courier import (
    Courier,
    DeliveryCounts,
    Outbox,
    OutboxTransaction,
    Retry,
)
from voc.workorders.sinks.base import Sink

__all__ = ["DeliveryCounts", "Outbox", "OutboxTransaction", "Retry", "deliver"]

_LOOK_AGAIN_S: Final = 0.2

T = TypeVar("T", bound=OutboxTransaction)


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
    breakers: Mapping[str, Breaker] | None = None,
) -> DeliveryCounts:
    """Sends the messages that are due; returns when none is left or `stop` says so.

    Messages of one key go in their order: a later one waits until the earlier is delivered or
    buried. Sending happens outside any transaction. A sink that fails again and again is left in
    peace by its breaker, and its messages stay as they are, so that a call ends although a receiver
    is down. Each sink has a thread of its own, so that a slow one holds up no other: as long as one
    is at work, the others look for new messages.

    Args:
        store: The store, or what behaves like it; threads share it.
        sinks: Sinks by the name messages are addressed to; messages for others are left.
        worker: A name no other worker has at the time.
        now: The clock.
        retry: How often and how soon to try again.
        batch: Messages leased at a time, at most; a sink that takes more at once gets more.
        lease_s: Seconds a lease lasts; half of it is used for sending, so that no message goes out
            after its lease.
        on_reference: Called with the other system's reference, where it gives one, in the
            transaction that notes the delivery.
        stop: Asked before messages are leased, and before they are sent.
        chance: Source of the jitter.
        breakers: Breakers by the name of the sink, kept from call to call; new ones where `None`.

    Raises:
        StoreError: The store cannot note what became of a message, which will be sent again.
    """
    couriers = [
        Courier(
            store,
            sinks[name],
            worker,
            now,
            (breakers or {}).get(name) or Breaker(),
            retry or Retry(),
            batch,
            lease_s,
            on_reference,
            chance or random.Random(),
        )
        for name in sorted(sinks)
    ]
    if len(couriers) == 1:
        return couriers[0].carry_all(stop)
    return _SideBySide(stop).carry(couriers)


@dataclass(slots=True)
class _SideBySide:
    """Several couriers, a thread each, until none of them has anything to do."""

    stop: Callable[[], bool]
    _gone: threading.Event = field(default_factory=threading.Event)
    _change: threading.Condition = field(default_factory=threading.Condition)
    _busy: int = 0

    def carry(self, couriers: Sequence[Courier[Any]]) -> DeliveryCounts:
        if not couriers:
            return DeliveryCounts()
        self._busy = len(couriers)
        with ThreadPoolExecutor(len(couriers), thread_name_prefix="voc-courier") as threads:
            try:
                parts = list(threads.map(self._work, couriers))
            finally:
                self._leave()
        return sum(parts, DeliveryCounts())

    def _work(self, courier: Courier[Any]) -> DeliveryCounts:
        total = DeliveryCounts()
        try:
            while True:
                total += courier.carry_all(self._stops)
                if not self._rest():
                    return total
        except BaseException:
            self._leave()
            raise

    def _stops(self) -> bool:
        return self._gone.is_set() or self.stop()

    def _rest(self) -> bool:
        """Waits a little; false where all rest, so that there is nothing left to wait for."""
        with self._change:
            self._busy -= 1
            if self._busy == 0 or self._stops():
                self._change.notify_all()
                return False
            self._change.wait(_LOOK_AGAIN_S)
            if self._busy == 0 or self._stops():
                return False
            self._busy += 1
            return True

    def _leave(self) -> None:
        """Has all couriers end with what they are at."""
        self._gone.set()
        with self._change:
            self._change.notify_all()
