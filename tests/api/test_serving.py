"""`voc serve` as a process: it drains, it bends under load, and slow clients change nothing."""

from __future__ import annotations

import asyncio
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest

from tests.api.serving import RunningServer

_CLOSE = {"Connection": "close"}
TEXT = "客服态度很差，等了半小时也没有人接电话，换货一直拖着不处理"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with RunningServer(
        tmp_path_factory.mktemp("server"), head_timeout_s=2, body_timeout_s=2, ahead_tokens=256
    ) as running:
        yield running


def body(number: int, texts: int = 1) -> dict[str, Any]:
    return {"items": [{"id": str(n), "text": f"{number}-{n}：{TEXT}"} for n in range(texts)]}


async def timed(client: httpx2.AsyncClient, number: int) -> tuple[int, float]:
    began = time.perf_counter()
    answer = await client.post("/v1/classify", json=body(number))
    return answer.status_code, time.perf_counter() - began


def test_sigterm_lets_what_was_accepted_end(tmp_path: Path) -> None:
    async def load(server: RunningServer) -> list[httpx2.Response]:
        async with httpx2.AsyncClient(
            base_url=server.url, headers=server.headers, timeout=120
        ) as client:
            sent = [
                asyncio.create_task(client.post("/v1/classify", json=body(n, 64))) for n in range(6)
            ]
            async with httpx2.AsyncClient(base_url=server.url) as other:
                while "voc_queue_tokens 0.0" in (await other.get("/metrics")).text:
                    await asyncio.sleep(0.01)
            server.terminate()
            return await asyncio.gather(*sent)

    with RunningServer(tmp_path, batch_tokens=64) as server:
        answers = asyncio.run(load(server))
        assert server.process.wait(60) in (0, -15)
    assert [each.status_code for each in answers] == [200] * 6
    assert all(len(each.json()["results"]) == 64 for each in answers)


def test_ten_times_too_much_is_refused_fast_and_it_is_well_again(server: RunningServer) -> None:
    async def load() -> list[tuple[int, float]]:
        limits = httpx2.Limits(max_connections=100)
        async with httpx2.AsyncClient(
            base_url=server.url, headers=server.headers, timeout=60, limits=limits
        ) as client:
            found: list[tuple[int, float]] = []
            end = time.monotonic() + 3

            async def caller(first: int) -> None:
                number = first
                while time.monotonic() < end:
                    found.append(await timed(client, number))
                    number += 1_000

            await asyncio.gather(*(caller(number) for number in range(100)))
            return found

    found = asyncio.run(load())
    assert {status for status, _ in found} == {200, 429}
    answer = httpx2.post(
        f"{server.url}/v1/classify", json=body(0), headers=server.headers, timeout=60
    )
    assert answer.status_code == 200


def test_refusals_are_counted_by_their_route(server: RunningServer) -> None:
    labels = 'method="POST",route="/v1/classify",status="429"'
    deadline = time.monotonic() + 10
    while True:  # an answer is counted when it has been sent, so that the last may still be missing
        text = httpx2.get(f"{server.url}/metrics", timeout=60).text
        [count] = re.findall(rf"voc_requests_total{{{labels}}} (\S+)", text)
        if f"voc_refused_total {count}" in text or time.monotonic() > deadline:
            break
        time.sleep(0.1)
    assert float(count) > 0
    assert f"voc_refused_total {count}" in text


def test_slow_clients_are_cut_and_hold_up_nobody(server: RunningServer) -> None:
    heads = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(100)]
    bodies = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(100)]
    for each in heads[:50]:
        each.sendall(b"POST /v1/classify HTTP/1.1\r\nHost:")
    for each in bodies:
        each.sendall(
            b"POST /v1/classify HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            b"Content-Length: 900\r\n\r\n{"
        )
    answer = httpx2.post(
        f"{server.url}/v1/classify", json=body(1), headers=server.headers, timeout=60
    )
    assert answer.status_code == 200
    for each in [*heads, *bodies]:
        each.settimeout(60)
    assert [each.recv(1) for each in heads] == [b""] * 100
    assert all(each.recv(100).startswith(b"HTTP/1.1 408 ") for each in bodies)


def test_a_caller_who_leaves_is_logged_as_such(server: RunningServer) -> None:
    # Long texts take a second or two, so that the caller leaves while they are read.
    items = [{"id": str(n), "text": f"{n}：" + f"{TEXT}，{n}。" * 100} for n in range(128)]
    content = orjson.dumps({"items": items})
    head = (
        f"POST /v1/classify HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        f"Authorization: {server.headers['Authorization']}\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port)) as caller:
        caller.sendall(head.encode() + content)
        time.sleep(0.2)
    end = time.monotonic() + 60
    while '"status":499' not in server.log:
        assert time.monotonic() < end, server.log[-2000:]
        time.sleep(0.1)


def test_the_log_has_no_words_and_no_keys(server: RunningServer) -> None:
    httpx2.post(f"{server.url}/v1/classify", json=body(3), headers=server.headers, timeout=60)
    assert '"route":"/v1/classify"' in server.log
    assert "客服" not in server.log
    assert server.key not in server.log


def test_a_place_that_is_taken_is_said_in_a_sentence(server: RunningServer, tmp_path: Path) -> None:
    other = RunningServer(tmp_path)
    other.port = server.port
    with pytest.raises(AssertionError, match="could not start at"), other:
        pass


def test_two_workers_count_together_and_both_end(tmp_path: Path) -> None:
    with RunningServer(tmp_path, workers=2) as server:
        with httpx2.Client(base_url=server.url, headers=server.headers, timeout=60) as client:
            for number in range(20):
                # A connection stays with one worker; each new one may reach the other.
                answer = client.post("/v1/classify", json=body(number), headers=_CLOSE)
                assert answer.status_code in (200, 503), answer.text
            counts = {
                re.findall(
                    r'voc_requests_total{method="POST",route="/v1/classify".*} (\S+)',
                    client.get("/metrics", headers=_CLOSE).text,
                )[0]
                for _ in range(6)
            }
        server.terminate()
        assert server.process.wait(60) in (0, -15)
    assert len(counts) == 1
