"""`/v1/work-orders`, and opening one for an issue: what is done about what customers say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Header, Query, Request, Response

from api.answers import (
    in_workspace,
    item_response,
    json_response,
    not_found,
    page_response,
    read_cursor,
    zoned,
)
from api.events import EventIn
from api.inputs import OrderIn, WorkOrderFilter
from api.outputs import EventOut, WorkOrderItemOut, WorkOrderOut, WorkOrderPage
from api.problems import Finding, ProblemError, documented
from api.routes.feedback import IdempotencyKey
from api.security import Principal, event_secrets, requires
from api.services import services_of

if TYPE_CHECKING:
    from voc.config import Settings
    from voc.store import Store, Transaction

router = APIRouter(prefix="/v1", tags=["work orders"])
_AHEAD: Final = timedelta(minutes=5)


@router.get(
    "/work-orders", response_model=WorkOrderPage, responses=documented(401, 403, 422, 429, 503)
)
async def list_work_orders(
    request: Request,
    wanted: Annotated[WorkOrderFilter, Query()],
    caller: Annotated[Principal, requires("read")],
) -> Response:
    """Lists work orders with their history, the newest first."""
    after = read_cursor("work-orders", wanted.cursor)

    def read(store: Store, settings: Settings) -> Response:
        page = store.work_order_page(
            limit=wanted.limit,
            after=after,
            since=zoned(wanted.since, settings),
            until=zoned(wanted.until, settings),
            **wanted.model_dump(include={"status", "department", "issue_id"}),
        )
        return page_response("work-orders", page, lambda order: order.as_dict())

    return await in_workspace(request, caller, read)


@router.get(
    "/work-orders/{work_order_id}",
    response_model=WorkOrderItemOut,
    responses=documented(401, 403, 404, 422, 429, 503),
)
async def show_work_order(
    request: Request, work_order_id: str, caller: Annotated[Principal, requires("read")]
) -> Response:
    """Shows one work order with its history, and whether it helped."""

    def read(store: Store, _settings: Settings) -> Response:
        order = store.work_order(work_order_id)
        if order is None:
            raise not_found("work order")
        effect = next(iter(store.effects(work_order_id=work_order_id, limit=1)), None)
        told = {"effect": effect.as_dict() if effect else None}
        return item_response(request, order.as_dict() | told)

    return await in_workspace(request, caller, read)


@router.post(
    "/issues/{issue_id}/work-orders",
    status_code=201,
    response_model=WorkOrderOut,
    responses=documented(400, 401, 403, 404, 409, 413, 422, 429, 503),
)
async def open_work_order(
    request: Request,
    issue_id: str,
    caller: Annotated[Principal, requires("work-orders")],
    body: OrderIn | None = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Opens the work order of an issue, by the routing rules or for an explicit department."""
    asked = body or OrderIn()
    model = services_of(request).engine.model

    def open_it(store: Store, settings: Settings) -> Response:
        from voc.pipeline.acting import open_for_issue
        from voc.pipeline.once import once

        if store.issue(issue_id) is None:
            raise not_found("issue")

        def make(transaction: Transaction) -> dict[str, Any]:
            order = open_for_issue(
                store,
                transaction,
                issue_id,
                settings=settings,
                model=model,
                department=asked.department,
                actor=caller.actor,
            )
            action = "POST /v1/issues/{id}/work-orders"
            ids = [issue_id, order.work_order_id]
            transaction.add_audit(caller.actor, action, ids, datetime.now(UTC))
            return {"work_order_id": order.work_order_id}

        told, _ = once(
            store,
            scope=f"{caller.key_id} POST /v1/issues/{issue_id}/work-orders",
            name=idempotency_key,
            asked=asked.model_dump_json().encode(),
            make=make,
        )
        return _order(store, told["work_order_id"], 201)

    return await in_workspace(request, caller, open_it)


@router.post(
    "/work-orders/{work_order_id}/events",
    response_model=EventOut,
    responses=documented(400, 401, 403, 404, 409, 413, 422, 429, 503),
)
async def tell_event(
    request: Request,
    work_order_id: str,
    body: EventIn,
    caller: Annotated[Principal, requires("work-orders", signed_by=event_secrets)],
    webhook_id: Annotated[str | None, Header(max_length=200)] = None,
) -> Response:
    """Takes in what another system says of a work order or does with it, once for each event id.

    It comes with a key, or signed by the Standard Webhooks specification. An event that tells of a
    time before the last move is noted and moves nothing. An order that is rejected goes to whom
    the routing rules name next, and is `open` again there.
    """
    # What is signed is the header: another id in the body would let an event be repeated.
    signed_id = webhook_id if "webhook-signature" in request.headers else None
    event_id = signed_id or body.event_id or webhook_id
    if event_id is None:
        raise _invalid("/event_id", "Name the event here, or in the header webhook-id.")

    def take(store: Store, settings: Settings) -> Response:
        from voc.pipeline.acting import tell_event as tell
        from voc.pipeline.once import once
        from voc.text.privacy import mask

        now = datetime.now(UTC)
        at = zoned(body.at, settings) or now
        if at > now + _AHEAD:
            raise _invalid("/at", "Lies in the future.")
        at = min(at, now)  # else all that others do until then would count as late
        if store.work_order(work_order_id) is None:
            raise not_found("work order")
        if body.into is not None and store.work_order(body.into) is None:
            raise _invalid("/into", "There is no such work order.")

        def make(transaction: Transaction) -> dict[str, Any]:
            done = tell(
                store,
                transaction,
                work_order_id,
                body.event,
                settings=settings,
                details=body.details(settings.zone),
                actor=body.actor or caller.actor,
                at=at,
                note=mask(body.note).text if body.note else None,
            )
            action = "POST /v1/work-orders/{id}/events"
            transaction.add_audit(caller.actor, action, [work_order_id, event_id], now)
            return {"applied": not done.is_late}

        told, is_new = once(
            store,
            # A signature does not cover the path: signed once, an event is one order's alone.
            scope="signed event" if signed_id else f"event {work_order_id}",
            name=event_id,
            asked=work_order_id.encode() + body.asked() if signed_id else body.asked(),
            make=make,
        )
        order = store.work_order(work_order_id)
        assert order is not None
        return json_response({**told, "repeated": not is_new, "work_order": order.as_dict()})

    return await in_workspace(request, caller, take)


def _order(store: Store, work_order_id: str, status: int) -> Response:
    order = store.work_order(work_order_id)
    if order is None:
        raise not_found("work order")
    response = json_response(order.as_dict(), status=status)
    response.headers["Location"] = f"/v1/work-orders/{work_order_id}"
    return response


def _invalid(pointer: str, detail: str) -> ProblemError:
    return ProblemError(
        422,
        "1 place of the request needs correcting.",
        errors=[Finding(pointer=pointer, detail=detail)],
    )
