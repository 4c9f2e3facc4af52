"""An inbox of each kind against a server that speaks its protocol."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.workorders.inboxes.posts import (
    Office,
    file_office,
    jira_office,
    kafka_office,
    rabbit_office,
    redis_office,
)
from voc.config.inboxes import BUILT_IN


@pytest.fixture(params=sorted(BUILT_IN))
def office(request: pytest.FixtureRequest, tmp_path: Path, own_name: str) -> Iterator[Office]:
    """An inbox of each kind with its other side."""
    kind = request.param
    with ExitStack() as stack:
        if kind == "file":
            yield file_office(tmp_path)
        elif kind == "rabbitmq":
            url = request.getfixturevalue("amqp_url")
            yield stack.enter_context(rabbit_office(tmp_path, url, own_name))
        elif kind == "redis":
            url = request.getfixturevalue("redis_url")
            yield stack.enter_context(redis_office(tmp_path, url, own_name))
        elif kind == "kafka":
            yield stack.enter_context(kafka_office(tmp_path, own_name))
        else:
            yield stack.enter_context(jira_office(tmp_path))
