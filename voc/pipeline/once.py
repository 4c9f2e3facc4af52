"""Does what is asked under a name once, however often it is asked."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from voc.errors import UsageError
from voc.store import Store, Transaction


def once(
    store: Store,
    *,
    scope: str,
    name: str | None,
    asked: bytes,
    make: Callable[[Transaction], Mapping[str, Any]],
) -> tuple[Mapping[str, Any], bool]:
    """Makes something in one transaction, unless it was made under this name before.

    Args:
        store: Where the name and what is made are kept.
        scope: Whose names these are.
        name: The name; `None` is asked anew each time.
        asked: What is asked, in a form that is the same for the same request.
        make: Makes it, and returns what to tell of it: ids.

    Returns:
        What it told, now or then; and whether it was made now.

    Raises:
        UsageError: The name stands for another request.
    """
    now = datetime.now(UTC)
    digest = hashlib.sha256(asked).hexdigest()
    with store.transaction() as transaction:
        if name is None:
            return make(transaction), True
        before = transaction.begin_request(scope, name, digest, now)
        if before is None:
            result = make(transaction)
            transaction.finish_request(scope, name, result)
            return result, True
    if before.request_hash != digest:
        raise UsageError(
            f"The name {name!r} was given to another request before; give each request its own."
        )
    return before.result, False


def forget_old(store: Store, *, days: int) -> int:
    """Forgets names that were given more than so many days ago; returns how many."""
    with store.transaction() as transaction:
        return transaction.forget_requests(datetime.now(UTC) - timedelta(days=days))
