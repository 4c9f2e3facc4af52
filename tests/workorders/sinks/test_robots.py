"""Chat robots: their limits, their codes behind a 200, their signatures, and words kept words."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.workorders.sinks.receiver import Asked, Receiver, Reply, says
from voc.config.sinks import DingTalkSinkSettings, FeishuSinkSettings, WeComSinkSettings
from voc.errors import TerminalDeliveryError, TransientDeliveryError
from voc.records import Message
from voc.workorders.sinks.base import Later
from voc.workorders.sinks.content import cut
from voc.workorders.sinks.dingtalk import DingTalkSink
from voc.workorders.sinks.feishu import FeishuSink
from voc.workorders.sinks.wecom import WeComSink

Make = Callable[..., Message]
LINK = "https://voc.example.com/orders/{work_order_id}"


def wecom(url: str, clock: Callable[[], float] = lambda: 0.0, **values: object) -> WeComSink:
    given = {"kind": "wecom", "url": f"{url}/send?key=hush", "allow_hosts": ["127.0.0.1"]}
    return WeComSink("chat", WeComSinkSettings.model_validate(given | values), clock=clock)


def dingtalk(url: str, **values: object) -> DingTalkSink:
    given = {"kind": "dingtalk", "url": f"{url}/send?access_token=hush", "secret": "SECx"}
    settings = given | {"allow_hosts": ["127.0.0.1"]} | values
    return DingTalkSink("chat", DingTalkSinkSettings.model_validate(settings))


def feishu(url: str, clock: Callable[[], float] = lambda: 0.0, **values: object) -> FeishuSink:
    given = {"kind": "feishu", "url": f"{url}/hook/hush", "secret": "s", "link": LINK}
    settings = given | {"allow_hosts": ["127.0.0.1"]} | values
    return FeishuSink("chat", FeishuSinkSettings.model_validate(settings), clock=clock)


def test_wecom_gets_a_card_with_what_customers_said(http: Receiver, make_message: Make) -> None:
    http.answer = says(0)
    assert wecom(http.url, link=LINK).send(make_message()) is None
    [asked] = http.asked
    content = asked.json()["markdown"]["content"]
    assert content.startswith("**新工单【高】动力：变速箱顿挫（X5）**\n部门：动力质量部")
    assert "\n> 起步顿挫严重\n> 挂挡一窜一窜的" in content
    assert content.endswith("\n[查看工单](https://voc.example.com/orders/wo_1)")


def test_five_hundred_orders_in_a_minute_keep_the_limits(
    http: Receiver, make_message: Make
) -> None:
    """Case 15: coalesced in posts of 2,048 bytes, twenty a minute, none left out or told twice."""
    at = [0.0]
    http.answer = says(0)
    sink = wecom(http.url, clock=lambda: at[0], link=LINK)
    waiting = [
        make_message(f"m{n}", key=f"wo_{n:03}", title=f"变速箱顿挫异响{n:03}😀👨‍👩‍👧" * 4)
        for n in range(500)
    ]
    when: list[float] = []
    while waiting:
        before = len(http.asked)
        outcomes = sink.send_many(waiting[:100])
        waiting = [
            item
            for item, outcome in zip(waiting[:100], outcomes, strict=True)
            if isinstance(outcome, Later)
        ] + waiting[100:]
        when += [at[0]] * (len(http.asked) - before)
        at[0] += max(0.5, sink.rest_s())
    posted = [asked.json()["markdown"]["content"] for asked in http.asked]
    assert max(len(text.encode()) for text in posted) <= 2_048
    assert len(posted) < 500 / 4
    told = [line.partition("orders/")[2][:6] for text in posted for line in text.splitlines()]
    assert sorted(told) == [f"wo_{n:03}" for n in range(500)]
    assert "\ufffd" not in "".join(posted)
    for begin in when:
        assert sum(begin <= other < begin + 60 for other in when) <= 20


@pytest.mark.parametrize("most", range(4, 60))
def test_text_is_cut_at_a_character(most: int) -> None:
    text = "变速箱é顿挫👨‍👩‍👧啊❤️好👍🏽完"
    short = cut(text, most)
    assert len(short.encode()) <= most
    assert short == text or short.endswith("…")
    kept = short.removesuffix("…")
    assert text.startswith(kept)
    rest = text[len(kept) :]
    assert not kept.endswith("\u200d")
    assert not rest or rest[0] not in "\u0301\u200d\ufe0f🏽"


def test_what_customers_said_calls_nobody_and_leads_nowhere(
    http: Receiver, make_message: Make
) -> None:
    http.answer = says(0)
    title = "<@all> [点我](http://bad.example) <at id=all></at> **x**"
    wecom(http.url, link=LINK).send(make_message(title=title))
    content = http.asked[0].json()["markdown"]["content"]
    assert "<" not in content
    assert "[点我]" not in content


@pytest.mark.parametrize(
    ("code", "error", "after_s"),
    [
        (93000, TerminalDeliveryError, None),
        (45009, TransientDeliveryError, 60.0),
        (-1, TransientDeliveryError, None),
        (99999, TransientDeliveryError, None),
    ],
)
def test_a_code_behind_a_200_is_a_failure(
    code: int, error: type[Exception], after_s: float | None, http: Receiver, make_message: Make
) -> None:
    http.answer = says(code, errmsg="no")
    with pytest.raises(error, match=f"code {code}") as caught:
        wecom(http.url).send(make_message())
    assert getattr(caught.value, "retry_after_s", None) == after_s
    assert "hush" not in str(caught.value)


def test_an_answer_that_is_no_json_is_a_failure(http: Receiver, make_message: Make) -> None:
    http.answer = lambda _: Reply(body=b"<html>")
    with pytest.raises(TransientDeliveryError, match="without JSON"):
        wecom(http.url).send(make_message())


def test_after_a_failure_the_rest_is_not_tried(http: Receiver, make_message: Make) -> None:
    http.answer = says(-1)
    many = [make_message(f"m{n}", key=f"wo_{n}", title="长" * 100) for n in range(40)]
    outcomes = wecom(http.url).send_many(many)
    assert len(http.asked) == 1
    assert isinstance(outcomes[0], TransientDeliveryError)
    assert isinstance(outcomes[-1], Later)


def _checks_dingtalk(asked: Asked) -> Reply:
    """Checks the signature as DingTalk documents it."""
    query = {name: value[0] for name, value in parse_qs(urlsplit(asked.path).query).items()}
    signed = f"{query['timestamp']}\nSECx".encode()
    expected = base64.b64encode(hmac.new(b"SECx", signed, hashlib.sha256).digest()).decode()
    fine = query["sign"] == expected and query["access_token"] == "hush"
    return says(0 if fine else 310000)(asked)


def test_dingtalk_is_signed_and_gets_cards_and_lists(http: Receiver, make_message: Make) -> None:
    http.answer = _checks_dingtalk
    dingtalk(http.url, link=LINK).send(make_message())
    dingtalk(http.url).send_many([make_message(f"m{n}", key=f"wo_{n}") for n in range(3)])
    card, several = (asked.json() for asked in http.asked)
    assert card["msgtype"] == "actionCard"
    assert card["actionCard"]["singleURL"] == "https://voc.example.com/orders/wo_1"
    assert several["markdown"]["title"] == "工单 3 张"
    with pytest.raises(TerminalDeliveryError, match="310000"):
        dingtalk(http.url, secret="SECy").send(make_message())


def _checks_feishu(asked: Asked) -> Reply:
    """Checks the signature as Feishu documents it."""
    body = asked.json()
    key = f"{body['timestamp']}\ns".encode()
    expected = base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()
    code = 0 if body["sign"] == expected else 19021
    return Reply(body=f'{{"code": {code}, "msg": "x"}}'.encode())


def test_feishu_is_signed_and_gets_cards(http: Receiver, make_message: Make) -> None:
    http.answer = _checks_feishu
    feishu(http.url).send(make_message(priority="urgent"))
    card = http.asked[0].json()["card"]
    assert card["header"]["template"] == "red"
    assert "起步顿挫严重" in card["elements"][0]["content"]
    assert card["elements"][1]["actions"][0]["url"] == "https://voc.example.com/orders/wo_1"
    with pytest.raises(TerminalDeliveryError, match="19021"):
        feishu(http.url, secret="t").send(make_message())


def test_feishu_takes_five_a_second(http: Receiver, make_message: Make) -> None:
    at = [0.0]
    http.answer = _checks_feishu
    sink = feishu(http.url, clock=lambda: at[0])
    for _ in range(5):
        assert sink.rest_s() == 0
        sink.send(make_message())
    assert sink.rest_s() == 1.0
    at[0] = 1.0
    assert sink.rest_s() == 0.0
