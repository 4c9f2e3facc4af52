"""Voices by problem: which complaints speak of the same thing in the same place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from voc.config import Aspect, Industry
from voc.records import URGENCIES, Issue, Mention

_BOTH = ("product", "store")


class GroupKey(NamedTuple):
    """What two voices must share to be one problem; a part that need not be equal is `None`."""

    industry: str
    aspect_id: str
    product: str | None
    store: str | None


def issue_key(issue: Issue) -> GroupKey:
    """Returns the group that an issue stands for."""
    return GroupKey(issue.industry, issue.aspect_id, issue.product, issue.store)


def group_voices(
    mentions: Iterable[Mention], *, industries: Mapping[str, Industry], min_score: float
) -> dict[GroupKey, list[Mention]]:
    """Gathers the negative mentions that count, one a feedback, by the problem they speak of.

    The result does not depend on the order of `mentions`: each group is sorted by time and id, and
    several mentions of one aspect in one feedback are one voice.

    Args:
        mentions: Mentions of any polarity, in any order.
        industries: Taxonomies by id; `group_by` of the aspect says what must be equal. An aspect
            that no taxonomy knows is grouped by product and store.
        min_score: Lowest probability of a mention that counts.
    """
    rules = _group_rules(industries)
    groups: dict[GroupKey, dict[str, Mention]] = {}
    for mention in mentions:
        if mention.sentiment != "negative" or mention.score < min_score:
            continue
        rule = rules.get((mention.industry, mention.aspect_id), _BOTH)
        key = GroupKey(
            mention.industry,
            mention.aspect_id,
            mention.product if "product" in rule else None,
            mention.store if "store" in rule else None,
        )
        group = groups.setdefault(key, {})
        known = group.setdefault(mention.feedback_id, mention)
        if known is not mention:
            group[mention.feedback_id] = _merged(known, mention)
    return {
        key: sorted(group.values(), key=lambda voice: (voice.occurred_at, voice.feedback_id))
        for key, group in groups.items()
    }


def aspect_of(industries: Mapping[str, Industry], industry: str, aspect_id: str) -> Aspect | None:
    """Returns the aspect with that id, or `None` where the taxonomy or the aspect is unknown."""
    known = industries.get(industry)
    if known is None:
        return None
    return next((aspect for aspect in known.all_aspects() if aspect.id == aspect_id), None)


def _group_rules(industries: Mapping[str, Industry]) -> dict[tuple[str, str], Sequence[str]]:
    return {
        (industry_id, aspect.id): aspect.group_by
        for industry_id, industry in industries.items()
        for aspect in industry.all_aspects()
    }


def _merged(one: Mention, other: Mention) -> Mention:
    """Joins two mentions of one feedback into one voice, the same whichever came first."""
    spans = {(span.start, span.end, span.text): span for span in (*one.evidence, *other.evidence)}
    topics = [topic for topic in (one.topic_id, other.topic_id) if topic is not None]
    return replace(
        one,
        occurred_at=min(one.occurred_at, other.occurred_at),
        score=max(one.score, other.score),
        evidence=tuple(spans[place] for place in sorted(spans)),
        urgency=max(one.urgency, other.urgency, key=URGENCIES.index),
        urgency_reasons=tuple(sorted({*one.urgency_reasons, *other.urgency_reasons})),
        opinions=tuple(sorted({*one.opinions, *other.opinions})),
        topic_id=min(topics, default=None),
    )
