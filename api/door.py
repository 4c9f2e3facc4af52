"""Turns requests to tag away while there is no room, at the price of a few microseconds each.

Under many times its capacity a server must spend next to nothing on what it refuses. So nothing is
looked at but the route: not the key, for a refusal tells a stranger only that the server is busy,
and not the body.
"""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import orjson

from api.headers import SAFE_HEADERS
from api.problems import MEDIA_TYPE, ProblemError, problem_of, title_of

if TYPE_CHECKING:
    from api.admission import Admission, Place
    from api.metrics import Metrics

STATE: Final = "door"  # by which name the server's state has it
PLACE: Final = "place"  # by which name a request's state has the room that is held for it
METHOD, ROUTE = "POST", "/v1/classify"
_DETAIL: Final = (
    "The server is at its capacity; nothing of this request was begun. Try again after the"
    " seconds that Retry-After names."
)
_TOLD_EVERY_S: Final = 1.0
_log = logging.getLogger("api.access")


class Door:
    """Refuses requests to tag, counts what it refuses, and tells of it once a second.

    Args:
        metrics: What is told of refusals.
    """

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._requests = metrics.requests.labels(METHOD, ROUTE, "429")
        self._latency = metrics.latency.labels(METHOD, ROUTE)
        self._untold = 0
        self._telling: asyncio.TimerHandle | None = None
        self.admission: Admission | None = None  # none until the model is loaded

    def is_open(self) -> bool:
        """Whether a request that comes now is taken."""
        return self.admission is None or self.admission.takes()

    def hold(self, n_bytes: int) -> Place | None:
        """Holds room for a request that was taken, and came whole."""
        return self.admission.hold(n_bytes) if self.admission is not None else None

    def refusal(self) -> ProblemError:
        """Returns and counts what a refused request is told."""
        self._metrics.refused.inc()
        return ProblemError(429, _DETAIL, retry_after_s=self._wait_s)

    def answer(self, request_id: str, *, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
        """Returns the whole answer to a refused request, as HTTP/1.1 has it, and counts it.

        Args:
            request_id: Of the request.
            headers: More headers of the answer.
        """
        refusal = self.refusal()
        self._requests.inc()
        self._latency.observe(0.0)
        self._tell_later()
        head, begin, end = _parts(refusal.headers["Retry-After"])
        name = request_id.encode("ascii")
        told = b"".join(b"%b: %b\r\n" % header for header in headers)
        length = len(begin) + len(name) + len(end)
        return b"%bX-Request-ID: %b\r\n%bContent-Length: %d\r\n\r\n%b%b%b" % (
            head, name, told, length, begin, name, end,
        )  # fmt: skip

    @property
    def _wait_s(self) -> float:
        return self.admission.wait_s if self.admission is not None else 1.0

    def _tell_later(self) -> None:
        self._untold += 1
        if self._telling is None:
            self._telling = asyncio.get_running_loop().call_later(_TOLD_EVERY_S, self._tell)

    def _tell(self) -> None:
        """Logs one line for many: a line for each would cost more than the refusals."""
        line = {
            "event": "refused", "method": METHOD, "route": ROUTE, "status": 429,
            "requests": self._untold,
        }  # fmt: skip
        self._untold, self._telling = 0, None
        _log.info(orjson.dumps(line).decode())


@functools.cache
def _parts(retry_after: str) -> tuple[bytes, bytes, bytes]:
    """Returns the head of a refusal, and its body before and after the request's id."""
    headers = {"Retry-After": retry_after, "Content-Type": MEDIA_TYPE, **SAFE_HEADERS}
    head = [f"HTTP/1.1 429 {title_of(429)}", *(f"{name}: {headers[name]}" for name in headers), ""]
    begin, end = orjson.dumps(problem_of("\0", 429, _DETAIL)).split(orjson.dumps("\0")[1:-1])
    return "\r\n".join(head).encode("latin-1"), begin, end
