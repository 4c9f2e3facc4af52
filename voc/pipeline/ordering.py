"""Forms issues and opens their work orders, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from voc.config import Industry, Settings
from voc.issues import find_episodes
from voc.pipeline.complaints import complaints_of, counting
from voc.pipeline.following import follow_voices
from voc.pipeline.forming import formed_issues, keep_issues, losing, moved
from voc.pipeline.handling import Handler
from voc.pipeline.health import backlog
from voc.pipeline.keeping import keep_orders, ledger_of
from voc.pipeline.moments import cutoff_of, moments_of
from voc.pipeline.standing import standing_for
from voc.pipeline.telling import told_by_voices
from voc.pipeline.themed_rules import themed
from voc.pipeline.tiers import Tiers
from voc.records import Issue
from voc.store import Store
from voc.workorders import decide_orders
from voc.workorders.history import SYSTEM


def order_issues(
    store: Store,
    *,
    model: str,
    industries: Mapping[str, Industry],
    settings: Settings,
    tiers: Tiers,
    clock: Callable[[], datetime],
) -> tuple[int, int]:
    """Forms issues and opens their work orders.

    Args:
        store: What is read and written.
        model: Whose tags.
        industries: Taxonomies by id; feedback of others is left out.
        settings: All settings.
        tiers: Tells the tiers of customers.
        clock: Tells the present moment.

    Returns:
        How many issues are new or changed, and how many orders were opened or updated.

    Raises:
        ConfigError: The rules of routing are wrong, or name a sink that is not set.
    """
    twins = standing_for(store, industries)
    complaints = complaints_of(
        store,
        model=model,
        industries=industries,
        min_score=settings.issues.min_score,
        twins=twins,
    )
    now = clock()
    complaints = counting(store, complaints, cutoff_of(store, now))
    moments = moments_of(store, model=model, zone=settings.zone, now=now)
    formed = formed_issues(
        store,
        complaints,
        model=model,
        industries=industries,
        settings=settings,
        moments=moments,
        twins=twins,
    )
    issues = formed.issues
    handler = Handler(store, settings)
    rules = themed(handler.rules, store, settings, twins=twins)
    told = told_by_voices(
        store,
        issues,
        complaints,
        model=model,
        rules=rules,
        window_days=settings.issues.window_days,
        tiers=tiers,
    )
    undated = backlog(store)
    reopened_at, asked_for = _reopened(store, issues, formed.before, now)
    with store.transaction() as transaction:
        left_out = losing(transaction, issues)
        # Inside it, so that nobody else takes the turn of a person meanwhile.
        ledger = ledger_of(store, transaction)
        left_out |= moved(store, formed.before)
        changed = [issue for issue in formed.changed if issue.issue_id not in left_out]
        follow_voices(
            store,
            transaction,
            {issue.issue_id: issue for issue in issues},
            without=left_out,
            handler=handler,
            now=now,
        )
        found = decide_orders(
            [issue for issue in issues if issue.issue_id not in left_out],
            transaction.work_orders(),
            routing=rules,
            industries=industries,
            calendar=handler.rulebook.calendar,
            now=now,
            circumstances=told,
            sinks=settings.sink_names,
            as_of=moments.as_of,
            quiet_days=settings.issues.quiet_days,
            emergency_days=max(settings.issues.quiet_days, settings.issues.emergency_days),
            reopened_at=reopened_at,
            asked_for=asked_for,
            ledger=replace(ledger, holds_back=True),
            undated=undated,
            is_enough=lambda voices: bool(find_episodes(voices, settings=settings.issues)),
            comeback="reopen",
        )
        transaction.lock_orders()
        keep_issues(transaction, changed, formed, now)
        keep_orders(transaction, found)
    return len(changed), len({order.work_order_id for order, *_ in found.orders})


def _reopened(
    store: Store, issues: Sequence[Issue], before: Mapping[str, Issue], now: datetime
) -> tuple[dict[str, datetime], set[str]]:
    """Returns when each issue was reopened, and which of them a person reopened last."""
    found, asked_for = dict[str, datetime](), set[str]()
    for issue in issues:
        if issue.status == "reopened":
            known = before.get(issue.issue_id)
            events = store.issue_events(issue.issue_id)
            at = [
                (event.at, event.actor)
                for event in events
                if event.from_status != event.to_status == "reopened"
            ]
            if known is None or known.status != "reopened":
                at.append((now, SYSTEM))
            moment, actor = max(at, default=(None, None))
            if actor not in (None, SYSTEM):
                asked_for.add(issue.issue_id)
            if moment:
                found[issue.issue_id] = moment
    return found, asked_for
