"""Several processes take the same feedback at once: `python -m tests.benchmarks.ingest`.

Each process serves the API over the same PostgreSQL store and is sent every feedback, in batches of
1,000; at the end each must be stored once. `VOC_TEST_POSTGRES_URL` names the server.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
import uuid
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.store.conftest import POSTGRES_URL
from voc.config import load_settings
from voc.pipeline.access import make_key
from voc.store import open_store

BATCH = 1_000


class Outcome(NamedTuple):
    """What became of it: voices sent and stored, versions of them, and what was told."""

    sent: int
    stored: int
    versions: int
    accepted: int
    duplicates: int
    seconds: float


def take(url: str, *, rows: int, processes: int, batch: int = BATCH) -> Outcome:
    """Sends the same `rows` voices to each of `processes` at once.

    Args:
        url: A store that is new.
        rows: Voices.
        processes: Processes that serve it.
        batch: Voices of a request.
    """
    with open_store(url) as store:
        _, key = make_key(
            store, scopes=["ingest"], workspace="default", label=None, expires=None,
            now=datetime.now(UTC),
        )  # fmt: skip
    spawn = multiprocessing.get_context("spawn")
    barrier, told = spawn.Barrier(processes + 1), spawn.Queue()
    arguments = (url, key, rows, batch, barrier, told)
    servers = [spawn.Process(target=_serve, args=arguments) for _ in range(processes)]
    for server in servers:
        server.start()
    barrier.wait(timeout=300)
    began = time.monotonic()
    answers = [told.get(timeout=600) for _ in servers]
    seconds = time.monotonic() - began
    for server in servers:
        server.join(timeout=60)
    with open_store(url) as store:
        counts = store.counts()
    return Outcome(
        rows,
        counts.feedback,
        counts.versions,
        sum(accepted for accepted, _ in answers),
        sum(duplicates for _, duplicates in answers),
        seconds,
    )


def _serve(url: str, key: str, rows: int, batch: int, barrier: Barrier, told: Any) -> None:
    from starlette.testclient import TestClient

    from api.main import create_app

    settings = load_settings(overrides={"access.requests_per_minute": 0}, environ={})
    with open_store(url, busy_timeout_s=60) as store:
        app = create_app(
            settings=settings, store=store, engine=cast(Any, SimpleNamespace(model="none@1.0.0"))
        )
        client = TestClient(app, headers={"Authorization": f"Bearer {key}"})
        barrier.wait(timeout=300)
        accepted = duplicates = 0
        for start in range(0, rows, batch):
            items = [_voice(number) for number in range(start, min(start + batch, rows))]
            answer = client.post("/v1/feedback", json={"items": items}).raise_for_status().json()
            accepted += answer["accepted"]
            duplicates += answer["duplicates"]
        told.put((accepted, duplicates))


def _voice(number: int) -> dict[str, Any]:
    return {
        "native_id": str(number),
        "channel": "review",
        "text": f"第{number}单，包装破了，物流也慢，客服说会处理，到现在没有消息",
        "created_at": "2026-11-01T09:30:00+08:00",
    }


def main() -> int:
    """Measures it in a schema of its own, and prints a line."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks.ingest", description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    schema = f"voc_ingest_{uuid.uuid4().hex}"
    engine = create_engine(POSTGRES_URL)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    try:
        url = make_url(POSTGRES_URL).update_query_dict({"options": f"-csearch_path={schema}"})
        shown = url.render_as_string(hide_password=False)
        done = take(shown, rows=asked.rows, processes=asked.processes)
    finally:
        with engine.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        engine.dispose()
    rate = asked.processes * done.sent / done.seconds
    print(f"{asked.processes} processes, {done.sent} voices each: {done.stored} stored,", end=" ")
    print(f"{done.versions} versions, {done.accepted} accepted, {done.duplicates} known,", end=" ")
    print(f"{done.seconds:.1f} s, {rate:.0f} a second")
    return 0 if done.stored == done.versions == done.accepted == done.sent else 1


if __name__ == "__main__":
    sys.exit(main())
