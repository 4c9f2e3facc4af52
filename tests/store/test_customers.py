"""Customers and orders are upserted, newest first, on every engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from voc.records import Customer, Feedback, Order
from voc.store import Store, UpsertCounts

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
YEAR = timedelta(days=365)
ANNA = Customer("c_a", NOW, "钻石会员", "一店", "杭州", NOW - 900 * DAY, ("企业客户",))
BUY = Order("o_1", "c_a", 200.0, NOW - 10 * DAY, NOW, "云驰X5", "二店")


def save(store: Store, *items: Customer | Order) -> UpsertCounts:
    with store.transaction() as tx:
        return tx.save_customers(
            [item for item in items if isinstance(item, Customer)]
        ) + tx.save_orders([item for item in items if isinstance(item, Order)])


def test_what_goes_in_comes_back(store: Store) -> None:
    assert save(store, ANNA, BUY) == UpsertCounts(new=2)
    file = store.customer("c_a", since=NOW - YEAR, until=NOW)
    assert file is not None
    assert (file.customer, file.orders, file.spent) == (ANNA, (BUY,), 200.0)
    assert store.customers() == [ANNA]
    assert store.customer("c_b", since=NOW - YEAR, until=NOW) is None


def test_the_same_again_changes_nothing(store: Store) -> None:
    save(store, ANNA, BUY)
    assert save(store, ANNA, BUY) == UpsertCounts(known=2)


@pytest.mark.parametrize(
    ("change", "said", "tier"),
    [
        ({"tier": "金卡", "updated_at": NOW + DAY}, UpsertCounts(updated=1), "金卡"),
        ({"tier": "金卡", "updated_at": NOW}, UpsertCounts(updated=1), "金卡"),
        ({"tier": "金卡", "updated_at": NOW - DAY}, UpsertCounts(stale=1), "钻石会员"),
        ({"tier": None, "updated_at": NOW + DAY}, UpsertCounts(known=1), "钻石会员"),
        ({"tier": None, "tags": (), "region": "宁波", "updated_at": NOW + DAY},
         UpsertCounts(updated=1), "钻石会员"),
    ],
)  # fmt: skip
def test_the_newest_wins_and_what_it_does_not_tell_stays(
    store: Store, change: dict[str, object], said: UpsertCounts, tier: str
) -> None:
    save(store, ANNA)
    assert save(store, replace(ANNA, **change)) == said  # type: ignore[arg-type]
    (kept,) = store.customers()
    assert (kept.tier, kept.tags, kept.store) == (tier, ("企业客户",), "一店")


def test_rows_of_one_call_are_taken_in_their_order(store: Store) -> None:
    later = replace(ANNA, tier="金卡")
    assert save(store, ANNA, later) == UpsertCounts(new=1, updated=1)
    assert store.customers()[0].tier == "金卡"


def test_customers_are_listed_by_tier_and_by_id(store: Store) -> None:
    ben = Customer("c_b", NOW, "普卡")
    save(store, ANNA, ben)
    assert store.customers(tier="普卡") == [ben]
    assert store.customers(["c_b", "c_none"]) == [ben]
    assert store.customers(limit=1) == [ANNA]
    assert store.tiers() == {"钻石会员": 1, "普卡": 1}


def test_spending_is_that_of_the_period(store: Store) -> None:
    old = replace(BUY, order_id="o_0", ordered_at=NOW - YEAR)
    back = replace(BUY, order_id="o_2", amount=-50.0, ordered_at=NOW)
    ahead = replace(BUY, order_id="o_3", ordered_at=NOW + DAY)
    save(store, BUY, old, back, ahead, replace(BUY, order_id="o_4", customer_id="c_b"))
    assert store.spending(since=NOW - YEAR, until=NOW) == {"c_a": 150.0, "c_b": 200.0}


def test_the_last_order_is_the_last_before_the_moment(store: Store) -> None:
    save(store, BUY, replace(BUY, order_id="o_2", ordered_at=NOW, product="云驰X7"))
    assert store.last_order("c_a", until=NOW - DAY) == BUY
    assert getattr(store.last_order("c_a", until=NOW), "product", None) == "云驰X7"
    assert store.last_order("c_a", until=NOW - 20 * DAY) is None


def test_who_said_it_is_known_by_the_voice(store: Store) -> None:
    voices = [
        Feedback("s", "1", "review", "不好", customer_id="c_a"),
        Feedback("s", "2", "review", "不好", customer_id="c_stranger"),
        Feedback("s", "3", "review", "不好"),
    ]
    with store.transaction() as tx:
        tx.add_feedback(voices, industry=None, now=NOW)
    save(store, ANNA)
    ids = [voice.feedback_id for voice in voices]
    assert store.tiers_of(ids) == {ids[0]: "钻石会员"}
    assert store.customers_behind(ids) == {ids[0]: "c_a", ids[1]: "c_stranger"}
