"""What the routes over the store share: work in a workspace, pages, entity tags."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

import orjson
from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from api.problems import Finding, ProblemError
from api.security import Gate, Principal

if TYPE_CHECKING:
    from voc.config import Settings
    from voc.store import ListPage, Place, Store

Result = TypeVar("Result")
Item = TypeVar("Item")
_LARGEST: Final = 2**63


async def in_workspace(
    request: Request, caller: Principal, work: Callable[[Store, Settings], Result]
) -> Result:
    """Does blocking work over the caller's own store, in a thread."""
    workspaces = Gate.of(request).workspaces

    def do() -> Result:
        return work(workspaces.store(caller.workspace), workspaces.settings(caller.workspace))

    return await run_in_threadpool(do)


def not_found(kind: str) -> ProblemError:
    """Returns the problem of an id that this workspace does not have."""
    return ProblemError(404, f"There is no such {kind}.")


def read_cursor(kind: str, cursor: str | None) -> Place | None:
    """Returns where a page goes on.

    Raises:
        ProblemError: 422, it is no cursor of this list.
    """
    if cursor is None:
        return None
    try:
        found = json.loads(
            base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)
        )
        told, number, name = found
    except (binascii.Error, ValueError, TypeError, RecursionError):
        told = number = name = None
    if told != kind or type(number) is not int or abs(number) >= _LARGEST or type(name) is not str:
        raise ProblemError(
            422,
            "The cursor is none of this list; give `next` of the page before, or leave it out.",
            errors=[Finding(pointer="query/cursor", detail="No cursor of this list.")],
        )
    return number, name


def _cursor(kind: str, place: Place | None) -> str | None:
    if place is None:
        return None
    return base64.urlsafe_b64encode(orjson.dumps([kind, *place])).decode().rstrip("=")


def page_response(
    kind: str, page: ListPage[Item], shown: Callable[[Item], Mapping[str, Any]]
) -> Response:
    """Returns a page as `{"items": […], "next": cursor | null}`."""
    return json_response(
        {"items": [shown(item) for item in page.items], "next": _cursor(kind, page.next)}
    )


def item_response(request: Request, record: Mapping[str, Any]) -> Response:
    """Returns one record with its entity tag, or 304 where the caller has it already."""
    body = orjson.dumps(record)
    tag = f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    told = request.headers.get("if-none-match", "")
    known = {each.strip().removeprefix("W/") for each in told.split(",")}
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def json_response(record: Mapping[str, Any], *, status: int = 200) -> Response:
    """Returns a record as JSON."""
    return Response(orjson.dumps(record), status_code=status, media_type="application/json")


def zoned(moment: datetime | None, settings: Settings) -> datetime | None:
    """Returns a time with a zone: that of the settings where it names none."""
    if moment is None or moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=settings.zone)
