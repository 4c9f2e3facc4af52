"""Whether the API stays as it is under load: `python -m tests.benchmarks.soak --minutes 10`.

Sends distinct short texts to `voc serve` at a steady rate, and now and then what must cost nothing
in the long run: bulk requests, requests that are cut off, wrong keys, invalid bodies. Every few
seconds it notes the server's resident memory and the latency of the last ones. After the first
minutes, in which caches fill, memory must not climb: it prints the slope with its 95 % interval,
in MB an hour, the latency of the first and the last third, and every answer that was not expected.
The last line of the output is all figures as JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.serving.__main__ import free_port, short_texts
from tests.benchmarks.serving.load import Target, open_loop
from tests.benchmarks.serving.servers import memory_mb, our_server
from voc.config import load_settings
from voc.inference.encoder import available_cores

ROUND_S: Final = 5.0
_T95: Final = 1.96


@dataclass(frozen=True, slots=True)
class Noted:
    """What was seen in one round.

    Attributes:
        at_s: Seconds since the beginning, at its end.
        mb: Resident memory of the server.
        p50_ms: Of the answers of the round.
        p99_ms: Of the answers of the round.
        handles: Files and connections that the server holds open.
    """

    at_s: float
    mb: float
    p50_ms: float
    p99_ms: float
    handles: int


@dataclass(slots=True)
class Soaked:
    """What was seen in all rounds."""

    rounds: list[Noted] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    unexpected: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Slope:
    """A line through points, by least squares: its slope and half its 95 % interval."""

    value: float
    margin: float


def slope(points: Sequence[tuple[float, float]]) -> Slope:
    """Fits a line through at least three points.

    Its interval takes the points' errors for independent; those of memory are alike from round to
    round, so that the true one is wider.
    """
    xs, ys = zip(*points, strict=True)
    line = statistics.linear_regression(xs, ys)
    left = [y - line.intercept - line.slope * x for x, y in points]
    spread = sum((x - statistics.fmean(xs)) ** 2 for x in xs)
    error = math.sqrt(sum(each**2 for each in left) / (len(points) - 2) / spread)
    return Slope(line.slope, _T95 * error)


def odd_requests(target: Target, texts: Sequence[str]) -> Iterator[tuple[str, bytes, set[int]]]:
    """Yields, again and again, a name, a request and the statuses that may answer it.

    A request with no status is cut off in its midst.
    """
    plain = target.request(texts[0])
    bulk = {"items": [{"id": str(n), "text": text} for n, text in enumerate(texts[:64])]}
    body = json.dumps(bulk, ensure_ascii=False).encode()
    head = plain.partition(b"Content-Length")[0]
    while True:
        yield "bulk", head + b"Content-Length: %d\r\n\r\n" % len(body) + body, {200, 429}
        yield "cut off", plain[: len(plain) // 2], set()
        yield "wrong key", plain.replace(target.key.encode(), b"voc_wrong"), {401, 429}
        yield "no JSON", head + b"Content-Length: 1\r\n\r\n{", {400, 429}
        yield "no route", plain.replace(b"/v1/classify", b"/v1/nothing"), {404}


async def ask_oddly(port: int, request: bytes, expected: set[int]) -> int:
    """Sends one request on a connection of its own; returns its status, 0 where it was cut off."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        await writer.drain()
        return int((await reader.readline()).split()[1]) if expected else 0
    finally:
        writer.close()


async def soak(
    target: Target, process: int, texts: Sequence[str], *, a_second: float, seconds: float
) -> Soaked:
    """Loads a server for so many seconds, in rounds."""
    soaked = Soaked()
    odd = odd_requests(target, texts)
    began = time.monotonic()
    turn = 0
    while (left := seconds - (time.monotonic() - began)) > 0:
        start = turn % len(texts)
        found = await open_loop(
            target, [*texts[start:], *texts[:start]], a_second=a_second,
            seconds=min(ROUND_S, left), callers=64,
        )  # fmt: skip
        turn += int(a_second * ROUND_S)
        for status, times in found.by_status.items():
            soaked.answers[status] += len(times)
            if status not in (200, 429):
                soaked.unexpected[f"single: {status}"] += len(times)
        for _ in range(5):
            name, request, expected = next(odd)
            status = await ask_oddly(target.port, request, expected)
            if expected and status not in expected:
                soaked.unexpected[f"{name}: {status}"] += 1
        soaked.rounds.append(
            Noted(
                time.monotonic() - began,
                memory_mb(process) or math.nan,
                found.percentile_ms(0.5) or math.nan,
                found.percentile_ms(0.99) or math.nan,
                sum(1 for _ in Path(f"/proc/{process}/fd").iterdir()),
            )
        )
    return soaked


def figures(soaked: Soaked, *, settled_s: float) -> dict[str, Any]:
    """Returns the figures as JSON values; memory from `settled_s` on.

    Raises:
        SystemExit: There are too few rounds after that.
    """
    settled = [each for each in soaked.rounds if each.at_s >= settled_s]
    if len(settled) < 3:
        raise SystemExit("Too short to tell a slope; allow more --minutes, or fewer --settle.")
    memory = slope([(each.at_s / 3600, each.mb) for each in settled])
    third = max(1, len(settled) // 3)
    parts = {"first third": settled[:third], "last third": settled[-third:]}
    return {
        "minutes": round(soaked.rounds[-1].at_s / 60, 1),
        "answers": dict(soaked.answers),
        "unexpected": dict(soaked.unexpected),
        "mb": {name: round(statistics.fmean(each.mb for each in part), 1)
               for name, part in parts.items()},
        "mb_most": round(max(each.mb for each in settled), 1),
        "mb_an_hour": [round(memory.value, 1), round(memory.margin, 1)],
        "p50_ms": {name: round(statistics.median(each.p50_ms for each in part), 1)
                   for name, part in parts.items()},
        "p99_ms": {name: round(statistics.median(each.p99_ms for each in part), 1)
                   for name, part in parts.items()},
        "handles": {name: round(statistics.fmean(each.handles for each in part), 1)
                    for name, part in parts.items()},
    }  # fmt: skip


def options() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        prog="tests.benchmarks.soak",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--data", type=Path, metavar="DIR", help="folder or file of jsonl; without, the demo")
    add("--minutes", type=float, default=10.0, help="of load")
    add("--settle", type=float, default=2.0, metavar="MINUTES", help="left out at the beginning")
    add("--rate", type=float, default=100.0, help="requests a second")
    add("--chars", type=int, default=60, help="code points of a text at most")
    add("--model", default=load_settings(environ={}).models.name, help="model of voc serve")
    return parser.parse_args()


def main() -> None:
    """Soaks and prints; exits with 1 where an answer was not expected."""
    chosen = options()
    texts = short_texts(chosen.data, chosen.chars)
    with (
        tempfile.TemporaryDirectory() as name,
        our_server(
            Path(name) / "soak", free_port(), threads=available_cores(), model=chosen.model
        ) as (target, process),
    ):
        soaked = asyncio.run(
            soak(target, process, texts, a_second=chosen.rate, seconds=60 * chosen.minutes)
        )
    found = figures(soaked, settled_s=60 * chosen.settle)
    for name, value in found.items():
        print(f"{name:12}{value}")
    print(json.dumps({**found, "rounds": [each.mb for each in soaked.rounds]}))
    if soaked.unexpected:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
