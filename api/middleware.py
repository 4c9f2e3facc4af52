"""What happens to every request: its id, limits, headers, metrics and one line in the log.

A line names the route, never the path's values, the query or the body: those are customers'.
"""

from __future__ import annotations

import asyncio
import logging
import time
import traceback
from typing import TYPE_CHECKING, Any

import orjson
from fastapi.responses import JSONResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.door import METHOD, PLACE, ROUTE
from api.headers import SAFE_HEADERS, request_id_of
from api.problems import problem_response

if TYPE_CHECKING:
    from api.door import Door
    from api.metrics import Metrics
    from voc.config import Settings

_access = logging.getLogger("api.access")
_log = logging.getLogger(__name__)


class Envelope:
    """Gives each request an id, its answer safe headers, and counts and logs both."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = request_id_of(Headers(scope=scope).get("x-request-id", ""))
        scope.setdefault("state", {})["request_id"] = request_id
        began = time.perf_counter()
        status = 0

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                for name, value in SAFE_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, told)
        except Exception as error:  # noqa: BLE001 - the caller gets a problem, the log its place
            _log.error("request %s: %s", request_id, _place_of(error))
            if not status:
                await _unforeseen(request_id)(scope, receive, told)
        finally:
            if (place := scope["state"].get(PLACE)) is not None:
                place.give_up()
            self._saw(scope, status or 499, time.perf_counter() - began)

    def _saw(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", scope["state"].get("route", "none"))
        method = scope["method"] if route != "none" else "any"
        self._metrics.requests.labels(method, route, str(status)).inc()
        self._metrics.latency.labels(method, route).observe(seconds)
        line: dict[str, Any] = {
            "event": "request",
            "request_id": scope["state"]["request_id"],
            "key": scope["state"].get("key_id"),
            "method": method,
            "route": route,
            "status": status,
            "ms": round(seconds * 1000, 1),
        }
        _access.info(orjson.dumps(line).decode())


class Shedding:
    """Refuses what `api.protocol` could not refuse early, as pipelined requests, in their turn."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wanted = scope["type"] == "http" and (scope["method"], scope["path"]) == (METHOD, ROUTE)
        if not wanted or PLACE in scope["state"] or self._door.is_open():
            await self._app(scope, receive, send)
            return
        refusal = self._door.refusal()
        scope["state"]["route"] = ROUTE
        answer = problem_response(
            scope["state"]["request_id"], refusal.status, refusal.detail, headers=refusal.headers
        )
        await answer(scope, receive, send)


class BodyLimit:
    """Reads a body before its route runs: in time, and no more than allowed."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._most_bytes = settings.serve.max_body_bytes
        self._timeout_s = settings.serve.body_timeout_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _has_body(scope):
            await self._app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self._timeout_s):
                body = await self._body(scope, receive)
        except TimeoutError:
            await self._refuse(scope, receive, send, 408)
            return
        if body is None:
            await self._refuse(scope, receive, send, 413)
            return
        await self._app(scope, _replayed(body, receive), send)

    async def _body(self, scope: Scope, receive: Receive) -> bytes | None:
        """Returns the body, or `None` where it is larger than allowed."""
        told = Headers(scope=scope).get("content-length", "")
        if told.isdecimal() and int(told) > self._most_bytes:
            return None
        parts = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return bytes(parts)
            parts += message.get("body", b"")
            if len(parts) > self._most_bytes:
                return None
            if not message.get("more_body"):
                return bytes(parts)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, status: int) -> None:
        detail = {
            408: f"The body did not arrive within {self._timeout_s:g} s.",
            413: f"The body is larger than {self._most_bytes} bytes; send it in parts.",
        }[status]
        answer = problem_response(
            scope["state"]["request_id"], status, detail, headers={"Connection": "close"}
        )
        await answer(scope, receive, send)


def _has_body(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Returns what gives a body that was read already, then what comes after it."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _place_of(error: Exception) -> str:
    """Tells an error by its kind and place; its message may quote a customer."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    places = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
    return f"{type(error).__name__} in {places}"


def _unforeseen(request_id: str) -> JSONResponse:
    return problem_response(
        request_id, 500, "Something unforeseen went wrong; the log tells it by the request's id."
    )
