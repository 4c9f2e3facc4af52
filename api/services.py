"""What routes work with: the settings, and the store and the engine once they are there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from api.batching import Batcher
from api.metrics import Metrics
from api.problems import ProblemError
from voc.config import Industry, industry_files, load_industry
from voc.errors import VocError

if TYPE_CHECKING:
    from voc.config import Settings
    from voc.store import Store
    from voc.tagging.engine import Engine

_RETRY_S = 2.0  # between tries to open the store
_WARM = "起步顿挫严重，但是空间很大，客服态度也不错。"
_log = logging.getLogger(__name__)


class Services:
    """The parts of one server process.

    Args:
        settings: The settings.
        store: An open store, or what opens it.
        engine: A loaded engine, or what loads it.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        store: Store | Callable[[], Store],
        engine: Engine | Callable[[], Engine],
    ) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self._open_store = store if callable(store) else None
        self._store = None if callable(store) else store
        self._engine_source = engine
        self._engine = None if callable(engine) else engine
        self._batcher: Batcher | None = None
        self._industries: dict[str, Industry] = {}
        self._starting: asyncio.Task[None] | None = None
        self.broken: str | None = None

    @property
    def store(self) -> Store:
        """The store.

        Raises:
            ProblemError: 503, it cannot be reached yet.
        """
        if self._store is None:
            raise ProblemError(503, "The store is not open yet; try again.", retry_after_s=1)
        return self._store

    @property
    def batcher(self) -> Batcher:
        """What tags.

        Raises:
            ProblemError: 503, the model is not ready yet.
        """
        if self._batcher is None:
            raise ProblemError(503, "The model is not loaded yet; try again.", retry_after_s=1)
        return self._batcher

    @property
    def engine(self) -> Engine:
        """The engine; it may not be warm yet.

        Raises:
            ProblemError: 503, it is not loaded yet.
        """
        if self._engine is None:
            raise ProblemError(503, "The model is not loaded yet; try again.", retry_after_s=1)
        return self._engine

    def refusal(self) -> ProblemError | None:
        """Returns the 429 that any request to tag gets now; `None` where there is room."""
        return self._batcher.refusal() if self._batcher is not None else None

    async def industry(self, name: str | None) -> Industry | None:
        """Returns an industry by its id, read once; `None` for `None`.

        Raises:
            UsageError: There is no such industry.
        """
        if name is None:
            return None
        if name not in self._industries:
            self._industries[name] = await run_in_threadpool(self._load_industry, name)
        return self._industries[name]

    def begin(self) -> None:
        """Begins to open the store and to load the model; the server answers meanwhile."""
        self._starting = asyncio.create_task(self._start(), name="voc-start")

    async def end(self) -> None:
        """Stops what was begun, and closes the store where it was opened here."""
        if self._starting is not None:
            self._starting.cancel()
            with suppress(asyncio.CancelledError):
                await self._starting
        if self._batcher is not None:
            await self._batcher.stop()
        if self._open_store is not None and self._store is not None:
            await run_in_threadpool(self._store.close)
            self._store = None

    async def started(self) -> None:
        """Returns when the store is open and the model is warm; for tests and tools."""
        if self._starting is not None:
            await asyncio.shield(self._starting)

    async def _start(self) -> None:
        try:
            await self._reach_store()
            engine = await run_in_threadpool(self._warm_engine)
            self._engine, self._batcher = engine, Batcher(engine, self.settings, self.metrics)
        except VocError as error:
            self.broken = str(error)
        except Exception as error:  # noqa: BLE001 - told by readiness, and by the log
            self.broken = f"{type(error).__name__}: {error}"
        if self.broken is not None:
            _log.error("cannot become ready: %s", self.broken)
            return
        self.metrics.model.labels(engine.model).set(1)
        _log.info("ready, %s tags", engine.model)

    async def _reach_store(self) -> None:
        while self._store is None and self._open_store is not None:
            try:
                self._store = await run_in_threadpool(self._open_store)
            except VocError as error:
                _log.error("the store cannot be opened, trying again: %s", error)
                await asyncio.sleep(_RETRY_S)

    def _warm_engine(self) -> Engine:
        """Loads the engine and makes it read once for every industry, which it then remembers."""
        source = self._engine_source
        engine = source() if callable(source) else source
        if engine.notice:
            _log.warning("%s", engine.notice)
        for name in industry_files(self._industries_dir):
            try:
                self._industries[name] = self._load_industry(name)
            except VocError as error:
                _log.warning("industry %s is left out: %s", name, error)
                continue
            engine.tag([_WARM], industry=self._industries[name])
        engine.tag([_WARM])
        return engine

    @property
    def _industries_dir(self) -> Path | None:
        return self.settings.resolve(self.settings.industries_dir)

    def _load_industry(self, name: str) -> Industry:
        return load_industry(name, folder=self._industries_dir, ids_only=True)


def services_of(request: Request) -> Services:
    """Returns the services of the app that a request came to."""
    services: Services = request.app.state.services
    return services
