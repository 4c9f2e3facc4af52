"""What tests of crawling share: settings, runs, and what is stored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tests.sources.crawling.loopback import Loopback
from voc.config import Settings, load_settings
from voc.pipeline.health import Health
from voc.pipeline.ingesting import Ingested, ingest
from voc.pipeline.origins import Told, open_source
from voc.records import Feedback, stable_id
from voc.store import open_store

DELAY_S = 0.02


def config_of(folder: Path, server: Loopback, source: dict[str, Any], **crawl: Any) -> Path:
    """Writes a config whose source `site` may be read although it lies on loopback."""
    told = {
        "contact": "mailto:voc@example.com", "delay_s": DELAY_S,
        "allow_private": [server.address], **crawl,
    }  # fmt: skip
    file = folder / "voc.yaml"
    file.write_text(yaml.safe_dump({"crawl": told, "sources": {"site": source}}), "utf-8")
    return file


def settings_of(folder: Path, server: Loopback, source: dict[str, Any], **crawl: Any) -> Settings:
    return load_settings(config_of(folder, server, source, **crawl), environ={})


def crawled(settings: Settings, limit: int | None = None) -> Ingested:
    """Runs a crawl of `site` into the store of the settings."""
    source, industry = open_source("site", settings=settings, told=Told(), limit=limit)
    with open_store(settings.store_url) as store:
        return ingest(store, source, settings=settings, industry=industry)


class Stored:
    """What a store holds of `site`."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.store_url
        with open_store(self._url) as store:
            rows = store.untagged("none", limit=100_000, after=0)
            self.health = Health.of(store.cursor("site"))
            self.rejects = store.rejects()
        self.ids = [row.feedback.native_id for row in rows]
        assert len(self.ids) == len(set(self.ids))

    def one(self, native_id: str) -> Feedback:
        with open_store(self._url) as store:
            found = store.feedback(stable_id("fb", "site", native_id))
        assert found is not None
        return found.feedback


def busiest_second(server: Loopback) -> int:
    """The most requests that came within any one second."""
    times = sorted(asked.at for asked in server.log)
    return max(sum(start <= at < start + 1 for at in times) for start in times)
