"""Takes in what other systems post to a source of kind `webhook`: kept before it is answered."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from voc.config import Settings
from voc.config.streams import WebhookSourceSettings
from voc.pipeline.ingesting import Ingested, Intake
from voc.pipeline.once import once
from voc.pipeline.origins import chosen_industry, webhook_source
from voc.sources.base import Draft, Item, Page, Reject
from voc.sources.documents import Documents
from voc.store import Store, Transaction


def take(
    store: Store,
    name: str,
    body: bytes,
    *,
    settings: Settings,
    webhook_id: str | None,
    actor: str,
) -> Mapping[str, Any] | None:
    """Keeps what a body says in one transaction; when it returns, it is committed.

    Args:
        store: Where it goes.
        name: Name of the source.
        body: What was posted.
        settings: For the source, privacy and the longest text.
        webhook_id: Names the post: the same one again does nothing and is told the same.
        actor: Who posted it, for the audit.

    Returns:
        How many voices were accepted, known and withdrawn, and what was rejected; `None` where the
        config names no such source.

    Raises:
        UsageError: The name was given to another body.
        StoreBusyError: Nothing was kept; the same can be sent again.
    """
    known = webhook_source(name, settings=settings)
    if known is None:
        return None
    place = webhook_id or hashlib.blake2b(body, digest_size=8).hexdigest()
    items = _documents(name, known, settings).read(body, place)
    industry = chosen_industry(None, known.industry, settings)
    intake = Intake(store, name, settings=settings, industry=industry)
    intake.adopt()

    def keep(transaction: Transaction) -> Mapping[str, Any]:
        now = datetime.now(UTC)
        kept = Ingested(name)
        for page in _pages(items, {"last": place}):
            kept += intake.keep(page, transaction, now)
        transaction.add_audit(actor, "POST /v1/sources/{name}/webhook", [name, place], now)
        return _told(kept, items)

    told, _ = once(store, scope=f"webhook {name}", name=webhook_id, asked=body, make=keep)
    return told


def _documents(name: str, known: WebhookSourceSettings, settings: Settings) -> Documents:
    return Documents(
        name,
        channel=known.channel,
        product=known.product,
        mapping=known.map,
        items=known.items,
        zone=settings.zone,
        max_chars=settings.text.max_chars,
        max_bytes=settings.serve.max_body_bytes,
    )


def _pages(items: Sequence[Item], cursor: Mapping[str, Any]) -> Iterator[Page]:
    draft = Draft()
    for item in items:
        if draft.is_full or not draft.takes(item):
            yield draft.page(cursor, done=False)
        draft.add(item)
    yield draft.page(cursor, done=True)


def _told(kept: Ingested, items: Sequence[Item]) -> dict[str, Any]:
    rejected = [
        {"index": index, "reason": item.reason}
        for index, item in enumerate(items)
        if isinstance(item, Reject)
    ]
    return {
        "accepted": kept.accepted + kept.edited,
        "duplicates": kept.duplicates,
        "withdrawn": kept.withdrawn,
        "rejected": rejected,
    }
