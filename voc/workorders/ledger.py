"""What the store keeps of orders beside themselves, and what one run decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from voc.records import Message, OrderPart, OrderReview, WorkOrder


@dataclass(frozen=True, slots=True)
class Decided:
    """What one run decided.

    Attributes:
        orders: The work orders to open or update, each with the message that tells of it.
        parts: Of which part of its issue each order is.
        reviews: What waits for a person, or no longer does.
        turns: Turns that people of rotas took.
    """

    orders: list[tuple[WorkOrder, Message]]
    parts: list[OrderPart]
    reviews: list[OrderReview]
    turns: Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the store keeps of orders beside themselves.

    Attributes:
        parts: Of which part of its issue each order is, by its id.
        reviews: What waits or waited for a person, by the id of the order it will be.
        turns: The number of each person's last turn, by rota and person.
        holds_back: Whether orders may wait for a person at all.
        only: The only part that an order is opened for; `None`: for all.
    """

    parts: Mapping[str, OrderPart] = field(default_factory=dict)
    reviews: Mapping[str, OrderReview] = field(default_factory=dict)
    turns: Mapping[tuple[str, str], int] = field(default_factory=dict)
    holds_back: bool = False
    only: str | None = None
