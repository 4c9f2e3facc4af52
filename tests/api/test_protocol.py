"""Refusals before the application: in order, on a connection that stays right, whatever comes."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import uvicorn

from api.admission import Admission
from api.door import STATE, Door
from api.headers import SAFE_HEADERS
from api.metrics import Metrics
from api.protocol import VARIABLE, ImpatientProtocol
from api.queueing import FairQueue
from voc.config import load_settings

BODY = b'{"items": []}'
MODEST = b"Content-Length: %d\r\n" % len(BODY)


class Served:
    """A server whose application answers 200 with the path, over a door that can be shut."""

    def __init__(self) -> None:
        serve = load_settings(environ={}).serve
        self.metrics = Metrics()
        self.door = Door(self.metrics)
        queue = FairQueue(64)
        self.door.admission = Admission(serve, queue, quantum=64, lanes=1, refuse=queue.drop)
        self.begun: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.port = 0
        self.is_hasty = False

    def shut(self, *, for_good: bool = True) -> None:
        """Shuts the door, or opens it."""
        assert self.door.admission is not None
        self.door.admission.overloaded = for_good
        self.door.admission.held = 1_000_000 if for_good else 0

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            scope["state"][STATE] = self.door
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        self.begun.append(scope["path"])
        while not self.is_hasty and (await receive()).get("more_body"):
            pass
        await self.gate.wait()
        body = scope["path"].encode()
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)


def run(test: Callable[[Served], Awaitable[None]]) -> Served:
    """Runs a test beside a server on the same loop."""

    async def whole() -> Served:
        served = Served()
        config = uvicorn.Config(
            served.app, interface="asgi3", port=0, http=ImpatientProtocol, log_config=None,
            lifespan="on", ws="none",
            timeout_graceful_shutdown=1,
        )  # fmt: skip
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.005)
        served.port = server.servers[0].sockets[0].getsockname()[1]
        try:
            async with asyncio.timeout(60):
                await test(served)
        finally:
            server.should_exit = True
            await task
        return served

    return asyncio.run(whole())


def asking(
    path: str = "/v1/classify", body: bytes = BODY, headers: bytes = MODEST, method: str = "POST"
) -> bytes:
    return f"{method} {path} HTTP/1.1\r\nHost: a\r\n".encode() + headers + b"\r\n" + body


async def answer(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
    """Reads one answer: status, headers, body."""
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines if line)
    body = await reader.readexactly(int(headers["content-length"]))
    return int(first.split()[1]), headers, body


def test_a_refusal_is_a_whole_problem_and_the_application_knows_nothing_of_it() -> None:
    async def test(served: Served) -> None:
        served.shut()
        reader, writer = await served.open()
        writer.write(asking(headers=MODEST + b"X-Request-ID: gw-7\r\n"))
        status, headers, body = await answer(reader)
        problem = json.loads(body)
        assert (status, problem["status"], problem["request_id"]) == (429, 429, "gw-7")
        assert headers["x-request-id"] == "gw-7"
        assert headers["content-type"] == "application/problem+json"
        assert int(headers["retry-after"]) >= 1
        assert all(headers[name.lower()] == SAFE_HEADERS[name].lower() for name in SAFE_HEADERS)
        assert "date" in headers
        writer.write(asking(headers=MODEST + b"X-Request-ID: a b\r\n"))
        assert len((await answer(reader))[1]["x-request-id"]) == 32

    served = run(test)
    assert served.begun == []
    assert b'voc_requests_total{method="POST",route="/v1/classify",status="429"} 2.0' in (
        served.metrics.render()
    )


def test_the_connection_goes_on_after_a_refusal() -> None:
    async def test(served: Served) -> None:
        reader, writer = await served.open()
        served.shut()
        writer.write(asking())
        assert (await answer(reader))[0] == 429
        served.shut(for_good=False)
        writer.write(asking())
        assert (await answer(reader))[::2] == (200, b"/v1/classify")

    run(test)


@pytest.mark.parametrize("cut", [1, 40, -20, -1])
def test_requests_that_come_in_pieces_are_refused_too(cut: int) -> None:
    async def test(served: Served) -> None:
        served.shut()
        reader, writer = await served.open()
        whole = asking()
        for _ in range(2):
            for piece in (whole[:cut], whole[cut:]):
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.01)
            assert (await answer(reader))[0] == 429

    assert run(test).begun == []


def test_pipelined_refusals_are_answered_one_by_one() -> None:
    async def test(served: Served) -> None:
        served.shut()
        reader, writer = await served.open()
        others = asking("/other", b"", b"", "GET")
        writer.write(asking() * 3 + others + asking() * 2)
        found = [await answer(reader) for _ in range(6)]
        assert [status for status, _, _ in found][:4] == [429, 429, 429, 200]
        assert len({headers.get("x-request-id") for _, headers, _ in found[:3]}) == 3

    run(test)


def test_a_refusal_does_not_overtake_the_answer_before_it() -> None:
    async def test(served: Served) -> None:
        reader, writer = await served.open()
        served.gate.clear()
        writer.write(asking())
        while not served.begun:
            await asyncio.sleep(0.005)
        served.shut()
        writer.write(asking())
        await asyncio.sleep(0.05)
        served.gate.set()
        # The application is asked in its turn, and refuses there.
        assert [(await answer(reader))[0] for _ in range(2)] == [200, 200]

    assert run(test).begun == ["/v1/classify"] * 2


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (MODEST + b"Connection: close\r\n", BODY),
        (MODEST + b"Expect: 100-continue\r\n", BODY),
        (b"Content-Length: 999999\r\n", b"x" * 999_999),
        (b"Transfer-Encoding: chunked\r\n", b"5\r\nhello\r\n0\r\n\r\n"),
    ],
    ids=["as told", "waiting", "large", "unknown"],
)
def test_a_connection_ends_where_it_must(headers: bytes, body: bytes) -> None:
    async def test(served: Served) -> None:
        served.shut()
        reader, writer = await served.open()
        writer.write(asking(body=body, headers=headers) + asking("/v1/feedback"))
        status, told, _ = await answer(reader)
        assert (status, told["connection"]) == (429, "close")
        assert await reader.read() == b""

    assert run(test).begun == []


@pytest.mark.parametrize(
    ("path", "method"),
    [("/v1/classify", "GET"), ("/v1/feedback", "POST"), ("/v1/classify/x", "POST"), ("/", "POST")],
)
def test_only_what_tags_is_refused(path: str, method: str) -> None:
    async def test(served: Served) -> None:
        served.shut()
        reader, writer = await served.open()
        writer.write(asking(path, method=method))
        assert (await answer(reader))[0] == 200

    run(test)


def test_a_refused_body_that_never_comes_ends_the_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(VARIABLE, "0.2")

    async def test(served: Served) -> None:
        served.shut()
        reader, writer = await served.open()
        writer.write(asking(body=b"{"))
        assert (await answer(reader))[0] == 429
        assert await reader.read() == b""

    run(test)


def test_room_is_held_from_the_last_byte_of_a_request() -> None:
    async def test(served: Served) -> None:
        assert served.door.admission is not None
        served.gate.clear()
        _, writer = await served.open()
        head, body = asking()[: -len(BODY)], BODY
        writer.write(head)
        while not served.begun:
            await asyncio.sleep(0.005)
        assert served.door.admission.held == 0
        writer.write(body)
        while not served.door.admission.held:
            await asyncio.sleep(0.005)
        served.gate.set()

    run(test)


def test_no_room_is_held_for_a_request_that_was_answered_before_its_end() -> None:
    async def test(served: Served) -> None:
        assert served.door.admission is not None
        served.is_hasty = True
        reader, writer = await served.open()
        writer.write(asking()[: -len(BODY)])
        assert (await answer(reader))[0] == 200
        writer.write(BODY + asking("/other"))
        assert (await answer(reader))[::2] == (200, b"/other")
        assert served.door.admission.held == 0

    run(test)


def test_refusals_are_told_in_one_line_a_second(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="api.access")

    async def test(served: Served) -> None:
        served.shut()
        reader, writer = await served.open()
        for _ in range(5):
            writer.write(asking())
            await answer(reader)
        while not caplog.records:
            await asyncio.sleep(0.05)

    run(test)
    lines = [json.loads(each.getMessage()) for each in caplog.records if each.name == "api.access"]
    assert [(line["event"], line["requests"], line["status"]) for line in lines] == [
        ("refused", 5, 429)
    ]
