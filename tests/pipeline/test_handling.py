"""Work orders from the opening to the archive: kept, told, rerouted, watched, on both stores."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.store.conftest import (  # noqa: F401 - fixtures
    postgres_made,
    postgres_trouble,
    postgres_url,
    sqlite_made,
    sqlite_url,
    store,
    store_url,
)
from voc.config import Settings, load_settings
from voc.errors import StateError, UsageError
from voc.pipeline.handling import Applied, Handler
from voc.pipeline.keeping import keep_orders
from voc.pipeline.watching import Watched, watch_orders
from voc.records import Evidence, Issue, OrderPart, WorkOrder
from voc.store import Store, Transaction, open_store
from voc.workorders import (
    Circumstances,
    Decided,
    Details,
    decide_orders,
    load_calendar,
    load_routing,
)

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)  # Monday, nine in the morning in Shanghai
HOUR = timedelta(hours=1)
TOLD = Circumstances(urgency="high", reasons=("安全",), regions=(("上海", 3), ("北京", 1)))
RULES = """
departments: [快速响应组, 人工分拨, 客户服务部]
rules:
  - {name: 上海, when: {region: 上海}, then: {department: 华东部}}
  - {name: 急件, when: {urgency: high}, then: {department: 快速响应组, sla_hours: 4, clock: calendar}}
  - {name: 又是华东, when: {store: 一店}, then: {department: 华东部}}
escalation:
  - {name: 临期, at: 0.8, tell: [经办人]}
  - {name: 超时, at: 1, tell: [部门负责人], raise_priority: true, sinks: [boss]}
