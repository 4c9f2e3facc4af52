"""Messages through RabbitMQ into PostgreSQL while both are killed and started again.

`python -m tests.benchmarks.streams --messages 50000 --restarts 3`. Both servers are its own, on
free ports in a folder that is deleted. It fails unless each message is stored exactly once.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import aio_pika
import yaml
from aio_pika.exceptions import AMQPError
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from tests.benchmarks.own_servers import Postgres, RabbitMQ, Server

QUEUE = "voices"
_AT_ONCE = 250
_PATIENCE_S = 600.0


class Publisher(threading.Thread):
    """Publishes every message until the broker has confirmed it; what is unsure it sends again."""

    def __init__(self, url: str, messages: int) -> None:
        super().__init__(daemon=True)
        self._url = url
        self._messages = messages
        self.published = 0

    def run(self) -> None:
        """Publishes all messages."""
        for start in range(0, self._messages, _AT_ONCE):
            chunk = range(start, min(start + _AT_ONCE, self._messages))
            while True:
                try:
                    asyncio.run(self._publish(chunk))
                    break
                except (AMQPError, OSError, RuntimeError, TimeoutError, asyncio.CancelledError):
                    time.sleep(0.2)

    async def _publish(self, numbers: range) -> None:
        async with await aio_pika.connect(self._url, timeout=10) as connection:
            channel = await connection.channel()
            await channel.declare_queue(QUEUE, durable=True)
            self.published += len(numbers)
            async with asyncio.timeout(30):
                await asyncio.gather(
                    *(channel.default_exchange.publish(_message(n), QUEUE) for n in numbers)
                )


def _message(number: int) -> aio_pika.Message:
    voice = {"native_id": f"m{number}", "channel": "review", "text": f"第{number}条：起步顿挫"}
    body = json.dumps(voice, ensure_ascii=False).encode()
    return aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)


def stored(url: str) -> tuple[int, int, int]:
    """Returns how many voices there are, how many of them differ, and how many versions.

    While the server is away there are -1.
    """
    engine = create_engine(url)
    query = "SELECT count(*) FILTER (WHERE is_current), count(DISTINCT native_id), count(*)"
    try:
        with engine.connect() as connection:
            voices, ids, versions = connection.execute(text(f"{query} FROM feedback")).one()
            return voices, ids, versions
    except SQLAlchemyError:
        return -1, -1, -1
    finally:
        engine.dispose()


def _write_config(folder: Path, postgres: Postgres, rabbit: RabbitMQ) -> Path:
    source = {
        "kind": "rabbitmq", "url": rabbit.url, "queue": QUEUE, "declare": True, "batch_s": 0.5,
    }  # fmt: skip
    config = folder / "voc.yaml"
    values = {"store": {"url": postgres.url}, "sources": {"stream": source}}
    config.write_text(yaml.safe_dump(values))
    return config


def _restart_while_it_runs(servers: list[Server], url: str, messages: int, restarts: int) -> None:
    """Restarts servers in turn, each when another share of the messages is stored."""
    total = restarts * len(servers)
    for number in range(total):
        _wait_for(url, messages * (number + 1) // (total + 1))
        servers[number % len(servers)].restart()


def _wait_for(url: str, count: int) -> None:
    patience = time.monotonic() + _PATIENCE_S
    while stored(url)[0] < count:
        if time.monotonic() > patience:
            raise SystemExit(f"{stored(url)[0]} of {count} were stored in {_PATIENCE_S:g} s")
        time.sleep(0.25)


def run(messages: int, restarts: int) -> dict[str, object]:
    """Runs it and returns its figures."""
    with (
        tempfile.TemporaryDirectory(prefix="voc-streams-") as name,
        Postgres(Path(name) / "postgres") as postgres,
        RabbitMQ(Path(name) / "rabbitmq") as rabbit,
    ):
        return _measured(Path(name), postgres, rabbit, messages, restarts)


def _measured(
    folder: Path, postgres: Server, rabbit: Server, messages: int, restarts: int
) -> dict[str, object]:
    assert isinstance(postgres, Postgres)
    assert isinstance(rabbit, RabbitMQ)
    config = _write_config(folder, postgres, rabbit)
    command = [sys.executable, "-m", "tests.benchmarks.stream_children", str(config)]
    troubles = folder / "troubles"
    with troubles.open("wb") as log:
        reader = subprocess.Popen(command, stdout=log, stderr=log)
    began = time.monotonic()
    publisher = Publisher(rabbit.url, messages)
    publisher.start()
    try:
        _restart_while_it_runs([rabbit, postgres], postgres.url, messages, restarts)
        publisher.join(_PATIENCE_S)
        _wait_for(postgres.url, messages)
        seconds = time.monotonic() - began
    finally:
        reader.terminate()
        reader.wait(90)
    voices, ids, versions = stored(postgres.url)
    return {
        "messages": messages,
        "published": publisher.published,
        "restarts": {"rabbitmq": rabbit.restarts, "postgres": postgres.restarts},
        "troubles": len(troubles.read_text(errors="replace").splitlines()),
        "stored": voices,
        "lost": messages - ids,
        "doubled": versions - ids,
        "seconds": round(seconds, 1),
    }


def main() -> None:
    """Prints the figures as JSON; exits 1 where a message was lost or is there twice."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m tests.benchmarks.streams")
    parser.add_argument("--messages", type=int, default=50_000, help="how many are sent")
    parser.add_argument("--restarts", type=int, default=3, help="kills of each server")
    told = parser.parse_args()
    figures = run(told.messages, told.restarts)
    print(json.dumps(figures, indent=2))
    if figures["lost"] or figures["doubled"]:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
