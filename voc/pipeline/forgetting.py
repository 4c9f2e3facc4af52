"""Removes a person everywhere that the store reaches."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from voc.config import Settings
from voc.pipeline.ingesting import customer_key
from voc.sources.identity import named
from voc.store import Forgotten, Store
from voc.text.privacy import pseudonym

_PSEUDONYM: Final = re.compile(r"c_[0-9a-f]{20}")
_ACTION: Final = "forget"


def key_of(store: Store, settings: Settings, customer_id: str) -> str:
    """Returns the pseudonym of a customer who is named by it, or by the id other systems use."""
    if _PSEUDONYM.fullmatch(customer_id):
        return customer_id
    # As it was cleaned when it came in.
    return pseudonym(named(customer_id) or customer_id, key=customer_key(store, settings))


def forget(store: Store, settings: Settings, customer_id: str, *, actor: str) -> Forgotten:
    """Removes a person in one transaction, and notes in the audit who did it.

    Args:
        store: Where the person is.
        settings: For the key of pseudonyms.
        customer_id: The person's pseudonym, or the id or author's name of other systems.
        actor: Who removes.

    Returns:
        What went.
    """
    key = key_of(store, settings, customer_id)
    now = datetime.now(UTC)
    with store.transaction() as transaction:
        told = transaction.forget(key, now)
        transaction.add_audit(actor, _ACTION, [key], now)
    return told
