"""What the stores of a chain share, over a store: its orders, its effects, its past, its themes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.pipeline.workshop import MODEL, Workshop, voice
from voc.config import load_settings
from voc.issues import is_absorbed
from voc.pipeline.handling import Handler
from voc.pipeline.reporting import topic_figures
from voc.records import Topic
from voc.report import Scope

TRADE = "snack"
ASPECT = "store_service"
NOW = datetime.now(UTC)
STORES = ("东店", "西店", "南店", "北店")


def hear(workshop: Workshop, store: str, *days: float, **values: Any) -> None:
    """Has a store complained of, so many days ago."""
    said = {"aspect": ASPECT, "text": "店员没人管"} | values
    workshop.hear(
        TRADE,
        [
            voice(TRADE, f"{store}{day}", NOW - timedelta(days=day), store=store, **said)
            for day in days
        ],
    )


def calm(workshop: Workshop) -> None:
    """Every store gets three calm feedbacks a day."""
    for store in STORES:
        workshop.hear(
            TRADE,
            [
                voice(
                    TRADE, f"{store}c{day}n{number}", NOW - timedelta(days=day + 0.01),
                    aspect=None, sentiment="neutral", text="今天去买了零食", store=store,
                )
                for day in range(60) for number in range(3)
            ],
        )  # fmt: skip


def living(workshop: Workshop) -> dict[str | None, tuple[str, int]]:
    """The open issues by store, with their voices."""
    return {
        one.store: (one.issue_id, one.count)
        for one in workshop.store.issues(industry=TRADE)
        if one.is_open and not is_absorbed(one)
    }


def test_orders_of_stores_become_one_of_the_chain(workshop: Workshop) -> None:
    calm(workshop)
    for store in STORES[:2]:
        hear(workshop, store, 3, 4, 5, 6, 7)
    workshop.chain().form()
    assert living(workshop).keys() == {"东店", "西店"}
    assert [order.status for order in workshop.orders(TRADE)] == ["open", "open"]
    for store in STORES[2:]:
        hear(workshop, store, 1, 2)
    workshop.chain().form()
    found = living(workshop)
    assert {place: count for place, (_, count) in found.items()} == {None: 14}
    issue_id = found[None][0]
    orders = workshop.orders(TRADE)
    assert {order.issue_id for order in orders} == {issue_id}
    [running] = [order for order in orders if order.merged_into is None]
    assert running.status == "open"
    assert workshop.chain().form() == (0, 0)


def test_the_order_of_a_store_goes_with_it_when_it_comes_to_stand_out(workshop: Workshop) -> None:
    rules = workshop.folder / "routing.yaml"
    rules.write_text(
        "open_when: {severity: low, voices: 1}\nrules: [{name: 每店, then: {per: issue_and_store}}]"
    )
    asked = {"routing.file": str(rules)}
    calm(workshop)
    for store in STORES:
        hear(workshop, store, 8, 9, 10)
    workshop.chain(**asked).form()
    before = {order.work_order_id: order.title for order in workshop.orders(TRADE)}
    assert len(before) == len(STORES)
    assert living(workshop).keys() == {None}
    hear(workshop, "北店", *(day / 8 for day in range(1, 50)))
    workshop.chain(**asked).form()
    assert living(workshop).keys() == {None, "北店"}
    orders = workshop.orders(TRADE)
    assert {order.work_order_id for order in orders} == before.keys(), "none is opened twice"
    own = {order.issue_id: order for order in orders}[living(workshop)["北店"][0]]
    assert "北店" in before[own.work_order_id]
    assert workshop.chain(**asked).form() == (0, 0)


def test_an_order_on_a_store_is_measured_there_and_one_on_the_chain_everywhere(
    workshop: Workshop,
) -> None:
    calm(workshop)
    for store in STORES[:2]:
        hear(workshop, store, *(day + 0.3 for day in range(40, 50)))
    workshop.now = NOW - timedelta(days=39)
    workshop.chain().form()
    [order, _] = sorted(workshop.orders(TRADE), key=lambda one: one.title)
    handler = Handler(workshop.store, load_settings(environ={}))
    with workshop.store.transaction() as transaction:
        handler.act(
            transaction, order.work_order_id, "resolved", actor="老李", at=workshop.now, note="好"
        )
    for store in STORES:
        hear(workshop, store, *(day + 0.3 for day in range(1, 38, 3)))
    workshop.now = NOW
    workshop.chain().form()
    assert None in living(workshop)
    workshop.chain().measure()
    [effect] = workshop.store.effects()
    heard = [one for one in workshop.store.mentions(model=MODEL) if one.store == "东店"]
    assert effect.after is not None
    assert 0 < effect.after.voices <= len(heard)


def test_a_past_report_and_one_of_a_store_tell_of_what_is_shared(workshop: Workshop) -> None:
    calm(workshop)
    for store in STORES[:2]:
        hear(workshop, store, 13, 14, 15)
    workshop.chain().form()
    for store in STORES[2:]:
        hear(workshop, store, 1, 2)
    workshop.chain().form()
    workshop.chain().form()

    def told(**values: Any) -> dict[str, int]:
        settings = load_settings(environ={})
        figures = topic_figures(workshop.store, settings=settings, model=MODEL, **values)[0]
        cards = (*figures.issues, *figures.more_issues)
        return {card.line.title: card.line.in_period for card in cards}

    assert list(told().values()) == [10]
    assert list(told(scope=Scope(stores=("东店",))).values()) == [3]
    assert sum(told(until=NOW - timedelta(days=10)).values()) == 6


def test_the_team_of_an_aspect_is_told_once_of_a_theme_that_emerges(workshop: Workshop) -> None:
    calm(workshop)
    for store in STORES:
        hear(workshop, store, *(day + 0.2 for day in range(20, 50, 4)))
    workshop.now = NOW - timedelta(days=10)
    workshop.chain().form()
    [order] = workshop.orders(TRADE)
    for store in STORES:
        hear(workshop, store, *(day + 0.4 for day in range(1, 8)), text="收银排长队")
    queue = Topic("tp_queue", "收银排长队", TRADE, ("排队",), 28, 1.0, NOW, NOW)
    spoken = [
        (one.feedback_id, queue.topic_id, 0.9, one.evidence[0])
        for one in workshop.store.mentions(model=MODEL)
        if "排长队" in one.evidence[0].text
    ]
    with workshop.store.transaction() as transaction:
        transaction.save_topics(TRADE, [queue], spoken)
    workshop.now = NOW
    chain = workshop.chain()
    chain.form()
    assert chain.alert() > 0
    told = workshop.store.work_order(order.work_order_id)
    assert told is not None
    assert "近期新出现：收银排长队" in told.description
    assert [entry.note for entry in told.history if "收银排长队" in (entry.note or "")]
    chain.alert()
    again = workshop.store.work_order(order.work_order_id)
    assert again is not None
    assert again.description == told.description
