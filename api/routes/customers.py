"""`/v1/customers`: who speaks, as other systems know them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from api.answers import in_workspace, json_response
from api.inputs import CustomerBatch, CustomerIn, reason_of
from api.outputs import CustomersOut
from api.problems import documented
from api.security import Principal, requires

if TYPE_CHECKING:
    from voc.config import Settings
    from voc.sources.customers import CustomerRow
    from voc.store import Store

router = APIRouter(prefix="/v1", tags=["customers"])


@router.post(
    "/customers",
    response_model=CustomersOut,
    responses=documented(400, 401, 403, 413, 422, 429, 503),
)
async def send_customers(
    request: Request, body: CustomerBatch, caller: Annotated[Principal, requires("ingest")]
) -> Response:
    """Keeps 1 to 1,000 customers with their orders before it answers; what is newer wins.

    Ids become the pseudonyms that feedback has; sending the same again changes nothing.
    """
    good = [item for item in body.items if isinstance(item, CustomerIn)]
    rejected = [
        {"index": index, "reason": reason_of(CustomerIn, item)}
        for index, item in enumerate(body.items)
        if not isinstance(item, CustomerIn)
    ]

    def keep(store: Store, settings: Settings) -> Any:
        from voc.pipeline.customers import receive_customers

        return receive_customers(
            store,
            [row for item in good for row in _rows(item, settings)],
            settings=settings,
            actor=caller.actor,
            action="POST /v1/customers",
        )

    counts = await in_workspace(request, caller, keep)
    return json_response(
        {
            "customers": counts.customers.as_dict(),
            "orders": counts.orders.as_dict(),
            "rejected": rejected,
        }
    )


def _rows(item: CustomerIn, settings: Settings) -> Iterator[CustomerRow]:
    """Returns a customer and the orders as rows, as files have them."""
    person = _told(item, settings)
    yield _row({name: value for name, value in person.items() if name != "orders"})
    for order in item.orders:
        named: dict[str, Any] = {
            name: person[name] for name in ("customer_id", "updated_at") if name in person
        }
        yield _row(named | _told(order, settings))


def _row(values: dict[str, Any]) -> CustomerRow:
    from voc.sources.customers import CustomerRow

    return CustomerRow("", values)


def _told(item: BaseModel, settings: Settings) -> dict[str, Any]:
    values = {name: getattr(item, name) for name in type(item).model_fields}
    return {
        name: _zoned(tuple(value) if isinstance(value, list) else value, settings)
        for name, value in values.items()
        if value not in (None, [])
    }


def _zoned(value: Any, settings: Settings) -> Any:
    """Returns a time with its zone; a day is its midnight."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=settings.zone)
    if isinstance(value, date):
        return datetime.combine(value, time(), settings.zone)
    return value
