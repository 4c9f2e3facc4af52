"""Jira and mail, by fakes that speak the real protocols."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.workorders.sinks.fakes import Mailbox, Tracker
from tests.workorders.sinks.receiver import Receiver, Reply
from voc.config.sinks import EmailSinkSettings, JiraSinkSettings
from voc.errors import TerminalDeliveryError, TransientDeliveryError
from voc.records import Message, stable_id
from voc.workorders.sinks.email import EmailSink
from voc.workorders.sinks.jira import JiraSink

Make = Callable[..., Message]


def jira(url: str, **values: Any) -> JiraSink:
    given = {"kind": "jira", "url": url, "token": "hush", "project": "VOC"}
    settings = given | {"allow_hosts": ["127.0.0.1"], "priorities": {"high": "High"}} | values
    return JiraSink("jira", JiraSinkSettings.model_validate(settings))


@pytest.mark.parametrize(("api", "user"), [("3", "u"), ("2", None)])
def test_jira_has_one_issue_an_order_and_one_comment_a_change(
    api: str, user: str | None, http: Receiver, make_message: Make
) -> None:
    http.answer = tracker = Tracker()
    sink = jira(http.url, api=api, user=user)
    assert sink.send(make_message("m1")) == sink.send(make_message("m1")) == "VOC-1"
    for _ in range(2):
        assert sink.send(make_message("m2", sequence=2)) == "VOC-1"
    assert sink.send(make_message("m9", key="wo_9", sequence=4)) == "VOC-2", "it was never told"
    assert [made["labels"] for made in tracker.issues.values()] == [
        ["voc", "wo_1"],
        ["voc", "wo_9"],
    ]
    assert {name: len(told) for name, told in tracker.comments.items()} == {"VOC-1": 1}
    made = tracker.issues["VOC-1"]
    assert (made["summary"], made["priority"]) == ("【高】动力：变速箱顿挫（X5）", {"name": "High"})
    if api == "3":
        assert made["description"]["type"] == "doc"
        assert "起步顿挫严重" in json.dumps(made["description"], ensure_ascii=False)
    else:
        assert "起步顿挫严重" in made["description"]
    assert sink.check() == f"{http.url} knows 小王 and the project VOC"
    sink.close()


def test_jira_that_refuses(http: Receiver, make_message: Make) -> None:
    http.answer = Tracker()
    with pytest.raises(TerminalDeliveryError, match="answered 401") as caught:
        jira(http.url, token="wrong").send(make_message())
    assert "wrong" not in str(caught.value)
    with pytest.raises(TerminalDeliveryError, match="answered 404"):
        jira(http.url, project="NONE").check()
    http.answer = lambda _: Reply(429, headers={"Retry-After": "30"})
    with pytest.raises(TransientDeliveryError) as later:
        jira(http.url).send(make_message())
    assert later.value.retry_after_s == 30
    http.answer = lambda _: Reply(body=b"<html>login</html>")
    with pytest.raises(TransientDeliveryError, match="is not Jira's"):
        jira(http.url).send(make_message())


def mail(box: Mailbox, **values: Any) -> EmailSink:
    given = {"kind": "email", "host": "127.0.0.1", "port": box.port, "tls": "none"}
    given |= {"sender": "voc@example.com", "to": "a@example.com, b@example.com", "timeout_s": 2}
    return EmailSink("mail", EmailSinkSettings.model_validate(given | values))


def test_mail_has_a_stable_id_and_changes_answer_the_first(
    mailbox: Mailbox, make_message: Make
) -> None:
    first = stable_id("msg", "wo_1", "1", "sink")
    sink = mail(mailbox, user="voc", password="hush")
    sink.send(make_message(first, title="顿挫\r\nBcc: x@bad.example"))
    sink.send(make_message("msg_2", sequence=2))
    one, two = mailbox.mails
    assert one["Message-ID"] == two["In-Reply-To"] == f"<{first}@example.com>"
    assert two["Message-ID"] == "<msg_2@example.com>"
    assert one["To"] == "a@example.com, b@example.com"
    assert one["Subject"] == "新工单【高】顿挫 Bcc: x@bad.example"
    assert one["Bcc"] is None
    assert "“起步顿挫严重”" in two.get_content()
    assert sink.check().endswith("accepts the login")


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        ("451 try later", TransientDeliveryError, "answered 451"),
        ("554 no", TerminalDeliveryError, "answered 554"),
        ("never", TransientDeliveryError, "within 2 s|timed out|Timed out"),
    ],
)
def test_mail_that_is_not_taken(
    answer: str, error: type[Exception], says: str, mailbox: Mailbox, make_message: Make
) -> None:
    mailbox.answer = answer
    with pytest.raises(error, match=says):
        mail(mailbox).send(make_message())


def test_mail_without_the_right_password_or_tls(mailbox: Mailbox, make_message: Make) -> None:
    with pytest.raises(TerminalDeliveryError, match="answered 535") as caught:
        mail(mailbox, user="voc", password="wrong").send(make_message())
    assert "wrong" not in str(caught.value)
    with pytest.raises(TransientDeliveryError, match="STARTTLS"):
        mail(mailbox, tls="starttls").send(make_message())
    away = Mailbox(port=9)
    with pytest.raises(TransientDeliveryError):
        mail(away).check()
