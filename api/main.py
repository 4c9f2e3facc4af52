"""The application: `create_app` puts the parts together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

from api.middleware import BodyLimit, Envelope, Shedding
from api.openapi import describe
from api.problems import add_problem_handlers
from api.routes import (
    classify,
    customers,
    entrance,
    feedback,
    health,
    insights,
    metrics,
    sources,
    work_orders,
)
from api.security import Gate
from api.services import Services
from voc import __version__

if TYPE_CHECKING:
    from voc.config import Settings
    from voc.store import Store
    from voc.tagging.engine import Engine

ROUTERS = (
    classify.router,
    feedback.router,
    sources.router,
    customers.router,
    insights.router,
    work_orders.router,
    health.router,
    metrics.router,
    entrance.router,
)


def create_app(
    *,
    settings: Settings,
    store: Store | Callable[[], Store],
    engine: Engine | Callable[[], Engine],
) -> FastAPI:
    """Makes the application.

    While the store is being opened and the model loaded, it lives but is not ready.

    Args:
        settings: The settings.
        store: An open store, or what opens it when the server starts.
        engine: A loaded engine, or what loads it when the server starts.
    """
    services = Services(settings, store=store, engine=engine)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        services.begin()
        yield
        gate: Gate | None = getattr(app.state, "gate", None)
        if gate is not None:
            await run_in_threadpool(gate.workspaces.close)
        await services.end()

    app = FastAPI(
        title="voc",
        version=__version__,
        description="Listens to customers in Chinese and gets what they say fixed.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.services = services
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    add_problem_handlers(app)
    for router in ROUTERS:
        app.include_router(router)
    app.add_middleware(BodyLimit, settings=settings)
    app.add_middleware(Shedding, services=services)
    app.add_middleware(Envelope, metrics=services.metrics)  # the outermost, for it is added last
    return app


def app_from_environment() -> FastAPI:
    """Makes the application as `VOC_CONFIG` and `VOC_*` variables tell; for a server's workers."""
    from voc.config import load_settings

    settings = load_settings()

    def open_it() -> Store:
        from voc.store import open_store

        return open_store(settings.store_url, busy_timeout_s=settings.store.busy_timeout_s)

    def load_it() -> Engine:
        from voc.tagging.engine import load

        return load(settings=settings)

    return create_app(settings=settings, store=open_it, engine=load_it)
