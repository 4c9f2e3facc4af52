"""A complete export takes back what it holds no more, unless it lost too much to be trusted."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from voc.config import Settings, load_settings
from voc.errors import SourceError
from voc.pipeline.health import source_health
from voc.pipeline.ingesting import Ingested, ingest
from voc.pipeline.origins import Told, open_source
from voc.store import Store, open_store

Write = Callable[[Sequence[int]], None]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'voc.db'}") as made:
        yield made


def settings_with(folder: Path, **source: Any) -> Settings:
    config = folder / "voc.yaml"
    config.write_text(json.dumps({"sources": {"site": {**source, "snapshot": True}}}), "utf-8")
    return load_settings(config, environ={})


def ingested(store: Store, settings: Settings) -> Ingested:
    source, industry = open_source("site", settings=settings, told=Told())
    return ingest(store, source, settings=settings, industry=industry)


def _jsonl(folder: Path) -> tuple[dict[str, Any], Write]:
    def write(numbers: Sequence[int]) -> None:
        lines = [json.dumps({"id": n, "text": f"第{n}条"}) for n in numbers]
        (folder / "a.jsonl").write_text("".join(f"{line}\n" for line in lines), "utf-8")

    return {"path": "a.jsonl"}, write


def _sql(folder: Path) -> tuple[dict[str, Any], Write]:
    def write(numbers: Sequence[int]) -> None:
        with closing(sqlite3.connect(folder / "shop.db")) as connection, connection:
            connection.execute("CREATE TABLE IF NOT EXISTS r (id INTEGER, words TEXT, at INTEGER)")
            connection.execute("DELETE FROM r")
            rows = [(n, f"第{n}条", n) for n in numbers]
            connection.executemany("INSERT INTO r VALUES (?, ?, ?)", rows)

    return {
        "kind": "sql", "url": "sqlite:///shop.db", "query": "SELECT * FROM r", "watermark": "at",
        "key": "id", "map": {"text": "words"},
    }, write  # fmt: skip


@pytest.fixture(params=[_jsonl, _sql])
def export(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Settings, Write]:
    source, write = request.param(tmp_path)
    write(range(600))
    return settings_with(tmp_path, **source), write


def test_what_is_gone_is_taken_back_and_counts_again_when_it_is_there(
    store: Store, export: tuple[Settings, Write]
) -> None:
    settings, write = export
    assert ingested(store, settings).accepted == 600
    write([n for n in range(602) if n not in (3, 599)])
    found = ingested(store, settings)
    assert (found.accepted, found.edited, found.withdrawn) == (2, 0, 2)
    assert ingested(store, settings).withdrawn == 0
    write(range(602))
    assert ingested(store, settings).withdrawn == 0
    assert store.counts().feedback == 602
    assert store.check() == []


@pytest.mark.parametrize(
    "left", [[], range(100), range(1_000, 1_600), [*range(299), *range(1_000, 1_600)]]
)
def test_an_export_that_lost_too_much_takes_nothing_back_however_often_it_is_read(
    left: Sequence[int], store: Store, export: tuple[Settings, Write]
) -> None:
    settings, write = export
    ingested(store, settings)
    write(left)
    for _ in range(3):
        with pytest.raises(SourceError, match=r"nothing is taken back.*where the last one had 600"):
            ingested(store, settings)
    [health] = source_health(store, settings)
    assert health.health.withdrawn == 0
    assert "snapshot_share" in (health.health.error or "")
    known = settings.sources["site"].model_copy(update={"snapshot_share": 0.0})
    trusting = settings.model_copy(update={"sources": {"site": known}})
    assert ingested(store, trusting).withdrawn == 600 - len(set(left) & set(range(600)))
    assert ingested(store, settings).withdrawn == 0


def test_a_row_that_cannot_be_read_is_not_taken_for_gone(store: Store, tmp_path: Path) -> None:
    source, write = _jsonl(tmp_path)
    settings = settings_with(tmp_path, **source)
    write(range(10))
    ingested(store, settings)
    text = (tmp_path / "a.jsonl").read_text("utf-8").replace('{"id": 3,', '{"id" 3,')
    (tmp_path / "a.jsonl").write_text(text, "utf-8")
    with pytest.raises(SourceError, match="1 rows cannot be read, and 1 stored voices"):
        ingested(store, settings)
    assert store.counts().feedback == 10


def test_a_file_that_joins_another_name_takes_nothing_back(store: Store, tmp_path: Path) -> None:
    source, write = _jsonl(tmp_path)
    write(range(10))
    settings = settings_with(tmp_path, **source)
    ingested(store, settings)
    write(range(9))
    joined, industry = open_source("site", settings=settings, told=Told(name="site"))
    assert ingest(store, joined, settings=settings, industry=industry).withdrawn == 0
