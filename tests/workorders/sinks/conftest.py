"""Messages as the pipeline makes them, and a receiver for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from tests.workorders.sinks.fakes import Mailbox, mail_server
from tests.workorders.sinks.receiver import Receiver, receiver
from voc.records import Feedback, Message, Sentiment, Tags
from voc.workorders import VoiceRule, voice_message

NOW: Final = datetime(2026, 3, 9, 2, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def make_message() -> Callable[..., Message]:
    """Makes the message of a work order."""

    def make(
        name: str = "msg_1",
        *,
        key: str = "wo_1",
        sequence: int = 1,
        title: str = "动力：变速箱顿挫（X5）",
        **order: Any,
    ) -> Message:
        description = (
            f"问题：{title}\n情况：共 6 条声音\n原声：\n  1. “起步顿挫严重”（fb_1）\n"
            "  2. “挂挡一窜一窜的”（fb_2）\n办理：请核实"
        )
        work_order = {
            "work_order_id": key,
            "issue_id": "is_1",
            "title": title,
            "description": description,
            "priority": "high",
            "department": "动力质量部",
            "due_at": "2026-03-10T18:00:00+08:00",
            **order,
        }
        payload = {
            "type": "work_order.created" if sequence == 1 else "work_order.updated",
            "id": name,
            "sequence": sequence,
            "data": {"work_order": work_order, "issue": {"issue_id": "is_1", "evidence": []}},
        }
        return Message(name, "sink", key, sequence, payload, NOW)

    return make


@pytest.fixture(scope="session")
def voice() -> Message:
    """The message of a voice whose store's people are told, with all that it may hold."""
    said = "面包发霉 <@all> [点我](http://bad.example)"
    return voice_message(
        Feedback(
            "s", "a", "review", said, store="城东店", product="吐司", nps=2,
            url="https://shop.example/r/1", customer_id="c1",
        ),
        Tags("fb", said, "zh", Sentiment("negative", 0.9, {}), industry="snack"),
        VoiceRule.model_validate(
            {
                "name": "不满意客户回访",
                "then": {"notify": "frontline", "say": "请当天联系客户。", "tag": "待回访"},
            }
        ),
        sink="sink",
        tier="gold",
        at=NOW,
    )  # fmt: skip


@pytest.fixture
def http() -> Iterator[Receiver]:
    with receiver() as told:
        yield told


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as box:
        yield box
