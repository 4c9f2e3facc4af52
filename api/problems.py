"""Errors as RFC 9457 `application/problem+json`: what is wrong, where, what to do next.

A problem never carries a customer's words: places are named by JSON pointer and index.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from voc.errors import StateError, StoreBusyError, UsageError, VocError

MEDIA_TYPE: Final = "application/problem+json"
_log = logging.getLogger(__name__)


class Finding(BaseModel):
    """One thing that is wrong in a request."""

    pointer: str = Field(description="JSON pointer to the place, or the parameter's name.")
    detail: str = Field(description="What is wrong there.")
    index: int | None = Field(default=None, description="Position of the item in its list.")


class Problem(BaseModel):
    """An error, as RFC 9457 has it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "about:blank",
                    "title": "Unprocessable Content",
                    "status": 422,
                    "detail": "1 place of the request needs correcting.",
                    "errors": [
                        {"pointer": "/items/3/text", "detail": "Field required", "index": 3}
                    ],
                    "request_id": "5f3c9a0be1d24c0f8f6f6f0f4f1d2c3b",
                }
            ]
        }
    )

    type: str = Field(default="about:blank", description="Kind of the problem.")
    title: str = Field(description="The status in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What is wrong, and what to do.")
    errors: list[Finding] | None = Field(default=None, description="Each place that is wrong.")
    request_id: str | None = Field(default=None, description="Names the request in the logs.")


class ProblemError(Exception):
    """Ends a request with a problem.

    Args:
        status: The HTTP status.
        detail: What is wrong and what to do; no customer's words.
        errors: Each place that is wrong.
        retry_after_s: Seconds after which another try is worth it.
        headers: More headers of the answer.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: Sequence[Finding] | None = None,
        retry_after_s: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = errors
        self.headers = dict(headers or {})
        if retry_after_s is not None:
            self.headers["Retry-After"] = str(max(1, math.ceil(retry_after_s)))


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Returns the `responses` of a route that may end with these problems."""
    return {
        status: {
            "description": title_of(status),
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }


def title_of(status: int) -> str:
    """Returns a status in words, as RFC 9110 has them."""
    known = {
        413: "Content Too Large",
        422: "Unprocessable Content",
        499: "Client Closed Request",
    }
    if status in known:
        return known[status]
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def problem_of(
    request_id: str | None, status: int, detail: str, *, errors: Sequence[Finding] | None = None
) -> dict[str, Any]:
    """Returns a problem as JSON values."""
    problem = Problem(
        title=title_of(status),
        status=status,
        detail=detail,
        errors=list(errors) if errors else None,
        request_id=request_id,
    )
    return problem.model_dump(exclude_none=True)


def problem_response(
    request_id: str | None,
    status: int,
    detail: str,
    *,
    errors: Sequence[Finding] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Returns the answer for a problem."""
    return JSONResponse(
        problem_of(request_id, status, detail, errors=errors),
        status_code=status,
        headers=dict(headers or {}),
        media_type=MEDIA_TYPE,
    )


def add_problem_handlers(app: FastAPI) -> None:
    """Makes every error of the app a problem."""
    app.add_exception_handler(ProblemError, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(VocError, _on_voc)
    app.add_exception_handler(Exception, _on_unforeseen)


def _request_id(request: Request) -> str | None:
    found: str | None = getattr(request.state, "request_id", None)
    return found


async def _on_problem(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ProblemError)
    return problem_response(
        _request_id(request), error.status, error.detail, errors=error.errors, headers=error.headers
    )


async def _on_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    said = error.detail if error.detail != HTTPStatus(error.status_code).phrase else ""
    detail = {
        404: "There is no such route; /openapi.json lists all.",
        405: "The route does not take this method; the header Allow names what it takes.",
    }.get(error.status_code, said)
    return problem_response(
        _request_id(request),
        error.status_code,
        said or detail or title_of(error.status_code),
        headers=error.headers,
    )


async def _on_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    details = error.errors()
    if any(each["type"] == "json_invalid" for each in details):
        where = details[0]["loc"][-1]
        return problem_response(
            _request_id(request), 400, f"The body is not valid JSON (at character {where})."
        )
    if not _is_json(request) and any(each["loc"] == ("body",) for each in details):
        return problem_response(
            _request_id(request), 415, "The body must be JSON, with Content-Type: application/json."
        )
    findings = [_finding(each["loc"], each["msg"]) for each in details]
    count = len(findings)
    return problem_response(
        _request_id(request),
        422,
        f"{count} place{'s' if count > 1 else ''} of the request need{'s' if count == 1 else ''}"
        " correcting.",
        errors=findings,
    )


def _is_json(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


def _finding(place: Sequence[int | str], message: str) -> Finding:
    """Names a place by its JSON pointer (RFC 6901), and a list's item by its index."""
    room, *path = place
    index = next((part for part in path if isinstance(part, int)), None)
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in path)
    pointer = "".join(f"/{part}" for part in parts) if room == "body" else "/".join(map(str, place))
    return Finding(pointer=_whole(pointer)[:200], detail=_whole(message), index=index)


def _whole(text: str) -> str:
    """Replaces halves of surrogate pairs, which UTF-8 cannot hold."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


async def _on_voc(request: Request, error: Exception) -> JSONResponse:
    status = next(
        (
            code
            for kind, code in (
                (UsageError, 422),
                (StateError, 409),
                (StoreBusyError, 503),
            )
            if isinstance(error, kind)
        ),
        503,
    )
    headers = {"Retry-After": "1"} if status == 503 else {}
    if status == 503:
        _log.error("request %s: %s", _request_id(request), error)
        detail = "A part of the service cannot answer now; try again."
    else:
        detail = str(error)
    return problem_response(_request_id(request), status, detail, headers=headers)


async def _on_unforeseen(request: Request, _error: Exception) -> JSONResponse:
    return problem_response(
        _request_id(request), 500, "Something unforeseen went wrong; the logs tell it by the id."
    )
