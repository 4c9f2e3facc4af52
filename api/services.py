"""What routes work with: the settings, and the store and the engine once they are there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fastapi import Request

from api.problems import ProblemError

if TYPE_CHECKING:
    from voc.config import Settings
    from voc.store import Store
    from voc.tagging.engine import Engine


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
        self._open_store = store if callable(store) else None
        self._load_engine = engine if callable(engine) else None
        self._store = None if callable(store) else store
        self._engine = None if callable(engine) else engine

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
    def engine(self) -> Engine:
        """The engine.

        Raises:
            ProblemError: 503, it is not loaded yet.
        """
        if self._engine is None:
            raise ProblemError(503, "The model is not loaded yet; try again.", retry_after_s=1)
        return self._engine

    def start(self) -> None:
        """Opens the store and loads the engine where that was not done yet; blocks."""
        if self._store is None and self._open_store is not None:
            self._store = self._open_store()
        if self._engine is None and self._load_engine is not None:
            self._engine = self._load_engine()

    def stop(self) -> None:
        """Closes the store where it was opened here."""
        if self._open_store is not None and self._store is not None:
            self._store.close()
            self._store = None


def services_of(request: Request) -> Services:
    """Returns the services of the app that a request came to."""
    services: Services = request.app.state.services
    return services
