"""Brings feedback from sources into the store, once each."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from voc.config import Settings
from voc.errors import SourceError
from voc.pipeline.health import HEALTH_MARK, Health, keep_health
from voc.pipeline.origins import Chosen
from voc.pipeline.places import with_places
from voc.pipeline.taxonomies import keep_industry
from voc.pipeline.voices import protect
from voc.records import Feedback
from voc.sources.base import Page, Source
from voc.store import IngestCounts, Store
from voc.text.privacy import mask

KEY_NAME = "privacy.key"
INDUSTRY_MARK = "industry"
"""Key of a cursor: the industry that was named for all that lies before it."""


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of one source's rows.

    Attributes:
        source: Name of the source.
        accepted: Voices that were new.
        duplicates: Voices that were known as they are.
        edited: Voices that were known with other content.
        rejected: Rows that cannot be read.
        reassigned: Known voices that were given another industry than they had, or a first one.
        forbidden: Addresses that were not read, as robots.txt or the guard forbids it.
    """

    source: str
    accepted: int = 0
    duplicates: int = 0
    edited: int = 0
    rejected: int = 0
    reassigned: int = 0
    forbidden: int = 0


def ingest(
    store: Store,
    source: Source,
    *,
    settings: Settings,
    industry: Chosen | None,
    on_page: Callable[[Page], None] = lambda _: None,
) -> Ingested:
    """Reads a source to its end; each page and the cursor behind it are one transaction.

    A kill at any moment loses and repeats nothing: what was committed is behind the cursor, and
    what was not is read again.

    Args:
        store: Where feedback goes.
        source: Where it comes from.
        settings: For privacy.
        industry: Industry of its feedback. One named for this source is given to its known
            voices too, which are then tagged anew, so a file that has not changed is read again.
        on_page: Told of each page once it is committed.
    """
    key = customer_key(store, settings)
    if industry is not None:
        keep_industry(store, industry.industry, settings)
    mark = industry.industry.id if industry and not industry.is_default else None
    total = Ingested(source.name)
    cursor = store.cursor(source.name)
    health = Health.of(cursor)
    try:
        for page in source.read(_start(cursor, mark)):
            kept = [protect(item, key=key, masked=settings.privacy.mask) for item in page.feedback]
            if settings.customers.fill_places:
                kept = with_places(store, kept, now=_now())
            counts, health = _keep(store, source.name, page, kept, industry, mark, health)
            total = _added(total, counts, page)
            on_page(page)
    except SourceError as error:
        keep_health(store, source.name, replace(health, last_run=_now(), error=str(error)))
        raise
    keep_health(store, source.name, replace(health, last_run=_now(), error=None))
    return total


def _now() -> datetime:
    return datetime.now(UTC)


def _keep(
    store: Store,
    name: str,
    page: Page,
    kept: Sequence[Feedback],
    industry: Chosen | None,
    mark: str | None,
    health: Health,
) -> tuple[IngestCounts, Health]:
    """Keeps a page, the cursor behind it and how the source is, in one transaction."""
    rejects = [(reject.place, reject.reason, mask(reject.sample).text) for reject in page.rejects]
    now = _now()
    with store.transaction() as transaction:
        counts = transaction.add_feedback(
            kept,
            industry=industry.industry.id if industry else None,
            keeps_industry=mark is None,
            now=now,
        )
        transaction.add_rejects(name, rejects, now)
        health = health.after(
            kept,
            rows=counts.accepted + counts.edited,
            rejects=len(rejects),
            forbidden=page.forbidden,
            now=now,
        )
        transaction.save_cursor(
            name, {**page.cursor, INDUSTRY_MARK: mark, HEALTH_MARK: health.as_dict()}
        )
    return counts, health


def _added(total: Ingested, counts: IngestCounts, page: Page) -> Ingested:
    return Ingested(
        total.source,
        total.accepted + counts.accepted,
        total.duplicates + counts.duplicates,
        total.edited + counts.edited,
        total.rejected + len(page.rejects),
        total.reassigned + counts.reassigned,
        total.forbidden + page.forbidden,
    )


def _start(cursor: Mapping[str, Any] | None, mark: str | None) -> Mapping[str, Any] | None:
    """Returns where reading goes on: at the start again where another industry is named now."""
    if cursor is None or mark is None or cursor.get(INDUSTRY_MARK) == mark:
        return cursor
    return {**cursor, "rows": 0, "done": False}


def ingest_all(
    store: Store, sources: Sequence[tuple[Source, Chosen | None]], *, settings: Settings
) -> list[Ingested]:
    """Ingests sources, each given with its industry, one after another."""
    return [
        ingest(store, source, settings=settings, industry=industry) for source, industry in sources
    ]


def customer_key(store: Store, settings: Settings) -> bytes:
    """Returns the secret of the customers' HMAC: the settings', else one made with the store."""
    if settings.privacy.key:
        return settings.privacy.key.encode()
    kept = store.meta(KEY_NAME)
    if kept is None:
        with store.transaction() as transaction:
            kept = transaction.keep_meta(KEY_NAME, secrets.token_hex(32))
    return bytes.fromhex(kept)
