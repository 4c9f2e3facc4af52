"""A client of the HTTP API: typed, with retries, for any number of texts.

    from voc.client import Client

    with Client("http://127.0.0.1:8000", key="voc_…") as client:
        for tags in client.classify(["起步顿挫严重"], industry="automotive"):
            print(tags.sentiment)

What is said of tags and records elsewhere holds here. Sending the same feedback again changes
nothing, so every call may be tried again.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

from voc.errors import MissingExtraError, VocError
from voc.records import Feedback, Tags

if TYPE_CHECKING:
    from httpx2 import Response

MOST_ITEMS: Final = 128
"""Texts of one request; more are sent in several."""
MOST_FEEDBACK: Final = 1_000
"""Feedback of one request."""
_WORTH_A_TRY: Final = (408, 429, 502, 503, 504)
_LONGEST_WAIT_S: Final = 60.0


class ApiError(VocError):
    """The server refused a request, or could not be reached.

    Args:
        message: What it said.
        status: The HTTP status; `None` where there was no answer.
        problem: The whole answer, as RFC 9457 has it.
    """

    def __init__(
        self, message: str, *, status: int | None = None, problem: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.problem = dict(problem or {})


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of feedback that was sent; `rejected` are `(position, reason)`."""

    accepted: int
    duplicates: int
    rejected: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class _Call:
    """One request, and what its answer is read with."""

    path: str
    body: Mapping[str, Any]


class _Waits:
    """When a request is sent again: as Retry-After says, else after ever longer random times."""

    def __init__(self, tries: int) -> None:
        self._tries = tries
        self._done = 0

    def after(self, response: Response | None) -> float | None:
        """Returns the seconds to wait; `None` where no other try is worth it."""
        self._done += 1
        if self._done >= self._tries:
            return None
        if response is not None and response.status_code not in _WORTH_A_TRY:
            return None
        told = response.headers.get("retry-after", "") if response is not None else ""
        if told.isdecimal():
            return min(float(told), _LONGEST_WAIT_S)
        return random.uniform(0, min(0.2 * 2**self._done, _LONGEST_WAIT_S))


class Client:
    """Calls the API and waits for its answers. Thread-safe.

    Args:
        url: Where the server is, as http://127.0.0.1:8000.
        key: A key that `voc keys create` printed.
        timeout_s: Seconds for one answer.
        tries: How often a request is sent in all while the server is busy or away.
    """

    def __init__(self, url: str, *, key: str, timeout_s: float = 60.0, tries: int = 5) -> None:
        self._http = _httpx2().Client(base_url=url, headers=_headers(key), timeout=timeout_s)
        self._tries = tries

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes its connections."""
        self._http.close()

    def classify(
        self,
        texts: Iterable[str],
        *,
        industry: str | None = None,
        aspects: Sequence[str] | None = None,
        tasks: Collection[str] | None = None,
    ) -> Iterator[Tags]:
        """Yields the Tags of texts, in order; any number of them, with their positions as ids.

        Raises:
            ApiError: The server refused, or a text could not be tagged.
        """
        for call in _classify_calls(texts, industry, aspects, tasks):
            yield from _tags(self._post(call))

    def send(self, feedback: Iterable[Feedback], *, industry: str | None = None) -> Receipt:
        """Sends feedback; what was sent before changes nothing.

        Args:
            feedback: Any number of voices.
            industry: Id of their industry; `None`: the one of the server's settings, if any.

        Raises:
            ApiError: The server refused, as where there is no such industry.
        """
        return _together(self._post(call) for call in _feedback_calls(feedback, industry))

    def _post(self, call: _Call) -> Any:
        waits = _Waits(self._tries)
        while True:
            response, trouble = None, ""
            try:
                response = self._http.post(call.path, json=call.body)
                if response.is_success:
                    return response.json()
            except _httpx2().TransportError as error:
                trouble = type(error).__name__
            seconds = waits.after(response)
            if seconds is None:
                raise _api_error(response, trouble)
            time.sleep(seconds)


class AsyncClient:
    """As `Client`, for asyncio.

    Args:
        url: Where the server is.
        key: A key that `voc keys create` printed.
        timeout_s: Seconds for one answer.
        tries: How often a request is sent in all while the server is busy or away.
    """

    def __init__(self, url: str, *, key: str, timeout_s: float = 60.0, tries: int = 5) -> None:
        self._http = _httpx2().AsyncClient(base_url=url, headers=_headers(key), timeout=timeout_s)
        self._tries = tries

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes its connections."""
        await self._http.aclose()

    async def classify(
        self,
        texts: Iterable[str],
        *,
        industry: str | None = None,
        aspects: Sequence[str] | None = None,
        tasks: Collection[str] | None = None,
    ) -> AsyncIterator[Tags]:
        """Yields the Tags of texts, in order; any number of them, with their positions as ids.

        Raises:
            ApiError: The server refused, or a text could not be tagged.
        """
        for call in _classify_calls(texts, industry, aspects, tasks):
            for tags in _tags(await self._post(call)):
                yield tags

    async def send(self, feedback: Iterable[Feedback], *, industry: str | None = None) -> Receipt:
        """Sends feedback; what was sent before changes nothing.

        Args:
            feedback: Any number of voices.
            industry: Id of their industry; `None`: the one of the server's settings, if any.

        Raises:
            ApiError: The server refused, as where there is no such industry.
        """
        return _together([await self._post(call) for call in _feedback_calls(feedback, industry)])

    async def _post(self, call: _Call) -> Any:
        waits = _Waits(self._tries)
        while True:
            response, trouble = None, ""
            try:
                response = await self._http.post(call.path, json=call.body)
                if response.is_success:
                    return response.json()
            except _httpx2().TransportError as error:
                trouble = type(error).__name__
            seconds = waits.after(response)
            if seconds is None:
                raise _api_error(response, trouble)
            await asyncio.sleep(seconds)


