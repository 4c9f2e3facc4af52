"""Work orders while servers die, and after one was away: `python -m tests.benchmarks.outages`.

- `--messages` messages to RabbitMQ and as many to Redis, delivered by two `voc worker` over a store
  in PostgreSQL, while each of the three servers is killed and started again `--restarts` times;
- then `--queued` messages to a RabbitMQ that is away for `--away` seconds while workers try.

The servers are the benchmark's own, on free ports in a folder that is deleted. It exits 1 where a
message is lost, comes to Redis twice, or an order's changes come out of their order.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from redis import Redis

from tests.benchmarks.own_servers import Postgres, RabbitMQ, RedisServer, Server
from tests.workorders.deliveries import Effects, consumer, enqueue, in_order
from voc.errors import StoreError
from voc.store import Store, open_store

QUEUE, STREAM = "orders", "orders"
_AT_ONCE = 500
_PATIENCE_S = 1800.0


def _written(folder: Path, store: str, sinks: dict[str, Any]) -> Path:
    path = folder / "voc.yaml"
    waits = {"poll_s": 0.2, "run_every_s": 3600}
    values = {"store": {"url": store}, "worker": waits, "sinks": sinks}
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    return path


@contextmanager
def _workers(config: Path, count: int) -> Iterator[None]:
    """Runs `voc worker` so many times; what they say is kept beside the config."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("VOC_")}
    command = [sys.executable, "-c", "from voc.cli import main; main()", "worker", "--config"]
    log_path = config.parent / "workers.log"
    with log_path.open("wb") as log:
        running = [
            subprocess.Popen([*command, str(config)], env=environ, stdout=log, stderr=log)
            for _ in range(count)
        ]
    try:
        yield
        ended = [each.returncode for each in running if each.poll() is not None]
        assert not ended, f"workers ended with {ended}: {log_path.read_text(errors='replace')}"
    finally:
        for each in running:
            each.terminate()
        for each in running:
            each.wait(90)


def _delivered(store: Store) -> int:
    """Returns how many messages are delivered, -1 while the store is away."""
    try:
        return store.outbox_counts()["delivered"]
    except StoreError:
        return -1


def _wait_for(store: Store, count: int) -> None:
    end = time.monotonic() + _PATIENCE_S
    while _delivered(store) < count:
        if time.monotonic() > end:
            raise SystemExit(f"{_delivered(store)} of {count} delivered in {_PATIENCE_S:g} s")
        time.sleep(0.25)


def _queued(store: Store, messages: int, sinks: list[str]) -> set[str]:
    ids: set[str] = set()
    for first in range(0, messages, _AT_ONCE):
        ids |= enqueue(store, min(_AT_ONCE, messages - first), sinks, first=first)
    return ids


def _consumed(url: str, count: int) -> Effects:
    effects, end = Effects(), time.monotonic() + 120
    with consumer(url, QUEUE, effects):
        while len(effects.done) < count and time.monotonic() < end:
            time.sleep(0.05)
        time.sleep(1.0)  # what came twice comes, too
    return effects


def _streamed(url: str) -> Effects:
    effects = Effects()
    with Redis.from_url(url) as client:
        for _, entry in client.xrange(STREAM):
            effects.take(entry[b"id"].decode())
    return effects


def _told(sink: str, effects: Effects, ids: set[str]) -> dict[str, Any]:
    mine = {name for name in ids if f"_{sink}_" in name}
    return {
        "sent": len(mine),
        "lost": len(mine - set(effects.done)),
        "came again": sum(effects.came.values()) - len(effects.came),
        "in order": in_order(effects, mine),
    }


def restarted(folder: Path, messages: int, restarts: int) -> dict[str, Any]:
    """Delivers while all three servers are killed in turn, and returns what came."""
    with (
        Postgres(folder / "postgres") as postgres,
        RabbitMQ(folder / "rabbitmq") as rabbit,
        RedisServer(folder / "redis") as redis,
    ):
        assert isinstance(postgres, Postgres)
        assert isinstance(rabbit, RabbitMQ)
        assert isinstance(redis, RedisServer)
        queue = {"kind": "rabbitmq", "url": rabbit.url, "routing_key": QUEUE}
        stream = {"kind": "redis", "url": redis.url, "stream": STREAM}
        config = _written(folder, postgres.url, {"queue": queue, "stream": stream})
        servers: list[Server] = [rabbit, postgres, redis]
        with open_store(postgres.url) as store:
            ids = _queued(store, messages, ["queue", "stream"])
            began = time.monotonic()
            with _workers(config, 2):
                for number in range(restarts * len(servers)):
                    share = (number + 1) / (restarts * len(servers) + 1)
                    _wait_for(store, int(len(ids) * share))
                    servers[number % len(servers)].restart()
                _wait_for(store, len(ids))
            seconds = time.monotonic() - began
        return {
            "restarts": {type(each).__name__: each.restarts for each in servers},
            "seconds": round(seconds, 1),
            "rabbitmq": _told("queue", _consumed(rabbit.url, messages), ids),
            "redis": _told("stream", _streamed(redis.url), ids),
        }


def away(folder: Path, messages: int, away_s: float) -> dict[str, Any]:
    """Queues messages for a broker that is away, starts it, and returns what came."""
    rabbit = RabbitMQ(folder / "rabbitmq")
    queue = {"kind": "rabbitmq", "url": rabbit.url, "routing_key": QUEUE}
    config = _written(folder, f"sqlite:///{folder / 'voc.db'}", {"queue": queue})
    with open_store(f"sqlite:///{folder / 'voc.db'}", busy_timeout_s=60) as store:
        ids = _queued(store, messages, ["queue"])
        with _workers(config, 1):
            time.sleep(away_s)
            assert _delivered(store) == 0
            with rabbit:
                began = time.monotonic()
                _wait_for(store, len(ids))
                seconds = time.monotonic() - began
                came = _told("queue", _consumed(rabbit.url, messages), ids)
    return {"away s": away_s, "seconds until all had come": round(seconds, 1), "rabbitmq": came}


def main() -> None:
    """Prints the figures as JSON; exits 1 where a message was lost, doubled or out of order."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.outages",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--messages", type=int, default=10_000, help="to each sink, while servers die; 0 for none")
    add("--restarts", type=int, default=3, help="kills of each server")
    add("--queued", type=int, default=100_000, help="for a server that is away; 0 for none")
    add("--away", type=float, default=60.0, help="seconds that it is away while workers try")
    told = parser.parse_args()
    figures: dict[str, Any] = {}
    if told.messages:
        with tempfile.TemporaryDirectory(prefix="voc-outages-") as name:
            figures["restarts"] = restarted(Path(name), told.messages, told.restarts)
    if told.queued:
        with tempfile.TemporaryDirectory(prefix="voc-outages-") as name:
            figures["away"] = away(Path(name), told.queued, told.away)
    print(json.dumps(figures, indent=2))
    names = ("rabbitmq", "redis")
    sinks = [part[name] for part in figures.values() for name in names if name in part]
    doubled = figures.get("restarts", {}).get("redis", {}).get("came again", 0)
    if doubled or any(one["lost"] or not one["in order"] for one in sinks):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
