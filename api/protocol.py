"""HTTP/1.1 for uvicorn that ends clients who are too slow and refuses before the application.

A refused request costs no task, no scope and no middleware: the answer is written as soon as the
request's head is there, and the body that comes after it is read and forgotten.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.door import METHOD, PLACE, ROUTE, STATE
from api.headers import request_id_of

if TYPE_CHECKING:
    from api.door import Door

VARIABLE: Final = "VOC_SERVE_HEAD_TIMEOUT_S"
_DEFAULT_S: Final = 10.0
_MOST_READ: Final = 65_536  # bytes of a refused body for which the connection is kept
_METHOD, _ROUTE = METHOD.encode(), ROUTE.encode()
_CLOSE: Final = (b"Connection", b"close")


class ImpatientProtocol(HttpToolsProtocol):
    """Closes a connection whose request's head does not arrive in time, and refuses early.

    uvicorn bounds how long a connection may idle after an answer, but not how long a head may take.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._head_timeout_s = float(os.environ.get(VARIABLE) or _DEFAULT_S)
        self._cut: asyncio.TimerHandle | None = None
        self._expects_head = True
        self._refused = False  # the request whose body comes now
        self._closes = False  # once that body was read

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._unwatch()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        # Most heads come in one piece, and need no watch.
        if (self._expects_head or self._refused) and self._cut is None:
            self._watch()

    def on_message_begin(self) -> None:
        self._expects_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._expects_head = False
        self._unwatch()
        if self.transport.is_closing():  # what was sent after a last request is not begun
            self._refused = True
        elif (door := self._shut_door()) is not None:
            self._refuse(door)
        else:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if not self._refused:
            super().on_message_complete()
            self._hold_place()
            return
        self._refused = False
        self._unwatch()
        if self._closes:
            self.transport.close()
        self.on_response_complete()

    def _shut_door(self) -> Door | None:
        """Returns the door that is shut to this request, where it may be refused at once.

        An answer must not overtake those before it, nor wait in memory for a client that does not
        read: then the application refuses, in its turn.
        """
        door: Door | None = self.app_state.get(STATE)
        if door is None or self.url != _ROUTE or self.parser.get_method() != _METHOD:
            return None
        if self._answers_before() or self.flow.write_paused or door.is_open():
            return None
        return door

    def _answers_before(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _refuse(self, door: Door) -> None:
        told = dict(self.headers)
        request_id = request_id_of(told.get(b"x-request-id", b"").decode("latin-1"))
        self._refused = True
        self._closes = not self._may_stay(told)
        more = [*self.server_state.default_headers, *([_CLOSE] if self._closes else [])]
        self.transport.write(door.answer(request_id, headers=more))

    def _may_stay(self, told: dict[bytes, bytes]) -> bool:
        """Whether the connection is kept: only where the body that comes is known to be small."""
        length = told.get(b"content-length", b"0")
        return (
            self.parser.should_keep_alive()
            and self.parser.get_http_version() == "1.1"
            and not self.expect_100_continue
            and b"transfer-encoding" not in told
            and length.isdigit()
            and int(length) <= _MOST_READ
        )

    def _hold_place(self) -> None:
        """Holds room for a request to tag that came whole, until its texts are queued.

        Not for one that was answered before, or whose turn has not come: nobody would free it.
        """
        door: Door | None = self.app_state.get(STATE)
        if door is None or self.url != _ROUTE or self.pipeline or self.cycle.response_complete:
            return
        self.scope["state"][PLACE] = door.hold(len(self.cycle.body))

    def _watch(self) -> None:
        self._cut = self.loop.call_later(self._head_timeout_s, self.transport.close)

    def _unwatch(self) -> None:
        if self._cut is not None:
            self._cut.cancel()
            self._cut = None
