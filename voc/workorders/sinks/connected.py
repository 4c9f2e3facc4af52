"""The base of sinks that talk over a network: one event loop a sink, one time limit a message."""

from __future__ import annotations

import asyncio
import threading
from abc import ABC, abstractmethod
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

from voc.errors import DeliveryError, TransientDeliveryError
from voc.records import Message
from voc.workorders.sinks.base import Outcome

T = TypeVar("T")


class Loop:
    """An event loop in a thread of its own, begun with the first call."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Runs a coroutine in the loop and waits for it."""
        future = asyncio.run_coroutine_threadsafe(work, self._begun())
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def stop(self) -> None:
        """Ends the loop and its thread; the next call begins new ones."""
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    @property
    def has_begun(self) -> bool:
        return self._loop is not None

    def _begun(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=self._loop.run_forever, name=self._name, daemon=True
                )
                self._thread.start()
            return self._loop


class ConnectedSink(ABC):
    """A sink over a network. Each message has `timeout_s` in all, also where bytes trickle.

    Args:
        name: The name that messages are addressed to.
        timeout_s: Seconds for one try, from the name's resolution to the last byte.
        at_once: Messages sent at once.
    """

    def __init__(self, name: str, *, timeout_s: float, at_once: int = 1) -> None:
        self._name = name
        self._timeout_s = timeout_s
        self._at_once = at_once
        self._loop = Loop(f"voc-sink-{name}")

    @property
    def name(self) -> str:
        return self._name

    @property
    def at_once(self) -> int:
        return self._at_once

    @property
    @abstractmethod
    def place(self) -> str:
        """Where it sends, without secrets, for messages."""

    def send(self, message: Message) -> str | None:
        """Sends one message; see `Sink`."""
        outcome = self.send_many([message])[0]
        if isinstance(outcome, DeliveryError):
            raise outcome
        return outcome if isinstance(outcome, str) else None

    def send_many(self, messages: Sequence[Message]) -> Sequence[Outcome]:
        """Sends messages side by side; see `BatchSink`."""
        return self._loop.run(self._send_many(messages))

    def check(self) -> str:
        """Looks whether the receiver answers; see `CheckedSink`."""
        return self._loop.run(self._in_time(self._look()))

    def close(self) -> None:
        """Closes all connections."""
        if self._loop.has_begun:
            self._loop.run(self._leave())
            self._loop.stop()

    async def _send_many(self, messages: Sequence[Message]) -> Sequence[Outcome]:
        return await asyncio.gather(*(self._outcome(message) for message in messages))

    async def _outcome(self, message: Message) -> Outcome:
        try:
            return await self._in_time(self._deliver(message))
        except DeliveryError as error:
            return error

    async def _in_time(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            async with asyncio.timeout(self._timeout_s):
                return await work
        except TimeoutError:
            raise TransientDeliveryError(
                f"{self.place}: no whole answer within {self._timeout_s:g} s."
            ) from None

    @abstractmethod
    async def _deliver(self, message: Message) -> str | None:
        """Sends one message; returns its reference, or raises a `DeliveryError`."""

    @abstractmethod
    async def _look(self) -> str:
        """Looks whether the receiver answers, and says what was found."""

    @abstractmethod
    async def _leave(self) -> None:
        """Closes all connections."""
