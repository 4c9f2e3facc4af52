"""`/v1/sources`: what other systems post of what customers say, in their own words and signed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Header, Request, Response

from api.answers import in_workspace, json_response, not_found
from api.outputs import HookedOut
from api.problems import documented
from api.security import Principal, requires, source_secrets

if TYPE_CHECKING:
    from voc.config import Settings
    from voc.store import Store

router = APIRouter(prefix="/v1", tags=["feedback"])

_ANY_JSON = {
    "requestBody": {
        "required": True,
        "description": "What the other system sends; `map` of the source says where words stand.",
        "content": {"application/json": {"schema": {}}},
    }
}


@router.post(
    "/sources/{name}/webhook",
    status_code=202,
    response_model=HookedOut,
    responses=documented(400, 401, 403, 404, 413, 422, 429, 503),
    openapi_extra=_ANY_JSON,
)
async def take_hook(
    request: Request,
    name: str,
    caller: Annotated[Principal, requires("ingest", signed_by=source_secrets)],
    webhook_id: Annotated[str | None, Header(max_length=200)] = None,
) -> Response:
    """Keeps what a source of kind `webhook` is sent before it answers, once for each webhook-id.

    It comes signed with the source's secret by the Standard Webhooks specification, or with a key.
    What cannot be read is set aside with its reason and answered like the rest, so that it is not
    sent again for days; `deleted: true`, or what `map` calls so, withdraws a voice.
    """
    body = await request.body()

    def keep(store: Store, settings: Settings) -> Any:
        from voc.pipeline.hooking import take

        return take(store, name, body, settings=settings, webhook_id=webhook_id, actor=caller.actor)

    kept = await in_workspace(request, caller, keep)
    if kept is None:
        raise not_found("source of kind webhook")
    return json_response(kept, status=202)
