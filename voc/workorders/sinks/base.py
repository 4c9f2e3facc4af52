"""What every sink promises: it takes one message at a time, or says why not."""

from __future__ import annotations

from typing import Protocol

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
