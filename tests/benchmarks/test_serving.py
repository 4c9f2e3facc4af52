"""The load of the serving benchmark is what it says it is."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn

from tests.benchmarks.serving.__main__ import print_table, short_texts
from tests.benchmarks.serving.load import Measured, Target, closed_loop, open_loop
from tests.benchmarks.serving.plain import make_app

TEXTS = ["太慢了", "很好"]


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def target(asked: list[str]) -> Iterator[Target]:
    """The plain server around a classifier that only notes what it is asked."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()

        def classify(text: str) -> float:
            asked.append(text)
            return 1.0

        app = make_app(classify)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield Target(listening.getsockname()[1], "/classify")
        server.should_exit = True
        thread.join(30)


def test_callers_ask_as_soon_as_they_are_answered(target: Target, asked: list[str]) -> None:
    found = asyncio.run(closed_loop(target, TEXTS, callers=2, seconds=0.5))
    assert len(found.by_status[200]) == len(asked) >= 2
    assert set(asked) == set(TEXTS)


def test_a_rate_is_kept_whatever_the_answer(target: Target, asked: list[str]) -> None:
    found = asyncio.run(open_loop(target, TEXTS, a_second=20, seconds=0.5))
    assert sum(map(len, found.by_status.values())) == len(asked) == 10
    wrong = Target(target.port, "/nothing")
    assert set(asyncio.run(open_loop(wrong, TEXTS, a_second=20, seconds=0.2)).by_status) == {404}


def test_figures_and_their_table(capsys: pytest.CaptureFixture[str]) -> None:
    found = Measured(2.0, {200: [0.01] * 98 + [0.5] * 2, 429: [0.002]})
    figures = found.as_dict()
    assert figures["requests_a_second"] == 50.0
    assert (figures["p50_ms"], figures["p99_ms"], figures["p99_ms_of_429"]) == (10.0, 500.0, 2.0)
    print_table({"batching on, 8": figures})
    assert "100 × 200, 1 × 429" in capsys.readouterr().out


def test_texts_are_short_and_distinct() -> None:
    texts = short_texts(None, 30)
    assert len(texts) == len(set(texts)) > 50
    assert max(map(len, texts)) <= 30
