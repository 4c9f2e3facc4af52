"""`/`: where things are, for a person who opens the address in a browser."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()


@router.get("/", include_in_schema=False)
async def entrance() -> dict[str, str]:
    """Names the document of the API and the probes; needs no key, and says nothing of the store."""
    return {
        "title": "voc",
        "openapi": "/openapi.json",
        "live": "/health/live",
        "ready": "/health/ready",
        "metrics": "/metrics",
    }
