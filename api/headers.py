"""The headers of every answer, and the id of every request."""

from __future__ import annotations

import re
import secrets
from typing import Final

SAFE_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_REQUEST_ID = re.compile(r"[\w.:-]{1,128}", re.ASCII)


def request_id_of(told: str) -> str:
    """Returns the id that a gateway gave a request in `X-Request-ID`, or a new one."""
    return told if _REQUEST_ID.fullmatch(told) else secrets.token_hex(16)
