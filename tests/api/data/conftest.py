"""The API over two workspaces, with an engine that only has a name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.main import create_app
from tests.store.conftest import (  # noqa: F401 - fixtures
    postgres_made,
    postgres_trouble,
    postgres_url,
    sqlite_made,
    sqlite_url,
    store_url,
)
from voc.config import Settings, load_settings
from voc.pipeline.access import make_key
from voc.records import Evidence, Feedback, Issue, Topic
from voc.store import Store, open_store

MODEL = "scripted@1.0.0"
NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
WORDS = "起步顿挫严重，一冲一冲的"
VOICE = Feedback("shop", "1", "review", WORDS)
ISSUE = Issue(
    issue_id="is_0123456789abcdef0123",
    title="起步顿挫",
    industry="automotive",
    aspect_id="power",
    status="open",
    severity="high",
    first_seen=NOW - timedelta(days=3),
    last_seen=NOW,
    count=5,
    trend="rising",
    trend_p=0.01,
    evidence=(Evidence(VOICE.feedback_id, 0, 6, WORDS[:6]),),
)
TOPIC = Topic("tp_1", "起步顿挫", "automotive", ("顿挫",), 5, 0.9, NOW, NOW)


@dataclass
class Service:
    """The app, with what tests look at behind it."""

    app: FastAPI
    client: TestClient
    store: Store
    other: Store
    settings: Settings

    def key(
        self, *scopes: str, workspace: str = "default", expires: str | None = None, **values: Any
    ) -> str:
        now = values.get("now", datetime.now(UTC))
        _, shown = make_key(
            self.store, scopes=scopes, workspace=workspace, label=None, expires=expires, now=now
        )
        return shown

    def headers(self, *scopes: str, **values: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key(*scopes, **values)}"}


def seed(store: Store) -> None:
    """A voice, a topic and an issue."""
    with store.transaction() as transaction:
        transaction.add_feedback([VOICE], industry="automotive", now=NOW)
        transaction.save_topics("automotive", [TOPIC], [])
        transaction.save_issues([ISSUE])


@pytest.fixture
def serve(
    tmp_path: Path,
    store_url: str,  # noqa: F811
) -> Iterator[Callable[..., Service]]:
    opened: list[Any] = []

    def make(**overrides: Any) -> Service:
        store = open_store(store_url, busy_timeout_s=5)
        other_url = f"sqlite:///{tmp_path / 'north.db'}"
        other = open_store(other_url)
        settings = load_settings(
            overrides={
                "workspaces": {"north": other_url},
                "queue.dir": str(tmp_path / "orders"),
                **overrides,
            },
            environ={},
        )
        app = create_app(
            settings=settings, store=store, engine=cast(Any, SimpleNamespace(model=MODEL))
        )
        app.state.services._engine = SimpleNamespace(model=MODEL)  # without a start that warms one
        client = TestClient(app)
        opened.extend((client, other, store))
        return Service(app, client, store, other, settings)

    yield make
    for each in opened:
        each.close()


@pytest.fixture
def service(serve: Callable[..., Service]) -> Service:
    made = serve()
    seed(made.store)
    return made
