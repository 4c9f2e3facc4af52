"""What people and other systems do with issues and work orders, and what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from voc.config import Settings
from voc.errors import StateError, UsageError
from voc.pipeline.delivering import known_sinks
from voc.pipeline.handling import Applied, Handler
from voc.pipeline.keeping import keep_orders, ledger_of
from voc.pipeline.rulecheck import team_doubt
from voc.pipeline.taxonomies import industries_of
from voc.pipeline.telling import told_now
from voc.pipeline.themed_rules import rules_of
from voc.records import HistoryEntry, WorkOrder
from voc.store import Store, Transaction
from voc.workorders import Details, calendar_for, decide_orders
from voc.workorders.history import CHOSEN
from voc.workorders.relations import unsettled
from voc.workorders.routing import sinks_of
from voc.workorders.rules import OpenWhen, RoutingRules, Rule, Then
from voc.workorders.states import ENDED


def open_for_issue(
    store: Store,
    transaction: Transaction,
    issue_id: str,
    *,
    settings: Settings,
    model: str,
    department: str | None,
    actor: str,
) -> WorkOrder:
    """Opens the work order of an issue at a person's word, below the rules' `open_when` too.

    Args:
        store: What is read.
        transaction: What it is kept in, with the messages that tell of it.
        issue_id: The issue.
        settings: For routing.
        model: Whose tags tell what the voices are like.
        department: Who gets it; `None`: whom the routing rules name.
        actor: Who wants it, for the history.

    Raises:
        UsageError: There is no such issue.
        StateError: The issue is closed or ignored, or has an order that is being worked on.
    """
    issue = store.issue(issue_id)
    if issue is None:
        raise UsageError(f"There is no issue {issue_id!r}.")
    if issue.merged_into is not None:
        raise StateError(
            f"Issue {issue_id} has no voices of its own any more; open an order for"
            f" {issue.merged_into}, which has them."
        )
    existing = store.work_orders(issue_id=issue_id)
    _check_none(store, issue_id, existing)
    if not issue.is_open:
        raise StateError(f"Issue {issue_id} is {issue.status}; reopen it first.")
    file = settings.resolve(settings.routing.file)
    rules = rules_of(store, settings)
    known_sinks(rules, settings)
    asked = rules.model_copy(
        update={
            "open_when": OpenWhen(severity="low", voices=1),
            "rules": (*_chosen(department, rules), *rules.rules),
            **({"match": "first"} if department else {}),
        }
    )
    industries, _ = industries_of(store, settings, [issue.industry])
    now = datetime.now(settings.zone)
    found = decide_orders(
        [issue],
        existing,
        routing=asked,
        industries=industries,
        calendar=calendar_for(rules, file),
        now=now,
        circumstances=told_now(store, [issue], model=model, rules=rules, settings=settings),
        sinks=settings.sink_names,
        reopened_at={issue_id: now} if existing else None,
        asked_for={issue_id},
        ledger=ledger_of(store, transaction, issue_id=issue_id),
    )
    if not found.orders:
        raise StateError(f"Issue {issue_id} has nothing that its last work order was not told of.")
    keep_orders(transaction, found)
    order = found.orders[0][0]
    transaction.add_history(order.work_order_id, HistoryEntry(now, actor, "note", "应要求开立"))
    doubt = (
        team_doubt(department, at=now, rules=rules, settings=settings, known=industries)
        if department
        else None
    )
    if doubt is not None:
        transaction.add_history(order.work_order_id, doubt)
    return transaction.work_order(order.work_order_id) or order


def _check_none(store: Store, issue_id: str, existing: Sequence[WorkOrder]) -> None:
    """Checks that nobody works on an issue, nor has to sort what every team refused."""
    parts = store.order_parts(issue_id=issue_id)
    for order in unsettled(existing, parts, store.work_order):
        name = order.work_order_id
        if order.status not in ENDED:
            raise StateError(f"Issue {issue_id} has the work order {name}, which is not ended.")
        raise StateError(
            f"Issue {issue_id} has the work order {name}, which every team refused; transfer it to"
            " another department, or close it first."
        )


def _chosen(department: str | None, rules: RoutingRules) -> tuple[Rule, ...]:
    if not department:
        return ()
    sinks = sinks_of(rules, department, CHOSEN)
    return (Rule(name=CHOSEN, then=Then(department=department, per="issue", sinks=sinks)),)


def tell_event(
    store: Store,
    transaction: Transaction,
    work_order_id: str,
    event: str,
    *,
    settings: Settings,
    actor: str,
    at: datetime,
    note: str | None,
    details: Details | None = None,
) -> Applied:
    """Takes in what another system says of a work order; see `Handler.act`.

    Raises:
        UsageError: There is no such work order or event, or its reason is missing.
        StateError: The state does not allow it; the message lists what it allows.
    """
    return Handler(store, settings).act(
        transaction, work_order_id, event, actor=actor, at=at, note=note, details=details
    )
