"""What the tests of the API share: an application over the linear model and a store of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.main import create_app
from voc import Engine, load
from voc.config import Settings, load_settings
from voc.pipeline.access import make_key
from voc.store import Store, open_store

MODEL = "voc-zh-linear"


@pytest.fixture(scope="session")
def settings() -> Settings:
    return load_settings(
        environ={}, overrides={"models.name": MODEL, "access.requests_per_minute": 0}
    )


@pytest.fixture(scope="session")
def engine(settings: Settings) -> Engine:
    return load(settings=settings)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder: Path = tmp_path_factory.mktemp("store")
    with open_store(f"sqlite:///{folder / 'voc.db'}") as opened:
        yield opened


@pytest.fixture(scope="module")
def app(settings: Settings, engine: Engine, store: Store) -> FastAPI:
    return create_app(settings=settings, store=store, engine=engine)


@pytest.fixture(scope="module")
def headers(store: Store) -> dict[str, str]:
    """What a caller sends whose key may do everything."""
    return with_key(store, "admin")


@pytest.fixture(scope="module")
def client(app: FastAPI, headers: dict[str, str]) -> Iterator[TestClient]:
    """A caller whose key may do everything; the server is ready."""
    with TestClient(app, raise_server_exceptions=False, headers=headers) as opened:
        wait_until_ready(opened)
        yield opened


def with_key(store: Store, *scopes: str) -> dict[str, str]:
    """Makes a key and returns the header that shows it."""
    _, shown = make_key(
        store, scopes=scopes, workspace="default", label=None, expires=None, now=datetime.now(UTC)
    )
    return {"Authorization": f"Bearer {shown}"}


def wait_until_ready(client: TestClient, *, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while client.get("/health/ready").status_code != 200:
        assert time.monotonic() < end, "the server did not become ready"
        time.sleep(0.05)
