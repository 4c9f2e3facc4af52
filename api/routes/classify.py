"""`POST /v1/classify`: tags for texts, at once."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from api.problems import documented
from api.schemas import ClassifyRequest, ClassifyResponse
from api.security import Principal, requires
from api.services import services_of

router = APIRouter(prefix="/v1", tags=["classify"])


@router.post("/classify", responses=documented(400, 401, 403, 413, 422, 429, 503, 504))
async def classify(
    request: Request, body: ClassifyRequest, _caller: Annotated[Principal, requires("classify")]
) -> ClassifyResponse:
    """Tags 1 to 128 texts; one Tags an item, in order."""
    engine = services_of(request).engine
    found = await run_in_threadpool(
        engine.tag,
        [item.text for item in body.items],
        industry=body.industry,
        aspects=body.aspects,
        tasks=body.tasks,
        ids=[item.id for item in body.items],
    )
    return ClassifyResponse(results=[tags.as_dict() for tags in found], model=engine.model)
