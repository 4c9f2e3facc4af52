"""Load on a server on loopback, made by bare protocols so that the load itself costs little."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

_END = b"\r\n\r\n"
_PATIENCE_S = 60.0  # in which the last answers must come
_LENGTH = b"content-length:"


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
        unsent: Requests that were due while every connection waited for an answer.
        late: Seconds that each request of a rate was sent after it was due.
        load_cores: Cores that making the load took.
    """

    seconds: float
    by_status: dict[int, list[float]] = field(default_factory=dict)
    unsent: int = 0
    late: list[float] = field(default_factory=list)
    load_cores: float = 0.0

    def percentile_ms(self, share: float, status: int = 200) -> float | None:
        """Returns the milliseconds within which a share of the answers came."""
        return _percentile_ms(self.by_status.get(status, ()), share)

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
            "unsent": self.unsent,
            "p99_ms_late": _rounded(_percentile_ms(self.late, 0.99)),
            "load_cores": round(self.load_cores, 2),
        }


def _percentile_ms(times: Sequence[float], share: float) -> float | None:
    ordered = sorted(times)
    return 1_000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if times else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


class _Caller(asyncio.Protocol):
    """One connection that is kept open; it asks when the answer before has come whole."""

    def __init__(self, answered: Callable[[_Caller, int, float], None]) -> None:
        self._answered = answered
        self._transport = cast(asyncio.Transport, None)
        self._came = b""
        self._sent = 0.0
        self._asks = False
        self.lost = False
        self.unanswered = False

    @classmethod
    async def to(cls, target: Target, answered: Callable[[_Caller, int, float], None]) -> _Caller:
        """Opens a connection; `answered` is told the caller, the status and the seconds."""
        loop = asyncio.get_running_loop()
        _, caller = await loop.create_connection(lambda: cls(answered), "127.0.0.1", target.port)
        return caller

    def ask(self, request: bytes) -> None:
        """Sends one request."""
        self._asks = True
        self._sent = time.perf_counter()
        self._transport.write(request)

    def close(self) -> None:
        """Closes the connection."""
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost, self.unanswered = True, self._asks

    def data_received(self, data: bytes) -> None:
        self._came += data
        head, end, rest = self._came.partition(_END)
        if not end:
            return
        length = int(head.lower().partition(_LENGTH)[2].partition(b"\r\n")[0])
        if len(rest) >= length:
            self._came, self._asks = b"", False
            self._answered(self, int(head[9:12]), time.perf_counter() - self._sent)


class _Load:
    """Callers, and what they find."""

    def __init__(self, target: Target, texts: Sequence[str]) -> None:
        self.requests = itertools.cycle([target.request(text) for text in texts])
        self.found: dict[int, list[float]] = {}
        self.callers: list[_Caller] = []
        self._target = target
        self._began = time.perf_counter(), time.process_time()

    async def connect(self, then: Callable[[_Caller], None]) -> _Caller:
        """Opens a connection; `then` is called with it as soon as it was answered."""

        def answered(caller: _Caller, status: int, seconds: float) -> None:
            self.found.setdefault(status, []).append(seconds)
            then(caller)

        caller = await _Caller.to(self._target, answered)
        self.callers.append(caller)
        return caller

    @property
    def unanswered(self) -> int:
        """Connections that the server closed instead of answering."""
        return sum(caller.unanswered for caller in self.callers)

    def end(self) -> Measured:
        """Closes the connections and returns what was found."""
        wall, used = time.perf_counter() - self._began[0], time.process_time() - self._began[1]
        lost = self.unanswered
        for caller in self.callers:
            caller.close()
        if lost:
            raise RuntimeError(f"{lost} requests were not answered, their connections closed")
        return Measured(wall, self.found, load_cores=used / wall)


async def closed_loop(
    target: Target, texts: Sequence[str], *, callers: int, seconds: float
) -> Measured:
    """Lets callers ask, each as soon as it was answered."""
    load = _Load(target, texts)
    over = asyncio.Event()
    asking = callers

    def again(caller: _Caller) -> None:
        nonlocal asking
        if time.perf_counter() < end:
            caller.ask(next(load.requests))
            return
        asking -= 1
        if not asking:
            over.set()

    for _ in range(callers):
        await load.connect(again)
    end = time.perf_counter() + seconds
    for caller in load.callers:
        caller.ask(next(load.requests))
    async with asyncio.timeout(seconds + _PATIENCE_S):
        await over.wait()
    return load.end()


async def open_loop(
    target: Target, texts: Sequence[str], *, a_second: float, seconds: float, callers: int = 512
) -> Measured:
    """Sends at a rate, whatever the server answers; no more than `callers` wait at a time."""
    load = _Load(target, texts)
    free: list[_Caller] = []
    late: list[float] = []
    waiting = unsent = 0

    def answered(caller: _Caller) -> None:
        nonlocal waiting
        waiting -= 1
        free.append(caller)

    for moment in _moments(time.perf_counter(), a_second, seconds):
        if (left := moment - time.perf_counter()) > 0:
            await asyncio.sleep(left)
        elif len(late) % 16 == 15:
            await asyncio.sleep(0)  # what came meanwhile is read before more is sent
        while free and free[-1].lost:  # it idled longer than the server keeps a connection
            free.pop()
        if not free and waiting >= callers:
            unsent += 1
            await asyncio.sleep(0)
            continue
        waiting += 1
        caller = free.pop() if free else await load.connect(answered)
        late.append(max(0.0, time.perf_counter() - moment))
        caller.ask(next(load.requests))
    while waiting and not load.unanswered:
        await asyncio.sleep(0.001)
    found = load.end()
    found.unsent, found.late = unsent, late
    return found


def _moments(began: float, a_second: float, seconds: float) -> Iterator[float]:
    for number in range(int(a_second * seconds)):
        yield began + number / a_second
