"""`GET /metrics`, for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST

from api.metrics import SourceMetrics
from api.problems import ProblemError
from api.services import Services, services_of
from voc.errors import StoreError

router = APIRouter(tags=["operations"])


@router.get("/metrics", response_class=PlainTextResponse)
def metrics(request: Request) -> Response:
    """What the server counts, and how sources are, in Prometheus' text format."""
    services = services_of(request)
    told = services.metrics.render() + _sources(services)
    return Response(told, media_type=CONTENT_TYPE_LATEST)


def _sources(services: Services) -> bytes:
    """Returns how sources are; nothing while the store cannot be reached, which others tell."""
    from voc.pipeline.health import kept_health

    if not services.settings.sources:
        return b""
    try:
        return SourceMetrics(kept_health(services.store, services.settings)).render()
    except (StoreError, ProblemError):
        return b""
