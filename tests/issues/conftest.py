"""A small trade, and mentions in it by day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from voc.config import Aspect, Industry
from voc.records import Mention, Span

START = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.fixture(scope="session")
def industries() -> dict[str, Industry]:
    cars = Industry(
        id="cars",
        name="车",
        aspects=(
            Aspect(id="power", name="动力", group_by=("product",)),
            Aspect(id="service", name="服务", group_by=("store",)),
            Aspect(id="price", name="价格", group_by=()),
            Aspect(id="brakes", name="刹车", group_by=("product", "store")),
        ),
    )
    return {"cars": cars}


@pytest.fixture(scope="session")
def mention() -> Callable[..., Mention]:
    """Makes a negative mention of day `day` (days since the first of March, fractions allowed)."""

    def make(name: str, day: float, **values: Any) -> Mention:
        text = values.pop("text", None)
        evidence = (Span(0, len(text), text),) if text else ()
        defaults: dict[str, Any] = {
            "industry": "cars",
            "aspect_id": "power",
            "sentiment": "negative",
            "score": 0.9,
            "evidence": evidence,
        }
        return Mention(
            feedback_id=name, occurred_at=START + timedelta(days=day), **(defaults | values)
        )

    return make
