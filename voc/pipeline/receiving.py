"""Takes in feedback that other systems send: masked, kept once, kept before it is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from voc.config import Settings, industry_files
from voc.errors import UsageError
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
from voc.store import IngestCounts, Store


@dataclass(frozen=True, slots=True)
class Sent:
    """A voice as it was sent, with the id of its own industry where one was named for it."""

    feedback: Feedback
    industry: str | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """What became of what was sent.

    Attributes:
        accepted: Voices that were new or edited.
        duplicates: Voices that were known as they are.
        rejected: Positions of voices whose own industry there is not, with the reason.
    """

    accepted: int
    duplicates: int
    rejected: Mapping[int, str] = field(default_factory=dict)


def receive(
    store: Store,
    items: Sequence[Sent],
    *,
    settings: Settings,
    industry: str | None,
    actor: str,
    action: str,
) -> Received:
    """Keeps feedback in one transaction; when it returns, it is committed.

    Args:
        store: Where it goes.
        items: Voices as they were sent; one whose own industry there is not is rejected alone.
        settings: For privacy, the longest text and the industry where none is named.
        industry: Id of the industry of those that name none of their own.
        actor: The key they came by, for the audit.
        action: The route, for the audit.

    Raises:
        UsageError: There is no such industry.
        StoreBusyError: Nothing was kept; the same can be sent again.
    """
    ids, unknown = _industry_ids(store, settings, industry, {item.industry for item in items})
    key = customer_key(store, settings)
    parts: dict[str | None, list[Feedback]] = {}
    rejected = {}
    for position, item in enumerate(items):
        if item.industry in unknown:
            rejected[position] = f"industry: {unknown[item.industry]}"
            continue
        voice = _cut(item.feedback, settings.text.max_chars)
        kept = protect(voice, key=key, masked=settings.privacy.mask)
        parts.setdefault(item.industry or industry, []).append(kept)
    counts, now = IngestCounts(), datetime.now(UTC)
    if settings.customers.fill_places:
        parts = {name: with_places(store, part, now=now) for name, part in parts.items()}
    with store.transaction() as transaction:
        for told, voices in parts.items():
            counts += transaction.add_feedback(
                voices, industry=ids[told], keeps_industry=told is None, now=now
            )
        if counts.accepted or counts.edited or counts.reassigned:
            names = dict.fromkeys(item.feedback_id for part in parts.values() for item in part)
            transaction.add_audit(actor, action, list(names), now)
    return Received(counts.accepted + counts.edited, counts.duplicates, rejected)


def _industry_ids(
    store: Store, settings: Settings, industry: str | None, own: Set[str | None]
) -> tuple[dict[str | None, str | None], dict[str | None, str]]:
    """Returns the ids of industries by the name told, and why others, of single voices, are none.

    Raises:
        UsageError: There is no such `industry`, which is that of all others.
    """
    ids = {industry: _industry_id(store, settings, industry)}
    unknown: dict[str | None, str] = {}
    for name in own - {None, industry}:
        try:
            ids[name] = _industry_id(store, settings, name)
        except UsageError as error:
            unknown[name] = str(error)
    return ids, unknown


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
