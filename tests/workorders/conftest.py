"""An issue, a small trade it belongs to, and the servers that work orders are sent to."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import pytest

from tests.conftest import require
from voc.config import Aspect, Industry, UrgentWords
from voc.records import Evidence, Issue

AMQP_URL: Final = os.environ.get("VOC_TEST_RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672/")
REDIS_URL: Final = os.environ.get("VOC_TEST_REDIS_URL", "redis://127.0.0.1:6379/0")
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


@pytest.fixture(scope="session")
def amqp_url() -> str:
    parts = urlsplit(AMQP_URL)
    try:
        socket.create_connection((parts.hostname or "", parts.port or 5672), 2).close()
    except OSError as error:
        require("services", False, f"no RabbitMQ at VOC_TEST_RABBITMQ_URL or locally: {error}")
    return AMQP_URL


@pytest.fixture(scope="session")
def redis_url() -> str:
    import redis

    try:
        redis.Redis.from_url(REDIS_URL, socket_connect_timeout=2).ping()
    except (redis.RedisError, OSError) as error:
        require("services", False, f"no Redis at VOC_TEST_REDIS_URL or locally: {error}")
    return REDIS_URL


@pytest.fixture
def own_name() -> str:
    """A name of a queue or stream that no other test has."""
    return f"voc_test_{uuid.uuid4().hex}"
