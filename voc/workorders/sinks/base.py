"""What every sink promises: it takes messages, or says why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from voc.errors import DeliveryError
from voc.records import Message


class Sink(Protocol):
    """A system that receives work orders.

    A message may come more than once (a worker may die between sending and noting it), always with
    the same `message_id`; a sink that can tell repeats takes it as one.
    """

    @property
    def name(self) -> str:
        """The name that messages are addressed to."""

    def send(self, message: Message) -> str | None:
        """Hands a message over; when it returns, the other side has it for good.

        Returns:
            The other system's reference for it, where it gives one.

        Raises:
            TransientDeliveryError: It was not taken, and another try may help.
            TerminalDeliveryError: It was refused for good.
        """


@dataclass(frozen=True, slots=True)
class Later:
    """What became of a message that was not tried, as the sink's own limit is reached."""


Outcome = str | None | DeliveryError | Later
"""What became of one message: taken, perhaps with a reference, refused, or not tried."""


@runtime_checkable
class BatchSink(Sink, Protocol):
    """A sink that takes several messages, of different keys, at once."""

    @property
    def at_once(self) -> int:
        """How many messages it takes at once, at most."""

    def send_many(self, messages: Sequence[Message]) -> Sequence[Outcome]:
        """Hands messages over as `send` does, and returns what became of each, in their order."""


@runtime_checkable
class RestingSink(Sink, Protocol):
    """A sink that keeps a limit of its own."""

    def rest_s(self) -> float:
        """Returns the seconds until it takes another message; 0 where it does now."""


@runtime_checkable
class ReferringSink(Sink, Protocol):
    """A sink whose references name the work order in the other system, as a tracker's do."""

    @property
    def names_orders(self) -> bool:
        """Whether a reference is kept with the work order."""


@runtime_checkable
class CheckedSink(Sink, Protocol):
    """A sink that can be looked at without sending anything."""

    def check(self) -> str:
        """Returns what was found, in a few words.

        Raises:
            DeliveryError: It cannot be reached, or does not accept the credentials.
        """


@runtime_checkable
class ClosingSink(Sink, Protocol):
    """A sink that holds connections."""

    def close(self) -> None:
        """Closes them; the sink can be used again."""


def send_all(sink: Sink, messages: Sequence[Message]) -> list[Outcome]:
    """Hands messages to a sink, and returns what became of each, in their order.

    Anything but a `DeliveryError` that leaves the sink is raised.
    """
    if isinstance(sink, BatchSink):
        return list(sink.send_many(messages))
    outcomes: list[Outcome] = []
    for message in messages:
        try:
            outcomes.append(sink.send(message))
        except DeliveryError as error:
            outcomes.append(error)
    return outcomes


def batch_of(sink: Sink) -> int:
    """Returns how many messages a sink takes at once."""
    return max(1, sink.at_once) if isinstance(sink, BatchSink) else 1
