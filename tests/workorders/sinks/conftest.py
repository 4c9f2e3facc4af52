"""Messages as the pipeline makes them, and the servers that sinks talk to."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from tests.conftest import require
from tests.workorders.sinks.receiver import Receiver, receiver
from voc.records import Message

AMQP_URL: Final = os.environ.get("VOC_TEST_RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672/")
REDIS_URL: Final = os.environ.get("VOC_TEST_REDIS_URL", "redis://127.0.0.1:6379/0")
NOW: Final = datetime(2026, 3, 9, 2, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def make_message() -> Callable[..., Message]:
    """Makes the message of a work order."""

    def make(
        name: str = "msg_1",
        *,
        key: str = "wo_1",
        sequence: int = 1,
        title: str = "动力：变速箱顿挫（X5）",
        **order: Any,
    ) -> Message:
        description = (
            f"问题：{title}\n情况：共 6 条声音\n原声：\n  1. “起步顿挫严重”（fb_1）\n"
            "  2. “挂挡一窜一窜的”（fb_2）\n办理：请核实"
        )
        work_order = {
            "work_order_id": key,
            "issue_id": "is_1",
            "title": title,
            "description": description,
            "priority": "high",
            "department": "动力质量部",
            "due_at": "2026-03-10T18:00:00+08:00",
            **order,
        }
        payload = {
            "type": "work_order.created" if sequence == 1 else "work_order.updated",
            "id": name,
            "sequence": sequence,
            "data": {"work_order": work_order, "issue": {"issue_id": "is_1", "evidence": []}},
        }
        return Message(name, "sink", key, sequence, payload, NOW)

    return make


@pytest.fixture
def http() -> Iterator[Receiver]:
    with receiver() as told:
        yield told


@pytest.fixture(scope="session")
def amqp_url() -> str:
    import socket
    from urllib.parse import urlsplit

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
