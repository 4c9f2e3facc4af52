"""The engine's thread, which gives way to the event loop."""

from __future__ import annotations

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from api.lane import Lane


def nice() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def nice_of_two() -> tuple[int, int]:
    """The priority of the thread that calls it, and of one that it starts."""
    with ThreadPoolExecutor(1) as pool:
        return nice(), pool.submit(nice).result()


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no priority of their own here")
def test_the_engine_and_its_threads_give_way() -> None:
    before, lane = nice(), Lane()
    try:
        expected = min(before + 10, 19)
        assert lane.submit(nice_of_two).result(10) == (expected, expected)
    finally:
        lane.close()
    assert nice() == before
