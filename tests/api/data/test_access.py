"""Every route refuses whoever may not; a route that nobody thought of fails here."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.routing import APIRoute

from api.main import create_app
from api.security import KNOWN_S, SCOPES, Requires, _gate
from tests.api.data.conftest import ISSUE, TOPIC, VOICE, Service, seed
from voc.config import load_settings

OPEN = {"/health/live", "/health/ready", "/metrics"}
IDS = {
    "feedback_id": VOICE.feedback_id,
    "topic_id": TOPIC.topic_id,
    "issue_id": ISSUE.issue_id,
    "work_order_id": "wo_1",
    "name": "shop",
}
BODIES: dict[str, Any] = {
    "/v1/classify": {"items": [{"id": "1", "text": "好"}]},
    "/v1/feedback": {"items": [{"native_id": "2", "channel": "review", "text": "好"}]},
    "/v1/sources/{name}/webhook": {"native_id": "3", "text": "好"},
    "/v1/corrections": {
        "feedback_id": VOICE.feedback_id, "field": "sentiment", "label": "negative",
    },
    "/v1/work-orders/{work_order_id}/events": {"event_id": "e", "event": "accepted"},
    "/v1/issues/{issue_id}/work-orders": {},
}  # fmt: skip


def _routes() -> list[tuple[str, str, str]]:
    """Method, path and scope of every route that is not open to all."""
    app = create_app(settings=load_settings(environ={}), store=lambda: None, engine=lambda: None)  # type: ignore[arg-type, return-value]
    return [
        (method.upper(), path, _scope(app, method.upper(), path))
        for path, methods in app.openapi()["paths"].items()
        if path not in OPEN
        for method in methods
    ]


def _scope(app: Any, method: str, path: str) -> str:
    for route in _flat(app.routes):
        if route.path == path and method in (route.methods or ()):
            scopes = [
                each.call.scope
                for each in route.dependant.dependencies
                if isinstance(each.call, Requires)
            ]
            assert len(scopes) == 1, f"{method} {path} asks for no key"
            return str(scopes[0])
    raise AssertionError(f"{method} {path} was not found")


def _flat(routes: Any, prefix: str = "") -> list[APIRoute]:
    found: list[APIRoute] = []
    for route in routes:
        if isinstance(route, APIRoute):
            found.append(route)
        else:
            inner = getattr(route, "original_router", None) or getattr(route, "routes", None)
            found += _flat(getattr(inner, "routes", inner) or [])
    return found


ROUTES = _routes()


def ask(service: Service, method: str, path: str, headers: dict[str, str]) -> Any:
    return service.client.request(
        method,
        path.format(**IDS),
        headers=headers,
        json=BODIES.get(path) if method == "POST" else None,
    )


def test_the_table_knows_the_routes_of_the_contract() -> None:
    paths = {path for _, path, _ in ROUTES}
    for name in ("feedback", "topics", "issues", "work-orders"):
        assert f"/v1/{name}" in paths
    assert {"/v1/classify", "/v1/corrections", "/v1/reports/topics"} <= paths
    assert set(BODIES) <= paths


@pytest.mark.parametrize(("method", "path", "scope"), ROUTES, ids=lambda value: str(value))
class TestEveryRoute:
    def test_refuses_who_may_not(
        self, service: Service, method: str, path: str, scope: str
    ) -> None:
        good = service.key(scope)
        others = [name for name in SCOPES if name not in (scope, "admin")]
        expired = service.key(scope, expires="1h", now=datetime.now(UTC) - timedelta(hours=2))
        revoked = service.key(scope)
        with service.store.transaction() as transaction:
            transaction.revoke_api_key(revoked.split("_")[1], datetime.now(UTC))
        wrong = good[:-1] + ("A" if good[-1] != "A" else "B")
        table = [
            ({}, 401),
            ({"Authorization": "Basic dm9jOnZvYw=="}, 401),
            ({"Authorization": "Bearer "}, 401),
            ({"Authorization": "Bearer nonsense"}, 401),
            ({"Authorization": f"Bearer {wrong}"}, 401),
            ({"Authorization": f"Bearer {expired}"}, 401),
            ({"Authorization": f"Bearer {revoked}"}, 401),
            (service.headers(*others), 403),
        ]
        before = (service.store.counts(), len(service.store.corrections()))
        for headers, status in table:
            answer = ask(service, method, path, headers)
            assert answer.status_code == status, (headers, answer.text)
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.headers["www-authenticate"].startswith("Bearer")
        assert (service.store.counts(), len(service.store.corrections())) == before

    def test_shows_nothing_of_another_workspace(
        self, service: Service, method: str, path: str, scope: str
    ) -> None:
        if scope == "classify":
            return  # touches no store
        before = service.store.counts()
        answer = ask(service, method, path, service.headers("admin", workspace="north"))
        if "{" in path or path == "/v1/corrections":
            assert answer.status_code == 404, answer.text
        for secret in (VOICE.text[:4], ISSUE.issue_id, ISSUE.title, VOICE.feedback_id):
            assert secret not in answer.text
        assert service.store.counts() == before


def test_a_key_opens_what_its_scopes_say(service: Service) -> None:
    for scopes in (("read",), ("admin",), ("classify", "read")):
        answer = service.client.get("/v1/issues", headers=service.headers(*scopes))
        assert answer.status_code == 200
    assert answer.json()["items"][0]["issue_id"] == ISSUE.issue_id


def test_a_revoked_key_opens_nothing_within_a_second(service: Service) -> None:
    key = service.key("read")
    headers = {"Authorization": f"Bearer {key}"}
    assert service.client.get("/v1/topics", headers=headers).status_code == 200
    with service.store.transaction() as transaction:
        assert transaction.revoke_api_key(key.split("_")[1], datetime.now(UTC))
        assert not transaction.revoke_api_key(key.split("_")[1], datetime.now(UTC))
    time.sleep(KNOWN_S + 0.05)
    assert service.client.get("/v1/topics", headers=headers).status_code == 401


def test_too_many_requests_of_one_key_wait_and_others_do_not(
    serve: Callable[..., Service],
) -> None:
    service = serve(**{"access.requests_per_minute": 3})
    seed(service.store)
    greedy, other = service.headers("read"), service.headers("read")
    answers = [service.client.get("/v1/topics", headers=greedy) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 61
    assert service.client.get("/v1/topics", headers=other).status_code == 200


def test_when_a_key_was_used_is_kept(service: Service) -> None:
    shown = service.key("read")
    gate = _gate(service.settings, service.store)

    async def come_in() -> int:
        notes = set[asyncio.Task[None]]()
        for _ in range(3):
            await gate.let_in(shown)
            notes |= gate._notes
        await asyncio.gather(*notes)
        return len(notes)

    assert asyncio.run(come_in()) == 1
    assert service.store.api_keys()[-1].last_used_at is not None


def test_a_key_is_kept_only_as_a_hash(service: Service) -> None:
    shown = service.key("read")
    kept = service.store.api_keys()[-1]
    assert shown.split("_", 2)[2] not in repr(kept)
    assert "hash" not in repr(kept.as_dict())
