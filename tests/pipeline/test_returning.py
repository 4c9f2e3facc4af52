"""Events of other systems: once each, in any order, nothing lost, over every kind of inbox."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.workorders.conftest import amqp_url, own_name, redis_url  # noqa: F401 - fixtures
from tests.workorders.inboxes.conftest import office  # noqa: F401 - a fixture
from tests.workorders.inboxes.posts import Office
from voc.config import Settings, load_settings
from voc.errors import StoreError
from voc.pipeline.returning import Mailroom, Returned
from voc.records import Issue, OrderPart, WorkOrder
from voc.store import Store, open_store
from voc.workorders.inboxes import Inbox, InboxError, Letter

OPENED = datetime(2026, 3, 9, 1, tzinfo=UTC)
SETTINGS: Settings = load_settings(environ={})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'voc.db'}") as opened:
        issue = Issue(
            "is_1", "门店服务差", "snack", "store_service", "open", "high", OPENED, OPENED, 9,
            "steady", 1.0,
        )  # fmt: skip
        with opened.transaction() as transaction:
            transaction.save_issues([issue])
            for name in ("wo_1", "wo_2"):
                transaction.save_work_order(
                    WorkOrder(
                        name, "is_1", "门店服务差", "", "投诉", "high", "门店部", "open", OPENED,
                        OPENED + timedelta(days=3),
                    )
                )  # fmt: skip
            transaction.save_order_parts([OrderPart("wo_2", "store=二店", "门店")])
        yield opened


class Tray:
    """An inbox that hands over what lies in it; what is not settled comes again."""

    name = "tray"

    def __init__(self, *letters: Letter) -> None:
        self.letters = list(letters)
        self.refuses_to_settle = False
        self.is_away = False

    def take(self, limit: int) -> Sequence[Letter]:
        if self.is_away:
            raise InboxError("tray: nobody is there.")
        return self.letters[:limit]

    def settle(self, letters: Sequence[Letter]) -> None:
        if self.refuses_to_settle:
            raise InboxError("tray: the connection was lost.")
        self.letters = [one for one in self.letters if one not in letters]

    def close(self) -> None:
        pass


def letter(name: str = "", **said: Any) -> Letter:
    body = {"work_order_id": "wo_1"} | said
    return Letter(name, json.dumps(body, ensure_ascii=False).encode())


def at(minute: int) -> str:
    return (OPENED + timedelta(hours=1, minutes=minute)).isoformat()


def room(store: Store, *inboxes: Inbox, **values: Any) -> Mailroom:
    return Mailroom(store, SETTINGS, inboxes={one.name: one for one in inboxes}, **values)


def history(store: Store, order: str = "wo_1") -> list[str]:
    found = store.work_order(order)
    assert found is not None
    return [entry.event for entry in found.history]


def test_all_kinds_bring_events_home_once(store: Store, office: Office) -> None:  # noqa: F811
    said = [("in_progress", 1), ("resolved", 2), ("in_progress", 1), ("resolved", 2)]
    for number, (event, minute) in enumerate(said[: 2 if office.kind == "jira" else 4]):
        body = letter(event=event, at=at(minute), event_id=f"e{number % 2}").body
        office.post(f"n{number}", body)
    total = Returned()
    for _ in range(2):  # another worker looks too
        with closing(room(store, office.open())) as mailroom:
            total += mailroom.take_in()
    assert history(store) == ["in_progress", "resolved"]
    assert (total.applied, total.waiting, total.refused) == (2, 0, 0)
    assert total.troubles == ()
    # Jira is looked at anew by another worker.
    assert total.repeated == 2


@pytest.mark.parametrize(
    ("said", "events", "status"),
    [
        pytest.param(
            [("resolved", 3), ("accepted", 1), ("in_progress", 2)],
            ["resolved", "note", "note"], "resolved", id="late ones are noted",
        ),
        pytest.param(
            [("reopened", 4), ("resolved", 3)],
            ["resolved", "reopened"], "reopened", id="one waits for the one before it",
        ),
        pytest.param(
            [("call_back", 5), ("reopened", 7), ("closed", 6), ("resolved", 3)],
            ["closed", "call_back", "reopened", "note"], "reopened", id="several wait",
        ),
    ],
)  # fmt: skip
def test_any_order_comes_to_the_same(
    store: Store, said: list[tuple[str, int]], events: list[str], status: str
) -> None:
    more: dict[str, dict[str, Any]] = {
        "call_back": {"satisfaction": 5},
        "reopened": {"note": "又坏了"},
    }
    letters = [
        letter(f"n{minute}", event=event, at=at(minute), **more.get(event, {}))
        for event, minute in said
    ]
    tray = Tray(*letters)
    total = room(store, tray).take_in()
    found = store.work_order("wo_1")
    assert found is not None
    assert (found.status, history(store)) == (status, events)
    assert total.applied == len(said)
    assert tray.letters == []
    assert store.letters() == []


def test_what_makes_no_sense_is_kept_with_the_reason(store: Store) -> None:
    phone = "13812345678"
    tray = Tray(
        Letter("a", b"{torn"),
        Letter("b", "打 13812345678 找我".encode("gb18030")),
        letter("c", event="exploded"),
        letter("d", event="rejected"),
        letter("e", event="accepted", work_order_id="wo_none", note=f"电话 {phone}"),
        letter("", event="accepted"),
        letter("f", event="accepted", colour="red"),
        letter("i", event="accepted", at="9999-12-31T23:59:59+00:00"),
        Letter("g", b" " * 70_000),
        letter("h", event="accepted"),
    )
    total = room(store, tray).take_in()
    assert (total.applied, total.refused, total.waiting) == (1, 9, 0)
    reasons = {one.reason for one in store.letters(state="refused")}
    assert any("JSON" in reason for reason in reasons)
    assert any("UTF-8" in reason for reason in reasons)
    assert any("event: Input should be" in reason for reason in reasons)
    assert any("rejected needs a reason" in reason for reason in reasons)
    assert "there is no work order 'wo_none'" in reasons
    assert "names no event; give it an event_id" in reasons
    assert any("colour" in reason for reason in reasons)
    assert any("70000 bytes" in reason for reason in reasons)
    assert store.letter_counts() == {"refused": 9}
    kept = "".join(one.body for one in store.letters())
    assert phone not in kept
    assert tray.letters == []


def test_one_that_was_not_settled_counts_once(store: Store) -> None:
    tray = Tray(letter("n", event="accepted", at=at(1)), letter("m", event="reopened", note="x"))
    tray.refuses_to_settle = True
    now = [0.0]
    mailroom = room(store, tray, clock=lambda: now[0])
    first = mailroom.take_in()
    assert (first.applied, first.waiting) == (1, 1)
    assert first.troubles == ("inbox tray: tray: the connection was lost.",)
    assert mailroom.take_in() == Returned(), "it is left alone for a while"
    tray.refuses_to_settle = False
    now[0] = 31.0
    again = mailroom.take_in()
    assert (again.applied, again.repeated, again.waiting) == (0, 1, 1)
    assert history(store) == ["accepted"]
    assert len(store.letters(state="waiting")) == 1


def test_an_inbox_that_is_away_holds_up_no_other(store: Store) -> None:
    away, there = Tray(), Tray(letter("n", event="accepted"))
    away.name, away.is_away = "away", True
    total = room(store, away, there).take_in()
    assert (total.applied, total.troubles) == (1, ("inbox away: tray: nobody is there.",))


def test_what_waits_is_looked_at_again_now_and_then(store: Store) -> None:
    now = [0.0]
    tray = Tray(letter("n", event="reopened", at=at(5), note="又坏了"))
    mailroom = room(store, tray, clock=lambda: now[0])
    assert mailroom.take_in() == Returned(waiting=1)
    handler = mailroom._handler
    with store.transaction() as transaction:
        moment = OPENED + timedelta(hours=1)
        handler.act(transaction, "wo_1", "resolved", actor="李工", at=moment)
    assert mailroom.take_in() == Returned()
    now[0] = 61.0
    assert mailroom.take_in() == Returned(applied=1)
    assert history(store) == ["resolved", "reopened"]


def test_a_clock_that_runs_ahead_makes_nothing_late(store: Store) -> None:
    ahead = (datetime.now(UTC) + timedelta(days=400)).isoformat()
    tray = Tray(letter("n", event="accepted", at=ahead), letter("m", event="in_progress"))
    assert room(store, tray).take_in().applied == 2
    found = store.work_order("wo_1")
    assert found is not None
    assert (found.status, history(store)) == ("in_progress", ["accepted", "in_progress"])


def test_a_store_that_cannot_keep_it_leaves_it_there(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    tray = Tray(letter("n", event="accepted"))
    mailroom = room(store, tray)

    def full(*_: Any, **__: Any) -> Any:
        raise StoreError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "transaction", full)
        with pytest.raises(StoreError):
            mailroom.take_in()
    assert len(tray.letters) == 1
    assert mailroom.take_in().applied == 1


def test_an_actor_and_personal_data(store: Store) -> None:
    note = "客户 13812345678 要求回电"
    tray = Tray(letter("n", event="note", note=note), letter("m", event="accepted", actor="李工"))
    room(store, tray).take_in()
    found = store.work_order("wo_1")
    assert found is not None
    assert [entry.actor for entry in found.history] == ["inbox:tray", "李工"]
    assert "13812345678" not in str(found.history[0].note)
    assert store.audit()[0].actor == "inbox:tray"
