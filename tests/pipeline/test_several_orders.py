"""Issues with several orders: what one of them does to the issue, and to the others."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from tests.pipeline.test_handling import (  # noqa: F401 - fixtures
    HOUR,
    NOW,
    Desk,
    desk,
    issue,
    opened,
    settings,
)
from tests.store.conftest import (  # noqa: F401 - fixtures
    postgres_trouble,
    postgres_url,
    sqlite_url,
)
from voc.config import Settings, load_settings
from voc.errors import StateError, UsageError
from voc.pipeline.acting import open_for_issue
from voc.pipeline.reviewing import approve
from voc.records import Evidence, Issue, Mention, OrderPart, OrderReview, WorkOrder, stable_id
from voc.store import Store, open_store
from voc.workorders import Ledger, decide_orders, load_calendar, load_routing
from voc.workorders.circumstances import circumstances_of

Open = Callable[..., WorkOrder]


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:  # noqa: F811
    with open_store(sqlite_url) as own:
        yield own


@pytest.fixture
def another(store: Store, opened: Open) -> Open:  # noqa: F811
    """Opens another order of an issue: of a part of it, or later of the same one."""

    def make(order: WorkOrder, name: str, part: str = "", *, later: int = 0) -> WorkOrder:
        new = replace(order, work_order_id=name, created_at=order.created_at + later * HOUR)
        with store.transaction() as transaction:
            transaction.save_work_order(new)
            transaction.save_order_parts([OrderPart(name, part, "上海")])
        return new

    return make


def status(store: Store, name: str = "is_1") -> str:
    found = store.issue(name)
    assert found is not None
    return found.status


def test_the_last_order_of_an_issue_closes_it(
    store: Store,
    opened: Open,  # noqa: F811
    another: Open,
    desk: Desk,  # noqa: F811
) -> None:
    first = opened()
    second = another(first, "wo_second", "store=二店")
    assert desk(first, "closed").issues == ()
    assert status(store) == "open"
    assert desk(second, "closed").issues == (("is_1", "closed"),)
    assert desk(first, "reopened").issues == (("is_1", "reopened"),)
    assert desk(second, "reopened").issues == ()
    assert desk(first, "closed").issues == ()


def test_an_order_that_all_refused_keeps_its_issue_open(
    store: Store,
    opened: Open,  # noqa: F811
    another: Open,
    desk: Desk,  # noqa: F811
) -> None:
    first = opened()
    second = another(first, "wo_second", "store=二店")
    for _ in range(4):
        desk(first, "rejected")
    assert desk(second, "closed").issues == ()
    assert desk(first, "closed").issues == (("is_1", "closed"),)


def test_an_issue_whose_voices_another_order_took_over_closes_with_that(
    store: Store,
    opened: Open,  # noqa: F811
    another: Open,
    desk: Desk,  # noqa: F811
) -> None:
    first, other = opened(1), opened(2)
    second = another(first, "wo_second", "store=二店")
    desk(second, "merge", into=other.work_order_id)
    assert desk(first, "closed").issues == ()
    assert desk(other, "closed").issues == (("is_2", "closed"), ("is_1", "closed"))


def decide(
    store: Store,
    settings: Settings,  # noqa: F811
    of: Sequence[Issue],
    **values: Any,
) -> list[WorkOrder]:
    """The orders that a run opens or updates."""
    found = decide_orders(
        of,
        store.work_orders(),
        routing=load_routing(settings.resolve(settings.routing.file)),
        industries={},
        calendar=load_calendar("cn"),
        now=NOW + timedelta(days=3),
        ledger=Ledger(parts=store.order_parts()),
        **values,
    )
    return [order for order, _ in found.orders]


def test_a_redo_opens_nothing_for_the_other_orders_of_its_issue(
    store: Store,
    settings: Settings,  # noqa: F811
    opened: Open,  # noqa: F811
    another: Open,
    desk: Desk,  # noqa: F811
) -> None:
    first = opened()
    second = another(first, "wo_second", "store=二店")
    desk(first, "closed")
    desk(second, "closed")
    done = desk(second, "reopened")
    [event] = [event for event in store.issue_events("is_1") if event.to_status == "reopened"]
    assert event.at == done.entries[0].at
    again = replace(issue(), status="reopened")
    assert decide(store, settings, [again], reopened_at={"is_1": event.at}) == []
    by_person = {"is_1": event.at + HOUR}
    assert len(decide(store, settings, [again], reopened_at=by_person, asked_for={"is_1"})) == 1


def test_what_was_merged_goes_with_the_order_that_took_it_over(
    store: Store,
    settings: Settings,  # noqa: F811
    opened: Open,  # noqa: F811
    desk: Desk,  # noqa: F811
) -> None:
    first, second, third = opened(1), opened(2), opened(3)
    desk(first, "merge", into=second.work_order_id)
    desk(second, "merge", into=third.work_order_id)
    kept = store.work_order(first.work_order_id)
    assert kept is not None
    assert (kept.merged_into, kept.parent_id) == (third.work_order_id, third.work_order_id)
    assert kept.history[-1].note == f"随 {second.work_order_id} 并入 {third.work_order_id}"
    louder = [replace(issue(number), count=60) for number in (1, 2)]
    assert decide(store, settings, louder) == []
    assert dict(desk(third, "closed").issues) == dict.fromkeys(("is_1", "is_2", "is_3"), "closed")


def test_chains_from_before_are_followed(
    store: Store,
    settings: Settings,  # noqa: F811
    opened: Open,  # noqa: F811
    desk: Desk,  # noqa: F811
) -> None:
    first, second, third = opened(1), opened(2), opened(3)
    desk(first, "merge", into=second.work_order_id)
    desk(second, "merge", into=third.work_order_id)
    kept = store.work_order(first.work_order_id)
    assert kept is not None
    with store.transaction() as transaction:
        transaction.update_work_order(replace(kept, merged_into=second.work_order_id))
    assert decide(store, settings, [replace(issue(1), count=60)]) == []


def test_nothing_is_merged_into_what_is_part_of_it(
    opened: Open,  # noqa: F811
    desk: Desk,  # noqa: F811
) -> None:
    parent, child, merged = opened(1), opened(2), opened(3)
    desk(child, "attach", into=parent.work_order_id)
    desk(merged, "merge", into=parent.work_order_id)
    desk(child, "resolved")
    for one in (child, merged):
        with pytest.raises(StateError, match=f"{one.work_order_id} is part of .* itself"):
            desk(parent, "merge", into=one.work_order_id)


def test_one_round_at_a_time(
    store: Store,
    opened: Open,  # noqa: F811
    another: Open,
    desk: Desk,  # noqa: F811
) -> None:
    first = opened()
    desk(first, "closed")
    second = another(first, "wo_second", later=1)
    with pytest.raises(UsageError, match=r"wo_second does what .* would do again, and is open"):
        desk(first, "reopened")
    done = desk(first, "call_back", satisfaction=1)
    assert (done.order.status, done.order.satisfaction) == ("closed", 1)
    assert [entry.event for entry in done.entries] == ["call_back"]
    desk(second, "closed")
    assert desk(first, "reopened").order.status == "reopened"


def test_a_call_back_that_comes_late_moves_nothing(
    opened: Open,  # noqa: F811
    desk: Desk,  # noqa: F811
) -> None:
    order = opened()
    desk(order, "resolved")
    called = desk.now + HOUR / 2
    desk(order, "closed")
    late = desk(order, "call_back", satisfaction=1, at=called)
    assert (late.order.status, late.order.satisfaction) == ("closed", 1)
    desk(order, "reopened")
    late = desk(order, "call_back", satisfied=False, note="还是坏的", at=called)
    assert late.is_late
    assert late.entries[0].note == "迟到的状态：回访（call_back）；还是坏的"
    assert late.order.status == "reopened"


TEAMS = """
departments: [华东部, 甲部, 乙部, 丙部, 人工分拨]
match: all
rotas: {轮值: {people: [小王, 小李]}}
rules:
  - {name: 华东, when: {region: 上海}, then: {department: 华东部, sinks: [team]}}
  - {name: 甲, when: {region: 上海}, then: {department: 甲部, sinks: [boss], rota: 轮值}}
  - {name: 乙, when: {region: 北京}, then: {department: 乙部}}
