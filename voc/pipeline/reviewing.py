"""What a person says of orders that wait: open them, or not."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from voc.config import Settings
from voc.errors import StateError, UsageError
from voc.pipeline.delivering import known_sinks
from voc.pipeline.keeping import keep_orders, ledger_of
from voc.pipeline.taxonomies import industries_of
from voc.pipeline.telling import told_now
from voc.pipeline.themed_rules import rules_of
from voc.records import HistoryEntry, Issue, OrderReview, WorkOrder
from voc.store import Store, Transaction
from voc.workorders import calendar_for, decide_orders
from voc.workorders.reviewing import decided
from voc.workorders.rules import OpenWhen


def approve(
    store: Store,
    transaction: Transaction,
    work_order_id: str,
    *,
    settings: Settings,
    model: str,
    actor: str,
    note: str | None,
) -> WorkOrder:
    """Opens an order that waits, with what is known now; its time starts now.

    Args:
        store: What is read.
        transaction: What the order is kept in, with the messages that tell of it.
        work_order_id: What waits.
        settings: For routing.
        model: Whose tags tell of the voices.
        actor: Who wants it.
        note: Why.

    Raises:
        UsageError: Nothing of that id waits or waited.
        StateError: It was decided on before, or its issue no longer makes that order.
    """
    transaction.rota_turns()  # before what waits, as where orders are proposed
    review = _waiting(transaction, work_order_id)
    issue = _open_issue(store, review)
    file = settings.resolve(settings.routing.file)
    rules = rules_of(store, settings)
    known_sinks(rules, settings)
    industries, _ = industries_of(store, settings, [issue.industry])
    now = datetime.now(settings.zone)
    said = decided(review, "approved", actor, note, now)
    kept = replace(
        ledger_of(store, transaction, issue_id=issue.issue_id), holds_back=True, only=review.part
    )
    found = decide_orders(
        [issue],
        store.work_orders(issue_id=issue.issue_id),
        routing=rules.model_copy(update={"open_when": OpenWhen(severity="low", voices=1)}),
        industries=industries,
        calendar=calendar_for(rules, file),
        now=now,
        circumstances=told_now(store, [issue], model=model, rules=rules, settings=settings),
        sinks=settings.sink_names,
        reopened_at={issue.issue_id: now} if issue.status == "reopened" else None,
        asked_for={issue.issue_id},
        ledger=replace(kept, reviews={**kept.reviews, work_order_id: said}),
    )
    if not found.orders:
        raise StateError(
            f"The issue of {work_order_id} makes no such order any more, by the rules and voices"
            " there are now; dismiss it, or let voc run propose it anew."
        )
    keep_orders(transaction, replace(found, reviews=[said]))
    transaction.add_history(work_order_id, HistoryEntry(now, actor, "note", note or "复核通过"))
    return transaction.work_order(work_order_id) or found.orders[0][0]


def dismiss(
    transaction: Transaction,
    work_order_id: str,
    *,
    actor: str,
    note: str | None,
    now: datetime,
) -> OrderReview:
    """Sets an order that waits aside; it is proposed anew only when its issue gets worse.

    Raises:
        UsageError: Nothing of that id waits or waited.
        StateError: It was decided on before.
    """
    said = decided(_waiting(transaction, work_order_id), "dismissed", actor, note, now)
    transaction.save_order_reviews([said])
    return said


def _waiting(transaction: Transaction, work_order_id: str) -> OrderReview:
    review = transaction.order_review(work_order_id)
    if review is None:
        raise UsageError(
            f"No order {work_order_id!r} waits; voc work-orders review list names those that do."
        )
    if review.state != "waiting":
        raise StateError(f"{work_order_id} was {review.state} by {review.actor} before.")
    return review


def _open_issue(store: Store, review: OrderReview) -> Issue:
    issue = store.issue(review.issue_id)
    if issue is None or not issue.is_open:
        state = "gone" if issue is None else issue.status
        raise StateError(
            f"The issue {review.issue_id} of {review.work_order_id} is {state}; reopen it first."
        )
    return issue
