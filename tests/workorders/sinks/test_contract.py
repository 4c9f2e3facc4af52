"""What every sink promises, held over all kinds against servers that speak their protocols."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.workorders.sinks.fakes import Tracker, mail_server
from tests.workorders.sinks.receiver import Reply, receiver
from voc.config.sinks import BUILT_IN, options_of
from voc.errors import TransientDeliveryError
from voc.records import Message
from voc.workorders.sinks import CheckedSink, ClosingSink, Sink, open_sink
from voc.workorders.sinks.base import send_all

Make = Callable[..., Message]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OVER_HTTP = ("webhook", "wecom", "dingtalk", "feishu", "jira")
NOWHERE: dict[str, dict[str, Any]] = {
    "webhook": {"url": "http://127.0.0.1:9/hush", "secret": SECRET},
    "wecom": {"url": "http://127.0.0.1:9/hush"},
    "dingtalk": {"url": "http://127.0.0.1:9/hush", "secret": "hush"},
    "feishu": {"url": "http://127.0.0.1:9/hush", "secret": "hush"},
    "jira": {"url": "http://127.0.0.1:9", "token": "hush", "project": "VOC"},
    "rabbitmq": {"url": "amqp://guest:hush@127.0.0.1:9/", "routing_key": "q"},
    "redis": {"url": "redis://:hush@127.0.0.1:9/0", "stream": "s"},
    "kafka": {"servers": "127.0.0.1:9", "topic": "t", "properties": {"sasl.password": "hush"}},
    "email": {
        "host": "127.0.0.1", "port": 9, "tls": "none", "user": "u", "password": "hush",
        "sender": "a@h.example", "to": "b@h.example",
    },
}  # fmt: skip


def made(kind: str, folder: Path, **values: Any) -> Sink:
    more = {"allow_hosts": "127.0.0.1"} if kind in OVER_HTTP else {}
    limit = {} if kind == "file" else {"timeout_s": 5}
    settings = options_of(kind).model_validate({"kind": kind} | more | limit | values)
    return open_sink("sink", settings, queue_dir=folder / "queue", base_dir=folder)


@pytest.fixture(params=sorted(BUILT_IN))
def sink(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Sink]:
    """A sink of each kind whose receiver takes everything."""
    kind = request.param
    values = dict(NOWHERE.get(kind, {}))
    with receiver() as told, mail_server() if kind == "email" else nullcontext() as box:
        told.answer = (
            Tracker() if kind == "jira" else lambda _: Reply(body=b'{"errcode": 0, "code": 0}')
        )
        if kind in OVER_HTTP:
            values["url"] = told.url
        elif kind == "rabbitmq":
            values = {"url": request.getfixturevalue("amqp_url"), "exchange": "amq.fanout"}
            values |= {"exchange_type": "fanout", "routing_key": "", "declare_topology": False}
            request.getfixturevalue("bound_queue")
        elif kind == "redis":
            stream = request.getfixturevalue("own_stream")
            values = {"url": request.getfixturevalue("redis_url"), "stream": stream}
        elif kind == "kafka":
            values["properties"] = {"test.mock.num.brokers": 1}
        elif box is not None:
            values["port"] = box.port
        opened = made(kind, tmp_path, **values)
        yield opened
        if isinstance(opened, ClosingSink):
            opened.close()


@pytest.fixture
def bound_queue(amqp_url: str, own_name: str) -> Iterator[str]:
    """A queue that takes what comes to amq.fanout."""
    import asyncio

    import aio_pika

    async def change(add: bool) -> None:
        async with await aio_pika.connect(amqp_url) as connection:
            channel = await connection.channel()
            if add:
                queue = await channel.declare_queue(own_name)
                await queue.bind("amq.fanout")
            else:
                await channel.queue_delete(own_name)

    asyncio.run(change(True))
    yield own_name
    asyncio.run(change(False))


@pytest.fixture
def own_stream(redis_url: str, own_name: str) -> Iterator[str]:
    import redis

    yield own_name
    with closing(redis.Redis.from_url(redis_url)) as client:
        for key in client.scan_iter(f"*{own_name}*"):
            client.delete(key)


def test_a_message_of_a_single_voice_is_taken(sink: Sink, voice: Message) -> None:
    sink.send(voice)


def test_a_message_is_taken_also_when_it_comes_again(sink: Sink, make_message: Make) -> None:
    first = sink.send(make_message())
    assert first is None or isinstance(first, str)
    again = sink.send(make_message())
    assert again is None or isinstance(again, str)
    assert sink.name == "sink"


def test_several_have_an_outcome_each(sink: Sink, make_message: Make) -> None:
    many = [make_message(f"m{n}", key=f"wo_{n}") for n in range(7)]
    outcomes = send_all(sink, many)
    assert len(outcomes) == 7
    assert all(outcome is None or isinstance(outcome, str) for outcome in outcomes), outcomes


def test_odd_words_and_an_empty_payload_are_no_trouble(sink: Sink, make_message: Make) -> None:
    odd = make_message(
        "m1", title="坏\ud800字\x00\u202e👨‍👩‍👧 <b>\r\n.\r\nQUIT", department="\ud800"
    )
    sink.send(odd)
    sink.send(replace(odd, message_id="m2", key="wo_2", payload={}))
    sink.send(make_message("m3", key="wo_3", title="长" * 5_000))


def test_it_can_be_used_again_after_it_was_closed(sink: Sink, make_message: Make) -> None:
    sink.send(make_message("m1"))
    if isinstance(sink, ClosingSink):
        sink.close()
    sink.send(make_message("m2", key="wo_2"))


def test_a_check_finds_it_well(sink: Sink) -> None:
    if isinstance(sink, CheckedSink):
        assert sink.check()


def test_threads_may_share_it(sink: Sink, make_message: Make) -> None:
    failed: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for each in range(3):
                sink.send(make_message(f"m{number}.{each}", key=f"wo_{number}"))
        except TransientDeliveryError as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    if failed:  # only where the sink's own limit was reached
        pytest.fail(str(failed[0]))


@pytest.mark.parametrize("kind", sorted(NOWHERE))
def test_a_receiver_that_is_away_is_worth_another_try(
    kind: str, tmp_path: Path, make_message: Make
) -> None:
    away = made(kind, tmp_path, **NOWHERE[kind])
    begin = time.monotonic()
    with pytest.raises(TransientDeliveryError) as caught:
        away.send(make_message())
    assert time.monotonic() - begin < 15
    assert "127.0.0.1:9" in str(caught.value)
    assert "hush" not in str(caught.value)
    assert isinstance(away, ClosingSink)
    away.close()


def test_every_kind_is_held_to_it() -> None:
    assert {"file", *NOWHERE} == set(BUILT_IN)
