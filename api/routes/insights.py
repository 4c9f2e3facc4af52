"""`/v1/topics`, `/v1/issues`, `/v1/reports/topics`: what came of what customers say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request, Response

from api.answers import in_workspace, item_response, not_found, page_response, read_cursor, zoned
from api.inputs import IssueFilter, ReportFilter, TopicFilter
from api.outputs import IssueItemOut, IssuePage, TopicOut, TopicPage
from api.problems import ProblemError, documented
from api.security import Principal, requires
from api.services import services_of

if TYPE_CHECKING:
    from voc.config import Settings
    from voc.store import Store

router = APIRouter(prefix="/v1", tags=["insights"])
_LIST = documented(401, 403, 422, 429, 503)
_ITEM = documented(401, 403, 404, 422, 429, 503)
_HTML, _JSON = "text/html", "application/json"


@router.get("/topics", response_model=TopicPage, responses=_LIST)
async def list_topics(
    request: Request,
    wanted: Annotated[TopicFilter, Query()],
    caller: Annotated[Principal, requires("read")],
) -> Response:
    """Lists topics, the largest first."""
    after = read_cursor("topics", wanted.cursor)

    def read(store: Store, _settings: Settings) -> Response:
        page = store.topic_page(limit=wanted.limit, after=after, industry=wanted.industry)
        return page_response("topics", page, lambda topic: topic.as_dict())

    return await in_workspace(request, caller, read)


@router.get("/topics/{topic_id}", response_model=TopicOut, responses=_ITEM)
async def show_topic(
    request: Request, topic_id: str, caller: Annotated[Principal, requires("read")]
) -> Response:
    """Shows one topic, a muted one too."""

    def read(store: Store, _settings: Settings) -> Response:
        topic = store.topic(topic_id)
        if topic is None:
            raise not_found("topic")
        return item_response(request, topic.as_dict())

    return await in_workspace(request, caller, read)


@router.get("/issues", response_model=IssuePage, responses=_LIST)
async def list_issues(
    request: Request,
    wanted: Annotated[IssueFilter, Query()],
    caller: Annotated[Principal, requires("read")],
) -> Response:
    """Lists issues without their evidence, the one that began last first."""
    after = read_cursor("issues", wanted.cursor)

    def read(store: Store, settings: Settings) -> Response:
        page = store.issue_page(
            limit=wanted.limit,
            after=after,
            since=zoned(wanted.since, settings),
            until=zoned(wanted.until, settings),
            **wanted.model_dump(exclude={"limit", "cursor", "since", "until"}),
        )
        return page_response("issues", page, lambda issue: issue.as_dict())

    return await in_workspace(request, caller, read)


@router.get("/issues/{issue_id}", response_model=IssueItemOut, responses=_ITEM)
async def show_issue(
    request: Request, issue_id: str, caller: Annotated[Principal, requires("read")]
) -> Response:
    """Shows one issue with its evidence, and whether its last work order helped."""

    def read(store: Store, _settings: Settings) -> Response:
        issue = store.issue(issue_id)
        if issue is None:
            raise not_found("issue")
        effect = next(iter(store.effects(issue_id=issue_id, limit=1)), None)
        told = {"effect": effect.as_dict() if effect else None}
        return item_response(request, issue.as_dict() | told)

    return await in_workspace(request, caller, read)


@router.get(
    "/reports/topics",
    response_class=Response,
    responses={
        200: {"description": "The report.", "content": {_HTML: {}, _JSON: {}}},
        **documented(401, 403, 406, 422, 429, 503),
    },
)
async def report_topics(
    request: Request,
    wanted: Annotated[ReportFilter, Query()],
    caller: Annotated[Principal, requires("read")],
) -> Response:
    """Gives the topic report as one page, or as JSON where `Accept` prefers it.

    It is built anew when feedback came in, or after `report.keep_s`; it says when it was built.
    """
    kind = _preferred(request.headers.get("accept", "*/*"))
    services = services_of(request)
    model = services.engine.model

    def build(store: Store, settings: Settings) -> bytes:
        from voc.pipeline.reporting import topic_figures
        from voc.report import Scope, render_html, to_json

        figures, _ = topic_figures(
            store,
            settings=settings,
            industry=wanted.industry,
            model=model,
            since=zoned(wanted.since, settings),
            until=zoned(wanted.until, settings),
            scope=Scope(tuple(wanted.product), tuple(wanted.store), tuple(wanted.region)),
        )
        return (to_json(figures) if kind == _JSON else render_html(figures)).encode()

    standing = await in_workspace(request, caller, lambda store, _: store.standing())
    content = await services.reports.get(
        (caller.workspace, kind, model, wanted.model_dump_json()),
        standing,
        lambda: in_workspace(request, caller, build),
    )
    return _report(content, kind)


def _report(content: bytes, kind: str) -> Response:
    from voc.report.rendering import page_policy

    headers = {"Vary": "Accept"}
    if kind == _HTML:
        headers["Content-Security-Policy"] = page_policy()
    return Response(content, media_type=kind, headers=headers)


def _preferred(accept: str) -> str:
    """Returns which of both a caller wants; the page where both are as welcome.

    Raises:
        ProblemError: 406, neither.
    """
    found = {_HTML: _quality(accept, _HTML), _JSON: _quality(accept, _JSON)}
    if not any(found.values()):
        raise ProblemError(406, f"The report comes as {_HTML} or {_JSON}; accept one of them.")
    return _JSON if found[_JSON] > found[_HTML] else _HTML


def _quality(accept: str, kind: str) -> float:
    """Returns how welcome a media type is (RFC 9110, 12.5.1): the most exact range decides."""
    best = (-1, 0.0)
    ranges = (kind, f"{kind.partition('/')[0]}/*", "*/*")
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if name in ranges:
            told = next((item[2:] for item in parameters if item.startswith("q=")), "1")
            try:
                quality = float(told)
            except ValueError:
                quality = 0.0
            best = max(best, (-ranges.index(name) + 3, quality))
    return best[1]