"""


@pytest.fixture
def teams(store: Store, settings: Settings) -> Callable[[str], Desk]:  # noqa: F811
    """Acts by rules whose departments have sinks of their own."""

    def make(match: str) -> Desk:
        rules = TEAMS.replace("match: all", f"match: {match}")
        assert settings.routing.file is not None
        Path(settings.routing.file).write_text(rules, encoding="utf-8")
        return Desk(store, settings)

    return make


def told(desk: Desk) -> list[tuple[str, str]]:  # noqa: F811
    return [(sink, event) for sink, event, _ in desk.told()]


def test_who_had_an_order_and_who_has_it_now_hear_of_a_transfer(
    store: Store,
    settings: Settings,  # noqa: F811
    opened: Open,  # noqa: F811
    teams: Callable[[str], Desk],
) -> None:
    desk = teams("first")  # noqa: F811
    order = opened()
    assert order.rule == "华东"
    desk(order, "transfer", department="甲部")
    assert told(desk) == [("team", "transfer"), ("boss", "transfer")]
    desk(order, "urge")
    assert told(desk)[2:] == [("boss", "urge")]
    desk(order, "transfer", department="丙部")
    assert told(desk)[3:] == [("boss", "transfer"), ("team", "transfer")]
    louder = replace(issue(), count=60)
    desk(order, "transfer", department="甲部")
    found = decide_orders(
        [louder],
        store.work_orders(),
        routing=load_routing(settings.resolve(settings.routing.file)),
        industries={},
        calendar=load_calendar("cn"),
        now=desk.now,
        sinks=("all",),
    )
    assert [message.sink for _, message in found.orders] == ["boss"]


def test_a_returned_order_takes_a_turn_of_the_rota(
    store: Store,
    opened: Open,  # noqa: F811
    teams: Callable[[str], Desk],
) -> None:
    desk = teams("first")  # noqa: F811
    went = [desk(opened(number), "rejected", note="不归我们").order for number in (1, 2, 3)]
    assert [(one.department, one.assignee) for one in went] == [
        ("甲部", "小王"), ("甲部", "小李"), ("甲部", "小王"),
    ]  # fmt: skip
    assert told(desk)[:2] == [("team", "rerouted"), ("boss", "rerouted")]


def test_a_returned_order_goes_to_no_department_that_has_one(
    opened: Open,  # noqa: F811
    another: Open,
    teams: Callable[[str], Desk],
) -> None:
    order = opened()
    desk = teams("all")  # noqa: F811
    other = replace(order, department="甲部", rule="甲")
    another(order, order.work_order_id, "|department=华东部")
    another(other, "wo_other", "|department=甲部")
    went = desk(order, "rejected", note="不归我们").order
    assert went.department not in ("华东部", "甲部")


PARTED = """
departments: [城东组, 专班]
rules:
  - {name: 每店, when: {industry: automotive}, then: {department: 城东组, per: issue_and_store}}
