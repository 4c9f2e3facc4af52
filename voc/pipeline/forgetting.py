"""Removes a person everywhere that the store reaches."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import astuple
from datetime import UTC, datetime
from typing import Final

from voc.config import Settings
from voc.pipeline.ingesting import customer_key
from voc.sources.identity import named
from voc.store import Forgotten, Store
from voc.text.privacy import customer_pseudonym, pseudonym

_PSEUDONYM: Final = re.compile(r"c_[0-9a-f]{20}")
_ACTION: Final = "forget"


def key_of(store: Store, settings: Settings, customer_id: str) -> str:
    """Returns the pseudonym of a customer who is named by it, or by the id other systems use."""
    if _PSEUDONYM.fullmatch(customer_id):
        return customer_id
    return customer_pseudonym(_cleaned(customer_id), key=customer_key(store, settings))


def forgettable(store: Store, settings: Settings, customer_id: str) -> Forgotten:
    """Returns what `forget` would remove."""
    return _sum(store.forgettable(key) for key in _keys_of(store, settings, customer_id))


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
    keys = _keys_of(store, settings, customer_id)
    now = datetime.now(UTC)
    with store.transaction() as transaction:
        told = _sum(transaction.forget(key, now) for key in keys)
        transaction.add_audit(actor, _ACTION, keys, now)
    return told


def _keys_of(store: Store, settings: Settings, customer_id: str) -> list[str]:
    """Returns the pseudonyms of a person: of a number in one form, and as it once was stored."""
    keys = [key_of(store, settings, customer_id)]
    if not _PSEUDONYM.fullmatch(customer_id):
        keys.append(pseudonym(_cleaned(customer_id), key=customer_key(store, settings)))
    return list(dict.fromkeys(keys))


def _cleaned(customer_id: str) -> str:
    """Returns an id as it was cleaned when it came in."""
    return named(customer_id) or customer_id


def _sum(parts: Iterable[Forgotten]) -> Forgotten:
    return Forgotten(*map(sum, zip(*map(astuple, parts), strict=True)))
