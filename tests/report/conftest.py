"""A small trade, and records of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from voc.config import Aspect, Industry
from voc.records import Alert, Evidence, Issue, Mention, Span, WorkOrder
from voc.report import ReportInput

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 9, 21, 10, tzinfo=ZONE)
"""Day 0 of the factories, the first of a week."""


@dataclass(frozen=True, slots=True)
class Row:
    """What the store gives, made by hand."""

    feedback_id: str = "fb_1"
    occurred_at: datetime | None = MONDAY
    channel: str = "review"
    product: str | None = "X5"
    store: str | None = "滨江店"
    region: str | None = "浙江"
    rating: float | None = None
    rating_max: float | None = None
    nps: int | None = None
    csat: int | None = None
    ces: int | None = None
    text: str = "低速换挡一顿一顿的，4S店说正常。"
    url: str | None = None
    sentiment: str | None = "negative"
    urgency: str | None = "normal"
    flags: frozenset[str] = frozenset()
    is_dated: bool = True
    channel_name: str | None = None


@pytest.fixture(scope="session")
def row() -> Callable[..., Row]:
    """Makes a feedback of day `day`; `flags` may be any iterable of strings."""

    def make(name: str, day: float | None = 0, **values: Any) -> Row:
        moment = None if day is None else MONDAY + timedelta(days=day)
        flags = frozenset(values.pop("flags", ()))
        return Row(feedback_id=name, occurred_at=moment, flags=flags, **values)

    return make


@pytest.fixture(scope="session")
def mention() -> Callable[..., Mention]:
    def make(
        name: str, aspect_id: str = "power", sentiment: Any = "negative", **values: Any
    ) -> Any:
        defaults: dict[str, Any] = {
            "industry": "cars",
            "score": 0.9,
            "occurred_at": MONDAY,
            "evidence": (Span(0, 4, "低速换挡"),),
            "product": "X5",
            "store": "滨江店",
        }
        return Mention(
            feedback_id=name, aspect_id=aspect_id, sentiment=sentiment, **(defaults | values)
        )

    return make


@pytest.fixture(scope="session")
def issue() -> Callable[..., Issue]:
    """Makes an issue of the feedbacks `voices`, from day `first` to day `last`."""

    def make(
        name: str, voices: list[str], first: float = 0, last: float = 55, **values: Any
    ) -> Any:
        whole = Issue(
            issue_id=name,
            title=f"动力：换挡顿挫 {name}",
            industry="cars",
            aspect_id="power",
            status="open",
            severity="high",
            first_seen=MONDAY + timedelta(days=first),
            last_seen=MONDAY + timedelta(days=last),
            count=len(voices),
            trend="steady",
            trend_p=1.0,
            evidence=tuple(Evidence(voice, 0, 4, "低速换挡") for voice in voices),
            trend_ratio=6.0,
            trend_low=2.5,
            trend_high=15.0,
            trend_window_days=14,
        )
        return replace(whole, **values)

    return make


@pytest.fixture(scope="session")
def alert() -> Callable[..., Alert]:
    """Makes an alert that was opened on day `opened`."""

    def make(name: str, opened: float = 50, **values: Any) -> Any:
        day = MONDAY.replace(hour=0) + timedelta(days=opened)
        whole = Alert(
            alert_id=name,
            industry="cars",
            title="动力",
            status="open",
            trend="rising",
            since=day - timedelta(days=3),
            opened_at=day,
            last_seen=day,
            window_days=4,
            count=12,
            expected=2.04,
            ratio=6.0,
            low=2.5,
            high=15.0,
            p=0.00001,
            aspect_id="power",
            product="X5",
        )
        return replace(whole, **values)

    return make


@pytest.fixture(scope="session")
def order() -> Callable[..., WorkOrder]:
    """Makes a work order that is due on day `due`."""

    def make(name: str, due: float = 57, **values: Any) -> Any:
        whole = WorkOrder(
            work_order_id=name,
            issue_id="is_1",
            title=f"查明换挡顿挫 {name}",
            description="",
            type="投诉",
            priority="high",
            department="动力总成部",
            status="open",
            created_at=MONDAY,
            due_at=MONDAY + timedelta(days=due),
        )
        return replace(whole, **values)

    return make


@pytest.fixture(scope="session")
def cars() -> Industry:
    return Industry(
        id="cars",
        name="汽车",
        aspects=(
            Aspect(id="power", name="动力", department="动力总成部"),
            Aspect(id="service", name="服务", department="门店运营部"),
            Aspect(id="price", name="价格"),
        ),
    )


@pytest.fixture(scope="session")
def report(cars: Industry) -> Callable[..., ReportInput]:
    """Makes the input of a report that is generated on day 56, a Monday."""

    def make(**values: Any) -> ReportInput:
        defaults: dict[str, Any] = {
            "title": "客户之声周报",
            "industry": cars,
            "since": None,
            "until": None,
            "generated_at": MONDAY + timedelta(days=56),
            "zone": ZONE,
            "model": "voc-zh@1.0.0",
            "rows": (),
            "mentions": (),
        }
        return ReportInput(**(defaults | values))

    return make
