"""The application: `create_app` puts the parts together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from api.problems import add_problem_handlers
from api.routes import classify, feedback, health, insights, work_orders
from api.services import Services
from voc import __version__

if TYPE_CHECKING:
    from voc.config import Settings
    from voc.store import Store
    from voc.tagging.engine import Engine


def create_app(
    *,
    settings: Settings,
    store: Store | Callable[[], Store],
    engine: Engine | Callable[[], Engine],
) -> FastAPI:
    """Makes the application.

    Args:
        settings: The settings.
        store: An open store, or what opens it when the server starts.
        engine: A loaded engine, or what loads it when the server starts.
    """
    services = Services(settings, store=store, engine=engine)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(services.start)
        yield
        await run_in_threadpool(services.stop)

    app = FastAPI(
        title="voc", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None
    )
    app.state.services = services
    add_problem_handlers(app)
    for router in (
        classify.router, feedback.router, insights.router, work_orders.router, health.router
    ):  # fmt: skip
        app.include_router(router)
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
