"""What the voices of issues tell, as routing asks for it: read from the store where a rule asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from voc.config import Settings
from voc.issues import heeded, urgent_once
from voc.pipeline.calls import predicted_of
from voc.pipeline.complaints import complaints_of, counting
from voc.pipeline.learned import Learned
from voc.pipeline.moments import cutoff_of
from voc.pipeline.standing import standing_for
from voc.pipeline.taxonomies import industries_of
from voc.pipeline.tiers import Tiers, tiers_of
from voc.records import UNHEARD, Issue, Mention
from voc.store import Store, TaggedRow
from voc.workorders import (
    Circumstances,
    RoutingRules,
    VoiceFacts,
    circumstances_of,
    rating_share,
)


def told_by_voices(
    store: Store,
    issues: Sequence[Issue],
    mentions: Sequence[Mention],
    *,
    model: str,
    rules: RoutingRules,
    window_days: float,
    tiers: Tiers,
) -> dict[str, Circumstances]:
    """Returns what the voices of issues tell, by issue id.

    Args:
        store: Where the voices are.
        issues: Issues with their evidence.
        mentions: What they were formed of.
        model: Whose tags tell of the voices.
        rules: What of it is asked for.
        window_days: Length of the last window of issues.
        tiers: Tells the tiers of customers.
    """
    heard = heeded(issues, urgent_once(mentions), window_days=window_days)
    counted = [voice for voices in heard.values() for voice in voices]
    facts = _facts(store, counted, model, tiers) if rules.asks_voices else {}
    for name, score in predicted_of(store, counted, model=model).items():
        facts[name] = replace(facts.get(name, VoiceFacts()), satisfaction=score)
    guesses = Learned.of(rules).guesses(store, counted, model=model)
    told = circumstances_of(heard, facts, guesses)
    unheard = [one for one in issues if one.aspect_id == UNHEARD and one.issue_id in told]
    topics = store.topics(with_muted=True) if unheard else []
    near = {topic.topic_id: topic.near_aspect for topic in topics}
    return told | {
        one.issue_id: replace(told[one.issue_id], near_aspect=near.get(one.topic_id or ""))
        for one in unheard
    }


def told_now(
    store: Store, issues: Sequence[Issue], *, model: str, rules: RoutingRules, settings: Settings
) -> dict[str, Circumstances]:
    """Returns what the voices of issues tell, by issue id, as the store has them now."""
    industries, _ = industries_of(store, settings, sorted({issue.industry for issue in issues}))
    complaints = complaints_of(
        store,
        model=model,
        industries=industries,
        min_score=settings.issues.min_score,
        twins=standing_for(store, industries),
    )
    cutoff = cutoff_of(store, datetime.now(settings.zone))
    return told_by_voices(
        store,
        issues,
        counting(store, complaints, cutoff),
        model=model,
        rules=rules,
        window_days=settings.issues.window_days,
        tiers=tiers_of(store),
    )


def _facts(
    store: Store, mentions: Sequence[Mention], model: str, tiers: Tiers
) -> dict[str, VoiceFacts]:
    wanted = {mention.feedback_id for mention in mentions}
    said = store.tagged(model=model, with_words=False)
    rows = [row for row in said if row.feedback_id in wanted]
    known = tiers({row.customer_id for row in rows if row.customer_id})
    return {row.feedback_id: _fact(row, known.get(row.customer_id or "")) for row in rows}


def _fact(row: TaggedRow, tier: str | None) -> VoiceFacts:
    return VoiceFacts(
        sentiment=row.sentiment,
        sentiment_score=row.sentiment_score,
        intent=row.intent,
        nps=row.nps,
        csat=row.csat,
        rating=rating_share(row.rating, row.rating_max),
        tier=tier,
    )
