"""Places that streams and systems read from, as tests make and change them."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import aio_pika
import yaml

from tests.conftest import require
from tests.sources.streams.mailbox import Mailbox, mail
from voc.config import Settings, load_settings

AMQP_URL: Final = os.environ.get("VOC_TEST_RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672/")


def amqp_url() -> str:
    """The broker that tests use; skips or fails where there is none."""
    parts = urlsplit(AMQP_URL)
    try:
        socket.create_connection((parts.hostname or "", parts.port or 5672), 2).close()
    except OSError as error:
        require("services", False, f"no RabbitMQ at VOC_TEST_RABBITMQ_URL or locally: {error}")
    return AMQP_URL


def settings_for(folder: Path, source: dict[str, Any], **more: Any) -> Settings:
    """Settings with one source, `site`."""
    config = folder / "voc.yaml"
    values = {"sources": {"site": source}, **more}
    config.write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
    return load_settings(config, environ={})


def message(number: int | str, text: str | None = None, **more: Any) -> dict[str, Any]:
    """A Feedback as the contract writes it."""
    words = f"第{number}条" if text is None else text
    return {"native_id": str(number), "channel": "review", "text": words, **more}


class RabbitPlace:
    """A queue of the real broker, of this test alone."""

    def __init__(
        self, folder: Path, count: int = 12, *, url: str | None = None,
        arguments: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        self.url = url or amqp_url()
        self.arguments = arguments
        self.queue = f"voc_test_{uuid.uuid4().hex}"
        self.source: dict[str, Any] = {
            "kind": "rabbitmq", "url": self.url, "queue": self.queue, "batch_rows": 5,
            "batch_s": 0.2, "idle_s": 0.6,
        }  # fmt: skip
        self.settings = settings_for(folder, self.source)
        self.count = count
        self.publish(message(number) for number in range(count))

    def publish(self, bodies: Iterable[Any]) -> None:
        """Sends messages; bytes as they are, all else as JSON."""
        asyncio.run(self._publish(list(bodies)))

    async def _publish(self, bodies: list[Any]) -> None:
        async with await aio_pika.connect(self.url) as connection:
            channel = await connection.channel()
            await channel.declare_queue(self.queue, durable=True, arguments=self.arguments)
            for start in range(0, len(bodies), 500):
                await asyncio.gather(
                    *(
                        channel.default_exchange.publish(_amqp(body), self.queue)
                        for body in bodies[start : start + 500]
                    )
                )

    def waiting(self) -> int:
        """How many messages wait, once those of closed connections are back."""

        async def count() -> int:
            async with await aio_pika.connect(self.url) as connection:
                channel = await connection.channel()
                queue = await channel.declare_queue(self.queue, passive=True)
                return queue.declaration_result.message_count or 0

        return asyncio.run(count())

    def close(self) -> None:
        async def drop() -> None:
            async with await aio_pika.connect(self.url) as connection:
                await (await connection.channel()).queue_delete(self.queue)

        asyncio.run(drop())

    def edit(self) -> None:
        self.publish([message(6, "改过")])

    def again(self) -> None:
        """Delivers everything once more."""
        self.publish(message(number) for number in range(self.count))

    def withdraw(self) -> None:
        self.publish([message(3, deleted=True)])

    def empty(self) -> None:
        async def purge() -> None:
            async with await aio_pika.connect(self.url) as connection:
                channel = await connection.channel()
                await (await channel.get_queue(self.queue)).purge()

        asyncio.run(purge())

    def poison(self) -> None:
        self.publish([b"no json"])


def _amqp(body: Any) -> aio_pika.Message:
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return aio_pika.Message(raw, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)


class SqlPlace:
    """A table of a database; by default a file of SQLite."""

    def __init__(
        self, folder: Path, count: int = 1_200, *, run: Callable[..., Any] | None = None,
        url: str | None = None, table: str = "reviews", stamp: str = "TEXT",
    ) -> None:  # fmt: skip
        self.table, self.stamp = table, stamp
        self.do = run or _sqlite(folder / "shop.db")
        self.settings = settings_for(
            folder,
            {
                "kind": "sql",
                "url": url or "sqlite:///shop.db",
                "query": f"SELECT id, words, updated_at, gone FROM {table}",
                "watermark": "updated_at",
                "key": "id",
                "lag": 60,
                "map": {"text": "words", "deleted": "gone"},
            },
        )
        self.do(
            f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, words VARCHAR(200),"
            f" updated_at {stamp}, gone INTEGER DEFAULT 0)"
        )
        # Hundreds of rows share each watermark, over the ends of pages.
        first = datetime(2026, 11, 1, tzinfo=UTC)
        times = (first + timedelta(seconds=n // 400) for n in range(count))
        self.insert((n, f"第{n}条", f"{time:%F %T}") for n, time in enumerate(times))

    def insert(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self.do(f"INSERT INTO {self.table} (id, words, updated_at) VALUES (?, ?, ?)", list(rows))

    def change(self, assignment: str, where: str, *, at: str = "2026-11-02 00:00:00") -> None:
        self.do(f"UPDATE {self.table} SET {assignment}, updated_at = '{at}' WHERE {where}")

    def edit(self) -> None:
        self.change("words = '改过'", "id = 6")

    def again(self) -> None:
        self.change("words = words", "1 = 1")

    def withdraw(self) -> None:
        self.change("gone = 1", "id = 3")

    def empty(self) -> None:
        self.do(f"DELETE FROM {self.table}")

    def poison(self) -> None:
        self.do(f"INSERT INTO {self.table} (id, words) VALUES (99999, '没有时间')")

    def close(self) -> None:
        self.do(f"DROP TABLE {self.table}")


def _sqlite(path: Path) -> Callable[..., Any]:
    def run(statement: str, rows: list[Any] | None = None) -> None:
        with sqlite3.connect(path) as connection:
            if rows is None:
                connection.execute(statement)
            else:
                connection.executemany(statement, rows)
        connection.close()

    return run


class FolderPlace:
    """A folder into which files are dropped."""

    def __init__(self, folder: Path) -> None:
        self.drop = folder / "drop"
        self.drop.mkdir()
        self.settings = settings_for(
            folder, {"kind": "folder", "path": "drop/*.jsonl", "map": {"deleted": "gone"}}
        )
        self.write("a.jsonl", [{"id": n, "text": f"第{n}条", "gone": 0} for n in range(700)])
        self.write("b.jsonl", [{"id": n, "text": f"第{n}条", "gone": 0} for n in range(700, 720)])

    def write(self, name: str, rows: list[Any], *, age_s: float = 60) -> Path:
        path = self.drop / name
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        then = time.time() - age_s
        os.utime(path, (then, then))
        return path

    def edit(self) -> None:
        self.write("c.jsonl", [{"id": 6, "text": "改过", "gone": 0}])

    def again(self) -> None:
        for path in self.drop.iterdir():
            os.utime(path, (1_000_000_000, 1_000_000_000))

    def withdraw(self) -> None:
        self.write("d.jsonl", [{"id": 3, "text": "第3条", "gone": 1}])

    def empty(self) -> None:
        for path in self.drop.iterdir():
            path.unlink()

    def poison(self) -> None:
        path = self.write("e.jsonl", [])
        path.write_text("{no json\n", encoding="utf-8")
        os.utime(path, (1_000_000_000, 1_000_000_000))

    def close(self) -> None:
        """Leaves it to pytest."""


class KafkaPlace:
    """Topics of librdkafka's own mock brokers, which speak the protocol on loopback."""

    def __init__(self, folder: Path, count: int = 12) -> None:
        from confluent_kafka import Producer

        self._cluster = Producer(
            {"bootstrap.servers": "127.0.0.1:9", "test.mock.num.brokers": 1, "log_level": 0}
        )
        [broker] = self._cluster.list_topics(timeout=10).brokers.values()
        self.source: dict[str, Any] = {
            "kind": "kafka", "servers": f"{broker.host}:{broker.port}", "topics": "voices",
            "batch_rows": 5, "batch_s": 0.2, "idle_s": 0.6,
        }  # fmt: skip
        self.settings = settings_for(folder, self.source)
        self.count = count
        self.publish(message(number) for number in range(count))

    def publish(self, bodies: Iterable[Any]) -> None:
        for body in bodies:
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            # One partition, as what is said of one voice must keep its order.
            self._cluster.produce("voices", raw, partition=0)
        assert self._cluster.flush(10) == 0

    def edit(self) -> None:
        self.publish([message(6, "改过")])

    def again(self) -> None:
        self.publish(message(number) for number in range(self.count))

    def withdraw(self) -> None:
        self.publish([message(3, deleted=True)])

    def empty(self) -> None:
        self.settings = settings_for(self.settings.base_dir, {**self.source, "start": "latest"})

    def poison(self) -> None:
        self.publish([b"no json"])

    def close(self) -> None:
        """The brokers end with who made them."""


class MailPlace:
    """A mailbox on loopback."""

    def __init__(self, folder: Path, box: Mailbox, count: int = 120) -> None:
        self.box = box
        self.settings = settings_for(
            folder,
            {
                "kind": "imap", "host": "127.0.0.1", "port": box.port, "tls": "none",
                "user": "voc", "password": "hush", "allow_private": True, "max_mail_mb": 0.1,
            },
        )  # fmt: skip
        for number in range(count):
            box.put(mail(number, f"第{number}条"))

    def edit(self) -> None:
        self.box.put(mail(6, "改过"))

    def again(self) -> None:
        self.box.validity += 1

    def empty(self) -> None:
        self.box.mails.clear()

    def poison(self) -> None:
        self.box.put(mail("big", "大" * 100_000))

    def close(self) -> None:
        """Its server ends with the test."""
