"""Webhooks: signed by the specification, within their time, never to private addresses."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from tests.workorders.sinks.receiver import Receiver, Reply
from voc.config.sinks import WebhookSinkSettings
from voc.errors import TerminalDeliveryError, TransientDeliveryError
from voc.records import Message
from voc.workorders.sinks import guard
from voc.workorders.sinks.http import retry_after_s
from voc.workorders.sinks.webhook import WebhookSink

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OLD = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
Make = Callable[..., Message]


def sink(url: str, **values: Any) -> WebhookSink:
    given = {"kind": "webhook", "url": url, "secret": SECRET, "allow_hosts": ["127.0.0.1"]}
    return WebhookSink("hook", WebhookSinkSettings.model_validate(given | values))


def test_a_message_is_signed_with_both_secrets(http: Receiver, make_message: Make) -> None:
    hook = sink(f"{http.url}/x", old_secret=OLD, headers={"X-Key": "k"})
    assert hook.send(make_message("msg_7")) is None
    hook.close()
    [asked] = http.asked
    assert (asked.method, asked.path, asked.headers["webhook-id"]) == ("POST", "/x", "msg_7")
    assert asked.headers["x-key"] == "k"
    for secret in (SECRET, OLD):
        told = Webhook(secret).verify(asked.body, dict(asked.headers))
        assert told["data"]["work_order"]["title"] == "动力：变速箱顿挫（X5）"


def test_the_vector_of_the_specification() -> None:
    at = datetime.fromtimestamp(1614265330, UTC)
    hook = sink("https://h.example/")
    headers = hook._headers("msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', at)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers["webhook-timestamp"] == "1614265330"


def test_a_thousand_flipped_bits_and_old_times_are_refused(make_message: Make) -> None:
    hook, chance, now = sink("https://h.example/"), random.Random(5), datetime.now(UTC)
    body = '{"标题":"变速箱顿挫"}'.encode()
    good = dict(hook._headers("m", body, now))
    Webhook(SECRET).verify(body, good)
    for _ in range(1_000):
        broken = bytearray(body)
        broken[chance.randrange(len(body))] ^= 1 << chance.randrange(8)
        with pytest.raises((WebhookVerificationError, UnicodeDecodeError)):
            Webhook(SECRET).verify(bytes(broken), good)
    for seconds, fine in ((295, True), (301, False), (-295, True), (-302, False)):
        at = dict(hook._headers("m", body, now - timedelta(seconds=seconds)))
        if fine:
            Webhook(SECRET).verify(body, at)
        else:
            with pytest.raises(WebhookVerificationError):
                Webhook(SECRET).verify(body, at)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413, 301, 308])
def test_what_is_refused_for_good(status: int, http: Receiver, make_message: Make) -> None:
    http.answer = lambda _: Reply(status, headers={"Location": f"{http.url}/elsewhere"})
    with pytest.raises(TerminalDeliveryError, match=f"answered {status} "):
        sink(http.url).send(make_message())
    assert len(http.asked) == 1, "no redirect is followed"


@pytest.mark.parametrize("status", [302, 307, 408, 425, 429, 500, 502, 503])
def test_what_is_worth_another_try(status: int, http: Receiver, make_message: Make) -> None:
    http.answer = lambda _: Reply(status, headers={"Retry-After": "7", "Location": "/x"})
    with pytest.raises(TransientDeliveryError, match=f"answered {status} ") as caught:
        sink(http.url).send(make_message())
    assert caught.value.retry_after_s == 7
    assert len(http.asked) == 1


def test_a_conflict_says_that_it_is_there(http: Receiver, make_message: Make) -> None:
    http.answer = lambda _: Reply(409)
    assert sink(http.url).send(make_message()) is None
    with pytest.raises(TransientDeliveryError):
        sink(http.url, taken_status=[]).send(make_message())


@pytest.mark.parametrize("fault", ["reset", "trickle", "never"])
def test_a_receiver_that_breaks_costs_its_time_and_no_more(
    fault: str, http: Receiver, make_message: Make
) -> None:
    http.answer = lambda _: Reply(fault=fault)
    begin = time.monotonic()
    with pytest.raises(TransientDeliveryError) as caught:
        sink(http.url, timeout_s=2).send(make_message())
    assert time.monotonic() - begin < 15, "what one message may take in all"
    assert http.url in str(caught.value)


def test_an_answer_without_end_is_cut(http: Receiver, make_message: Make) -> None:
    http.answer = lambda _: Reply(200, b"x" * (8 << 20))
    assert sink(http.url).send(make_message()) is None


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "0x7f.1", "2130706433", "0177.0.0.1", "localhost", "[::1]",
        "[::ffff:127.0.0.1]", "169.254.169.254", "100.64.0.1", "10.0.0.1", "192.168.1.1",
        "172.16.0.1", "0.0.0.0", "[fd00::1]", "[fe80::1]", "[64:ff9b::7f00:1]",
        "[2002:7f00:1::1]", "224.0.0.1",
    ],
)  # fmt: skip
def test_private_addresses_are_not_connected_to(
    host: str, http: Receiver, make_message: Make
) -> None:
    port = http.url.rpartition(":")[2]
    with pytest.raises(TransientDeliveryError, match=r"no public address|Invalid IPv4"):
        sink(f"http://{host}:{port}/", allow_hosts=[], timeout_s=5).send(make_message())
    assert http.asked == []


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True), ("2001:4860:4860::8888", True), ("::ffff:8.8.8.8", True),
        ("127.0.0.1", False), ("::ffff:127.0.0.1", False), ("::ffff:10.0.0.1", False),
        ("100.64.0.1", False), ("100.127.255.255", False), ("169.254.169.254", False),
        ("64:ff9b::a9fe:a9fe", False), ("2002:a00:1::", False), ("::", False), ("::1", False),
        ("fe80::1%eth0", False), ("0.0.0.0", False), ("255.255.255.255", False),
        ("198.18.0.1", False), ("192.0.0.8", False), ("224.0.0.1", False), ("::7f00:1", False),
    ],
)  # fmt: skip
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert guard.AddressRules().permits("h", address) is public


def test_a_name_that_turns_private_is_refused_where_it_is_connected_to(
    http: Receiver, make_message: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([["8.8.8.8"], ["127.0.0.1"]])

    async def turning(host: str, port: int) -> list[str]:
        return next(answers)

    monkeypatch.setattr(guard, "resolve", turning)
    port = http.url.rpartition(":")[2]
    hook = sink(f"http://turns.example:{port}/", allow_hosts=[], timeout_s=1)
    with pytest.raises(TransientDeliveryError):
        hook.send(make_message())  # the public one is tried, and does not answer
    with pytest.raises(TransientDeliveryError, match=r"leads to 127\.0\.0\.1"):
        hook.send(make_message())
    assert http.asked == []


def test_several_go_side_by_side(http: Receiver, make_message: Make) -> None:
    together = threading.Barrier(8)

    def waiting(_: object) -> Reply:
        together.wait(60)  # for the eighth: none is answered before all are there
        return Reply()

    http.answer = waiting
    hook = sink(http.url, parallel=8)
    assert hook.send_many([make_message(f"m{n}", key=f"k{n}") for n in range(8)]) == [None] * 8
    http.answer = lambda _: Reply()
    hook.close()
    assert hook.send(make_message()) is None, "it can be used again"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("120", 120), ("", None), ("soon", None), ("-5", None),
     ("Mon, 09 Mar 2026 02:31:00 GMT", 60), ("Mon, 09 Mar 2020 02:31:00 GMT", 0)],
)  # fmt: skip
def test_retry_after(text: str, seconds: float | None) -> None:
    now = datetime(2026, 3, 9, 2, 30, tzinfo=UTC)
    assert retry_after_s({"retry-after": text}, now=now) == seconds


def test_the_check_sends_nothing(http: Receiver) -> None:
    assert "answers (200 to HEAD)" in sink(http.url).check()
    assert [asked.method for asked in http.asked] == ["HEAD"]
    with pytest.raises(TransientDeliveryError):
        sink("http://127.0.0.1:9").check()
