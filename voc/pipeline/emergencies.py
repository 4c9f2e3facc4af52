"""Emergencies that complain of no aspect, so that none goes unseen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import Final

from voc.config import Industry
from voc.issues import UNPLACED
from voc.records import UNCOUNTED, Mention, Span, Tags, Urgency
from voc.store import Store, TaggedRow
from voc.tagging.urgency import urgency_of
from voc.text.normalise import normalise
from voc.text.sentences import sentences

_LEAST_SAID: Final = 8
"""Characters below which a sentence alone tells nobody what happened."""


def unplaced_emergencies(
    store: Store,
    *,
    model: str,
    heard: Set[str],
    industries: Mapping[str, Industry],
) -> Iterator[Mention]:
    """Yields a mention of the aspect `UNPLACED` for each critical voice that no issue would hear.

    Only praise is passed over: who reports a gas leak in plain words is not negative.

    Args:
        store: What is read.
        model: Whose tags.
        heard: Feedback ids with a negative mention that counts.
        industries: Taxonomies by id; feedback of others is left out.
    """
    for row in store.tagged(model=model, urgency="critical"):
        if row.sentiment == "positive":
            continue
        if row.industry not in industries or row.industry is None:
            continue
        if row.feedback_id in heard or row.flags & UNCOUNTED:
            continue
        tags = store.tags(row.feedback_id, model)
        if tags is not None and tags.urgency is not None:
            yield _mention(row, row.industry, tags, tags.urgency, industries[row.industry])


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
        topic_id=f"{UNPLACED}.{reason[0]}" if reason else None,
    )


def telling_span(tags: Tags, industry: Industry | None) -> Span:
    """Returns the sentence that tells of an emergency, in the offsets of `tags.text`.

    It is the first one with a critical word, else the one with the first negative opinion, else the
    first; a very short one is told with those beside it.

    Args:
        tags: The voice.
        industry: The industry whose words of urgency count too.
    """
    spans = sentences(tags.text)
    if not spans:
        return Span(0, len(tags.text), tags.text)
    first = last = _telling(tags, spans, industry)
    while spans[last][1] - spans[first][0] < _LEAST_SAID and (first, last) != (0, len(spans) - 1):
        if last + 1 < len(spans):
            last += 1
        else:
            first -= 1
    start, end = spans[first][0], spans[last][1]
    return Span(start, end, tags.text[start:end])


def _telling(tags: Tags, spans: list[tuple[int, int]], industry: Industry | None) -> int:
    for index, (start, end) in enumerate(spans):
        said = normalise(tags.text[start:end]).text
        if urgency_of(said, industry=industry, negative=True, intent=None).label == "critical":
            return index
    judged = [item.opinion.start for item in tags.opinions if item.sentiment == "negative"]
    at = min(judged, default=0)
    return next((index for index, (_, end) in enumerate(spans) if at < end), 0)