def _httpx2() -> Any:
    try:
        import httpx2
    except ImportError as error:
        raise MissingExtraError(
            "voc.client needs the package httpx2, which is not installed;"
            " type: pip install 'voc-zh[client]'"
        ) from error
    return httpx2


def _headers(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def _classify_calls(
    texts: Iterable[str],
    industry: str | None,
    aspects: Sequence[str] | None,
    tasks: Collection[str] | None,
) -> Iterator[_Call]:
    told = {
        "industry": industry,
        "aspects": list(aspects) if aspects is not None else None,
        "tasks": list(tasks) if tasks is not None else None,
    }
    options = {name: value for name, value in told.items() if value is not None}
    numbered = enumerate(texts)
    while batch := list(islice(numbered, MOST_ITEMS)):
        items = [{"id": str(number), "text": text} for number, text in batch]
        yield _Call("/v1/classify", {"items": items, **options})


def _feedback_calls(feedback: Iterable[Feedback], industry: str | None) -> Iterator[_Call]:
    rest = iter(feedback)
    options = {"industry": industry} if industry is not None else {}
    while batch := list(islice(rest, MOST_FEEDBACK)):
        records = [{**each.as_dict()} for each in batch]
        for record in records:
            del record["id"]  # which the server makes of source and native_id
        yield _Call("/v1/feedback", {"items": records, **options})


def _tags(answer: Mapping[str, Any]) -> Iterator[Tags]:
    for error in answer["errors"]:
        raise ApiError(f"item {error['index']}: {error['detail']}", status=200, problem=answer)
    yield from map(Tags.from_dict, answer["results"])


def _together(answers: Iterable[Mapping[str, Any]]) -> Receipt:
    accepted = duplicates = 0
    rejected: list[tuple[int, str]] = []
    for number, answer in enumerate(answers):
        accepted += answer["accepted"]
        duplicates += answer["duplicates"]
        first = number * MOST_FEEDBACK
        rejected += [(first + each["index"], each["reason"]) for each in answer["rejected"]]
    return Receipt(accepted, duplicates, tuple(rejected))


def _api_error(response: Response | None, trouble: str) -> ApiError:
    if response is None:
        return ApiError(
            f"The server cannot be reached ({trouble}); check its URL, and that it runs."
        )
    try:
        problem = response.json()
        detail = str(problem["detail"])
    except (ValueError, KeyError, TypeError):
        problem, detail = {}, "it says no more"
    return ApiError(
        f"The server answered {response.status_code}: {detail}",
        status=response.status_code,
        problem=problem,
    )
