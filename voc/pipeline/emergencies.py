"""Emergencies of the store: told apart from crowds, and none goes unseen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from voc.config import Industry
from voc.issues import calmed, emergency_home, is_over, pressing, telling_span, told_apart
from voc.records import UNCOUNTED, UNHEARD, UNPLACED, Mention, Tags, Urgency, theme_of
from voc.store import Store, TaggedRow

_SURE_PRAISE: Final = 0.95
"""Probability from which a voice that is positive praises surely."""


def with_emergencies(
    store: Store,
    mentions: Iterable[Mention],
    *,
    model: str,
    industries: Mapping[str, Industry],
) -> list[Mention]:
    """Returns complaints, those of critical voices as issues should hear them.

    An emergency whose home the taxonomy names is told apart (see `voc.issues.emergencies`); another
    one presses what is heard in its clause or nearest to it. One that no complaint of an aspect
    stands for, or none so near, is of the aspect `UNPLACED`; there only praise is passed over: who
    reports a gas leak in plain words is not negative. Where the taxonomy names a home, only sure
    praise is:
    很好,只不过吃完拉肚子了 praises, and the danger is one all the same. What was over long before
    the voice spoke presses nothing.

    Args:
        store: What is read.
        mentions: Negative mentions that count.
        model: Whose tags.
        industries: Taxonomies by id; feedback of others is left as it is.
    """
    voices: dict[str, list[Mention]] = {}
    for mention in mentions:
        voices.setdefault(mention.feedback_id, []).append(mention)
    for row in store.tagged(model=model, urgency="critical", with_words=False):
        if row.industry not in industries or row.industry is None or row.flags & UNCOUNTED:
            continue
        heard, taxonomy = voices.get(row.feedback_id, []), industries[row.industry]
        is_placed = any(one.aspect_id != UNHEARD for one in heard)
        tags = store.tags(row.feedback_id, model)
        if tags is None or tags.urgency is None:
            continue
        if is_over(tags, taxonomy, row.occurred_at.date()):
            voices[row.feedback_id] = [*map(calmed, heard)]
            continue
        home = emergency_home(tags.urgency.reasons, taxonomy)
        if not is_placed and _praises(row, surely=home is not None):
            continue
        emergency = _mention(row, row.industry, tags, tags.urgency, taxonomy)
        if home is not None:
            complaints = told_apart(heard, emergency, tags=tags, industry=taxonomy, home=home)
        elif is_placed:
            complaints = pressing(heard, emergency, tags=tags, industry=taxonomy)
        else:
            complaints = [emergency]
        voices[row.feedback_id] = complaints
    return [mention for voice in voices.values() for mention in voice]


def _praises(row: TaggedRow, *, surely: bool) -> bool:
    sureness = _SURE_PRAISE if surely else 0.0
    return row.sentiment == "positive" and (row.sentiment_score or 0.0) >= sureness


def _mention(
    row: TaggedRow, industry: str, tags: Tags, urgency: Urgency, taxonomy: Industry
) -> Mention:
    reason = urgency.reasons[:1]
    return Mention(
        feedback_id=row.feedback_id,
        industry=industry,
        aspect_id=UNPLACED,
        sentiment="negative",
        score=1.0,  # the words of danger stand there, whatever the mood
        occurred_at=row.occurred_at,
        evidence=(telling_span(tags, taxonomy),),
        product=row.product,
        store=row.store,
        region=row.region,
        channel=row.channel,
        urgency=urgency.label,
        urgency_reasons=urgency.reasons,
        opinions=reason,  # what it is about, as far as anyone can tell
        topic_id=theme_of(reason[0]) if reason else None,
    )
