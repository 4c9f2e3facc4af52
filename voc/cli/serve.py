"""`voc serve`: the HTTP API."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from voc.cli.terminal import ConfigOption, settings_from

if TYPE_CHECKING:
    from voc.config import Settings

# By their names, for the command line stands beside the API and does not import it.
_APP: Final = "api.main:app_from_environment"
_PROTOCOL: Final = "api.protocol:ImpatientProtocol"
_METRICS_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"


def serve(
    host: Annotated[
        str | None, typer.Option("--host", metavar="H", help="Address to listen at.")
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", metavar="P", help="Port to listen at.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", metavar="N", help="Processes that serve.")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Serve the HTTP API until stopped; SIGTERM lets accepted requests end.

    Example: voc serve --host 0.0.0.0 --port 8000 --workers 2
    """
    import tempfile

    settings = settings_from(config, serve__host=host, serve__port=port, serve__workers=workers)
    os.environ["VOC_SERVE_HEAD_TIMEOUT_S"] = str(settings.serve.head_timeout_s)
    # Workers are processes that read the same settings from their environment.
    if config is not None:
        os.environ["VOC_CONFIG"] = str(config.absolute())
    if settings.serve.workers == 1:
        _run(settings)
        return
    with tempfile.TemporaryDirectory(prefix="voc-metrics-") as folder:
        os.environ.setdefault(_METRICS_FOLDER, folder)
        _run(settings)


def _run(settings: Settings) -> None:
    import uvicorn

    from voc.errors import ConfigError

    serve = settings.serve
    if settings.store_url.startswith("sqlite") and serve.workers > 1:
        typer.echo(
            "A SQLite store has one writer at a time; with several workers PostgreSQL is better.",
            err=True,
        )
    try:
        uvicorn.run(
            _APP,
            factory=True,
            host=serve.host,
            port=serve.port,
            workers=serve.workers,
            http=_PROTOCOL,
            ws="none",
            access_log=False,
            log_config=_logging(),
            server_header=False,
            timeout_keep_alive=serve.keep_alive_s,
            timeout_graceful_shutdown=serve.drain_s,
        )
    except SystemExit as ended:
        if ended.code:
            raise ConfigError(
                f"The server could not start at {serve.host}:{serve.port}; the lines above say why."
                " Name another place with --host and --port."
            ) from None


def _logging() -> dict[str, Any]:
    """Returns how servers log: one line a request as JSON, others as text, all to stderr."""
    plain = {"level": "INFO", "handlers": ["stderr"], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "text": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
            "json": {"format": "%(message)s"},
        },
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "text"},
            "access": {"class": "logging.StreamHandler", "formatter": "json"},
        },
        "loggers": {
            "uvicorn": plain,
            "voc": plain,
            "api": plain,
            "api.access": {**plain, "handlers": ["access"]},
        },
    }