"""  # noqa: E501


def issue(number: int = 1) -> Issue:
    evidence = (Evidence(f"fb_{number}", 0, 4, "起步顿挫"),)
    return Issue(
        f"is_{number}", f"动力：顿挫{number}", "automotive", "power", "open", "medium",
        NOW, NOW, 6, "rising", 0.01, store="一店", evidence=evidence,
    )  # fmt: skip


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    file = tmp_path / "routing.yaml"
    file.write_text(RULES, encoding="utf-8")
    sinks: dict[str, Any] = {
        name: {"kind": "file", "dir": str(tmp_path / name)} for name in ("team", "boss")
    }
    overrides = {"routing.file": str(file), "sinks": sinks, "queue.dir": str(tmp_path / "orders")}
    return load_settings(overrides=overrides, environ={})


@pytest.fixture
def opened(store: Store, settings: Settings) -> Callable[..., WorkOrder]:  # noqa: F811
    """Opens the order of an issue by the rules, told to the sink `team`."""

    def make(number: int = 1) -> WorkOrder:
        one = issue(number)
        [(order, message)] = decide_orders(
            [one],
            [],
            routing=load_routing(settings.routing.file),
            industries={},
            calendar=load_calendar("cn"),
            now=NOW,
            circumstances={one.issue_id: TOLD},
            sinks=("team",),
        ).orders
        with store.transaction() as transaction:
            transaction.save_issues([one])
            transaction.save_work_order(order)
            transaction.enqueue(message)
        return order

    return make


class Desk:
    """Acts on orders of a store, an hour later each time."""

    def __init__(self, store: Store, settings: Settings) -> None:  # noqa: F811
        self.store = store
        self.handler = Handler(store, settings)
        self.now = NOW

    def __call__(
        self,
        order: WorkOrder,
        action: str,
        *,
        note: str = "因为",
        at: datetime | None = None,
        **details: Any,
    ) -> Applied:
        self.now += HOUR
        with self.store.transaction() as transaction:
            return self.handler.act(
                transaction, order.work_order_id, action,
                actor="老李", at=at or self.now, note=note, details=Details(**details),
            )  # fmt: skip

    def told(self) -> list[tuple[str, str, int]]:
        """What sinks are told after the opening: sink, event, sequence."""
        messages = [each.message for each in self.store.outbox()]
        return [
            (message.sink, message.payload["data"]["event"]["event"], message.sequence)
            for message in messages
            if "event" in message.payload["data"]
        ]


@pytest.fixture
def desk(store: Store, settings: Settings) -> Desk:  # noqa: F811
    return Desk(store, settings)


def test_an_order_lives_and_comes_back_as_it_is(
    store: Store,  # noqa: F811
    opened: Callable[..., WorkOrder],
    desk: Desk,
) -> None:
    order = opened()
    assert (order.rule, order.department, order.sequence) == ("上海", "华东部", 1)
    desk(order, "accepted")
    desk(order, "waiting", waiting_for="customer")
    desk(order, "in_progress")
    desk(order, "extend", days=1)
    desk(order, "grant")
    desk(order, "suspend")
    last = desk(order, "resume")
    assert store.work_order(order.work_order_id) == last.order
    assert last.order.clock.responded_at == NOW + HOUR
    assert last.order.clock.paused_hours == 2
    assert [entry.event for entry in last.order.history] == [
        "opened", "accepted", "waiting", "in_progress", "extend", "grant", "suspend", "resume",
    ]  # fmt: skip
    assert desk.told() == [
        (sink, event, sequence)
        for sequence, event in enumerate(("grant", "suspend", "resume"), start=2)
        for sink in ("team", "boss")
    ]


def test_what_is_told_is_the_whole_order_with_what_happened(
    store: Store,  # noqa: F811
    opened: Callable[..., WorkOrder],
    desk: Desk,
) -> None:
    order = opened()
    done = desk(order, "transfer", department="售后服务部", note="属维修")
    message = store.outbox()[-1].message
    data = message.payload["data"]
    assert message.payload["type"] == "work_order.updated"
    assert data["work_order"]["department"] == "售后服务部"
    assert data["circumstances"]["reasons"] == ["安全"]
    assert data["issue"]["evidence"][0]["text"] == "起步顿挫"
    assert data["event"] == {
        "event": "transfer", "label": "转派", "actor": "老李", "note": "属维修",
        "at": done.entries[0].at.isoformat(),
        "changes": {"department": ["华东部", "售后服务部"], "rule": ["上海", "人工指定"]},
    }  # fmt: skip


def test_a_return_goes_on_until_nobody_is_left(
    store: Store,  # noqa: F811
    opened: Callable[..., WorkOrder],
    desk: Desk,
) -> None:
    order = opened()
    where = []
    for _ in range(3):
        after = desk(order, "rejected", note="不归我们管").order
        where.append((after.status, after.department, after.rule))
    assert where == [
        ("open", "快速响应组", "急件"),
        # “又是华东” names a team that returned it, so the aspect's own team is next.
        ("open", "动力总成质量部", "默认"),
        ("open", "人工分拨", "人工分拨"),
    ]
    before = len(desk.told())
    last = desk(order, "退单", note="也不是我们").order
    assert (last.status, last.department) == ("rejected", "人工分拨")
    assert last.history[-1].note == "各部门都已退单，请人工分拨定夺"
    assert {(sink, event) for sink, event, _ in desk.told()[before:]} == {
        ("team", "updated"),
        ("boss", "updated"),
    }
    assert [(name, entry.changes["rule"][0]) for name, entry in store.returned_orders()] == [
        (order.work_order_id, rule) for rule in ("上海", "急件", "默认", "人工分拨")
    ]
    sent = desk(order, "transfer", department="质量部").order
    assert (sent.status, sent.clock.ended_at) == ("open", None)


def test_a_returned_order_has_the_time_of_its_new_rule(
    opened: Callable[..., WorkOrder], desk: Desk
) -> None:
    order = opened()
    after = desk(order, "rejected").order
    assert (after.clock.kind, after.clock.hours) == ("calendar", 4)
    assert after.due_at == NOW + 5 * HOUR
    assert "派单依据：规则“急件”" in after.description
    assert desk.told()[0] == ("team", "rerouted", 2)


def test_an_order_of_a_part_goes_where_the_voices_of_that_part_send_it(
    store: Store,  # noqa: F811
    opened: Callable[..., WorkOrder],
    desk: Desk,
) -> None:
    order = opened()
    said = [Evidence("fb_1", 0, 4, "起步顿挫"), Evidence("fb_2", 0, 2, "异响")]
    whole = replace(issue(), count=9, store=None, title="动力：顿挫", evidence=tuple(said))
    with store.transaction() as transaction:
        transaction.save_issues([whole])
        transaction.save_order_parts([OrderPart(order.work_order_id, "store=一店", "上海")])
    desk(order, "rejected")
    data = store.outbox()[-1].message.payload["data"]
    assert [item["feedback_id"] for item in data["issue"]["evidence"]] == ["fb_1"]
    assert (data["issue"]["store"], data["issue"]["count"]) == ("一店", 6)
    assert (data["issue"]["title"], data["evidence_total"]) == ("动力：顿挫1", 6)
    assert data["work_order"]["rule"] == "急件"


def test_an_order_that_somebody_changed_meanwhile_is_not_overwritten(
    store: Store,  # noqa: F811
    opened: Callable[..., WorkOrder],
    desk: Desk,
) -> None:
    order = opened()
    worse = replace(order, title="更糟", history=(*order.history, order.history[0]))
    message = store.outbox()[0].message
    told = replace(message, message_id="msg_2", sequence=2)
    meanwhile = desk(order, "accepted").order
    with store.transaction() as transaction:
        keep_orders(transaction, Decided([(worse, told)], [], [], {}))
    assert store.work_order(order.work_order_id) == meanwhile
    assert len(store.outbox()) == 1


def test_what_comes_late_is_noted_and_moves_nothing(
    store: Store,  # noqa: F811
    opened: Callable[..., WorkOrder],
    desk: Desk,
) -> None:
    order = opened()
    before = desk(order, "resolved").order
    late = desk(order, "suspend", at=NOW + HOUR / 2)
    assert late.is_late
    kept = store.work_order(order.work_order_id)
    assert kept is not None
    assert (kept.status, kept.clock, kept.due_at) == (before.status, before.clock, before.due_at)
    assert [entry.event for entry in late.entries] == ["note"]
    assert desk.told() == []


def test_closing_closes_the_issue_and_a_redo_reopens_it(
    store: Store,  # noqa: F811
    opened: Callable[..., WorkOrder],
    desk: Desk,
) -> None:
    order = opened()
    desk(order, "resolved")
    assert desk(order, "closed").issues == (("is_1", "closed"),)
    done = desk(order, "call_back", satisfaction=1)
    assert done.order.status == "reopened"
    assert done.issues == (("is_1", "reopened"),)
    found = store.issue("is_1")
    assert found is not None
    assert found.status == "reopened"


def test_a_parent_waits_for_its_children(opened: Callable[..., WorkOrder], desk: Desk) -> None:
    parent, child, other = opened(1), opened(2), opened(3)
    desk(child, "attach", into=parent.work_order_id)
    with pytest.raises(StateError, match=f"children that are still open: {child.work_order_id}"):
        desk(parent, "closed")
    with pytest.raises(StateError, match="children that are still open"):
        desk(parent, "merge", into=other.work_order_id)
    with pytest.raises(StateError, match="children have no children"):
        desk(parent, "attach", into=other.work_order_id)
    with pytest.raises(StateError, match="children have no children"):
        desk(other, "attach", into=child.work_order_id)
    desk(child, "resolved")
    assert desk(parent, "closed").order.status == "closed"


def test_merging_makes_a_closed_child_whose_issue_closes_with_the_parent(
    store: Store,  # noqa: F811
    opened: Callable[..., WorkOrder],
    desk: Desk,
) -> None:
    parent, child, other = opened(1), opened(2), opened(3)
    done = desk(child, "merge", into=parent.work_order_id)
    assert (done.order.status, done.order.merged_into) == ("closed", parent.work_order_id)
    assert done.issues == ()
    assert [each.work_order_id for each in store.child_orders(parent.work_order_id)] == [
        child.work_order_id
    ]
    with pytest.raises(StateError, match=f"was merged itself; name {parent.work_order_id}"):
        desk(other, "merge", into=child.work_order_id)
    with pytest.raises(UsageError, match="is the order itself"):
        desk(parent, "merge", into=parent.work_order_id)
    with pytest.raises(UsageError, match="no work order 'wo_none'"):
        desk(parent, "merge", into="wo_none")
    assert desk(parent, "closed").issues == (("is_1", "closed"), ("is_2", "closed"))
    with pytest.raises(StateError, match="is closed; name one that is worked on"):
        desk(other, "attach", into=parent.work_order_id)


def test_what_takes_an_order_over_is_as_urgent_and_its_team_is_told(
    store: Store,  # noqa: F811
    opened: Callable[..., WorkOrder],
    desk: Desk,
) -> None:
    into, merged = opened(1), opened(2)
    with store.transaction() as transaction:
        sooner = replace(merged, priority="urgent", due_at=into.due_at - HOUR)
        transaction.update_work_order(sooner)
    told = {one.message.message_id for one in store.outbox()}
    desk(merged, "merge", into=into.work_order_id)
    after = store.work_order(into.work_order_id)
    assert after is not None
    assert (after.priority, after.due_at, after.status) == ("urgent", sooner.due_at, "open")
    assert after.description.endswith(merged.description)
    entry = after.history[-1]
    assert (entry.event, entry.note) == (
        "updated",
        f"{merged.work_order_id}「动力：顿挫2」并入本单",
    )
    assert set(entry.changes) == {"priority", "due_at"}
    news = [one.message for one in store.outbox() if one.message.message_id not in told]
    assert {one.key for one in news} == {into.work_order_id, merged.work_order_id}
    assert after.sequence == into.sequence + 1
    # An earlier event of its own still moves it.
    assert not desk(into, "accepted", at=desk.now - timedelta(minutes=1)).is_late


@pytest.mark.parametrize("runs", [True, False])
def test_the_issue_of_a_merged_order_gets_no_new_one_while_the_other_runs(
    opened: Callable[..., WorkOrder],
    desk: Desk,
    settings: Settings,
    store: Store,  # noqa: F811
    runs: bool,
) -> None:
    parent, child = opened(1), opened(2)
    desk(child, "merge", into=parent.work_order_id)
    if not runs:
        desk(parent, "resolved")
    [found] = [one for one in (issue(2),) if one.issue_id == child.issue_id]
    made = decide_orders(
        [replace(found, status="reopened", count=60)],
        store.work_orders(),
        routing=load_routing(settings.routing.file),
        industries={},
        calendar=load_calendar("cn"),
        now=desk.now,
        reopened_at={found.issue_id: desk.now},
        asked_for={found.issue_id},
    ).orders
    assert bool(made) is not runs


def test_time_runs_out_once_whoever_looks(
    store: Store,  # noqa: F811
    store_url: str,  # noqa: F811
    opened: Callable[..., WorkOrder],
    desk: Desk,
    settings: Settings,
) -> None:
    orders = [opened(number) for number in (1, 2, 3)]
    desk(orders[2], "suspend")
    due = orders[0].due_at
    begin = threading.Barrier(2)
    found: list[Watched] = []

    def look() -> None:
        with open_store(store_url, busy_timeout_s=20) as own:
            begin.wait()
            found.append(watch_orders(own, settings, now=due))

    lookers = [threading.Thread(target=look) for _ in range(2)]
    for looker in lookers:
        looker.start()
    for looker in lookers:
        looker.join()
    assert sum(each.escalated for each in found) == 4
    assert watch_orders(store, settings, now=due + HOUR) == Watched()
    for order in orders[:2]:
        kept = store.work_order(order.work_order_id)
        assert kept is not None
        assert [entry.event for entry in kept.history] == ["opened", "escalated", "escalated"]
        assert (kept.priority, kept.clock.escalated) == ("high", ("临期", "超时"))
    sent = [told for told in desk.told() if told[1] == "escalated"]
    each = [(sink, "escalated", sequence) for sequence in (2, 3) for sink in ("boss", "team")]
    assert sorted(sent) == sorted(2 * each)


def test_killed_in_between_nothing_is_half_done(
    store: Store,  # noqa: F811
    opened: Callable[..., WorkOrder],
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order = opened()
    with monkeypatch.context() as patch:

        def die(*_: object) -> None:
            raise InterruptedError

        patch.setattr(Transaction, "update_work_order", die)
        with pytest.raises(InterruptedError):
            watch_orders(store, settings, now=order.due_at)
    assert store.work_order(order.work_order_id) == order
    assert len(store.outbox()) == 1
    assert watch_orders(store, settings, now=order.due_at) == Watched(escalated=2)


def test_closed_orders_are_archived_after_their_days(
    store: Store,  # noqa: F811
    opened: Callable[..., WorkOrder],
    desk: Desk,
    settings: Settings,
) -> None:
    order = opened()
    desk(order, "closed")
    assert watch_orders(store, settings, now=NOW + timedelta(days=90)) == Watched()
    late = NOW + timedelta(days=91)
    assert watch_orders(store, settings, now=late) == Watched(archived=1)
    assert watch_orders(store, settings, now=late) == Watched()
    kept = store.work_order(order.work_order_id)
    assert kept is not None
    assert (kept.status, kept.clock.archived_at) == ("closed", late)
    assert kept.history[-1].note == "关闭满 90 天"
