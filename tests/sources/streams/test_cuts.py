"""Connections to the broker and the store are cut again and again; each message is stored once."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy.engine import make_url

from tests.sources.streams.places import AMQP_URL, RabbitPlace, message, settings_for
from tests.sources.streams.proxy import Relay
from tests.store.conftest import postgres_trouble, postgres_url  # noqa: F401 - fixtures
from voc.config import Settings
from voc.pipeline.feeding import Feeding, open_feeds
from voc.sources.streams import consuming
from voc.store import open_store

MESSAGES = 800
PATIENCE_S = 120


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("voc.sources.streams.consuming", "voc.pipeline.feeding"):
        monkeypatch.setattr(f"{place}.pause_s", lambda _: 0.02)


def _feed(settings: Settings, url: str, stop: threading.Event, troubles: list[str]) -> None:
    with open_store(url) as store:
        feeding = Feeding(store, open_feeds(settings), settings, troubled=troubles.append)
        feeding.start()
        stop.wait()
        feeding.stop()


def test_messages_come_once_whatever_is_cut(
    tmp_path: Path,
    postgres_url: str,  # noqa: F811
) -> None:
    broker, database = urlsplit(AMQP_URL), make_url(postgres_url)
    with (
        closing(RabbitPlace(tmp_path, 0)) as place,
        Relay(broker.hostname or "", broker.port or 5672) as to_broker,
        Relay(database.host or "127.0.0.1", database.port or 5432) as to_store,
    ):
        url = AMQP_URL.replace(f":{broker.port or 5672}/", f":{to_broker.port}/")
        settings = settings_for(tmp_path, {**place.source, "url": url, "batch_rows": 50})
        relayed = database.set(host="127.0.0.1", port=to_store.port)
        place.publish(message(number) for number in range(MESSAGES))
        stop, troubles = threading.Event(), list[str]()
        told = relayed.render_as_string(hide_password=False)
        reader = threading.Thread(target=_feed, args=(settings, told, stop, troubles))
        with open_store(postgres_url) as store:
            reader.start()
            _cut_until_all_is_there(store, [to_broker, to_store])
            stop.set()
            reader.join(PATIENCE_S)
            counts = store.counts()
        assert counts.feedback == counts.versions == MESSAGES
        assert to_broker.cuts >= 3
        assert to_store.cuts >= 1
        assert place.waiting() == 0


def _cut_until_all_is_there(store: object, relays: list[Relay]) -> None:
    patience = time.monotonic() + PATIENCE_S
    seen = cut = 0
    while seen < MESSAGES:
        assert time.monotonic() < patience, f"{seen} of {MESSAGES} came"
        seen = store.counts().feedback  # type: ignore[attr-defined]
        if seen > cut * 150 and cut < 10:
            relays[cut % 2].cut()
            cut += 1
        time.sleep(0.01)


def test_pauses_grow_and_are_bounded() -> None:
    for failures in range(1, 40):
        assert 0 < consuming.pause_s(failures) <= 8
