"""Brings feedback from sources into the store, once each."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from voc.config import Settings
from voc.pipeline.voices import protect
from voc.sources.base import Page, Source
from voc.store import Store
from voc.text.privacy import mask

KEY_NAME = "privacy.key"


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of one source's rows."""

    source: str
    accepted: int = 0
    duplicates: int = 0
    edited: int = 0
    rejected: int = 0


def ingest(
    store: Store,
    source: Source,
    *,
    settings: Settings,
    industry: str | None,
    on_page: Callable[[Page], None] = lambda _: None,
) -> Ingested:
    """Reads a source to its end; each page and the cursor behind it are one transaction.

    A kill at any moment loses and repeats nothing: what was committed is behind the cursor, and
    what was not is read again.

    Args:
        store: Where feedback goes.
        source: Where it comes from.
        settings: For privacy.
        industry: Industry of its feedback.
        on_page: Told of each page once it is committed.
    """
    key = customer_key(store, settings)
    total = Ingested(source.name)
    for page in source.read(store.cursor(source.name)):
        kept = [protect(item, key=key, masked=settings.privacy.mask) for item in page.feedback]
        rejects = [
            (reject.place, reject.reason, mask(reject.sample).text) for reject in page.rejects
        ]
        now = datetime.now(UTC)
        with store.transaction() as transaction:
            counts = transaction.add_feedback(kept, industry=industry, now=now)
            transaction.add_rejects(source.name, rejects, now)
            transaction.save_cursor(source.name, page.cursor)
        total = Ingested(
            source.name,
            total.accepted + counts.accepted,
            total.duplicates + counts.duplicates,
            total.edited + counts.edited,
            total.rejected + len(rejects),
        )
        on_page(page)
    return total


def ingest_all(
    store: Store, sources: Sequence[tuple[Source, str | None]], *, settings: Settings
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
