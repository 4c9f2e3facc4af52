"""Takes in feedback that other systems send: masked, kept once, kept before it is answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from voc.config import Settings
from voc.pipeline.ingesting import customer_key
from voc.pipeline.origins import Chosen
from voc.pipeline.taxonomies import industry_of, keep_industry
from voc.pipeline.voices import protect
from voc.records import Feedback
from voc.sources.feedback import whole_before
from voc.store import Store


@dataclass(frozen=True, slots=True)
class Received:
    """What became of what was sent: new or edited voices, and ones that were known as they are."""

    accepted: int
    duplicates: int


def receive(
    store: Store,
    items: Sequence[Feedback],
    *,
    settings: Settings,
    industry: str | None,
    actor: str,
    action: str,
) -> Received:
    """Keeps feedback in one transaction; when it returns, it is committed.

    Args:
        store: Where it goes.
        items: Voices as they were sent.
        settings: For privacy, the longest text and the industry where none is named.
        industry: Id of their industry.
        actor: The key they came by, for the audit.
        action: The route, for the audit.

    Raises:
        UsageError: There is no such industry.
        StoreBusyError: Nothing was kept; the same can be sent again.
    """
    chosen = _chosen(store, settings, industry)
    if chosen is not None:
        keep_industry(store, chosen.industry, settings)
    key = customer_key(store, settings)
    kept = [
        protect(_cut(item, settings.text.max_chars), key=key, masked=settings.privacy.mask)
        for item in items
    ]
    now = datetime.now(UTC)
    with store.transaction() as transaction:
        counts = transaction.add_feedback(
            kept,
            industry=chosen.industry.id if chosen else None,
            keeps_industry=chosen is None or chosen.is_default,
            now=now,
        )
        if counts.accepted or counts.edited or counts.reassigned:
            names = list(dict.fromkeys(item.feedback_id for item in kept))
            transaction.add_audit(actor, action, names, now)
    return Received(counts.accepted + counts.edited, counts.duplicates)


def _chosen(store: Store, settings: Settings, told: str | None) -> Chosen | None:
    name = told or settings.industry
    if name is None:
        return None
    return Chosen(industry_of(store, settings, name), is_default=told is None)


def _cut(item: Feedback, max_chars: int) -> Feedback:
    """Returns a voice whose text is at most `max_chars` long, with the length it had."""
    if len(item.text) <= max_chars:
        return item
    room = whole_before(item.text, max_chars)
    return replace(item, text=item.text[:room], extra={**item.extra, "truncated": len(item.text)})
