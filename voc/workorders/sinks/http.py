"""HTTP for sinks: guarded addresses, no redirects, no proxies, small answers, plain verdicts."""

from __future__ import annotations

import json
import ssl
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

import httpcore2
import httpx2

from voc import __version__
from voc.errors import DeliveryError, TerminalDeliveryError, TransientDeliveryError
from voc.workorders.sinks.guard import AddressRules, GuardedBackend

_MOST_ANSWER_BYTES: Final = 1 << 20
_CONNECTIONS: Final = 64
_LATER: Final = frozenset({302, 303, 307, 408, 409, 421, 423, 425, 429})
"""Statuses other than 5xx that say nothing of the message itself."""

_FAILURES: Final = (
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.TimeoutException,
    httpcore2.UnsupportedProtocol,
    httpx2.HTTPError,
    httpx2.InvalidURL,
    OSError,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered; `body` is cut after a mebibyte."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Returns the body as JSON; `None` where it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


class Client:
    """Asks one server. It resolves, connects and reads within the caller's time limit.

    Args:
        place: Where it asks, without secrets, for messages.
        allow_hosts: Hosts, addresses and networks that may be private ones.
    """

    def __init__(self, place: str, *, allow_hosts: Iterable[str] = ()) -> None:
        self._place = place
        self._rules = AddressRules(allow_hosts)
        self._client: httpx2.AsyncClient | None = None

    async def ask(
        self,
        method: str,
        url: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
    ) -> Answer:
        """Asks once; follows no redirect.

        Raises:
            TransientDeliveryError: There is no whole answer.
        """
        sent = {"User-Agent": f"voc/{__version__}", "Accept-Encoding": "identity"}
        sent |= headers or {}
        try:
            async with self._opened().stream(
                method,
                url,
                content=body,
                headers=sent,
                params=params,
                auth=httpx2.BasicAuth(*auth) if auth else None,
            ) as response:
                return Answer(response.status_code, response.headers, await _read(response))
        except _FAILURES as error:
            raise TransientDeliveryError(f"{self._place}: {_what(error)}.") from error

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    def _opened(self) -> httpx2.AsyncClient:
        if self._client is None:
            self._client = httpx2.AsyncClient(
                transport=_Transport(self._rules),
                timeout=None,
                follow_redirects=False,
                trust_env=False,
            )
        return self._client


def _what(error: BaseException) -> str:
    return str(error) or f"the connection failed ({type(error).__name__})"


async def _read(response: httpx2.Response) -> bytes:
    parts, size = [], 0
    async for part in response.aiter_raw():
        parts.append(part)
        size += len(part)
        if size >= _MOST_ANSWER_BYTES:
            break
    return b"".join(parts)[:_MOST_ANSWER_BYTES]


class _Stream(httpx2.AsyncByteStream):
    def __init__(self, response: httpcore2.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._response.aiter_stream():
            yield part

    async def aclose(self) -> None:
        await self._response.aclose()


class _Transport(httpx2.AsyncBaseTransport):
    """Connects by way of the guard; environment variables name no proxy to go around it."""

    def __init__(self, rules: AddressRules) -> None:
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=ssl.create_default_context(),
            max_connections=_CONNECTIONS,
            max_keepalive_connections=_CONNECTIONS,
            keepalive_expiry=30,
            network_backend=GuardedBackend(rules),
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        url = httpcore2.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        response = await self._pool.handle_async_request(
            httpcore2.Request(
                method=request.method,
                url=url,
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx2.Response(response.status, headers=response.headers, stream=_Stream(response))

    async def aclose(self) -> None:
        await self._pool.aclose()


def host_of(url: str) -> str:
    """Returns scheme, host and port of a URL, which hold no secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def verdict(
    answer: Answer, place: str, *, taken: Collection[int] = (), hint: str = ""
) -> DeliveryError | None:
    """Says what a status means for the message: `None` where it was taken.

    Args:
        answer: What was answered.
        place: Where, for the message.
        taken: Statuses beside 2xx that say that it is there already.
        hint: What to do about a refusal for good.
    """
    status = answer.status
    if 200 <= status < 300 or status in taken:
        return None
    said = f"{place}: answered {status}{_phrase(status)}"
    if status >= 500 or status in _LATER:
        return TransientDeliveryError(f"{said}.", retry_after_s=retry_after_s(answer.headers))
    what = "; redirects are not followed, set url to where it leads" if status < 400 else hint
    return TerminalDeliveryError(f"{said}{what}.")


def _phrase(status: int) -> str:
    try:
        return f" {HTTPStatus(status).phrase}"
    except ValueError:
        return ""


def retry_after_s(headers: Mapping[str, str], *, now: datetime | None = None) -> float | None:
    """Returns the seconds that `Retry-After` asks to wait, as a number or a date (RFC 9110)."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - (now or datetime.now(UTC))).total_seconds())
