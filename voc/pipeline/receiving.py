"""Takes in feedback that other systems send: masked, kept once, kept before it is answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from voc.config import Settings, industry_files
from voc.pipeline.ingesting import customer_key
from voc.pipeline.places import with_places
from voc.pipeline.taxonomies import (
    industry_of,
    is_file_name,
    keep_industry,
    named_industry,
)
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
    industry_id = _industry_id(store, settings, industry)
    key = customer_key(store, settings)
    kept = [
        protect(_cut(item, settings.text.max_chars), key=key, masked=settings.privacy.mask)
        for item in items
    ]
    now = datetime.now(UTC)
    if settings.customers.fill_places:
        kept = with_places(store, kept, now=now)
    with store.transaction() as transaction:
        counts = transaction.add_feedback(
            kept,
            industry=industry_id,
            keeps_industry=industry is None,
            now=now,
        )
        if counts.accepted or counts.edited or counts.reassigned:
            names = list(dict.fromkeys(item.feedback_id for item in kept))
            transaction.add_audit(actor, action, names, now)
    return Received(counts.accepted + counts.edited, counts.duplicates)


def _industry_id(store: Store, settings: Settings, told: str | None) -> str | None:
    """Returns the id of the industry; its taxonomy is read only where its name is not enough."""
    name = told or settings.industry
    if name is None:
        return None
    if told is None and is_file_name(name):
        industry = named_industry(name, settings=settings, base=settings.base_dir)
        keep_industry(store, industry, settings)
        return industry.id
    if name not in industry_files(settings.resolve(settings.industries_dir)):
        return industry_of(store, settings, name).id
    return name


def _cut(item: Feedback, max_chars: int) -> Feedback:
    """Returns a voice whose text is at most `max_chars` long, with the length it had."""
    if len(item.text) <= max_chars:
        return item
    room = whole_before(item.text, max_chars)
    return replace(item, text=item.text[:room], extra={**item.extra, "truncated": len(item.text)})
