"""Orders that belong together: a parent with children, and what was merged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from voc.errors import StateError, UsageError
from voc.records import OrderPart, WorkOrder
from voc.workorders.states import ENDED, Action, phase_of

Find = Callable[[str], WorkOrder | None]
"""Returns an order by its id."""


def living(order: WorkOrder, find: Find) -> WorkOrder:
    """Returns the order that does the work of this one: itself, or what it was merged into."""
    seen = {order.work_order_id}
    while order.merged_into is not None and order.merged_into not in seen:
        seen.add(order.merged_into)
        after = find(order.merged_into)
        if after is None:
            break
        order = after
    return order


def unsettled(
    orders: Sequence[WorkOrder], parts: Mapping[str, OrderPart], find: Find
) -> list[WorkOrder]:
    """Returns what is still to be done about an issue, the oldest first.

    It is what runs, what was merged into an order that runs, and what every team refused, where
    nothing newer is of the same part of the issue.

    Args:
        orders: All orders of the issue.
        parts: Of which part of it each is.
        find: Finds orders of other issues.
    """
    ranked = sorted(orders, key=lambda order: (order.created_at, order.work_order_id))
    newest = {part_of(order, parts): order for order in ranked}
    done = [(order, living(order, find)) for order in ranked]
    return [
        does
        for order, does in done
        if does.status not in ENDED
        or (order.status == "rejected" and newest[part_of(order, parts)] is order)
    ]


def part_of(order: WorkOrder, parts: Mapping[str, OrderPart]) -> str:
    """Returns the name of the part of its issue that an order is of."""
    known = parts.get(order.work_order_id)
    return known.part if known else ""


def check_relations(
    order: WorkOrder, action: Action, *, parent: WorkOrder | None, children: Sequence[WorkOrder]
) -> None:
    """Checks what an action means for other orders.

    A parent is not closed (nor merged away) while children are open; an order is merged into, or
    attached to, another one that is worked on; children have no children.

    Args:
        order: The order.
        action: What is asked of it.
        parent: The order that the request names, if it names one.
        children: Those that are part of `order`.

    Raises:
        UsageError: The order that is named is this one.
        StateError: What the others are does not allow it.
    """
    if action in ("closed", "merge"):
        _check_children(order, children)
    if action in ("merge", "attach") and parent is not None:
        _check_parent(order, parent)
        if action == "attach" and (children or parent.parent_id is not None):
            raise StateError(
                f"Work order {order.work_order_id} cannot become part of {parent.work_order_id}:"
                f" {'it has children' if children else 'that one is itself part of another'};"
                " children have no children."
            )


def _check_children(order: WorkOrder, children: Sequence[WorkOrder]) -> None:
    still = [child.work_order_id for child in children if child.status not in ENDED]
    if still:
        raise StateError(
            f"Work order {order.work_order_id} has children that are still open:"
            f" {', '.join(still)}. End them first."
        )


def _check_parent(order: WorkOrder, parent: WorkOrder) -> None:
    if parent.work_order_id == order.work_order_id:
        raise UsageError(f"{order.work_order_id} is the order itself; name another one.")
    if order.work_order_id in (parent.parent_id, parent.merged_into):
        raise StateError(
            f"Work order {parent.work_order_id} is part of {order.work_order_id} itself; name one"
            " that is not."
        )
    if parent.merged_into is not None:
        raise StateError(
            f"Work order {parent.work_order_id} was merged itself; name {parent.merged_into}."
        )
    if parent.status in ENDED:
        raise StateError(
            f"Work order {parent.work_order_id} is {phase_of(parent)}; name one that is worked on."
        )
