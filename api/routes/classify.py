"""`POST /v1/classify`: tags for texts, at once."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Request, Response

from api.door import PLACE
from api.problems import Finding, ProblemError, documented
from api.queueing import Failure, Way
from api.schemas import ClassifyRequest, ClassifyResponse
from api.security import Principal, requires
from api.services import Services, services_of
from voc.config import Industry, named_aspects
from voc.records import Tags

router = APIRouter(prefix="/v1", tags=["classify"])
Outcomes = Sequence[Tags | Failure]


@router.post(
    "/classify",
    response_model=ClassifyResponse,
    responses=documented(400, 401, 403, 408, 413, 415, 422, 429, 500, 503, 504),
)
async def classify(
    request: Request, body: ClassifyRequest, caller: Annotated[Principal, requires("classify")]
) -> Response:
    """Tags 1 to 128 texts; one result an item, in order.

    A text that cannot be tagged costs the others nothing: its result is null, and `errors` says
    why.
    """
    services = services_of(request)
    batcher = services.batcher
    way = _way(body, await services.industry(body.industry))
    timeout_ms = body.timeout_ms or services.settings.serve.timeout_ms
    work = batcher.tag(
        [item.text for item in body.items],
        way,
        caller=caller.key_id,
        timeout_s=timeout_ms / 1000,
        place=getattr(request.state, PLACE, None),
    )
    outcomes = await _unless_left(request, work)
    _count(services, outcomes)
    return _answer(body, outcomes, batcher.model)


def _way(body: ClassifyRequest, industry: Industry | None) -> Way:
    if body.aspects is not None:
        named_aspects(body.aspects)  # raises where all are blank
    return Way(
        body.industry,
        tuple(body.aspects) if body.aspects is not None else None,
        frozenset(body.tasks) if body.tasks is not None else None,
        industry,
    )


async def _unless_left(
    request: Request, work: Coroutine[Any, Any, list[Tags | Failure]]
) -> Outcomes:
    """Waits for an answer as long as the caller does.

    Raises:
        ProblemError: 499, nobody waits any more; what had not begun is dropped.
    """
    answer = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait({answer, gone}, return_when=asyncio.FIRST_COMPLETED)
        if answer.done():
            return answer.result()
        raise ProblemError(499, "The caller left.")
    finally:
        gone.cancel()
        answer.cancel()


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _count(services: Services, outcomes: Outcomes) -> None:
    tagged = [each for each in outcomes if isinstance(each, Tags)]
    services.metrics.saw_tags(tagged)
    services.metrics.failures.inc(len(outcomes) - len(tagged))


def _answer(body: ClassifyRequest, outcomes: Outcomes, model: str) -> Response:
    """Writes the answer.

    Raises:
        ProblemError: 500, not one text could be tagged.
    """
    results = [
        {**each.as_dict(), "id": item.id} if isinstance(each, Tags) else None
        for item, each in zip(body.items, outcomes, strict=True)
    ]
    errors = [
        Finding(pointer=f"/items/{index}", index=index, detail=each.reason)
        for index, each in enumerate(outcomes)
        if isinstance(each, Failure)
    ]
    if len(errors) == len(results):
        raise ProblemError(500, "No text of the request could be tagged.", errors=errors)
    content = {
        "results": results,
        "model": model,
        "errors": [error.model_dump() for error in errors],
    }
    return Response(orjson.dumps(content), media_type="application/json")
