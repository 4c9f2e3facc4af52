"""HTTP/1.1 for uvicorn, with an end to clients that never finish their request's head."""

from __future__ import annotations

import asyncio
import os
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

VARIABLE: Final = "VOC_SERVE_HEAD_TIMEOUT_S"
_DEFAULT_S: Final = 10.0


class ImpatientProtocol(HttpToolsProtocol):
    """Closes a connection whose request's head does not arrive in time.

    uvicorn bounds how long a connection may idle after an answer, but not how long a head may take.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._head_timeout_s = float(os.environ.get(VARIABLE) or _DEFAULT_S)
        self._cut: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._cut is None:
            self._watch()

    def on_headers_complete(self) -> None:
        self._unwatch()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._unwatch()
        super().connection_lost(exc)

    def _watch(self) -> None:
        self._cut = self.loop.call_later(self._head_timeout_s, self.transport.close)

    def _unwatch(self) -> None:
        if self._cut is not None:
            self._cut.cancel()
            self._cut = None
