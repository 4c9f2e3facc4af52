"""Reads the sources that run on: queues as messages come, others every so many seconds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from voc.config import Settings
from voc.config.streams import KafkaSourceSettings, RabbitMQSourceSettings
from voc.errors import VocError, fault
from voc.pipeline.ingesting import ingest
from voc.pipeline.origins import Chosen, Told, open_source
from voc.sources.base import Following, Source
from voc.sources.streams.consuming import pause_s
from voc.store import Store

_GRACE_S: Final = 60.0
_MOST_COUNTED: Final = 10

Troubled = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Feed:
    """A source that is read on and on; `every_s` is `None` where it waits by itself."""

    source: Source
    industry: Chosen | None
    every_s: float | None


def open_feeds(settings: Settings) -> list[Feed]:
    """Returns the sources of the config that a worker reads.

    Those are queues, and all that name `every_s`.

    Raises:
        VocError: One cannot be made of its settings.
    """
    feeds = []
    for name, known in settings.sources.items():
        every_s: float | None = getattr(known, "every_s", None)
        if every_s is None and not isinstance(known, RabbitMQSourceSettings | KafkaSourceSettings):
            continue
        source, industry = open_source(name, settings=settings, told=Told())
        feeds.append(Feed(source, industry, None if isinstance(source, Following) else every_s))
    return feeds


class Feeding:
    """Threads that read sources into one store, each on its own, until they are stopped.

    One that is away or in trouble is tried again with growing pauses, and holds up no other.

    Args:
        store: Where feedback goes.
        feeds: What is read.
        settings: For privacy.
        troubled: Told why a source cannot be read now.
    """

    def __init__(
        self,
        store: Store,
        feeds: Sequence[Feed],
        settings: Settings,
        *,
        troubled: Troubled = lambda _: None,
    ) -> None:
        self._store = store
        self._feeds = feeds
        self._settings = settings
        self._troubled = troubled
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begins to read."""
        self._stop.clear()
        self._threads = [
            threading.Thread(
                target=self._run, args=(feed,), name=f"voc-source-{feed.source.name}", daemon=True
            )
            for feed in self._feeds
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ends the reading behind the pages under way, which are stored first."""
        self._stop.set()
        for thread in self._threads:
            thread.join(_GRACE_S)
        self._threads = []

    def _run(self, feed: Feed) -> None:
        failures = 0
        while not self._stop.is_set():
            try:
                ingest(
                    self._store,
                    feed.source,
                    settings=self._settings,
                    industry=feed.industry,
                    until=self._stop,
                )
                failures = 0
            except VocError as error:
                self._troubled(str(error))
                failures = min(failures + 1, _MOST_COUNTED)
            except Exception as error:  # noqa: BLE001 - one source must not end the worker
                self._troubled(f"{feed.source.name}: {fault(error)}")
                failures = min(failures + 1, _MOST_COUNTED)
            self._stop.wait(pause_s(failures) if failures else feed.every_s or 0)
