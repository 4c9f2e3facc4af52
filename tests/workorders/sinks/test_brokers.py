"""RabbitMQ, Redis Streams and Kafka, by servers that speak the real protocols."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import aio_pika
import pytest
import redis
from confluent_kafka import Consumer

from voc.config.sinks import KafkaSinkSettings, RabbitMQSinkSettings, RedisSinkSettings
from voc.errors import TerminalDeliveryError, TransientDeliveryError
from voc.records import Message
from voc.workorders.sinks.kafka import KafkaSink
from voc.workorders.sinks.rabbitmq import RabbitMQSink
from voc.workorders.sinks.redis import RedisSink

Make = Callable[..., Message]


def rabbit(url: str, **values: Any) -> RabbitMQSink:
    given = {"kind": "rabbitmq", "url": url, "timeout_s": 10}
    return RabbitMQSink("quality", RabbitMQSinkSettings.model_validate(given | values))


async def _taken(url: str, queue: str, count: int) -> list[aio_pika.abc.AbstractIncomingMessage]:
    """Takes messages as a consumer written with aio-pika alone does, and removes the queue."""
    found = []
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        declared = await channel.get_queue(queue)
        for _ in range(count):
            message = await declared.get(timeout=5)
            assert message is not None
            await message.ack()
            found.append(message)
        assert await declared.get(fail=False, timeout=5) is None, "there is one too many"
        await declared.delete()
    return found


def test_rabbitmq_gets_durable_persistent_messages_by_their_id(
    amqp_url: str, own_name: str, make_message: Make
) -> None:
    sink = rabbit(amqp_url, routing_key=own_name)
    many = [make_message(f"m{n}", key=f"k{n}") for n in range(50)]
    assert sink.send_many(many) == [None] * 50
    assert sink.send(make_message("m50", key="k50")) is None
    sink.close()
    found = asyncio.run(_taken(amqp_url, own_name, 51))
    assert sorted(str(item.message_id) for item in found) == sorted(f"m{n}" for n in range(51))
    first = found[0]
    assert first.delivery_mode == aio_pika.DeliveryMode.PERSISTENT
    assert first.content_type == "application/json"
    assert first.headers["key"] == f"k{str(first.message_id)[1:]}"
    assert json.loads(first.body)["data"]["work_order"]["department"] == "动力质量部"


def test_rabbitmq_declares_and_binds(amqp_url: str, own_name: str, make_message: Make) -> None:
    topology = {"exchange": own_name, "routing_key": "orders.high", "queue": own_name}
    sink = rabbit(amqp_url, **topology)
    sink.send(make_message())
    sink.close()
    [found] = asyncio.run(_taken(amqp_url, own_name, 1))
    assert found.routing_key == "orders.high"
    unbound = rabbit(amqp_url, exchange=own_name, routing_key="nobody")
    with pytest.raises(TransientDeliveryError, match="no queue takes what comes to exchange"):
        unbound.send(make_message())
    unbound.close()
    asyncio.run(_drop_exchange(amqp_url, own_name))


async def _drop_exchange(url: str, name: str) -> None:
    async with await aio_pika.connect(url) as connection:
        await (await connection.channel()).exchange_delete(name)


def test_rabbitmq_lost_connections_are_made_anew(
    amqp_url: str, own_name: str, make_message: Make
) -> None:
    sink = rabbit(amqp_url, routing_key=own_name)
    sink.send(make_message("a"))
    assert sink._connection is not None
    sink._loop.run(sink._connection.close())
    sink.send(make_message("b"))
    sink.close()
    found = asyncio.run(_taken(amqp_url, own_name, 2))
    assert [item.message_id for item in found] == ["a", "b"]


def test_rabbitmq_that_is_away_or_refuses(amqp_url: str, make_message: Make) -> None:
    away = rabbit("amqp://guest:hush@127.0.0.1:9/", routing_key="q")
    with pytest.raises(TransientDeliveryError) as caught:
        away.send(make_message())
    assert "amqp://127.0.0.1:9/" in str(caught.value)
    assert "hush" not in str(caught.value)
    wrong = rabbit(amqp_url.replace("guest:guest", "guest:hush"), routing_key="q")
    with pytest.raises(TransientDeliveryError, match="refused") as refused:
        wrong.check()
    assert "hush" not in str(refused.value)
    missing = rabbit(amqp_url, exchange="voc_none", routing_key="q", declare_topology=False)
    with pytest.raises(TransientDeliveryError, match="voc_none"):
        missing.send(make_message())
    assert "accepts the credentials" in rabbit(amqp_url, routing_key="q").check()


def streams(url: str, stream: str, **values: Any) -> RedisSink:
    given = {"kind": "redis", "url": url, "stream": stream, "timeout_s": 10}
    return RedisSink("stream", RedisSinkSettings.model_validate(given | values))


@pytest.fixture
def stream(redis_url: str, own_name: str) -> Iterator[tuple[redis.Redis, str]]:
    client = redis.Redis.from_url(redis_url)
    yield client, own_name
    for key in client.scan_iter(f"*{own_name}*"):
        client.delete(key)
    client.close()


def test_redis_has_each_message_once(
    redis_url: str, stream: tuple[redis.Redis, str], make_message: Make
) -> None:
    client, name = stream
    sink = streams(redis_url, name)
    many = [make_message(f"m{n}", key=f"k{n}") for n in range(60)]
    first = sink.send_many(many)
    assert sink.send_many(many) == first, "a repeat is told with the same entry"
    sink.close()
    entries: Any = client.xrange(name)
    assert [entry.decode() for entry, _ in entries] == sorted(
        (str(item) for item in first), key=lambda item: [int(part) for part in item.split("-")]
    )
    assert {fields[b"id"].decode() for _, fields in entries} == {f"m{n}" for n in range(60)}
    assert json.loads(entries[0][1][b"payload"])["type"] == "work_order.created"
    assert 0 < client.ttl(f"voc:seen:{{{name}}}:m1") <= 7 * 86_400


def test_redis_keeps_about_so_many(
    redis_url: str, stream: tuple[redis.Redis, str], make_message: Make
) -> None:
    client, name = stream
    sink = streams(redis_url, name, max_length=100)
    for begin in range(0, 600, 30):
        sink.send_many([make_message(f"m{n}", key=f"k{n}") for n in range(begin, begin + 30)])
    sink.close()
    assert 100 <= int(client.xlen(name)) < 400


def test_redis_that_is_away_or_holds_something_else(
    redis_url: str, stream: tuple[redis.Redis, str], make_message: Make
) -> None:
    client, name = stream
    client.set(name, "no stream")
    sink = streams(redis_url, name)
    with pytest.raises(TransientDeliveryError, match="WRONGTYPE"):
        sink.send(make_message())
    client.delete(name)
    assert sink.send(make_message()), "the id of what failed is not remembered"
    assert "accepts the credentials" in sink.check()
    sink.close()
    away = streams("redis://:hush@127.0.0.1:9/0", name)
    with pytest.raises(TransientDeliveryError) as caught:
        away.send(make_message())
    assert "hush" not in str(caught.value)


def kafka(**properties: Any) -> KafkaSink:
    values = {"kind": "kafka", "servers": "127.0.0.1:9", "topic": "voc", "timeout_s": 5}
    return KafkaSink("log", KafkaSinkSettings.model_validate(values | {"properties": properties}))


def test_kafka_by_the_librarys_own_cluster(make_message: Make) -> None:
    """librdkafka's mock brokers speak the protocol on loopback; no Kafka server runs here."""
    sink = kafka(**{"test.mock.num.brokers": 3})
    many = [make_message(f"m{n}", key=f"k{n % 7}", sequence=n + 1) for n in range(40)]
    outcomes = sink.send_many(many)
    assert all(isinstance(item, str) for item in outcomes), outcomes
    assert "the topic has" in sink.check()
    brokers = sink._opened().list_topics("voc", timeout=5).brokers.values()
    servers = ",".join(f"{broker.host}:{broker.port}" for broker in brokers)
    found = _consumed(servers, 40)
    sink.close()
    assert {dict(item.headers())["id"].decode() for item in found} == {f"m{n}" for n in range(40)}
    places: dict[bytes, set[int]] = {}
    order: dict[bytes, list[int]] = {}
    for item in found:
        places.setdefault(item.key(), set()).add(item.partition())
        order.setdefault(item.key(), []).append(int(dict(item.headers())["sequence"]))
    assert all(len(partitions) == 1 for partitions in places.values()), "a key has one partition"
    assert all(sequences == sorted(sequences) for sequences in order.values())


def _consumed(servers: str, count: int) -> list[Any]:
    consumer = Consumer(
        {"bootstrap.servers": servers, "group.id": "t", "auto.offset.reset": "earliest"}
    )
    consumer.subscribe(["voc"])
    found: list[Any] = []
    for _ in range(300):
        message = consumer.poll(0.1)
        if message is not None and message.error() is None:
            found.append(message)
        if len(found) == count:
            break
    consumer.close()
    return found


def test_kafka_says_what_is_wrong(make_message: Make) -> None:
    away = kafka()
    away._settings = away._settings.model_copy(update={"timeout_s": 1.0})
    with pytest.raises(TransientDeliveryError, match=r"kafka://127\.0\.0\.1:9/voc"):
        away.send(make_message())
    with pytest.raises(TransientDeliveryError):
        away.check()
    away.close()
    small = kafka(**{"test.mock.num.brokers": 1, "message.max.bytes": 1000})
    with pytest.raises(TerminalDeliveryError, match="MSG_SIZE_TOO_LARGE"):
        small.send(make_message(note="x" * 2000))
    small.close()
    wrong = kafka(**{"no.such.property": 1})
    with pytest.raises(TransientDeliveryError, match=r"no\.such\.property"):
        wrong.send(make_message())
