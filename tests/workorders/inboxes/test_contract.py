"""What every inbox promises, held over all kinds against servers that speak their protocols."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.workorders.inboxes.posts import Office
from voc.config.inboxes import BUILT_IN
from voc.workorders.inboxes import CheckedInbox, Inbox, InboxError, Letter, open_inbox, read_told

NOWHERE: dict[str, dict[str, Any]] = {
    "rabbitmq": {"url": "amqp://guest:hush@127.0.0.1:9/", "queue": "q"},
    "redis": {"url": "redis://:hush@127.0.0.1:9/0", "stream": "s"},
    "jira": {"url": "http://127.0.0.1:9", "token": "hush", "project": "VOC"},
    "file": {"dir": "none"},
}
STEPS = (("in_progress", 1), ("resolved", 2), ("reopened", 3), ("resolved", 4))


def event(kind: str, minute: int, order: str = "wo_1") -> bytes:
    body = {"work_order_id": order, "event": kind, "at": f"2026-03-09T10:{minute:02}:00+08:00"}
    return json.dumps(body | ({"note": "又坏了"} if kind == "reopened" else {})).encode()


def waiting(inbox: Inbox, count: int) -> list[Letter]:
    """Takes until so many have come, as a broker may need a moment."""
    end = time.monotonic() + 20
    found: Sequence[Letter] = ()
    while len(found) < count and time.monotonic() < end:
        found = [*found, *(one for one in inbox.take(50) if one not in found)]
    return list(found)


def said(letters: Sequence[Letter]) -> list[tuple[str, str]]:
    told = [read_told(letter) for letter in letters]
    return [(one.event, one.at.isoformat() if one.at else "") for one in told]


def posted(office: Office) -> list[tuple[str, str]]:
    for number, (kind, minute) in enumerate(STEPS):
        office.post(f"e{number}", event(kind, minute))
    return [(kind, f"2026-03-09T10:{minute:02}:00+08:00") for kind, minute in STEPS]


def test_letters_come_in_order_until_they_are_settled(office: Office) -> None:
    wanted = posted(office)
    with closing(office.open()) as inbox:
        found = waiting(inbox, len(wanted))
        assert said(found) == wanted
        assert len({letter.name for letter in found}) == len(wanted)
        inbox.settle(found)
        assert inbox.take(50) == []
        assert inbox.name == "quality"


def test_what_was_not_settled_comes_again(office: Office) -> None:
    wanted = posted(office)
    with closing(office.open()) as inbox:
        first = waiting(inbox, len(wanted))
        inbox.settle(first[:2])
        inbox.close()
        again = waiting(inbox, 2)
        assert said(again)[-2:] == wanted[2:]
        assert [one.name for one in again][-2:] == [one.name for one in first[2:]]
        inbox.settle(again)


def test_another_worker_takes_what_one_left_behind(office: Office) -> None:
    wanted = posted(office)
    with closing(office.open()) as dead:
        waiting(dead, len(wanted))
    with closing(office.open()) as alive:
        found = waiting(alive, len(wanted))
        assert said(found) == wanted
        alive.settle(found)


def test_a_check_takes_nothing(office: Office) -> None:
    wanted = posted(office)
    with closing(office.open()) as inbox:
        assert isinstance(inbox, CheckedInbox)
        assert inbox.check()
        assert said(waiting(inbox, len(wanted))) == wanted


@pytest.mark.parametrize("kind", sorted(NOWHERE))
def test_one_that_cannot_be_read_says_so(kind: str, tmp_path: Path) -> None:
    more = {"allow_hosts": "127.0.0.1"} if kind == "jira" else {}
    limit = {} if kind == "file" else {"timeout_s": 5}
    options = {"kind": kind} | NOWHERE[kind] | more | limit
    settings = BUILT_IN[kind].model_validate(options)
    with closing(open_inbox("quality", settings, base_dir=tmp_path)) as inbox:
        with pytest.raises(InboxError) as caught:
            inbox.take(1)
        assert "hush" not in str(caught.value)
        assert ("127.0.0.1:9" in str(caught.value)) is (kind != "file")


def test_every_kind_is_held_to_it() -> None:
    # A Kafka client tells of brokers that are away to nobody; it goes on looking for them.
    assert {*NOWHERE, "kafka"} == set(BUILT_IN)
