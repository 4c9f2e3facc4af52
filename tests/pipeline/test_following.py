"""Orders of issues that others have absorbed: handed over, merged, and none opened twice."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import timedelta

import pytest

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
    postgres_made,
    postgres_trouble,
    postgres_url,
    sqlite_made,
    sqlite_url,
    store,
    store_url,
)
from voc.config import Settings
from voc.issues import home_of
from voc.issues.matching import absorb
from voc.pipeline.following import follow_voices
from voc.records import Issue, Mention, OrderReview, WorkOrder
from voc.store import Store
from voc.workorders import Ledger, circumstances_of, decide_orders, load_calendar, load_routing

Open = Callable[..., WorkOrder]
LATER = NOW + timedelta(days=3)


class Joining:
    """Issue 2 absorbs issue 1, as a run finds it when late voices bridge them."""

    def __init__(self, store: Store, settings: Settings, desk: Desk) -> None:  # noqa: F811
        self.store = store
        self.settings = settings
        self.desk = desk
        self.home = replace(issue(2), count=12)

    def __call__(self, *, without: Collection[str] = ()) -> None:
        issues = {"is_1": absorb(issue(1), into=self.home), "is_2": self.home}
        with self.store.transaction() as transaction:
            follow_voices(
                self.store,
                transaction,
                issues,
                without=without,
                handler=self.desk.handler,
                now=LATER,
            )
            transaction.save_issues(list(issues.values()))

    def decided(self, count: int) -> list[WorkOrder]:
        """The orders that the next run opens or updates for issue 2 with so many voices.

        Six are its own; the next six, a day later, were those of issue 1; others are newer.
        """
        heard = [
            Mention(
                feedback_id=f"fb_{number}", industry="automotive", aspect_id="power",
                sentiment="negative", score=0.9, occurred_at=NOW + timedelta(days=number // 6),
                region="上海",
            )
            for number in range(count)
        ]  # fmt: skip
        found = decide_orders(
            [replace(self.home, count=count)],
            self.store.work_orders(),
            routing=load_routing(self.settings.resolve(self.settings.routing.file)),
            industries={},
            calendar=load_calendar("cn"),
            now=LATER + HOUR,
            circumstances=circumstances_of({"is_2": heard}),
            ledger=Ledger(parts=self.store.order_parts()),
        )
        return [order for order, _ in found.orders]

    def order(self, order: WorkOrder) -> WorkOrder:
        found = self.store.work_order(order.work_order_id)
        assert found is not None
        return found


@pytest.fixture
def joining(
    store: Store,  # noqa: F811
    settings: Settings,  # noqa: F811
    desk: Desk,  # noqa: F811
) -> Joining:
    with store.transaction() as transaction:
        transaction.save_issues([issue(1), issue(2)])
    return Joining(store, settings, desk)


def test_an_order_follows_the_voices_of_its_issue(opened: Open, joining: Joining) -> None:  # noqa: F811
    order = opened(1)
    joining()
    after = joining.order(order)
    assert (after.issue_id, after.status) == ("is_2", "open")
    assert after.history[-1].changes == {"issue_id": ("is_1", "is_2")}
    assert after.history[-1].note == "所属问题并入「动力：顿挫2」（is_2）"
    assert joining.decided(6) == []
    [updated] = joining.decided(60)
    assert updated.work_order_id == order.work_order_id
    joining()
    assert joining.order(order) == after


@pytest.mark.parametrize(
    ("taken_up", "kept"), [(None, 0), (0, 0), (1, 1)], ids=["neither", "the older", "the younger"]
)
def test_two_orders_of_one_team_become_one(
    taken_up: int | None,
    kept: int,
    opened: Open,  # noqa: F811
    desk: Desk,  # noqa: F811
    joining: Joining,
) -> None:
    # Opened at one moment, their ids tell which is the older.
    orders = sorted((opened(1), opened(2)), key=lambda order: order.work_order_id)
    if taken_up is not None:
        desk(orders[taken_up], "accepted")
    before = {one.message.message_id for one in joining.store.outbox()}
    joining()
    lives, ended = joining.order(orders[kept]), joining.order(orders[1 - kept])
    assert lives.status == ("open" if taken_up is None else "accepted")
    assert (ended.status, ended.merged_into) == ("closed", lives.work_order_id)
    assert {lives.issue_id, ended.issue_id} == {"is_2"}
    told = [one.message for one in joining.store.outbox() if one.message.message_id not in before]
    assert {one.key for one in told} == {ended.work_order_id, lives.work_order_id}
    assert [order.work_order_id for order in joining.decided(60)] == [lives.work_order_id]


def test_orders_of_two_teams_stay_two(opened: Open, desk: Desk, joining: Joining) -> None:  # noqa: F811
    first, second = opened(1), opened(2)
    desk(second, "transfer", department="客户服务部")
    joining()
    assert [joining.order(order).status for order in (first, second)] == ["open", "open"]


def test_an_order_with_open_children_is_not_merged(
    opened: Open,  # noqa: F811
    desk: Desk,  # noqa: F811
    joining: Joining,
) -> None:
    first, second, child = opened(1), opened(2), opened(3)
    desk(first, "accepted")
    desk(child, "attach", into=second.work_order_id)
    joining()
    left = joining.order(second)
    assert (left.status, left.merged_into) == ("open", None)
    assert "has children that are still open" in (left.history[-1].note or "")


def test_what_was_handled_does_not_come_back_by_the_joining(
    opened: Open,  # noqa: F811
    desk: Desk,  # noqa: F811
    joining: Joining,
) -> None:
    for number in (1, 2):
        desk(opened(number), "resolved", at=NOW + timedelta(days=2 - number))
    assert joining.decided(12) != []
    joining()
    assert joining.decided(12) == []
    [again] = joining.decided(13)
    assert again.status == "open"


def test_what_waits_for_a_person_is_dismissed(joining: Joining) -> None:
    waits = OrderReview(
        "wo_9", "is_1", "", "waiting", "动力：顿挫1", "华东部", "上海", "规则要求人工复核",
        "medium", 6, None, NOW,
    )  # fmt: skip
    with joining.store.transaction() as transaction:
        transaction.save_order_reviews([waits])
    joining(without={"is_1"})
    assert joining.store.order_reviews(state="waiting") == [waits]
    joining()
    [review] = joining.store.order_reviews(issue_id="is_1")
    assert (review.state, review.actor) == ("dismissed", "voc")
    assert review.note == "所属问题并入「动力：顿挫2」（is_2）"


def test_an_issue_that_was_absorbed_by_an_absorbed_one_is_at_home_in_the_last() -> None:
    def named(name: str, into: str | None) -> Issue:
        return replace(issue(1), issue_id=name, merged_into=into)

    issues = {one.issue_id: one for one in (named("a", "b"), named("b", "c"), named("c", None))}
    assert [home_of(one, issues).issue_id for one in issues.values()] == ["c", "c", "c"]
