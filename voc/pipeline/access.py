"""Keys of the HTTP API: made, shown once, checked.

A key is `voc_<id>_<secret>`. The secret is 256 random bits, so its SHA-256 is as hard to turn back
as the secret is to guess, and no slow hash is needed.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from voc.errors import UsageError, nearest
from voc.store import ApiKey, Store

SCOPES: Final = ("classify", "ingest", "read", "work-orders", "admin")
_KEY: Final = re.compile(r"voc_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
_SPAN: Final = re.compile(r"(\d{1,5})([hd])")
_NOBODY: Final = hashlib.sha256(b"").hexdigest()


def make_key(
    store: Store,
    *,
    scopes: Sequence[str],
    workspace: str,
    label: str | None,
    expires: str | None,
    now: datetime,
) -> tuple[ApiKey, str]:
    """Makes a key and keeps its hash.

    Args:
        store: The store of the workspace `default`.
        scopes: What it allows; `admin` allows all.
        workspace: What it opens.
        label: What people call it.
        expires: How long it lasts, as `90d` or `12h`; `None`: for ever.
        now: The time it is made.

    Returns:
        What the store keeps, and the key, which cannot be shown again.

    Raises:
        UsageError: A scope is unknown, none is named, or the time is none.
    """
    _check(scopes)
    secret = secrets.token_urlsafe(32)
    key = ApiKey(
        key_id=secrets.token_hex(6),
        secret_hash=_hash(secret),
        scopes=tuple(dict.fromkeys(scopes)),
        workspace=workspace,
        created_at=now,
        label=label,
        expires_at=now + _span(expires) if expires else None,
    )
    with store.transaction() as transaction:
        transaction.add_api_key(key)
        transaction.add_audit("cli", "voc keys create", [key.key_id], now)
    return key, f"voc_{key.key_id}_{secret}"


def key_id_of(shown: str) -> str | None:
    """Returns the id in a key as it was shown; `None` where it is none."""
    match = _KEY.fullmatch(shown)
    return match[1] if match else None


def opens(known: ApiKey | None, shown: str, now: datetime) -> bool:
    """Whether what was shown is the key that is known, and is neither expired nor revoked.

    The comparison takes as long whatever is shown.
    """
    match = _KEY.fullmatch(shown)
    told = _hash(match[2] if match else shown)
    is_same = hmac.compare_digest(told, known.secret_hash if known else _NOBODY)
    if known is None or match is None or not is_same or known.revoked_at is not None:
        return False
    return known.expires_at is None or now < known.expires_at


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _check(scopes: Sequence[str]) -> None:
    if not scopes:
        raise UsageError(f"A key needs scopes; there are {', '.join(SCOPES)}.")
    for scope in scopes:
        if scope not in SCOPES:
            raise UsageError(
                f"There is no scope {scope!r}; there are {', '.join(SCOPES)}."
                f"{nearest(scope, SCOPES)}"
            )


def _span(text: str) -> timedelta:
    match = _SPAN.fullmatch(text)
    if not match or not int(match[1]):
        raise UsageError(f"--expires {text!r} is no time; write it as 90d or 12h.")
    amount = int(match[1])
    return timedelta(days=amount) if match[2] == "d" else timedelta(hours=amount)
