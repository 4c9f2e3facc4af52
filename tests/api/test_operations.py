"""Probes, metrics, logs, headers and limits."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.main import create_app
from tests.api.conftest import wait_until_ready
from tests.api.test_classify import items, post
from voc import Engine
from voc.config import Settings, load_settings
from voc.errors import ModelError, StoreError
from voc.store import Store, open_store


def test_it_lives_before_it_is_ready(
    settings: Settings, engine: Engine, store: Store, headers: dict[str, str]
) -> None:
    def slowly() -> Engine:
        time.sleep(0.5)
        return engine

    with TestClient(create_app(settings=settings, store=store, engine=slowly)) as client:
        assert client.get("/health/live").json() == {"status": "ok"}
        waiting = client.get("/health/ready")
        assert waiting.status_code == 503
        assert waiting.headers["retry-after"] == "1"
        client.headers.update(headers)
        refused = post(client, {"items": items(["好"])})
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")


def test_the_log_says_when_it_is_ready(
    settings: Settings, engine: Engine, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="api")
    with TestClient(create_app(settings=settings, store=store, engine=engine)) as client:
        wait_until_ready(client)
    assert f"ready, {engine.model} tags" in caplog.messages


def test_the_entrance_names_what_there_is_without_a_key(client: TestClient) -> None:
    told = client.get("/", headers={"Authorization": ""})
    assert told.status_code == 200
    assert told.json()["openapi"] == "/openapi.json"
    for path in [value for name, value in told.json().items() if name != "title"]:
        assert client.get(path).status_code == 200, path
    assert "version" not in told.text


def test_a_broken_model_is_never_ready(settings: Settings, store: Store) -> None:
    def broken() -> Engine:
        raise ModelError("the encoder is not what its manifest says")

    with TestClient(create_app(settings=settings, store=store, engine=broken)) as client:
        time.sleep(0.3)
        assert client.get("/health/live").status_code == 200
        answer = client.get("/health/ready")
        assert answer.status_code == 503
        assert "cannot be loaded" in answer.json()["detail"]


def test_the_store_is_tried_again(settings: Settings, engine: Engine, tmp_path: Path) -> None:
    tries = []

    def opened() -> Store:
        tries.append(1)
        if len(tries) == 1:
            raise StoreError("the server cannot be reached")
        return open_store(f"sqlite:///{tmp_path / 'voc.db'}")

    with TestClient(create_app(settings=settings, store=opened, engine=engine)) as client:
        end = time.monotonic() + 60
        while client.get("/health/ready").status_code != 200:
            assert time.monotonic() < end
            time.sleep(0.05)
    assert len(tries) == 2


def test_metrics_tell_of_work_and_not_of_words(client: TestClient) -> None:
    post(client, {"items": items(["质量太差了，要投诉"]), "industry": "ecommerce"})
    client.get("/v1/nothing/13812345678")
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    for line in (
        'voc_requests_total{method="POST",route="/v1/classify",status="200"}',
        'voc_requests_total{method="any",route="none",status="404"}',
        'voc_labels_total{label="negative",task="sentiment"}',
        'voc_labels_total{label="complaint",task="intent"}',
        'voc_model_info{model="voc-zh-linear@',
        "voc_batch_texts_bucket",
        "voc_batch_fill_bucket",
        "voc_queue_tokens 0.0",
        'voc_cache_total{result="hit"}',
        'voc_cache_total{result="miss"}',
    ):
        assert line in answer.text
    assert "质量" not in answer.text
    assert "13812345678" not in answer.text


class BrokenEngine:
    """Fails with the customer's words in its message."""

    model = "broken@1"
    notice = None
    cached_and_not = 0, 0

    def tag(self, texts: list[str], **_options: object) -> list[object]:
        if texts == ["崩溃"]:
            raise RuntimeError(f"cannot read {texts}")
        return []


@pytest.fixture
def broken_client(store: Store, headers: dict[str, str]) -> Iterator[TestClient]:
    settings = load_settings(environ={}, overrides={"serve.item_timeout_s": 5})
    app = create_app(settings=settings, store=store, engine=BrokenEngine())  # type: ignore[arg-type]
    with TestClient(app, raise_server_exceptions=False, headers=headers) as client:
        wait_until_ready(client)
        yield client


def test_logs_hold_no_words_of_customers(
    broken_client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = post(broken_client, {"items": items(["崩溃"])})
    post(broken_client, {"items": [{"id": "崩溃"}]})
    broken_client.get("/v1/崩溃?text=崩溃")
    assert answer.status_code == 500
    assert answer.json()["errors"][0]["index"] == 0
    assert "崩溃" not in answer.text
    own = [record for record in caplog.records if not record.name.startswith(("httpx", "asyncio"))]
    assert own
    assert not [record for record in own if "崩溃" in record.getMessage()]
    lines = [orjson.loads(each.getMessage()) for each in own if each.name == "api.access"]
    assert {"request_id", "method", "route", "status", "ms", "key"} <= set(lines[0])
    assert [line["route"] for line in lines if line["status"] == 500] == ["/v1/classify"]


def test_every_answer_has_an_id_and_safe_headers(client: TestClient) -> None:
    for path in ("/health/live", "/nothing", "/metrics", "/openapi.json"):
        headers = client.get(path).headers
        assert len(headers["x-request-id"]) == 32
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "access-control-allow-origin" not in headers
    assert client.get("/x", headers={"X-Request-ID": "gw-7"}).json()["request_id"] == "gw-7"
    answer = client.get("/x", headers={"X-Request-ID": "a b"})
    assert len(answer.headers["x-request-id"]) == 32


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/v1", 404), ("PUT", "/v1/classify", 405)]
)
def test_other_routes_and_methods_are_problems(
    client: TestClient, method: str, path: str, status: int
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "about:blank"


def test_bodies_are_bounded_told_or_not(client: TestClient, settings: Settings) -> None:
    size = settings.serve.max_body_bytes + 1
    told = client.post("/v1/classify", content=b"x" * size)

    def parts() -> Iterator[bytes]:
        for _ in range(size // 65_536 + 1):
            yield b"x" * 65_536

    untold = client.post("/v1/classify", content=parts())
    for answer in (told, untold):
        assert answer.status_code == 413
        assert answer.headers["content-type"] == "application/problem+json"


def test_an_unforeseen_error_is_a_problem_without_its_message(
    settings: Settings, engine: Engine, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    app: FastAPI = create_app(settings=settings, store=store, engine=engine)

    @app.get("/breaks")
    def breaks() -> None:
        raise KeyError("客户的话")

    with TestClient(app) as client:
        answer = client.get("/breaks")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "客户的话" not in answer.text + caplog.text
    assert "KeyError in breaks" in caplog.text
