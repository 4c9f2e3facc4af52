"""The other side of each kind of inbox: posts events as a team's own system would."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import aio_pika
import redis
from confluent_kafka import Producer

from tests.workorders.sinks.receiver import Asked, Reply, receiver
from voc.config.inboxes import BUILT_IN
from voc.workorders.inboxes import Inbox, open_inbox


class Post(Protocol):
    """Posts the body of an event under a name."""

    def __call__(self, name: str, body: bytes) -> None: ...


@dataclass
class Office:
    """One inbox with its other side."""

    kind: str
    options: Mapping[str, Any]
    post: Post
    folder: Path

    def open(self, **values: Any) -> Inbox:
        told = {"kind": self.kind, **self.options, **values}
        settings = BUILT_IN[self.kind].model_validate(told)
        return open_inbox("quality", settings, base_dir=self.folder)


def file_office(folder: Path) -> Office:
    events = folder / "events"
    events.mkdir()

    def post(name: str, body: bytes) -> None:
        hidden = events / f".{name}.json"
        hidden.write_bytes(body)
        hidden.rename(events / f"{name}.json")

    return Office("file", {"dir": "events"}, post, folder)


@contextmanager
def rabbit_office(folder: Path, url: str, queue: str) -> Iterator[Office]:
    async def publish(name: str, body: bytes) -> None:
        async with await aio_pika.connect(url) as connection:
            channel = await connection.channel()
            await channel.declare_queue(queue, durable=True)
            message = aio_pika.Message(body, message_id=name)
            await channel.default_exchange.publish(message, queue)

    async def remove() -> None:
        async with await aio_pika.connect(url) as connection:
            await (await connection.channel()).queue_delete(queue)

    yield Office(
        "rabbitmq",
        {"url": url, "queue": queue},
        lambda name, body: asyncio.run(publish(name, body)),
        folder,
    )
    asyncio.run(remove())


@contextmanager
def redis_office(folder: Path, url: str, stream: str) -> Iterator[Office]:
    with closing(redis.Redis.from_url(url)) as client:

        def post(name: str, body: bytes) -> None:
            client.xadd(stream, {"id": name, "payload": body})

        yield Office("redis", {"url": url, "stream": stream, "idle_s": 0.01}, post, folder)
        client.delete(stream)


@contextmanager
def kafka_office(folder: Path, topic: str) -> Iterator[Office]:
    """librdkafka's mock brokers speak the protocol on loopback; they end with the producer."""
    brokers = Producer({"bootstrap.servers": "127.0.0.1:9", "test.mock.num.brokers": 1})
    found = brokers.list_topics(topic, timeout=5).brokers.values()
    servers = [f"{broker.host}:{broker.port}" for broker in found]

    def post(name: str, body: bytes) -> None:
        # One key, so that one partition keeps them in order.
        brokers.produce(topic, value=body, key=b"wo", headers={"id": name})
        brokers.flush(5)

    # The mock learns that a consumer left by its silence alone.
    properties = {"session.timeout.ms": 3000, "heartbeat.interval.ms": 500}
    options = {"servers": servers, "topic": topic, "properties": properties}
    yield Office("kafka", options, post, folder)
    brokers.purge()
    brokers.flush(0)


STATES = {"待办": ("1", "new"), "处理中": ("3", "indeterminate"), "完成": ("5", "done")}
_STATE_OF = {"in_progress": "处理中", "resolved": "完成", "reopened": "待办"}


@dataclass
class JiraBoard:
    """Answers as Jira does: issues that a sink made, each with its changelog."""

    api: str = "3"
    issues: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    status: dict[str, str] = field(default_factory=dict)

    def move(self, order: str, event: str, change: str, at: str) -> None:
        """Moves the issue of an order into the state that stands for an event."""
        before, after = self.status.get(order, "待办"), _STATE_OF[event]
        self.status[order] = after
        item = {
            "field": "status", "from": STATES[before][0], "fromString": before,
            "to": STATES[after][0], "toString": after,
        }  # fmt: skip
        created = datetime.fromisoformat(at).strftime("%Y-%m-%dT%H:%M:%S.000%z")
        entry = {"id": change, "created": created, "author": {"displayName": "李工"}}
        self.issues.setdefault(order, []).append({**entry, "items": [item]})

    def __call__(self, asked: Asked) -> Reply:
        path = asked.path.partition("?")[0]
        if asked.headers.get("authorization") != "Bearer hush":
            return Reply(401)
        if path.endswith("/status"):
            told: Any = [
                {"id": number, "name": name, "statusCategory": {"key": key}}
                for name, (number, key) in STATES.items()
            ]
        elif path.endswith("/project/VOC"):
            told = {"key": "VOC"}
        else:
            told = self._page(asked.json())
        return Reply(body=json.dumps(told).encode())

    def _page(self, asked: Any) -> Any:
        begin = int(asked.get("nextPageToken") or asked.get("startAt") or 0)
        names = list(self.issues)
        found = [
            {
                "key": f"VOC-{names.index(name)}",
                "fields": {"labels": ["voc", name]},
                "changelog": {"histories": self.issues[name]},
            }
            for name in names[begin : begin + asked["maxResults"]]
        ]
        page: dict[str, Any] = {"issues": found}
        if self.api == "3" and begin + len(found) < len(names):
            page["nextPageToken"] = str(begin + len(found))
        return page


@contextmanager
def jira_office(folder: Path, api: str = "3") -> Iterator[Office]:
    board = JiraBoard(api)
    with receiver() as told:
        told.answer = board
        options = {"url": told.url, "allow_hosts": "127.0.0.1", "token": "hush", "project": "VOC"}
        options |= {"api": api}

        def post(name: str, body: bytes) -> None:
            said = json.loads(body)
            board.move(said["work_order_id"], said["event"], name, said["at"])

        yield Office("jira", options, post, folder)
