"""Messages of single voices, as people read them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.workorders.sinks.fakes import Mailbox, Tracker
from tests.workorders.sinks.receiver import Asked, Receiver, Reply, says
from tests.workorders.sinks.test_robots import dingtalk, feishu, wecom
from voc.config.sinks import EmailSinkSettings, JiraSinkSettings
from voc.records import Message
from voc.workorders.sinks.content import told
from voc.workorders.sinks.email import EmailSink
from voc.workorders.sinks.jira import JiraSink

FACTS = ["请做：请当天联系客户。", "门店：城东店", "产品：吐司", "客户等级：gold", "标签：待回访"]


def taken(_: Asked) -> Reply:
    return Reply(body=b'{"errcode": 0, "code": 0}')


def test_what_people_are_told(voice: Message) -> None:
    read = told(voice)
    assert read.heading == "客户声音：不满意客户回访"
    assert [f"{label}：{value}" for label, value in read.facts] == FACTS
    assert read.link("https://voc.example/{work_order_id}") == "https://shop.example/r/1"


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "https://a.example/)(", "https://a.example/\nx", "", None, 7],
)
def test_only_a_plain_address_is_linked(url: object, voice: Message) -> None:
    payload = json.loads(json.dumps(voice.payload))
    payload["data"]["voice"]["url"] = url
    assert told(replace(voice, payload=payload)).page is None


def test_wecom_gets_a_card(http: Receiver, voice: Message) -> None:
    http.answer = says(0)
    wecom(http.url).send(voice)
    content = http.asked[0].json()["markdown"]["content"]
    assert content.splitlines() == [
        "**客户声音：不满意客户回访**",
        *FACTS,
        "> 面包发霉 ＜@all＞ ［点我］(http://bad.example)",
        "[查看原声](https://shop.example/r/1)",
    ]


def test_the_longest_card_keeps_the_limit(http: Receiver, voice: Message) -> None:
    http.answer = says(0)
    payload = json.loads(json.dumps(voice.payload))
    data = payload["data"]
    data["action"] |= {"rule": "规" * 80, "say": "请" * 500, "tag": "标" * 80}
    data["voice"] |= {"store": "店" * 900, "product": "品" * 900, "text": "字" * 9_000}
    data["voice"]["url"] = f"https://a.example/{'x' * 290}"
    data["customer"]["tier"] = "级" * 80
    wecom(http.url).send(replace(voice, payload=payload))
    assert len(http.asked[0].json()["markdown"]["content"].encode()) <= 2_048


def test_voices_and_orders_go_in_one_post(http: Receiver, voice: Message) -> None:
    http.answer = taken
    other = replace(voice, message_id="m2", key="va_2")
    feishu(http.url).send_many([voice, other])
    card = http.asked[0].json()["card"]
    assert card["header"]["title"]["content"] == "客户声音 2 条"
    assert "城东店 · “面包发霉" in card["elements"][0]["content"]


def test_buttons_lead_to_what_was_said(http: Receiver, voice: Message) -> None:
    http.answer = taken
    dingtalk(http.url).send(voice)
    feishu(http.url).send(voice)
    card, feishu_card = http.asked[0].json()["actionCard"], http.asked[1].json()["card"]
    assert card["singleTitle"] == "查看原声"
    assert card["singleURL"] == "https://shop.example/r/1"
    assert feishu_card["elements"][1]["actions"][0]["text"]["content"] == "查看原声"


def test_a_mail_reads_well(mailbox: Mailbox, voice: Message) -> None:
    settings = EmailSinkSettings.model_validate(
        {
            "kind": "email", "host": "127.0.0.1", "port": mailbox.port, "tls": "none",
            "sender": "voc@h.example", "to": "shop@h.example",
        }
    )  # fmt: skip
    EmailSink("mail", settings).send(voice)
    [mail] = mailbox.mails
    assert mail["Subject"] == "客户声音：不满意客户回访"
    assert mail["X-VOC-Voice"] == voice.key
    text = mail.get_content()
    assert "工单" not in text
    assert [line for line in FACTS if line not in text] == []
    assert text.count("城东店") == 1


def test_a_tracker_gets_it_once(http: Receiver, voice: Message) -> None:
    tracker = Tracker()
    http.answer = tracker
    settings = JiraSinkSettings.model_validate(
        {
            "kind": "jira", "url": http.url, "token": "hush", "project": "VOC",
            "allow_hosts": ["127.0.0.1"],
        }
    )  # fmt: skip
    jira = JiraSink("jira", settings)
    assert jira.send(voice) == jira.send(voice) == "VOC-1"
    assert tracker.issues["VOC-1"]["summary"] == "客户声音：不满意客户回访"
