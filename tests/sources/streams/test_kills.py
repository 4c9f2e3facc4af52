"""Killed at random moments, every kind of source is read as if it had not been."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from tests.benchmarks.kills import KINDS, killed
from tests.sources.streams.places import amqp_url


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "discuz"])
def test_two_kills_change_nothing(
    kind: str, record_property: Callable[[str, object], None]
) -> None:
    """Crawls have a test of their own, `crawling/test_kills.py`."""
    if kind == "rabbitmq":
        amqp_url()
    figures = killed(kind, 2, 3_000, random.Random(20261128))
    record_property("rounds", figures["rounds"])
    assert figures["kills"] == 2
