"""Work orders by the thousand, workers that are killed, and receivers that count."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import aio_pika

from tests.workorders.sinks.receiver import Asked, Reply
from voc.records import Message
from voc.store import Store

REPOSITORY = Path(__file__).resolve().parents[2]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def enqueue(
    store: Store, count: int, sinks: Sequence[str], *, changes: int = 2, first: int = 0
) -> set[str]:
    """Puts messages into the outbox, each order changed `changes` times; returns their ids."""
    now, ids = datetime.now(UTC), set()
    for begin in range(first, first + count, 1_000):
        with store.transaction() as transaction:
            for number in range(begin, min(first + count, begin + 1_000)):
                order, change = divmod(number, changes)
                for sink in sinks:
                    name = f"msg_{sink}_{number}"
                    data = {"work_order": {"work_order_id": f"wo_{order}", "title": "变速箱顿挫"}}
                    payload = {"type": "work_order.created", "id": name, "data": data}
                    key = f"wo_{order}"
                    transaction.enqueue(Message(name, sink, key, change + 1, payload, now))
                    ids.add(name)
    return ids


@dataclass
class Effects:
    """What a receiver did: once for each id, however often it came."""

    done: dict[str, str] = field(default_factory=dict)
    came: Counter[str] = field(default_factory=Counter)
    order: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, message_id: str) -> None:
        with self.lock:
            self.came[message_id] += 1
            if message_id not in self.done:
                self.done[message_id] = message_id
                self.order.append(message_id)


@dataclass
class Failing:
    """A receiver that fails a share of the time, before or after it has taken a message."""

    effects: Effects
    share: float
    chance: random.Random = field(default_factory=lambda: random.Random(13))
    answers: Counter[str] = field(default_factory=Counter)

    def __call__(self, asked: Asked) -> Reply:
        with self.effects.lock:
            failing = self.chance.random() < self.share
            how = self.chance.choice(["500", "503", "429", "reset", "after"]) if failing else "200"
            self.answers[how] += 1
        if how in ("200", "after"):
            self.effects.take(asked.headers["webhook-id"])
        if how == "200":
            return Reply()
        fault = "reset" if how in ("reset", "after") else ""
        return Reply(int(how) if how.isdigit() else 500, fault=fault)


@contextmanager
def consumer(url: str, queue: str, effects: Effects) -> Iterator[None]:
    """Consumes a queue with aio-pika alone, acknowledging after the effect; removes the queue."""
    ending = threading.Event()

    async def consume() -> None:
        async with await aio_pika.connect(url) as connection:
            channel = await connection.channel()
            await channel.set_qos(200)
            declared = await channel.declare_queue(queue, durable=True)
            async with declared.iterator() as messages:
                async for message in messages:
                    effects.take(str(message.message_id))
                    await message.ack()

    async def until_ended() -> None:
        task = asyncio.create_task(consume())
        while not ending.is_set():
            await asyncio.sleep(0.05)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        async with await aio_pika.connect(url) as connection:
            await (await connection.channel()).queue_delete(queue)

    thread = threading.Thread(target=lambda: asyncio.run(until_ended()))
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()


def start_worker(config: Path) -> subprocess.Popen[bytes]:
    """Starts a worker of its own process."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("VOC_")}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.workorders.delivery_worker", str(config)],
        cwd=REPOSITORY,
        env=environ,
        stderr=subprocess.PIPE,
    )


def deliver_with_kills(
    config: Path,
    *,
    workers: int,
    kills: int,
    done: Callable[[], bool],
    within_s: float,
    pause_s: tuple[float, float] = (0.0, 0.3),
) -> int:
    """Runs workers, kills one after another by SIGKILL, and lets the last ones finish.

    Returns:
        How many kills there were while messages still waited.
    """
    chance, end = random.Random(20261128), time.monotonic() + within_s
    running = [start_worker(config) for _ in range(workers)]
    killed = 0
    try:
        while not done():
            assert time.monotonic() < end, f"not done after {killed} kills"
            time.sleep(chance.uniform(*pause_s) if killed < kills else 0.1)
            if killed < kills:
                victim = running.pop(chance.randrange(len(running)))
                assert victim.poll() is None, (victim.communicate()[1] or b"").decode()
                victim.kill()
                victim.communicate()
                killed += 1
                running.append(start_worker(config))
    finally:
        for worker in running:
            worker.terminate()
        for worker in running:
            try:
                worker.communicate(timeout=30)
            except subprocess.TimeoutExpired:
                worker.kill()
    return killed


def in_order(effects: Effects, ids: set[str], *, changes: int = 2) -> bool:
    """Says whether the changes of each order came in their order."""
    last: dict[tuple[str, int], int] = {}
    for name in effects.order:
        sink, _, number = name.removeprefix("msg_").rpartition("_")
        order, change = divmod(int(number), changes)
        if last.get((sink, order), -1) >= change:
            return False
        last[(sink, order)] = change
    return set(effects.order) == ids
