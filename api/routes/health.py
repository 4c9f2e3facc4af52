"""`/health/live` and `/health/ready`: the probes of whatever runs the server."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from api.problems import ProblemError, documented
from api.services import services_of
from voc.errors import VocError

router = APIRouter(prefix="/health", tags=["operations"])
_STORE_S = 2.0  # in which the store answers a probe


class Health(BaseModel):
    """What a probe finds."""

    status: Annotated[str, Field(examples=["ok"])]
    model: Annotated[str | None, Field(description="The model that tags.")] = None


@router.get("/live", response_model_exclude_none=True)
async def live() -> Health:
    """Whether the process answers; it is restarted where it does not."""
    return Health(status="ok")


@router.get("/ready", responses=documented(503))
async def ready(request: Request) -> Health:
    """Whether it can do its work: the model is loaded and warm, and the store answers."""
    services = services_of(request)
    if services.broken:
        raise ProblemError(503, "The model cannot be loaded; the log says why.")
    model, store = services.batcher.model, services.store
    try:
        async with asyncio.timeout(_STORE_S):
            await run_in_threadpool(store.meta, "ready")
    except (VocError, TimeoutError):
        raise ProblemError(503, "The store does not answer.", retry_after_s=1) from None
    return Health(status="ok", model=model)
