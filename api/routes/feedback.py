"""`/v1/feedback` and `/v1/corrections`: what customers say, and what people say of the tags."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

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
from api.inputs import CorrectionIn, FeedbackBatch, FeedbackFilter, FeedbackIn, reason_of
from api.outputs import CorrectionOut, FeedbackFileOut, FeedbackPage, ReceivedOut
from api.problems import documented
from api.security import Principal, requires

if TYPE_CHECKING:
    from voc.config import Settings
    from voc.records import Tags
    from voc.store import Heard, Store, StoredFeedback, Transaction

router = APIRouter(prefix="/v1", tags=["feedback"])
IdempotencyKey = Annotated[
    str | None,
    Header(min_length=1, max_length=200, description="The same one again does nothing twice."),
]


@router.post(
    "/feedback",
    status_code=202,
    response_model=ReceivedOut,
    responses=documented(400, 401, 403, 413, 422, 429, 503),
)
async def send_feedback(
    request: Request, body: FeedbackBatch, caller: Annotated[Principal, requires("ingest")]
) -> Response:
    """Keeps 1 to 1,000 feedbacks before it answers; the worker tags them within seconds.

    Sending the same again changes nothing; other words under the same id are a new version.
    An industry that there is not is refused: of the batch with 422, of one feedback with its index.
    """
    good = {index: item for index, item in enumerate(body.items) if isinstance(item, FeedbackIn)}
    rejected = {
        index: reason_of(FeedbackIn, item)
        for index, item in enumerate(body.items)
        if not isinstance(item, FeedbackIn)
    }

    def keep(store: Store, settings: Settings) -> Any:
        from voc.pipeline.receiving import Sent, receive

        return receive(
            store,
            [Sent(item.as_feedback(settings.zone), item.industry) for item in good.values()],
            settings=settings,
            industry=body.industry,
            actor=caller.actor,
            action="POST /v1/feedback",
        )

    received = await in_workspace(request, caller, keep)
    places = list(good)
    rejected |= {places[position]: reason for position, reason in received.rejected.items()}
    return json_response(
        {
            "accepted": received.accepted,
            "duplicates": received.duplicates,
            "rejected": [{"index": index, "reason": rejected[index]} for index in sorted(rejected)],
        },
        status=202,
    )


@router.get("/feedback", response_model=FeedbackPage, responses=documented(401, 403, 422, 429, 503))
async def list_feedback(
    request: Request,
    wanted: Annotated[FeedbackFilter, Query()],
    caller: Annotated[Principal, requires("read")],
) -> Response:
    """Lists feedback as it is now, with its tags, the newest that came in first."""
    after = read_cursor("feedback", wanted.cursor)

    def read(store: Store, settings: Settings) -> Response:
        page = store.feedback_page(
            limit=wanted.limit,
            after=after,
            is_oldest_first=wanted.order == "oldest",
            since=zoned(wanted.since, settings),
            until=zoned(wanted.until, settings),
            sentiment=wanted.sentiment,
            **wanted.model_dump(
                include={"industry", "source", "channel", "product", "store", "region"}
            ),
        )
        return page_response("feedback", page, _heard)

    return await in_workspace(request, caller, read)


@router.get(
    "/feedback/{feedback_id}",
    response_model=FeedbackFileOut,
    responses=documented(401, 403, 404, 422, 429, 503),
)
async def show_feedback(
    request: Request, feedback_id: str, caller: Annotated[Principal, requires("read")]
) -> Response:
    """Shows one feedback with its tags, and what rules for single voices did about it."""

    def read(store: Store, _settings: Settings) -> Response:
        voice = store.feedback(feedback_id)
        if voice is None:
            raise not_found("feedback")
        done = {"actions": store.voice_actions(feedback_id)}
        return item_response(request, _shown(voice, store.tags(feedback_id)) | done)

    return await in_workspace(request, caller, read)


def _heard(item: Heard) -> dict[str, Any]:
    return _shown(item.voice, item.tags)


def _shown(voice: StoredFeedback, tags: Tags | None) -> dict[str, Any]:
    return {
        **voice.feedback.as_dict(),
        "version": voice.version,
        "industry": voice.industry,
        "ingested_at": voice.ingested_at.isoformat(),
        "tags": tags.as_dict() if tags else None,
    }


@router.post(
    "/corrections",
    status_code=201,
    response_model=CorrectionOut,
    responses=documented(400, 401, 403, 404, 413, 422, 429, 503),
)
async def correct(
    request: Request,
    body: CorrectionIn,
    caller: Annotated[Principal, requires("ingest")],
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Keeps a person's label for a feedback, with who and when; `voc corrections export` gives it
    to training.
    """

    def keep(store: Store, settings: Settings) -> Response:
        from voc.pipeline.correcting import checked
        from voc.pipeline.once import once

        if store.feedback(body.feedback_id) is None:
            raise not_found("feedback")
        item = checked(store, _correction(body, caller), settings=settings)

        def make(transaction: Transaction) -> dict[str, Any]:
            transaction.add_correction(item)
            ids = [item.correction_id, item.feedback_id]
            transaction.add_audit(caller.actor, "POST /v1/corrections", ids, item.at)
            return item.as_dict()

        told, _ = once(
            store,
            scope=f"{caller.key_id} POST /v1/corrections",
            name=idempotency_key,
            asked=body.model_dump_json().encode(),
            make=make,
        )
        return json_response(told, status=201)

    return await in_workspace(request, caller, keep)


def _correction(body: CorrectionIn, caller: Principal) -> Any:
    from voc.store import Correction
    from voc.text.privacy import mask

    return Correction(
        correction_id=f"co_{secrets.token_hex(10)}",
        feedback_id=body.feedback_id,
        version=0,
        field=body.field,
        label=body.label,
        actor=body.by or caller.actor,
        at=datetime.now(UTC),
        aspect_id=body.aspect_id,
        key_id=caller.key_id,
        note=mask(body.note).text if body.note else None,
    )
