"""What the orders of an issue mean for it: whether it is worked on, and when it closes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from voc.records import IssueStatus, WorkOrder
from voc.store import Store, Transaction
from voc.workorders.relations import part_of, unsettled
from voc.workorders.states import ENDED

Moved = tuple[tuple[str, str], ...]
"""The issues whose status changed, each with the new one."""


def move_issues(
    store: Store,
    transaction: Transaction,
    before: WorkOrder,
    after: WorkOrder,
    *,
    children: Sequence[WorkOrder],
    actor: str,
    note: str | None,
    at: datetime,
) -> Moved:
    """Closes the issues of a closed order and of those merged into it; a redo reopens them.

    An issue with several orders is closed by the last of them: while another one is worked on, or
    was refused by every team, it stays open.

    Args:
        store: Where the issues are.
        transaction: What the change is kept in; has `after` already.
        before: The order before the action.
        after: The order afterwards.
        children: Orders that are part of it.
        actor: Who did it.
        note: Why.
        at: When.
    """
    if before.status == after.status or after.merged_into is not None:
        return ()
    merged = [child for child in children if child.merged_into == after.work_order_id]
    moved = []
    for name in dict.fromkeys(order.issue_id for order in (after, *merged)):
        status = _status_after(store, transaction, name, after)
        if status is not None:
            transaction.set_issue_status(name, status, actor, note, at)
            moved.append((name, status))
    return tuple(moved)


def _status_after(
    store: Store, transaction: Transaction, issue_id: str, order: WorkOrder
) -> IssueStatus | None:
    """Returns what an issue becomes as an order of it stands now; `None`: it stays as it is."""
    issue = store.issue(issue_id)
    if issue is None:
        return None
    if order.status == "reopened":
        return "reopened" if issue.status == "closed" else None
    # An ignored issue stays ignored: closed, the next voice would reopen it.
    if order.status != "closed" or not issue.is_open:
        return None
    orders, parts = transaction.issue_orders(issue_id), store.order_parts(issue_id=issue_id)
    return None if unsettled(orders, parts, transaction.work_order) else "closed"


def worked_on(store: Store, transaction: Transaction, order: WorkOrder) -> WorkOrder | None:
    """Returns another order that does what an ended one would, were it redone; `None`: no other.

    It is of the same part of the same issue, and runs; or one of these was merged into it.
    """
    parts = store.order_parts(issue_id=order.issue_id)
    others = [
        other
        for other in transaction.issue_orders(order.issue_id)
        if other.work_order_id != order.work_order_id
        and part_of(other, parts) == part_of(order, parts)
    ]
    found = unsettled(others, parts, transaction.work_order)
    return next((one for one in found if one.status not in ENDED), None)
