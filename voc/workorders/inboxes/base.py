"""What every inbox promises: it hands letters over, and forgets one when it is told so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from voc.errors import VocError


class InboxError(VocError):
    """An inbox cannot be read now; what it holds stays there."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One event as it came, before anybody looked at what it says.

    Attributes:
        name: Names it within its inbox: the event's id where the body gives none.
        body: What it says, JSON as text or bytes.
        receipt: What the inbox knows it by.
    """

    name: str
    body: bytes
    receipt: Any = field(default=None, compare=False)


class Inbox(Protocol):
    """A place that events come to.

    A letter that was taken and not settled comes again, to this worker or another one: it is
    settled only after what it says is kept. So it comes at least once.
    """

    @property
    def name(self) -> str:
        """The name that the settings give it."""

    def take(self, limit: int) -> Sequence[Letter]:
        """Returns letters that wait, in their order, and returns at once where there is none.

        Raises:
            InboxError: It cannot be reached, or refuses.
        """

    def settle(self, letters: Sequence[Letter]) -> None:
        """Forgets letters that were taken in or set aside.

        Raises:
            InboxError: It cannot be reached; they come again.
        """

    def close(self) -> None:
        """Closes all connections; what was taken and not settled comes again."""


@runtime_checkable
class CheckedInbox(Inbox, Protocol):
    """An inbox that can be looked at without taking anything."""

    def check(self) -> str:
        """Returns what was found, in a few words.

        Raises:
            InboxError: It cannot be reached, or refuses.
        """
