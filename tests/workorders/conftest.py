"""An issue, and a small trade it belongs to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from voc.config import Aspect, Industry, UrgentWords
from voc.records import Evidence, Issue

START = datetime(2026, 3, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="session")
def industries() -> dict[str, Industry]:
    cars = Industry(
        id="cars",
        name="车",
        urgency=(UrgentWords(reason="安全", level="critical", words=("失控",)),),
        aspects=(
            Aspect(
                id="power",
                name="动力",
                department="动力质量部",
                children=(
                    Aspect(id="power.gearbox", name="变速箱"),
                    Aspect(id="power.pump", name="油泵", department="油泵组"),
                ),
            ),
            Aspect(id="service", name="服务"),
        ),
    )
    return {"cars": cars}


@pytest.fixture(scope="session")
def make_issue() -> Callable[..., Issue]:
    """Makes an issue with as many pieces of evidence as `count` says."""

    def make(**values: Any) -> Issue:
        count = values.get("count", 6)
        evidence = tuple(
            Evidence(f"fb_{number}", 0, 8, f"第{number}次起步顿挫得厉害") for number in range(count)
        )
        defaults: dict[str, Any] = {
            "issue_id": "is_1",
            "title": "动力：变速箱顿挫（X5）",
            "industry": "cars",
            "aspect_id": "power",
            "status": "open",
            "severity": "medium",
            "first_seen": START,
            "last_seen": START + timedelta(days=6),
            "count": count,
            "trend": "rising",
            "trend_p": 0.01,
            "product": "X5",
            "evidence": evidence,
        }
        return Issue(**(defaults | values))

    return make
