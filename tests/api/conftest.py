"""What the tests of the API share: an application over the linear model and a store of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.main import create_app
from voc import Engine, load
from voc.config import Settings, load_settings
from voc.store import Store, open_store

MODEL = "voc-zh-linear"


@pytest.fixture(scope="session")
def settings() -> Settings:
    return load_settings(environ={}, overrides={"models.name": MODEL})


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
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as opened:
        wait_until_ready(opened)
        yield opened


def wait_until_ready(client: TestClient, *, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while client.get("/health/ready").status_code != 200:
        assert time.monotonic() < end, "the server did not become ready"
        time.sleep(0.05)
