"""Delivery at scale and under kills: `python -m tests.benchmarks.delivery`.

- `--orders` work orders through RabbitMQ, read by a consumer written with aio-pika alone, and
  through a webhook receiver that fails 30 % of the time, in some cases after it has taken the
  message: all must arrive, each effect once, each order's changes in their order;
- then `--kill-orders` through both at once by `--workers` worker processes, one of which is killed
  by SIGKILL every moment, `--kills` times in all. Messages are added as long as kills are left.

It needs the RabbitMQ of VOC_TEST_RABBITMQ_URL, or one on 127.0.0.1, and exits 1 where anything was
lost, done twice or out of order.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from tests.workorders.deliveries import (
    SECRET,
    Effects,
    Failing,
    consumer,
    deliver_with_kills,
    enqueue,
    in_order,
)
from tests.workorders.sinks.receiver import receiver
from voc.config import load_settings
from voc.pipeline.delivering import Delivery
from voc.store import Store, open_store
from voc.workorders import Retry

AMQP_URL = os.environ.get("VOC_TEST_RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672/")
QUICK = Retry(attempts=1_000, base_s=0.05, cap_s=1.0)


def options() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        prog="tests.benchmarks.delivery",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--orders", type=int, default=10_000, help="work orders through each; 0 for none")
    add("--kills", type=int, default=500, help="workers killed; 0 for none")
    add("--workers", type=int, default=4, help="workers at a time")
    add("--kill-orders", type=int, default=4_000, help="work orders at least, while they die")
    add("--minutes", type=float, default=60, help="longest time for each part")
    return parser.parse_args()


def webhook(url: str) -> str:
    """Returns the settings of a webhook sink."""
    return (
        f"  hook: {{kind: webhook, url: {url}, secret: {SECRET}, allow_hosts: 127.0.0.1,"
        " parallel: 8}\n"
    )


def rabbit(queue: str) -> str:
    """Returns the settings of a RabbitMQ sink."""
    return f"  queue: {{kind: rabbitmq, url: '{AMQP_URL}', routing_key: {queue}}}\n"


def written(folder: Path, sinks: str) -> Path:
    """Writes the settings."""
    folder.mkdir(parents=True)
    path = folder / "voc.yaml"
    path.write_text(f"sinks:\n{sinks}", encoding="utf-8")
    return path


def waited(found: Callable[[], bool], within_s: float = 60) -> None:
    """Waits until something holds, or too long."""
    end = time.monotonic() + within_s
    while not found() and time.monotonic() < end:
        time.sleep(0.02)


def through(name: str, path: Path, sink: str, effects: Effects, chosen: argparse.Namespace) -> bool:
    """Delivers through one sink, and says how it went."""
    settings = load_settings(path, environ={})
    end = time.monotonic() + 60 * chosen.minutes
    with open_store(settings.store_url) as store, Delivery(store, settings, retry=QUICK) as courier:
        ids = enqueue(store, chosen.orders, [sink], changes=1)
        began = time.monotonic()
        while store.outbox_counts()["pending"] and time.monotonic() < end:
            courier.deliver()
            time.sleep(0.02)
        waited(lambda: len(effects.done) == len(ids))
        took = time.monotonic() - began
    fine = set(effects.done) == ids
    again = sum(effects.came.values()) - len(effects.came)
    print(
        f"{name}: {len(effects.done)} of {len(ids)} arrived in {took:.1f} s,"
        f" {len(ids) / took:.0f} a second; {again} came again and had no second effect"
    )
    return fine


def killed(folder: Path, chosen: argparse.Namespace) -> bool:
    """Delivers by workers that are killed, and says how it went."""
    hooked, queued, queue = Effects(), Effects(), f"voc_bench_{uuid.uuid4().hex}"
    ids: set[str] = set()
    with receiver() as told, consumer(AMQP_URL, queue, queued):
        told.answer = Failing(hooked, 0.3)
        path = written(folder, webhook(told.url) + rabbit(queue))
        settings = load_settings(path, environ={})
        with open_store(settings.store_url, busy_timeout_s=120) as store:
            ids |= enqueue(store, chosen.kill_orders, ["hook", "queue"])
            began, kills = time.monotonic(), 0
            while kills < chosen.kills:
                kills += _some_kills(path, store, ids, chosen, kills)
            took = time.monotonic() - began
            counts = store.outbox_counts()
            waited(lambda: len(queued.done) * 2 == len(ids))
    fine = counts["delivered"] == len(ids)
    for effects, sink in ((hooked, "hook"), (queued, "queue")):
        mine = {name for name in ids if f"_{sink}_" in name}
        sound = in_order(effects, mine)
        again = sum(effects.came.values()) - len(effects.came)
        print(
            f"{kills} kills, {chosen.workers} workers, {took:.0f} s, {sink}: {len(effects.done)} of"
            f" {len(mine)} arrived, {again} came again and had no second effect,"
            f" {'in order' if sound else 'NOT all in order'}"
        )
        fine = fine and sound
    return fine


def _some_kills(
    path: Path, store: Store, ids: set[str], chosen: argparse.Namespace, before: int
) -> int:
    """Kills workers until all is delivered, or often enough; then more orders are due."""
    if not store.outbox_counts()["pending"]:
        ids |= enqueue(store, chosen.kill_orders, ["hook", "queue"], first=len(ids) // 2)
    return deliver_with_kills(
        path,
        workers=chosen.workers,
        kills=chosen.kills - before,
        done=lambda: store.outbox_counts()["pending"] == 0,
        within_s=60 * chosen.minutes,
        pause_s=(0.2, 1.2),
    )


def main() -> int:
    """Runs what was asked for; 1 where a message was lost, done twice or out of order."""
    chosen, fine = options(), True
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if chosen.orders:
            effects, queue = Effects(), f"voc_bench_{uuid.uuid4().hex}"
            with consumer(AMQP_URL, queue, effects):
                path = written(folder / "rabbit", rabbit(queue))
                fine = through("RabbitMQ", path, "queue", effects, chosen) and fine
            effects = Effects()
            with receiver() as told:
                told.answer = Failing(effects, 0.3)
                path = written(folder / "hook", webhook(told.url))
                fine = through("webhook, 30 % failing", path, "hook", effects, chosen) and fine
        if chosen.kills:
            fine = killed(folder / "kills", chosen) and fine
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
