"""Load on a server on loopback, made by bare streams so that the load itself costs little."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Target:
    """Where requests go.

    Attributes:
        port: On 127.0.0.1.
        path: Of the route.
        key: Of the caller; empty: none.
    """

    port: int
    path: str
    key: str = ""

    def request(self, text: str) -> bytes:
        """Returns one request as bytes."""
        body = json.dumps({"items": [{"id": "1", "text": text}]}, ensure_ascii=False).encode()
        key = f"Authorization: Bearer {self.key}\r\n" if self.key else ""
        head = (
            f"POST {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{key}"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


@dataclass(slots=True)
class Measured:
    """What a load found.

    Attributes:
        seconds: It lasted.
        by_status: Seconds of each answer, by its status.
    """

    seconds: float
    by_status: dict[int, list[float]] = field(default_factory=dict)

    def percentile_ms(self, share: float, status: int = 200) -> float | None:
        """Returns the milliseconds within which a share of the answers came."""
        times = sorted(self.by_status.get(status, ()))
        return 1_000 * times[min(len(times) - 1, int(share * len(times)))] if times else None

    @property
    def a_second(self) -> float:
        """Answers with 200 a second."""
        return len(self.by_status.get(200, ())) / self.seconds

    def as_dict(self) -> dict[str, Any]:
        """Returns the figures as JSON values."""
        return {
            "requests_a_second": round(self.a_second, 1),
            "p50_ms": _rounded(self.percentile_ms(0.5)),
            "p99_ms": _rounded(self.percentile_ms(0.99)),
            "answers": dict(Counter({key: len(times) for key, times in self.by_status.items()})),
            "p99_ms_of_429": _rounded(self.percentile_ms(0.99, 429)),
        }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


class _Caller:
    """One connection that is kept open."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, text: str) -> int:
        """Sends one request and returns the status of its answer."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._target.port)
        reader, writer = self._streams
        writer.write(self._target.request(text))
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(head.split("content-length:")[1].split("\r\n")[0])
        await reader.readexactly(length)
        return int(head.split()[1])

    def close(self) -> None:
        """Closes the connection."""
        if self._streams is not None:
            self._streams[1].close()


async def closed_loop(
    target: Target, texts: Sequence[str], *, callers: int, seconds: float
) -> Measured:
    """Lets callers ask, each as soon as it was answered."""
    found: dict[int, list[float]] = {}
    rest = itertools.cycle(texts)
    began = time.perf_counter()

    async def call() -> None:
        caller = _Caller(target)
        while time.perf_counter() - began < seconds:
            await _timed(caller, next(rest), found)
        caller.close()

    await asyncio.gather(*(call() for _ in range(callers)))
    return Measured(time.perf_counter() - began, found)


async def open_loop(
    target: Target, texts: Sequence[str], *, a_second: float, seconds: float, callers: int = 512
) -> Measured:
    """Sends at a rate, whatever the server answers; no more than `callers` wait at a time."""
    found: dict[int, list[float]] = {}
    rest = itertools.cycle(texts)
    free = [_Caller(target) for _ in range(callers)]
    running: set[asyncio.Task[None]] = set()

    async def call(caller: _Caller) -> None:
        await _timed(caller, next(rest), found)
        free.append(caller)

    began = time.perf_counter()
    for moment in _moments(began, a_second, seconds):
        await asyncio.sleep(max(0.0, moment - time.perf_counter()))
        if free:
            task = asyncio.create_task(call(free.pop()))
            running.add(task)
            task.add_done_callback(running.discard)
    await asyncio.gather(*running)
    for each in free:
        each.close()
    return Measured(time.perf_counter() - began, found)


async def _timed(caller: _Caller, text: str, found: dict[int, list[float]]) -> None:
    began = time.perf_counter()
    status = await caller.ask(text)
    found.setdefault(status, []).append(time.perf_counter() - began)


def _moments(began: float, a_second: float, seconds: float) -> Iterator[float]:
    for number in range(int(a_second * seconds)):
        yield began + number / a_second
