"""What comes in: feedback with its turns, customers and their orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from voc.records.plain import plain, stable_id, without_blanks
from voc.records.vocabulary import Channel

CLOCK_SKEW: Final = timedelta(days=1)
"""How far ahead of this machine's clock a voice may be dated, as clocks and zones differ."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One speaker's turn in a dialogue; `start_s` and `end_s` are seconds from its beginning."""

    speaker: str
    text: str
    start_s: float | None = None
    end_s: float | None = None

    def as_dict(self) -> dict[str, Any]:
        return {"speaker": self.speaker, "text": self.text} | without_blanks(
            {"start_s": self.start_s, "end_s": self.end_s}
        )


@dataclass(frozen=True, slots=True)
class Feedback:
    """One voice of a customer. `(source, native_id)` names it; an edit is a new version of it."""

    source: str
    native_id: str
    channel: Channel
    text: str
    title: str | None = None
    turns: tuple[Turn, ...] = ()
    created_at: datetime | None = None
    author: str | None = None
    url: str | None = None
    product: str | None = None
    store: str | None = None
    region: str | None = None
    rating: float | None = None
    rating_max: float | None = None
    nps: int | None = None
    csat: int | None = None
    ces: int | None = None
    customer_id: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def feedback_id(self) -> str:
        """The id by which tags, issues and work orders refer to this voice."""
        return stable_id("fb", self.source, self.native_id)

    def as_dict(self) -> dict[str, Any]:
        values = {name: getattr(self, name) for name in self.__slots__ if name != "turns"}
        turns = [turn.as_dict() for turn in self.turns]
        return {
            "id": self.feedback_id,
            **without_blanks(values),
            **({"turns": turns} if turns else {}),
        }


@dataclass(frozen=True, slots=True)
class Customer:
    """Who speaks: a pseudonym with what other systems know of the person.

    Attributes:
        customer_id: The pseudonym, the same as in `Feedback.customer_id`.
        updated_at: When this was so; what is newer wins.
        tier: Level of membership, as 钻石会员.
        store: The store the person belongs to.
        region: Where the person lives.
        since: Since when the person is a customer.
        tags: What else is known, as 企业客户.
    """

    customer_id: str
    updated_at: datetime
    tier: str | None = None
    store: str | None = None
    region: str | None = None
    since: datetime | None = None
    tags: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {name: plain(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Order:
    """What a customer bought, for how much, when and where.

    Attributes:
        order_id: A pseudonym of the order's number.
        customer_id: Whose it is.
        amount: What was paid, in the currency of all orders; negative where it was paid back.
        ordered_at: When.
        updated_at: When this was so; what is newer wins.
    """

    order_id: str
    customer_id: str
    amount: float
    ordered_at: datetime
    updated_at: datetime
    product: str | None = None
    store: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return {name: plain(getattr(self, name)) for name in self.__slots__}
