"""Measures over the store whether work orders helped, and proposes 重办 where they did not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from voc.config import Industry, Settings
from voc.errors import StateError, UsageError
from voc.insights.effects import Ended, Watch
from voc.insights.places import count_places
from voc.issues import as_problems, joined, placed_by_theme
from voc.issues.grouping import Rules, group_rules, group_voices, issue_key
from voc.pipeline.emergencies import with_emergencies
from voc.pipeline.handling import Handler
from voc.pipeline.standing import standing_for
from voc.records import UNCOUNTED, Effect, HistoryEntry, Issue, Mention, WorkOrder
from voc.store import Store, TaggedRow, Transaction
from voc.workorders.history import SYSTEM
from voc.workorders.states import ended_at

WATCHED: Final = ("resolved", "closed")
"""States of orders whose effect is watched: what was rejected was not mended."""


def changed_effects(
    store: Store,
    *,
    model: str,
    industries: Mapping[str, Industry],
    settings: Settings,
    now: datetime,
) -> list[Effect]:
    """Returns the effects that are new or have changed; writes nothing.

    Each industry is looked at up to its own newest feedback that is not in the future. An effect
    once measured stays when its order is worked on again, and another one is measured then; one
    that was still watched says that the order was reopened.

    Args:
        store: What is read.
        model: Whose tags.
        industries: Taxonomies by id; orders about others are left out.
        settings: Of effects, and the lowest probability of a complaint that counts.
        now: The present moment.
    """
    known = {effect.effect_id: effect for effect in store.effects()}
    reopened = _reopened(store, known.values())
    orders = store.work_orders(status=WATCHED)
    if not orders:
        return reopened
    twins = standing_for(store, industries)
    ended = list(_ended(store, orders, industries, twins))
    if not ended:
        return reopened
    names = {order.key.industry for order in ended}
    chosen = {name: industries[name] for name in names}
    rows = _heard(store, model, chosen, now)
    found = _watch(store, model, chosen, settings, rows, ended, twins).effects(ended)
    told = [_proposed(effect, known.get(effect.effect_id), now) for effect in found]
    return [*reopened, *(effect for effect in told if effect != known.get(effect.effect_id))]


def keep_effects(
    store: Store,
    transaction: Transaction,
    effects: Sequence[Effect],
    *,
    settings: Settings,
    now: datetime,
) -> None:
    """Keeps effects; where 重办 is proposed now, the order's history tells of it.

    With the setting `effects.redo` the order is reopened at once, and its issue too.
    """
    transaction.lock_orders()
    known = {effect.effect_id: effect for effect in store.effects()}
    handler = Handler(store, settings)
    for effect in effects:
        before = known.get(effect.effect_id)
        is_new = effect.proposal == "redo" and (before is None or before.proposal is None)
        if is_new and settings.effects.redo and _redo(transaction, handler, effect, now):
            effect = replace(effect, proposal="redone")
        elif is_new:
            entry = HistoryEntry(now, SYSTEM, "note", f"建议重办：{reason_text(effect)}")
            transaction.add_history(effect.work_order_id, entry)
        transaction.save_effects([effect])


def reason_text(effect: Effect) -> str:
    """Returns in Chinese what was found, as histories and lists tell it."""
    if effect.reason == "watching":
        return f"观察期未满（已观察 {effect.days_watched}/{effect.days_after} 天）"
    if effect.reason == "reopened":
        return f"观察期内又重办（已观察 {effect.days_watched}/{effect.days_after} 天）"
    if effect.reason == "few_voices":
        return "声音太少，无法判断"
    ratio = "—" if effect.effect_ratio is None else f"{effect.effect_ratio:.2f}"
    high = "∞" if effect.high is None else f"{effect.high:.2f}"
    against = "（已扣除其他地方的同期变化）" if effect.control_ratio is not None else ""
    what = {
        "dropped": "投诉率明显下降",
        "no_drop": "投诉率没有明显下降",
        "wide_interval": "变化在偶然波动之内",
    }[effect.reason]
    return f"{what}，为整改前的 {ratio} 倍，95% 区间 {effect.low or 0:.2f}–{high}{against}"


def _redo(transaction: Transaction, handler: Handler, effect: Effect, now: datetime) -> bool:
    """Reopens an order and its issue; false where its state, age or another order forbids it."""
    why = f"整改未见效，重办：{reason_text(effect)}"
    try:
        handler.act(transaction, effect.work_order_id, "reopened", actor=SYSTEM, at=now, note=why)
    except (StateError, UsageError):
        return False
    return True


def _reopened(store: Store, effects: Iterable[Effect]) -> list[Effect]:
    """Returns the effects that were still watched when their order was reopened."""
    watched = [effect for effect in effects if effect.reason == "watching"]
    if not watched:
        return []
    going = {order.work_order_id for order in store.work_orders() if order.status not in WATCHED}
    return [
        replace(effect, reason="reopened") for effect in watched if effect.work_order_id in going
    ]


def _proposed(effect: Effect, before: Effect | None, now: datetime) -> Effect:
    """Returns an effect with its proposal, which is made once and withdrawn by a better verdict."""
    if before is not None and before.proposal == "redone":
        return replace(effect, proposal="redone", proposed_at=before.proposed_at)
    if effect.verdict != "not_effective":
        return effect
    is_known = before is not None and before.proposal is not None
    at = before.proposed_at if before is not None and is_known else now
    return replace(effect, proposal="redo", proposed_at=at)


def _ended(
    store: Store,
    orders: Sequence[WorkOrder],
    industries: Mapping[str, Industry],
    twins: Mapping[str, str],
) -> Sequence[Ended]:
    rules = group_rules(industries)
    found = []
    for order in orders:
        end = worked_until(order)
        issue = _issue_of(store, order, end, rules, twins) if end is not None else None
        if issue is not None and end is not None and issue.industry in industries:
            key = issue_key(issue, rules, twins)
            found.append(Ended(order.work_order_id, issue.issue_id, key, end))
    return found


def _issue_of(
    store: Store,
    order: WorkOrder,
    end: datetime,
    rules: Rules,
    twins: Mapping[str, str],
) -> Issue | None:
    """Returns the issue that an order is measured by: that which it was of when its work ended.

    Later that may have been absorbed, as that of a store by the chain's. One of a theme that is
    gone is measured by what its voices are of now.
    """
    later = (entry.changes for entry in order.history if entry.at >= end)
    moves = (changes["issue_id"] for changes in later if "issue_id" in changes)
    former, _ = next(moves, (order.issue_id, None))
    then = store.issue(former)
    if then is not None and issue_key(then, rules, twins).topic_id is None:
        return then
    return store.issue(order.issue_id)


def worked_until(order: WorkOrder) -> datetime | None:
    """Returns when work on an order ended by being resolved or closed; not by being merged."""
    is_mended = order.status in WATCHED and order.merged_into is None
    return ended_at(order) if is_mended else None


def _heard(
    store: Store, model: str, industries: Mapping[str, Industry], now: datetime
) -> list[TaggedRow]:
    """Returns all feedback that counts and knows its time, in order of time."""
    return [
        row
        for row in store.tagged(model=model, industry=list(industries), with_words=False)
        if row.is_dated and row.occurred_at <= now and not row.flags & UNCOUNTED
    ]


def _watch(
    store: Store,
    model: str,
    industries: Mapping[str, Industry],
    settings: Settings,
    rows: Sequence[TaggedRow],
    ended: Sequence[Ended],
    twins: Mapping[str, str],
) -> Watch:
    as_of = {
        row.industry: row.occurred_at.astimezone(settings.zone) for row in rows if row.industry
    }
    counted = {row.feedback_id for row in rows}
    least = settings.issues.min_score
    calm, negative = list[Mention](), list[Mention]()
    for mention in store.mentions(model=model, industry=list(industries), with_unheard=True):
        if mention.feedback_id in counted and mention.score >= least:
            said = joined(mention, twins)
            if said.sentiment == "negative":
                negative.append(said)
            else:
                calm.append(_bare(said))
    themes = {topic.topic_id: topic.topic for topic in store.topics()}
    rules = group_rules(industries)
    problems = as_problems(placed_by_theme(negative, rules=rules), themes)
    complaints = [
        _bare(mention)
        for mention in with_emergencies(store, problems, model=model, industries=industries)
        if mention.feedback_id in counted
    ]
    groups = group_voices(complaints, rules=rules, min_score=least)
    places = count_places(
        rows,
        sorted([*calm, *complaints], key=lambda mention: mention.occurred_at),
        groups,
        aspects={order.key[:2] for order in ended},
        rules=rules,
        as_of=as_of,
    )
    return Watch(places, settings.effects, as_of)


def _bare(mention: Mention) -> Mention:
    """Returns a mention without its words, which take memory."""
    return replace(mention, evidence=(), opinions=())
