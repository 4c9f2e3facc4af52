"""Orders go where the voices of their issue went: to the issue that has absorbed it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from voc.errors import StateError
from voc.issues import home_of
from voc.pipeline.handling import Handler
from voc.records import SEVERITIES, HistoryEntry, Issue, OrderPart, WorkOrder
from voc.store import Store, Transaction
from voc.workorders import Details
from voc.workorders.comebacks import end_of, last_told, telling
from voc.workorders.history import SYSTEM
from voc.workorders.parts import store_of
from voc.workorders.relations import part_of
from voc.workorders.reviewing import decided
from voc.workorders.states import ENDED


def follow_voices(
    store: Store,
    transaction: Transaction,
    issues: Mapping[str, Issue],
    *,
    without: Collection[str],
    handler: Handler,
    now: datetime,
) -> None:
    """Hands the orders of absorbed issues over to the issue that has their voices now.

    Where several orders of one team then run for the same, the one whose work has got furthest
    lives on, the oldest of equals, and the others are merged into it. Where all have ended, the
    last to end knows of all voices that they were told of, so that none comes back by the joining
    alone. What waited for a person is dismissed: the other issue makes a proposal of its own.

    The running order of one store goes to the issue of that store, where it has come to stand out
    of what a chain shares.

    Args:
        store: What is read.
        transaction: What it is kept in, with the messages that tell of it.
        issues: All issues by id.
        without: Issues that are left as they are.
        handler: What merges orders, and tells of it.
        now: When.
    """
    homes = {
        issue.issue_id: home_of(issue, issues).issue_id
        for issue in issues.values()
        if issue.merged_into is not None and issue.issue_id not in without
    }
    parts = store.order_parts()
    _give_to_stores(store, transaction, issues, parts, without=without, now=now)
    if not homes:
        return
    transaction.save_order_reviews(
        [
            decided(review, "dismissed", SYSTEM, _note(issues[homes[review.issue_id]]), now)
            for review in store.order_reviews(state="waiting")
            if review.issue_id in homes
        ]
    )
    if not any(order.issue_id in homes for order in store.work_orders()):
        return
    transaction.lock_orders()
    strays: dict[str, list[WorkOrder]] = {}
    for order in transaction.work_orders():
        if order.issue_id in homes:
            strays.setdefault(homes[order.issue_id], []).append(order)
    for name, orders in strays.items():
        _join(transaction, issues[name], orders, parts, handler, now)


def _give_to_stores(
    store: Store,
    transaction: Transaction,
    issues: Mapping[str, Issue],
    parts: Mapping[str, OrderPart],
    *,
    without: Collection[str],
    now: datetime,
) -> None:
    stores = {name: store_of(one.part) for name, one in parts.items()}
    if not any(stores.values()):
        return
    own = {
        (issue.industry, issue.aspect_id, issue.store): issue
        for issue in issues.values()
        if issue.is_open and issue.store is not None and issue.issue_id not in without
    }
    for order in store.work_orders():
        issue, name = issues.get(order.issue_id), stores.get(order.work_order_id)
        if order.status in ENDED or issue is None or issue.store is not None or name is None:
            continue
        home = own.get((issue.industry, issue.aspect_id, name))
        if home is not None:
            transaction.lock_orders()
            _hand_over(transaction, order, home, now)


def _hand_over(transaction: Transaction, order: WorkOrder, home: Issue, now: datetime) -> None:
    """Gives an order to another issue, which is kept before where it is new."""
    if transaction.issue(home.issue_id) is None:
        transaction.save_issues([home])
    changes = {"issue_id": (order.issue_id, home.issue_id)}
    entry = HistoryEntry(now, SYSTEM, "note", _note(home), changes)
    transaction.hand_over(order.work_order_id, home.issue_id, entry)


def _join(
    transaction: Transaction,
    home: Issue,
    strays: Sequence[WorkOrder],
    parts: Mapping[str, OrderPart],
    handler: Handler,
    now: datetime,
) -> None:
    """Hands orders over to an issue, and has those that do the same thing do it once."""
    own = transaction.issue_orders(home.issue_id)
    for order in strays:
        _hand_over(transaction, order, home, now)
    for part in dict.fromkeys(part_of(order, parts) for order in strays):
        same = [order for order in (*own, *strays) if part_of(order, parts) == part]
        running = [order for order in same if order.status not in ENDED]
        if running:
            _merge(transaction, home, running, handler, now)
        elif len({order.issue_id for order in same}) > 1:
            _tell_of_all(transaction, home, same, now)


def _merge(
    transaction: Transaction,
    home: Issue,
    running: Iterable[WorkOrder],
    handler: Handler,
    now: datetime,
) -> None:
    teams: dict[str, list[WorkOrder]] = {}
    for order in running:
        teams.setdefault(order.department, []).append(order)
    for orders in teams.values():
        kept, *others = sorted(orders, key=_least_first)
        for order in others:
            try:
                handler.act(
                    transaction,
                    order.work_order_id,
                    "merge",
                    actor=SYSTEM,
                    at=now,
                    note=f"{_note(home)}，由 {kept.work_order_id} 一并办理",
                    details=Details(into=kept.work_order_id),
                )
            except StateError as error:
                # It has open children: people end those first.
                transaction.add_history(
                    order.work_order_id, HistoryEntry(now, SYSTEM, "note", str(error))
                )


def _least_first(order: WorkOrder) -> tuple[bool, datetime, str]:
    return order.clock.responded_at is None, order.created_at, order.work_order_id


def _tell_of_all(
    transaction: Transaction, home: Issue, ended: Sequence[WorkOrder], now: datetime
) -> None:
    """Notes with the last order to end how many voices the orders of all issues were told of."""
    latest: dict[str, WorkOrder] = {}
    for order in sorted(ended, key=end_of):
        latest[order.issue_id] = order
    told = [last_told(order) for order in latest.values()]
    severity = max((severity for severity, _ in told), key=SEVERITIES.index)
    note = telling(severity, sum(count for _, count in told), _note(home))
    last = max(latest.values(), key=end_of)
    heard = max(
        (order.clock.heard_until for order in latest.values() if order.clock.heard_until),
        default=None,
    )
    told_of_all = replace(
        last,
        clock=replace(last.clock, heard_until=heard),
        history=(*last.history, HistoryEntry(now, SYSTEM, "updated", note)),
    )
    transaction.update_work_order(told_of_all)


def _note(home: Issue) -> str:
    return f"所属问题并入「{home.title}」（{home.issue_id}）"
