"""`/health/live` and `/health/ready`: the probes of whatever runs the server."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from api.problems import documented
from api.services import services_of

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live")
async def live() -> dict[str, str]:
    """Whether the process answers."""
    return {"status": "ok"}


@router.get("/ready", responses=documented(503))
async def ready(request: Request) -> dict[str, str]:
    """Whether it can do its work: the model is loaded and the store answers."""
    services = services_of(request)
    await run_in_threadpool(services.store.meta, "ready")
    return {"status": "ok", "model": services.engine.model}