"""


def test_an_order_of_the_whole_that_a_person_opened_stands_for_its_parts(
    store: Store,
    tmp_path: Path,
) -> None:
    file = tmp_path / "parted.yaml"
    file.write_text(PARTED, encoding="utf-8")
    overrides = {"routing.file": str(file), "queue.dir": str(tmp_path / "orders")}
    asked = load_settings(overrides=overrides, environ={})
    said = tuple(Evidence(f"fb_{number}", 0, 4, "起步顿挫") for number in range(4))
    whole = replace(issue(), store=None, evidence=said)
    with store.transaction() as transaction:
        transaction.save_issues([whole])
    with store.transaction() as transaction:
        order = open_for_issue(
            store, transaction, "is_1",
            settings=asked, model="m", department="专班", actor="老李",
        )  # fmt: skip
    assert decide(store, asked, [whole], circumstances=heard(whole)) == []
    louder = replace(whole, count=60)
    [updated] = decide(store, asked, [louder], circumstances=heard(louder))
    assert (updated.work_order_id, updated.department) == (order.work_order_id, "专班")
    Desk(store, asked)(order, "closed")
    assert decide(store, asked, [whole], circumstances=heard(whole)) == []
    more = replace(
        whole, count=6, evidence=(*said, *(Evidence(f"fb_{n}", 0, 4, "") for n in (4, 5)))
    )
    back = decide(store, asked, [more], circumstances=heard(more, voices=6, later=2 * HOUR))
    assert [one.title for one in back] == [f"{whole.title}（一店）", f"{whole.title}（二店）"]
    assert decide(store, asked, [more], circumstances=heard(more, voices=6, later=HOUR)) == []


def heard(of: Issue, *, voices: int = 4, later: timedelta = HOUR) -> dict[str, Any]:
    """What voices of two stores tell, those after the fourth so much later."""
    mentions = [
        Mention(
            feedback_id=f"fb_{n}", industry=of.industry, aspect_id=of.aspect_id,
            sentiment="negative", score=0.9, occurred_at=NOW + later * (n > 3),
            store=("一店", "二店")[n % 2],
        )
        for n in range(voices)
    ]  # fmt: skip
    return circumstances_of({of.issue_id: mentions})


def test_opening_and_acting_wait_for_each_other(
    postgres_url: str,  # noqa: F811
    settings: Settings,  # noqa: F811
) -> None:
    """A run writes issues before orders, an action orders before issues: neither may deadlock."""
    with open_store(postgres_url) as own:
        order = WorkOrder(
            "wo_1", "is_1", "题", "", "投诉", "normal", "华东部", "open", NOW, NOW + HOUR
        )
        with own.transaction() as transaction:
            transaction.save_issues([issue()])
            transaction.save_work_order(order)
        desk = Desk(own, settings)
        actor = threading.Thread(target=lambda: desk(order, "closed"))
        with own.transaction() as transaction:
            transaction.lock_orders()
            transaction.set_issue_status("is_1", "reopened", "voc", None, NOW)
            actor.start()
            wait_for_a_lock(postgres_url)
            transaction.save_work_order(replace(order, title="更糟"))
        actor.join()
        kept = own.work_order("wo_1")
        assert kept is not None
        assert (kept.status, kept.title, status(own)) == ("closed", "更糟", "closed")


def test_a_run_and_who_approves_wait_for_each_other(
    postgres_url: str,  # noqa: F811
    settings: Settings,  # noqa: F811
) -> None:
    """Both take turns of rotas and what waits for a person."""
    name = stable_id("wo", "is_1", "1")
    review = OrderReview(
        name, "is_1", "", "waiting", "题", "华东部", "上海", "把握不够", "medium", 6, None, NOW
    )
    with open_store(postgres_url) as own:
        with own.transaction() as transaction:
            transaction.save_issues([issue()])
            transaction.save_order_reviews([review])

        def approves() -> None:
            with own.transaction() as transaction:
                approve(
                    own, transaction, name, settings=settings, model="m", actor="老李", note=None
                )

        person = threading.Thread(target=approves)
        with own.transaction() as transaction:
            transaction.rota_turns()
            person.start()
            wait_for_a_lock(postgres_url)
            transaction.save_order_reviews([replace(review, count=7)])
        person.join()
        [kept] = own.order_reviews()
        assert (kept.state, kept.count) == ("approved", 7)
        assert [order.work_order_id for order in own.work_orders()] == [name]


def wait_for_a_lock(url: str) -> None:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        query = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        for _ in range(10_000):
            if connection.scalar(query):
                break
    engine.dispose()
