"""Raises alerts over the store: what emerges, by theme and aspect, product, store and region."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property

from voc.config import Industry, Settings
from voc.issues import aspects_of_themes, doubted, placed_by_theme
from voc.issues.alerts import form_alerts
from voc.issues.grouping import group_rules
from voc.issues.moods import is_mood
from voc.issues.naming import Titles
from voc.issues.streams import build_streams
from voc.pipeline.handling import Handler
from voc.pipeline.moments import newest_moment
from voc.pipeline.standing import standing_for
from voc.records import UNCOUNTED, Alert, Mention, is_mixed, subject_of
from voc.report.emerging import placed
from voc.report.wording import label, usual
from voc.store import Store, TaggedRow, Transaction
from voc.workorders.parts import store_of
from voc.workorders.relations import part_of


def raise_alerts(
    store: Store,
    *,
    model: str,
    industries: Mapping[str, Industry],
    settings: Settings,
    now: datetime,
    told: str,
) -> list[Alert]:
    """Returns the alerts that are new or have changed; writes nothing.

    Each industry is looked at up to its own newest feedback that is not in the future. Feedback
    without a time of its own shows no rise and is passed over.

    Args:
        store: What is read.
        model: Whose tags.
        industries: Taxonomies by id; feedback of others is left out.
        settings: Their sections `issues` and `alerts`, and the zone whose days are counted.
        now: The present moment.
        told: Of the voices that are not counted, those with this flag are told of.
    """
    heard = _heard(store, model, industries, now)
    paid = set(store.flags(told))
    silent = {name for kind in UNCOUNTED - {told} for name in store.flags(kind)}
    counted: dict[str, list[Mention]] = defaultdict(list)
    aside: dict[str, list[Mention]] = defaultdict(list)
    negative = store.mentions(
        model=model, sentiment="negative", with_flagged=True, with_unheard=True
    )
    topics = {topic.topic_id: topic.topic for topic in store.topics()}
    moods = {topic_id for topic_id, name in topics.items() if is_mood(name)}
    mixed = {topic_id for topic_id, name in topics.items() if is_mixed(name)}
    complaints = (
        # Streams need no words, and there may be many of them, but to name what emerges of a theme
        # that names no problem; a mood is no news.
        replace(
            mention,
            evidence=mention.evidence if mention.topic_id in mixed else (),
            opinions=mention.opinions if mention.topic_id in mixed else (),
            topic_id=None if mention.topic_id in moods else mention.topic_id,
        )
        for mention in doubted(negative)
        if mention.feedback_id not in silent
        and not mention.is_doubtful
        and mention.score >= settings.issues.min_score
        and mention.industry in heard
    )
    placed = placed_by_theme(complaints, rules=group_rules(industries))
    aspects = aspects_of_themes(placed)
    for mention in placed:
        part = aside if mention.feedback_id in paid else counted
        part[mention.industry].append(mention)
    issues = store.issues(with_evidence=True)
    twins = standing_for(store, heard)
    changed = []
    for name, rows in heard.items():
        as_of = newest_moment([row.occurred_at.astimezone(settings.zone) for row in rows])
        streams = build_streams(name, rows, counted[name], as_of=as_of, settings=settings.alerts)
        if streams is None:
            changed += _closed(store.alerts(industry=name), as_of)
            continue
        changed += form_alerts(
            streams,
            store.alerts(industry=name),
            as_of=as_of,
            titles=topics | {aspect.id: aspect.name for aspect in industries[name].all_aspects()},
            settings=settings.alerts,
            issues=issues,
            paid=aside[name],
            twins=twins,
            aspects={theme: one for (industry, theme), one in aspects.items() if industry == name},
            said=Emerging(industries[name], counted[name], topics),
        )
    unheard = [alert for alert in store.alerts() if alert.industry not in heard]
    return changed + _closed(unheard, now.astimezone(settings.zone))


class Emerging:
    """Tells what voices of a theme say is wrong, with its subject where most of them name it.

    Args:
        industry: Their taxonomy.
        complaints: The complaints of the industry, those of mixed themes with their words.
        topics: The names of themes by id.
    """

    def __init__(
        self, industry: Industry, complaints: Sequence[Mention], topics: Mapping[str, str]
    ) -> None:
        self._industry = industry
        self._complaints = complaints
        self._topics = topics

    @cached_property
    def _titles(self) -> Titles:
        return Titles(self._industry, self._complaints, {})

    def __call__(self, theme: str, names: Collection[str]) -> str:
        voices = [
            one for one in self._complaints if one.topic_id == theme and one.feedback_id in names
        ]
        voices.sort(key=lambda one: (one.occurred_at, one.feedback_id))
        told = self._titles.problem(voices)
        subject = subject_of(self._topics[theme])
        naming = sum(any(subject in said.text for said in one.evidence) for one in voices)
        is_told = not told or subject in told or 2 * naming <= len(voices)
        return told if is_told else f"{subject}：{told}"


def keep_alerts(
    store: Store,
    transaction: Transaction,
    alerts: Sequence[Alert],
    *,
    handler: Handler,
    now: datetime,
) -> None:
    """Keeps alerts; those that opened are told to the teams that work on their issue.

    Who gets 213 complaints of packaging is told that those of the lid are new. An issue of the very
    theme in the very place says so itself.

    Args:
        store: What is read.
        transaction: What they are kept in, with the messages that tell of them.
        alerts: Those that are new or have changed.
        handler: What tells of orders.
        now: When.
    """
    known = {alert.alert_id: alert.status for alert in store.alerts()}
    transaction.save_alerts(alerts)
    opened = [
        alert
        for alert in alerts
        if alert.status == "open" and known.get(alert.alert_id) != "open" and alert.topic_id
    ]
    if not opened:
        return
    parts = store.order_parts()
    for alert in opened:
        issue = store.issue(alert.issue_id) if alert.issue_id else None
        if issue is None or (issue.topic_id, issue.store) == (alert.topic_id, alert.store):
            continue
        for order in transaction.issue_orders(issue.issue_id):
            if store_of(part_of(order, parts)) in (None, alert.store):
                handler.tell(transaction, order.work_order_id, _news(alert), at=now)


def _news(alert: Alert) -> str:
    return (
        f"近期{label(alert.trend, 'alert_kind')}：{placed(alert)}，"
        f"{alert.since:%Y-%m-%d} 起，{alert.window_days} 天内 {alert.count} 条，"
        f"平时 {usual(alert.expected)} 条"
    )


def _closed(alerts: Iterable[Alert], at: datetime) -> list[Alert]:
    """Closes alerts of which no voice is left that counts."""
    return [
        replace(alert, status="closed", closed_at=at) for alert in alerts if alert.status == "open"
    ]


def _heard(
    store: Store, model: str, industries: Mapping[str, Industry], now: datetime
) -> dict[str, list[TaggedRow]]:
    heard: dict[str, list[TaggedRow]] = defaultdict(list)
    for row in store.tagged(model=model, with_words=False):
        counts = row.is_dated and row.occurred_at <= now and not row.flags & UNCOUNTED
        if counts and row.industry is not None and row.industry in industries:
            heard[row.industry].append(row)
    return heard
